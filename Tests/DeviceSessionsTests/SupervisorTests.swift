import DeviceSessions
import Glibc
import SiteModel
import Testing
import VirtualSite

extension DeviceTests {
    /// Everything runs over real pseudo terminals, with the real drivers.
    @Suite(.timeLimit(.minutes(10)))
    struct SupervisorTests {
        @Test(arguments: [true, false])
        func aSAMConversationGivesTheSwipesOfThePresentedCards(isByteByByte: Bool) async throws {
            let site = Site()
            let sam = try VirtualIDCardReader(
                path: site.path("reader0"), pacing: isByteByByte ? .byteByByte : .burst)
            let people = InventedSite(today: CivilDate(year: 2026, month: 11, day: 21)!)
            let shown = Array(people.workers.prefix(3))
            try await site.run([LanePlan(name: "north", readers: [site.reader(driver: "resident-id-card")])])
            { _ in
                for person in shown { sam.present(person) }
                #expect(await eventually(within: 30) { site.swipes.count == shown.count })
            }
            #expect(site.swipes.map(\.credential) == shown.map { .idNumber($0.idNumber) })
            #expect(site.swipes.allSatisfy { !$0.isTimeUncertain && $0.direction == .entering })
        }

        @Test("C3: ten thousand cards in each of four readers at once all arrive, in order, memory bounded")
        func tenThousandCardsInEachOfFourReadersAllArriveInOrder() async throws {
            let site = Site()
            let readers = try (0..<4).map { try VirtualCardReader(path: site.path("reader\($0)")) }
            let sent = cards(10_000)
            let lanes = (0..<4).map {
                LanePlan(name: "lane\($0)", readers: [site.reader($0, lane: "lane\($0)")])
            }
            try await site.run(lanes) { supervisor in
                await withTaskGroup(of: Void.self) { group in
                    for reader in readers {
                        group.addTask { await onThread { for card in sent { reader.present(card) } } }
                    }
                }
                #expect(await eventually(within: 60) { site.swipes.count >= 40_000 })
                #expect(await eventually { supervisor.statuses.allSatisfy { $0.reads == 10_000 } })
            }
            let byLane = Dictionary(grouping: site.swipes, by: \.reader.lane)
            for lane in lanes {
                #expect(byLane[lane.name]?.map(\.credential) == sent.map { .cardNumber($0) })
            }
            #expect(site.calls.max() ?? 0 <= 1_024)
        }

        @Test
        func swipesAreJudgedOnTheThreadThatReadThem() async throws {
            let threads = Shared<[String]>([])
            let site = Site { swipes in
                threads.withLock { $0.append(threadName()) }
                return await Site.grantAll(swipes)
            }
            let reader = try VirtualCardReader(path: site.path("reader0"))
            try await site.run([LanePlan(name: "north", readers: [site.reader()])]) { _ in
                reader.present(cards(1)[0])
                #expect(await eventually { site.swipes.count == 1 })
            }
            #expect(threads.withLock { $0 } == ["device-poll"])
        }

        @Test
        func aSlowLedgerLosesNothingAndTheSenderWaits() async throws {
            let mayGoOn = Shared(false)
            let site = Site { swipes in
                _ = await eventually(within: 30) { mayGoOn.withLock { $0 } }
                return await Site.grantAll(swipes)
            }
            let reader = try VirtualCardReader(path: site.path("reader0"))
            let sent = cards(20_000)
            let taken = Shared(0)
            try await site.run([LanePlan(name: "north", readers: [site.reader()])]) { _ in
                await withTaskGroup(of: Void.self) { group in
                    group.addTask {
                        await onThread {
                            for card in sent where reader.present(card, patienceMilliseconds: 60_000) {
                                taken.withLock { $0 += 1 }
                            }
                        }
                    }
                    // The handler holds one read; inbox and kernel fill; then the sender stands still.
                    let standing = Shared((count: -1, rounds: 0))
                    #expect(
                        await eventually(within: 30) {
                            let now = taken.withLock { $0 }
                            return standing.withLock { standing in
                                standing = now == standing.count ? (now, standing.rounds + 1) : (now, 0)
                                return standing.rounds > 200 && now > 0
                            }
                        })
                    // Inbox 64 KiB, one batch of the same in the session, the terminal's own 20 KiB, one
                    // read.
                    #expect(taken.withLock { $0 } * 14 < 65_536 * 2 + 65_536)
                    mayGoOn.withLock { $0 = true }
                    #expect(await eventually(within: 60) { site.swipes.count == sent.count })
                }
            }
            #expect(site.swipes.map(\.credential) == sent.map { .cardNumber($0) })
        }

        @Test("C7: what waited in the line while nobody read is recorded, marked, and opens nothing")
        func whatWaitedInTheLineIsRecordedMarkedAndOpensNothing() async throws {
            // A handler that would open for everybody: the session itself must not.
            let site = Site { $0.map { _ in .granted } }
            let reader = try VirtualCardReader(path: site.path("reader0"))
            let relay = try VirtualRelayBoard(path: site.path("relay0"))
            let waiting = cards(200)
            for card in waiting { reader.present(card) }
            let lane = LanePlan(name: "north", readers: [site.reader()], barrier: site.barrier())
            try await site.run([lane]) { _ in
                #expect(await eventually { site.swipes.count == 200 })
                reader.present(CardNumber(value: 777, bitLength: 32)!)
                #expect(await eventually { relay.pulseCount() == 1 })
            }
            #expect(site.swipes.map(\.isTimeUncertain) == waiting.map { _ in true } + [false])
            #expect(relay.pulseCount() == 1)
        }

        @Test
        func aPulledReaderIsBackWithinASecondAndTheGapIsTold() async throws {
            let site = Site()
            let reader = try VirtualCardReader(path: site.path("reader0"))
            let name = ReaderName(lane: "north", reader: "in0")
            try await site.run([LanePlan(name: "north", readers: [site.reader()])]) { supervisor in
                reader.present(cards(1)[0])
                #expect(await eventually { site.swipes.count == 1 })
                reader.port.write(Array(VirtualCardReader.frame(of: cards(1)[0]).prefix(6)))
                reader.port.hangUp()
                #expect(await eventually { supervisor.statuses[0].state == .absent })
                try reader.port.plugIn()
                let plugged = SystemSiteClock.uptime()
                #expect(await eventually { supervisor.statuses[0].state == .online })
                #expect(SystemSiteClock.uptime() - plugged < .seconds(1))
                reader.present(cards(1, from: 2)[0])
                #expect(await eventually { site.swipes.count == 2 })
                #expect(supervisor.statuses[0].reconnects == 1)
            }
            #expect(site.gapsBegun.map(\.reader) == [name])
            #expect(site.gapsBegun.map(\.reason) == [.unplugged])
            #expect(site.gapsEnded.map(\.since) == site.gapsBegun.map(\.since))
            #expect(site.gapsEnded.allSatisfy { $0.until != nil })
        }

        @Test
        func theRelayIsOnAtOnceAndOffAfterThePulse() async throws {
            let site = Site()
            let reader = try VirtualCardReader(path: site.path("reader0"))
            let relay = try VirtualRelayBoard(path: site.path("relay0"))
            let lane = LanePlan(name: "north", readers: [site.reader()], barrier: site.barrier())
            try await site.run([lane]) { supervisor in
                #expect(await eventually { relay.offCount() == 1 })
                reader.present(cards(1)[0])
                #expect(await eventually { relay.offCount() == 2 })
                let orders = relay.switchings
                #expect(orders.map(\.isOn) == [false, true, false])
                let pulse = orders[2].at - orders[1].at
                #expect(pulse >= .milliseconds(450) && pulse < .milliseconds(1_500))
                reader.present(cards(1, from: 2)[0])
                reader.present(cards(1, from: 3)[0])
                #expect(await eventually { relay.pulseCount() == 3 })
                #expect(await eventually { supervisor.statuses[1].pulses == 3 })
            }
            // At shutdown the last order is OFF.
            #expect(await eventually { relay.switchings.last?.isOn == false })
            #expect(relay.badByteCount == 0)
        }

        @Test
        func anAbsentOrDeafBarrierIsCounted() async throws {
            let site = Site()
            let reader = try VirtualCardReader(path: site.path("reader0"))
            let lane = LanePlan(name: "north", readers: [site.reader()], barrier: site.barrier())
            try await site.run([lane]) { supervisor in
                reader.present(cards(1)[0])
                #expect(await eventually { supervisor.statuses[1].failedPulses == 1 })
                #expect(supervisor.statuses[1].state == .absent)
                // A line whose far end takes nothing: the terminal and then the queue fill.
                let deaf = try VirtualPort(path: site.path("relay0"))
                #expect(await eventually { supervisor.statuses[1].state == .online })
                let more = cards(40_000, from: 10)
                #expect(VirtualCardReader.frame(of: more[0]).count == 14)
                await onThread {
                    for card in more where supervisor.statuses[1].failedPulses == 1 { reader.present(card) }
                }
                #expect(await eventually { supervisor.statuses[1].failedPulses > 1 })
                deaf.hangUp()
            }
            #expect(
                site.events.contains {
                    if case .openingFailed(.barrier, "north", .entering, _) = $0 { true } else { false }
                })
        }

        @Test
        func theLastGrantStillOpensWhenTheServiceStops() async throws {
            let isHeld = Shared(false)
            let release = Shared(false)
            let site = Site { swipes in
                isHeld.withLock { $0 = true }
                _ = await eventually { release.withLock { $0 } }
                return await Site.grantAll(swipes)
            }
            let reader = try VirtualCardReader(path: site.path("reader0"))
            let relay = try VirtualRelayBoard(path: site.path("relay0"))
            let lane = LanePlan(name: "north", readers: [site.reader()], barrier: site.barrier())
            try await site.run([lane]) { supervisor in
                reader.present(cards(1)[0])
                #expect(await eventually { isHeld.withLock { $0 } })
                supervisor.stop()
                release.withLock { $0 = true }
            }
            #expect(await eventually { relay.switchings.map(\.isOn) == [false, true, false] })
        }

        /// The barrier sits on a line of another lane's reader: that line stops after the reader's.
        @Test
        func theLastGrantStillOpensOnALineThatHasAReaderToo() async throws {
            let (isHeld, release) = (Shared(false), Shared(false))
            let site = Site { swipes in
                isHeld.withLock { $0 = true }
                _ = await eventually { release.withLock { $0 } }
                return await Site.grantAll(swipes)
            }
            let reader = try VirtualCardReader(path: site.path("reader0"))
            let shared = try VirtualPort(path: site.path("reader1"))
            let barrier = BarrierPlan(
                lane: "north", address: .port(site.path("reader1")), driver: "lcus-relay")
            let lanes = [
                LanePlan(name: "north", readers: [site.reader()], barrier: barrier),
                LanePlan(name: "south", readers: [site.reader(1, lane: "south")]),
            ]
            try await site.run(lanes) { supervisor in
                #expect(await eventually { supervisor.statuses.allSatisfy { $0.state == .online } })
                reader.present(cards(1)[0])
                #expect(await eventually { isHeld.withLock { $0 } })
                supervisor.stop()
                release.withLock { $0 = true }
            }
            let told = shared.read(waitingMilliseconds: 500)
            #expect(told.count == 12)
            #expect(Array(told.dropFirst(4).prefix(4)) == [0xA0, 0x01, 0x01, 0xA2])
        }

        /// A board that answers each order: the last one waits for the answer before it, and is sent.
        @Test
        func theLastGrantIsSentBehindAnAnswer() async throws {
            let (isHeld, release, isOver) = (Shared(false), Shared(false), Shared(false))
            let site = Site { swipes in
                isHeld.withLock { $0 = true }
                _ = await eventually { release.withLock { $0 } }
                return await Site.grantAll(swipes)
            }
            let reader = try VirtualCardReader(path: site.path("reader0"))
            let board = try VirtualPort(path: site.path("relay0"))
            let orders = Shared<[Bool]>([])
            let lane = LanePlan(
                name: "north", readers: [site.reader()],
                barrier: BarrierPlan(
                    lane: "north", address: .port(site.path("relay0")), driver: "modbus-relay"))
            // Deaf until the grant is there; then it echoes every write.
            async let answers: Void = onThread {
                while !isOver.withLock({ $0 }) {
                    let asked = board.read(waitingMilliseconds: 20)
                    guard release.withLock({ $0 }), asked.count == 8, asked[1] == 5 else { continue }
                    orders.withLock { $0.append(asked[4] == 0xFF) }
                    _ = board.write(asked)
                }
            }
            try await site.run([lane]) { supervisor in
                reader.present(cards(1)[0])
                #expect(await eventually { isHeld.withLock { $0 } })
                supervisor.stop()
                release.withLock { $0 = true }
            }
            #expect(await eventually { orders.withLock { $0.last == false && $0.contains(true) } })
            isOver.withLock { $0 = true }
            await answers
            #expect(
                !site.events.contains { if case .openingFailed = $0 { true } else { false } })
        }

        /// Of a bus nobody is shown as answering before it answers, nor because somebody else is understood.
        @Test
        func aDeviceOfABusIsOnlineWhenItAnswers() async throws {
            let site = Site()
            let line = try VirtualPort(path: site.path("reader0"))
            let readers = (0..<2).map { number in
                ReaderPlan(
                    name: ReaderName(lane: "north", reader: "in\(number)"),
                    address: .port(site.path("reader0")), driver: "osdp", direction: .entering,
                    options: ["secure": "off", "address": "\(number)"])
            }
            // Who the first one is; it says nothing else.
            let identity: [UInt8] = [
                0x53, 0x80, 0x14, 0, 4, 0x45, 0x5C, 0x26, 0x23, 1, 1, 0x78, 0x56, 0x34, 0x12, 1, 2, 3, 0xBE,
                0x30,
            ]
            try await site.run([LanePlan(name: "north", readers: readers)]) { supervisor in
                let states: @Sendable () -> [DeviceState] = { supervisor.statuses.map(\.state) }
                #expect(!line.read(waitingMilliseconds: 2_000).isEmpty)
                #expect(states() == [.absent, .absent])
                #expect(await eventually(within: 20) { states() == [.silent, .silent] })
                #expect(supervisor.statuses[0].detail.contains("CRC"))
                #expect(
                    await eventually(within: 20) {
                        _ = line.write([0x00, 0xF8])
                        return states() == [.failed, .failed]
                    })
                // The bytes before it are given up when its reply is due.
                #expect(
                    await eventually(within: 20) {
                        let asked = Array(line.read(waitingMilliseconds: 100).suffix(10))
                        if asked.count == 10, asked[2] == 0, asked[6] == 0x61 { _ = line.write(identity) }
                        return states() == [.silent, .silent]
                    })
            }
            #expect(site.gapsEnded.isEmpty)
        }

        @Test
        func twoLanesShareOneRelayBoard() async throws {
            let site = Site()
            let readers = try (0..<2).map { try VirtualCardReader(path: site.path("reader\($0)")) }
            let relay = try VirtualRelayBoard(path: site.path("relay0"))
            let lanes = (0..<2).map {
                LanePlan(
                    name: "lane\($0)", readers: [site.reader($0, lane: "lane\($0)")],
                    barrier: site.barrier(lane: "lane\($0)", channel: $0 + 1))
            }
            try await site.run(lanes) { _ in
                readers[1].present(cards(1)[0])
                #expect(await eventually { relay.pulseCount(channel: 2) == 1 })
                #expect(relay.pulseCount(channel: 1) == 0)
                #expect(await eventually { relay.offCount(channel: 2) == 2 })
            }
        }

        @Test
        func aPortInUseIsRefusedWithWordsAndTakenWhenItIsFree() async throws {
            let site = Site()
            let reader = try VirtualCardReader(path: site.path("reader0"))
            let holder = Site()
            try await site.run([LanePlan(name: "north", readers: [site.reader()])]) { _ in
                try await holder.run([LanePlan(name: "north", readers: [site.reader()])]) { second in
                    #expect(await eventually { second.statuses[0].state == .failed })
                    #expect(second.statuses[0].detail.contains("in use"))
                }
                reader.present(cards(1)[0])
                #expect(await eventually { site.swipes.count == 1 })
            }
            #expect(holder.gapsBegun.map(\.reason) == [.refused])
        }

        @Test("C1: pulling the plug ten times leaves no descriptor behind")
        func pullingThePlugTenTimesLeavesNoDescriptorBehind() async throws {
            let site = Site()
            let reader = try VirtualCardReader(path: site.path("reader0"))
            try await site.run([LanePlan(name: "north", readers: [site.reader()])]) { supervisor in
                for round in 1...10 {
                    reader.port.hangUp()
                    #expect(await eventually { supervisor.statuses[0].state == .absent })
                    try reader.port.plugIn()
                    #expect(await eventually { supervisor.statuses[0].reconnects == round })
                }
            }
            reader.port.hangUp()
            #expect(await eventually { hungUpTerminalCount() == 0 })
        }
    }
}

/// The name of the calling thread, as the kernel has it.
private func threadName() -> String {
    let file = open("/proc/thread-self/comm", O_RDONLY | O_CLOEXEC)
    defer { close(file) }
    var line = [UInt8](repeating: 0, count: 16)
    let count = read(file, &line, line.count)
    return String(decoding: line.prefix(max(0, count - 1)), as: UTF8.self)
}
