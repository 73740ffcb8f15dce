import DeviceDrivers
import DeviceIO
import SiteModel
import Testing
import VirtualSite

@testable import DeviceSessions

extension DeviceTests {
    /// `muster device probe` over pseudo terminals whose devices have a speed of their own.
    @Suite(.timeLimit(.minutes(5)))
    struct ProbingTests {
        @Test(arguments: [115_200, 9_600])
        func aSecurityModuleIsFoundAtItsSpeed(baud: Int) async throws {
            let site = Site()
            let reader = try VirtualIDCardReader(path: site.path("reader0"), baud: baud)
            let report = try await Self.probe(site)
            #expect(report.findings.map(\.driver) == ["resident-id-card"])
            #expect(report.findings.first?.certainty == .certain)
            #expect(report.findings.first?.settings.baud == baud)
            #expect(reader.readCount == 0)
        }

        /// Readers of this kind speak only when a card is shown, and are never asked.
        @Test
        func aCardReaderIsHeardAtItsSpeed() async throws {
            let site = Site()
            let reader = try VirtualCardReader(path: site.path("reader0"), baud: 9_600)
            let report = try await withThrowingTaskGroup(of: DeviceProbe.Report?.self) { group in
                group.addTask { try await Self.probe(site, listening: .milliseconds(800)) }
                group.addTask {
                    var number = 0
                    while !Task.isCancelled {
                        number += 1
                        reader.present(cards(1, from: number)[0])
                        // try?: a cancelled pause is a short one.
                        try? await Task.sleep(for: .milliseconds(70))
                    }
                    return nil
                }
                defer { group.cancelAll() }
                return try #require(try await group.next() ?? nil)
            }
            #expect(report.findings.first?.driver == "rdm6300")
            #expect(report.findings.first?.settings.baud == 9_600)
            #expect(report.findings.first?.certainty == .certain)
            // At 115200 there was traffic, and nothing was made of it.
            #expect(report.byteCounts[115_200, default: 0] > 0)
        }

        @Test
        func aDumbLineGivesNothingAndEveryQuestionIsAsked() async throws {
            let site = Site()
            let port = try VirtualPort(path: site.path("reader0"))
            let steps = Shared<[Int]>([])
            let report = try await Self.probe(site) { done, _ in steps.withLock { $0.append(done) } }
            #expect(report.findings.isEmpty)
            #expect(report.byteCounts.values.allSatisfy { $0 == 0 })
            let total = ProbeQuestion.all.count + 5
            #expect(steps.withLock { $0 } == Array(1...total) + [total])
            var heard: [UInt8] = []
            while case let bytes = port.read(waitingMilliseconds: 20), !bytes.isEmpty { heard += bytes }
            #expect(heard == ProbeQuestion.all.flatMap(\.bytes))
        }

        /// An RS-485 adapter that hears itself: nobody is there.
        @Test
        func ourOwnQuestionsAreNoPanelOfSomebodyElse() async throws {
            let site = Site()
            let port = try VirtualPort(path: site.path("reader0"))
            let report = try await withThrowingTaskGroup(of: DeviceProbe.Report?.self) { group in
                group.addTask { try await Self.probe(site) }
                group.addTask {
                    while !Task.isCancelled {
                        let heard = port.read(waitingMilliseconds: 5)
                        if !heard.isEmpty { port.write(heard) }
                        await Task.yield()
                    }
                    return nil
                }
                defer { group.cancelAll() }
                return try #require(try await group.next() ?? nil)
            }
            #expect(report.findings.isEmpty)
            #expect(report.byteCounts.count == 5 && report.byteCounts.values.allSatisfy { $0 > 0 })
        }

        @Test
        func aPortThatTheServiceHasIsRefusedAndHearsNothing() async throws {
            let site = Site()
            let reader = try VirtualCardReader(path: site.path("reader0"))
            let lane = LanePlan(name: "north", readers: [site.reader()])
            try await site.run([lane]) { supervisor in
                #expect(await eventually { supervisor.statuses[0].state == .online })
                let error = await #expect(throws: CaptureRecordingError.self) { try await Self.probe(site) }
                #expect(error?.isInUse == true)
            }
            #expect(reader.port.read(waitingMilliseconds: 20).isEmpty)
        }

        private static func probe(
            _ site: Site, listening: Duration = .milliseconds(100),
            progress: @Sendable (Int, Int) -> Void = { _, _ in }
        ) async throws -> DeviceProbe.Report {
            try await DeviceProbe(path: site.path("reader0"), listening: listening).run(progress: progress)
        }
    }

    /// A line that is set wrong says so, and says so again when it is right.
    @Suite(.timeLimit(.minutes(5)))
    struct LineSpeedTests {
        @Test("C6: a wrong speed is named within 30 seconds of traffic")
        func aWrongSpeedIsNamedWithin30Seconds() async throws {
            let site = Site()
            let reader = try VirtualCardReader(path: site.path("reader0"), baud: 9_600)
            var plan = site.reader()
            plan.options = ["baud": "19200"]
            let began = SystemSiteClock.uptime()
            try await site.run([LanePlan(name: "north", readers: [plan])]) { supervisor in
                let isNamed = await Self.present(reader) { supervisor.statuses[0].state == .failed }
                #expect(isNamed)
                #expect(supervisor.statuses[0].detail.contains("wrong speed (19200 baud now)"))
            }
            #expect(SystemSiteClock.uptime() - began < .seconds(30))
            #expect(site.swipes.isEmpty)
            #expect(site.gapsBegun.map(\.reason) == [.garbled])
        }

        @Test
        func aPolledReaderWhoseAnswersAreGarbledIsNamedToo() async throws {
            let site = Site()
            // Whatever it is asked, it answers as if at another speed.
            let port = try VirtualPort(path: site.path("reader0"))
            let plan = site.reader(driver: "resident-id-card")
            try await site.run([LanePlan(name: "north", readers: [plan])]) { supervisor in
                #expect(
                    await eventually(within: 25) {
                        if !port.read(waitingMilliseconds: 5).isEmpty {
                            port.write([0x80, 0xE0, 0xF8, 0x00])
                        }
                        return supervisor.statuses[0].detail.contains("wrong speed (115200 baud now)")
                    })
                #expect(supervisor.statuses[0].state == .failed)
            }
        }

        @Test
        func theRightSpeedIsNeverBlamedForNoise() async throws {
            let site = Site()
            let reader = try VirtualCardReader(path: site.path("reader0"), baud: 9_600)
            try await site.run([LanePlan(name: "north", readers: [site.reader()])]) { supervisor in
                reader.present(cards(1)[0])
                #expect(await eventually { supervisor.statuses[0].reads == 1 })
                for _ in 0..<20 { reader.port.write([UInt8](repeating: 0xF8, count: 40)) }
                #expect(await eventually { supervisor.statuses[0].discards[.noise] == 800 })
                #expect(supervisor.statuses[0].state == .online)
            }
            #expect(site.gapsBegun.isEmpty)
        }

        /// Cards, one after another, until `condition` holds or 28 s are over.
        private static func present(
            _ reader: VirtualCardReader, until condition: @Sendable () -> Bool
        ) async -> Bool {
            let deadline = SystemSiteClock.uptime() + .seconds(28)
            while SystemSiteClock.uptime() < deadline {
                reader.present(cards(1)[0])
                if await eventually(within: 0.2, condition) { return true }
            }
            return false
        }
    }
}

/// The judgement alone, every boundary on both sides.
struct LineSpeedWatchTests {
    struct Row: Sendable {
        let says: String
        /// Seconds and bytes.
        let traffic: [(Double, Int)]
        let isNamed: Bool
    }

    @Test(arguments: [
        Row(says: "64 bytes in 5 s", traffic: [(0, 32), (5, 32)], isNamed: true),
        Row(says: "63 bytes in 5 s", traffic: [(0, 32), (5, 31)], isNamed: false),
        Row(says: "64 bytes in 4.9 s", traffic: [(0, 32), (4.9, 32)], isNamed: false),
        Row(says: "6 bytes, 20 s ago", traffic: [(0, 6), (20, 0)], isNamed: true),
        Row(says: "5 bytes, 20 s ago", traffic: [(0, 5), (20, 0)], isNamed: false),
        Row(says: "6 bytes, 19.9 s ago", traffic: [(0, 6), (19.9, 0)], isNamed: false),
        Row(says: "a stray byte every 15 s", traffic: [(0, 1), (15, 1), (30, 1), (45, 1)], isNamed: false),
        Row(says: "1 byte of a card, 3 times", traffic: [(0, 1), (5, 1), (10, 1)], isNamed: true),
        Row(says: "1 byte, 3 times in 29.9 s", traffic: [(0, 1), (15, 1), (29.9, 1)], isNamed: true),
        Row(says: "3 cards in a hurry", traffic: [(0, 1), (1, 1), (2, 1), (20, 0)], isNamed: true),
        Row(says: "5 s apart, twice", traffic: [(0, 1), (5, 1), (20, 0)], isNamed: false),
        Row(
            says: "5 pieces of one card", traffic: [(0, 1), (0.3, 1), (0.6, 1), (0.9, 1), (1.2, 1), (20, 0)],
            isNamed: false),
        Row(says: "nothing", traffic: [(0, 0), (100, 0)], isNamed: false),
    ])
    func aRowOfTheTable(row: Row) {
        var watch = LineSpeedWatch()
        for (seconds, byteCount) in row.traffic {
            _ = watch.take(byteCount: byteCount, hasFrames: false, at: Self.time(seconds))
        }
        #expect(watch.isNamed == row.isNamed, "\(row.says)")
        #expect((watch.deadline == nil) == (row.isNamed || row.says == "nothing" || row.says.hasPrefix("5 ")))
    }

    @Test func whatOnceWasUnderstoodIsNeverNamed() {
        var watch = LineSpeedWatch()
        #expect(watch.take(byteCount: 14, hasFrames: true, at: Self.time(0)) == .nothing)
        #expect(watch.take(byteCount: 1_000, hasFrames: true, at: Self.time(60)) == .nothing)
        #expect(watch.deadline == nil)
    }

    @Test func whatIsNamedIsSaidOnceAndTakenBack() {
        var watch = LineSpeedWatch()
        #expect(watch.take(byteCount: 60, hasFrames: false, at: Self.time(0)) == .nothing)
        #expect(
            watch.take(byteCount: 60, hasFrames: false, at: Self.time(6))
                == .unintelligible(byteCount: 120))
        #expect(watch.take(byteCount: 60, hasFrames: false, at: Self.time(7)) == .nothing)
        #expect(watch.take(byteCount: 14, hasFrames: true, at: Self.time(8)) == .understood)
        #expect(watch.take(byteCount: 14, hasFrames: true, at: Self.time(9)) == .nothing)
    }

    private static func time(_ seconds: Double) -> Uptime {
        Uptime(milliseconds: 1_000 + Int64(seconds * 1_000))
    }
}

/// What another speed makes of a frame.
struct SampledLineTests {
    @Test func theSameSpeedHearsTheSame() {
        #expect(
            SampledLine.heard([0x55, 0xAA, 0x00, 0xFF], sentAt: 9_600, heardAt: 9_600) == [
                0x55, 0xAA, 0, 0xFF,
            ])
    }

    /// 55 is high and low by turns: heard twice as fast each bit counts twice.
    @Test func twiceTheSpeedHearsEveryBitTwice() {
        let heard = SampledLine.heard([0x55], sentAt: 9_600, heardAt: 19_200)
        #expect(heard.first == 0x66)
        #expect(heard.count > 1)
    }

    /// A reader twelve times too fast leaves a byte or two of each card: three cards name it.
    @Test func aReaderFarTooFastIsNamed() throws {
        var watch = LineSpeedWatch()
        var driver = try DriverCatalogue.make("rdm6300", options: [:])
        var verdicts: [LineSpeedWatch.Verdict] = []
        for (number, card) in cards(3, from: 15_219_292).enumerated() {
            let heard = SampledLine.heard(
                VirtualCardReader.frame(of: card), sentAt: 115_200, heardAt: 9_600)
            #expect((1...3).contains(heard.count))
            let at = Uptime(milliseconds: 1_000 + Int64(number) * 5_000)
            _ = driver.handle(.bytes(heard), at: at)
            verdicts.append(
                watch.take(byteCount: heard.count, hasFrames: driver.wholeFrameByteCount > 0, at: at))
        }
        #expect(verdicts.dropLast() == [.nothing, .nothing])
        #expect(watch.isNamed)
    }

    @Test func aFrameOfACardIsNoneAtAnyOtherSpeed() throws {
        let frame = VirtualCardReader.frame(of: cards(1, from: 15_219_292)[0])
        for baud in [1_200, 2_400, 4_800, 19_200, 38_400, 57_600, 115_200] {
            var driver = try DriverCatalogue.make("rdm6300", options: [:])
            let heard = SampledLine.heard(frame, sentAt: 9_600, heardAt: baud)
            let outputs = driver.handle(.bytes(heard), at: Uptime(milliseconds: 1))
            #expect(driver.wholeFrameByteCount == 0 && !heard.isEmpty, "\(baud): \(outputs)")
        }
    }
}
