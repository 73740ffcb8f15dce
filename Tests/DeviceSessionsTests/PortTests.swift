import Glibc
import SiteModel
import Testing
import VirtualSite

@testable import DeviceIO

extension DeviceTests {
    @Suite(.timeLimit(.minutes(10)))
    struct PortTests {
        private let settings = SerialSettings(baud: 9_600)

        @Test
        func twoHundredOpeningsAndHangUpsLeaveNoDescriptorBehind() async throws {
            let site = Site()
            let far = try VirtualPort(path: site.path("reader0"))
            let thread = PollThread()
            for round in 0..<200 {
                let port = try await SerialPort.open(path: far.path, settings: settings, on: thread)
                if round.isMultiple(of: 2) {
                    far.hangUp()
                    #expect(await port.nextInputs() == [.closed(.unplugged)])
                }
                await port.close(flushing: .zero)
                try far.plugIn()
            }
            far.hangUp()
            #expect(await eventually { hungUpTerminalCount() == 0 })
            thread.stop()
        }

        /// `close(2)` of a serial line may hold its thread for 30 s: no relay of reports waits for it.
        @Test
        func aHIDDeviceIsToldWhileAnotherDeviceHolds() async throws {
            let site = Site()
            let far = try VirtualPort(path: site.path("relay0"))
            let thread = PollThread()
            let port = try await HIDRawDevice.open(path: far.path, on: thread)
            var pipe: [Int32] = [0, 0]
            try #require(Glibc.pipe(&pipe) == 0)
            let (readEnd, writeEnd) = (pipe[0], pipe[1])
            let isHeld = thread.slowCalls.submit {
                var byte: UInt8 = 0
                _ = read(readEnd, &byte, 1)
                close(readEnd)
            }
            #expect(isHeld)
            try port.write([0x41, 0x42])
            #expect(far.read(waitingMilliseconds: 20_000) == [0x41, 0x42])
            await port.close(flushing: .zero)
            close(writeEnd)
            thread.stop()
        }

        @Test
        func bytesThatWaitAtOpenAreMarkedAndLaterOnesAreNot() async throws {
            let site = Site()
            let far = try VirtualPort(path: site.path("reader0"))
            let thread = PollThread()
            far.write([1, 2, 3])
            let port = try await SerialPort.open(path: far.path, settings: settings, on: thread)
            far.write([4, 5])
            var pending: [UInt8] = []
            var fresh: [UInt8] = []
            while pending.count + fresh.count < 5 {
                for case .bytes(let bytes, _, let isPending) in await port.nextInputs() {
                    if isPending { pending += bytes } else { fresh += bytes }
                }
            }
            #expect(pending == [1, 2, 3])
            #expect(fresh == [4, 5])
            await port.close(flushing: .zero)
            thread.stop()
        }

        @Test
        func aReaderThatIsNotReadFillsItsInboxAndNoMore() async throws {
            let site = Site()
            let far = try VirtualPort(path: site.path("reader0"))
            let thread = PollThread()
            let port = try await SerialPort.open(path: far.path, settings: settings, on: thread)
            let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
            let sent = far.write(bytes, patienceMilliseconds: 200)
            // Inbox and one read more, and about 20 KiB in the terminal.
            #expect(sent >= Inbox.byteLimit && sent < Inbox.byteLimit + 40_000)
            let rest = Array(bytes[sent...])
            let count = Shared(0)
            async let isSent: Void = onThread { count.withLock { $0 = far.write(rest) } }
            var received: [UInt8] = []
            while received.count < bytes.count {
                for case .bytes(let some, _, _) in await port.nextInputs() { received += some }
            }
            await isSent
            #expect(count.withLock { $0 } == rest.count)
            #expect(received == bytes)
            await port.close(flushing: .zero)
            thread.stop()
        }

        @Test
        func aFullWriteQueueRefusesTheWholeMessageAndDrainsLater() async throws {
            let site = Site()
            let far = try VirtualPort(path: site.path("reader0"))
            let thread = PollThread()
            let port = try await SerialPort.open(path: far.path, settings: settings, on: thread)
            let message = [UInt8](repeating: 7, count: 1_000)
            var accepted = 0
            var refusal: PortError?
            while refusal == nil, accepted < 1_000 {
                do throws(PortError) {
                    try port.write(message)
                    accepted += 1
                } catch {
                    refusal = error
                }
            }
            #expect(refusal == .writeQueueFull(byteCount: 1_000))
            #expect(accepted > 65)
            var received = 0
            while received < accepted * 1_000 {
                let count = far.read(waitingMilliseconds: 1_000).count
                guard count > 0 else { break }
                received += count
            }
            #expect(received == accepted * 1_000)
            try port.write(message)
            await port.close(flushing: .seconds(1))
            #expect(throws: PortError.closed) { try port.write(message) }
            thread.stop()
        }

        @Test
        func theLastBytesLeaveBeforeThePortCloses() async throws {
            let site = Site()
            let far = try VirtualPort(path: site.path("reader0"))
            let thread = PollThread()
            let port = try await SerialPort.open(path: far.path, settings: settings, on: thread)
            try port.write([0xA0, 0x01, 0x00, 0xA1])
            await port.close(flushing: .seconds(1))
            #expect(far.read(waitingMilliseconds: 1_000) == [0xA0, 0x01, 0x00, 0xA1])
            thread.stop()
        }

        @Test
        func alarmsRingOnceAndNotEarly() async throws {
            let thread = PollThread()
            let inbox = thread.makeInbox()
            let due = SystemSiteClock.uptime() + .milliseconds(30)
            inbox.wake(at: SystemSiteClock.uptime() + .seconds(3_600))
            inbox.wake(at: due)
            guard case .alarm(let rang)? = await inbox.take().first else {
                Issue.record("no alarm")
                return
            }
            #expect(rang >= due && rang < due + .seconds(1))
            inbox.nudge()
            #expect(await inbox.take() == [])
            thread.stop()
        }

        @Test
        func aSecondOpeningAndAnAbsentOneAreRefused() async throws {
            let site = Site()
            let far = try VirtualPort(path: site.path("reader0"))
            let thread = PollThread()
            let port = try await SerialPort.open(path: far.path, settings: settings, on: thread)
            await #expect(throws: PortError.inUse(path: far.path)) {
                try await SerialPort.open(path: far.path, settings: settings, on: thread)
            }
            await #expect(throws: PortError.absent(path: "/dev/nothing-here")) {
                try await SerialPort.open(path: "/dev/nothing-here", settings: settings, on: thread)
            }
            await port.close(flushing: .zero)
            thread.stop()
        }

        @Test(arguments: [24, 16])
        func keyEventsKeepTypeCodeAndValueOnly(eventByteCount: Int) {
            let time = [UInt8](repeating: 0xEE, count: eventByteCount - 8)
            let press: [UInt8] = [1, 0, 30, 0, 1, 0, 0, 0]
            let report: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0]
            let records = KeyboardDevice.records(
                fromEvents: time + press + time + report + [1, 2, 3], eventByteCount: eventByteCount)
            #expect(records == press + report)
        }

        /// Two keys of one moment, one of a later one, and one whose stamp nobody can believe.
        @Test(arguments: [24, 16])
        func keysOfOneMomentAreOneReport(eventByteCount: Int) {
            func event(_ seconds: Int, _ microseconds: Int, _ code: UInt8) -> [UInt8] {
                let half = (eventByteCount - 8) / 2
                func bytes(_ value: Int) -> [UInt8] {
                    (0..<half).map { $0 < 8 ? UInt8(truncatingIfNeeded: value >> (8 * $0)) : 0 }
                }
                return bytes(seconds) + bytes(microseconds) + [1, 0, code, 0, 1, 0, 0, 0]
            }
            let readAt = Uptime(milliseconds: 70_500)
            let events = event(70, 4_000, 2) + event(70, 4_000, 3) + event(70, 8_000, 4) + event(71, 0, 5)
            let found = KeyboardDevice.reports(
                ofEvents: events + [9], eventByteCount: eventByteCount, readAt: readAt)
            func record(_ code: UInt8) -> [UInt8] { [1, 0, code, 0, 1, 0, 0, 0] }
            #expect(
                found == [
                    .report(record(2) + record(3), at: Uptime(milliseconds: 70_004)),
                    .report(record(4), at: Uptime(milliseconds: 70_008)), .report(record(5), at: readAt),
                ])
        }

        /// The thread got no processor for a while: what came before the alarm was due stands before it.
        @Test
        func whatCameIsReadBeforeAnAlarmRings() async throws {
            let site = Site()
            let far = try VirtualPort(path: site.path("reader0"))
            let thread = PollThread()
            let port = try await SerialPort.open(path: far.path, settings: settings, on: thread)
            port.wake(at: SystemSiteClock.uptime() + .milliseconds(100))
            let isHeld = Shared(false)
            let hold = Task(executorPreference: thread) {
                isHeld.withLock { $0 = true }
                usleep(300_000)
            }
            #expect(await eventually { isHeld.withLock { $0 } })
            far.write([1, 2, 3])
            var inputs: [PortInput] = []
            while inputs.count < 2 { inputs += await port.nextInputs() }
            await hold.value
            if case .bytes([1, 2, 3], _, _) = inputs[0] {} else { Issue.record("\(inputs)") }
            if case .alarm = inputs[1] {} else { Issue.record("\(inputs)") }
            await port.close(flushing: .zero)
            thread.stop()
        }

        @Test
        func aReplayRunsInVirtualTimeWithItsAlarms() async {
            let start = Uptime(milliseconds: 1_000)
            let port = ReplayPort(
                [
                    .init(after: .zero, bytes: [1], isReport: false),
                    .init(after: .milliseconds(500), bytes: [2], isReport: true),
                ], start: start)
            #expect(await port.nextInputs() == [.bytes([1], at: start, isPendingFromBeforeOpen: false)])
            port.wake(at: start + .milliseconds(300))
            #expect(await port.nextInputs() == [.alarm(at: start + .milliseconds(300))])
            #expect(await port.nextInputs() == [.report([2], at: start + .milliseconds(500))])
            #expect(await port.nextInputs() == [.closed(.replayEnded)])
        }
    }
}
