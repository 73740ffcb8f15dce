import Glibc
import Testing

@testable import GatewayService

struct ServiceNotifierTests {
    /// A datagram socket as systemd has it, at a path or, with `@` first, in the abstract namespace.
    private struct Receiver: ~Copyable {
        private let descriptor: Int32

        init(_ path: String) throws {
            descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            let bytes = Array(path.utf8)
            withUnsafeMutableBytes(of: &address.sun_path) {
                $0.copyBytes(from: bytes)
                if bytes.first == UInt8(ascii: "@") { $0[0] = 0 }
            }
            let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
            let code = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
            }
            try #require(code == 0, "the test socket cannot be bound: error \(errno)")
        }

        deinit {
            close(descriptor)
        }

        /// The next datagram; nil when none is there.
        func next() -> String? {
            var buffer = [UInt8](repeating: 0, count: 512)
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            return count >= 0 ? String(decoding: buffer[0..<count], as: UTF8.self) : nil
        }
    }

    @Test(arguments: [false, true])
    func everyStateIsOneDatagram(isAbstract: Bool) throws {
        let folder = TemporaryFolder()
        let path = (isAbstract ? "@" : "") + folder.path + "/notify"
        let receiver = try Receiver(path)
        let notifier = ServiceNotifier(socketPath: path)
        #expect(notifier.send("READY=1"))
        #expect(notifier.send("WATCHDOG=1"))
        #expect(receiver.next() == "READY=1")
        #expect(receiver.next() == "WATCHDOG=1")
        #expect(receiver.next() == nil)
    }

    @Test func withoutSystemdNothingIsSaidAndNothingIsWrong() {
        let notifier = ServiceNotifier(socketPath: nil)
        #expect(notifier.send("READY=1"))
        #expect(notifier.watchdogInterval == nil)
    }

    @Test func whatSystemdDidNotTakeIsToldToTheCaller() {
        let folder = TemporaryFolder()
        #expect(!ServiceNotifier(socketPath: folder.path + "/notify").send("READY=1"), "nobody listens")
        let tooLong = "/" + String(repeating: "n", count: 107)
        #expect(!ServiceNotifier(socketPath: tooLong).send("READY=1"), "108 bytes with the closing zero")
    }

    @Test func theWatchdogIsFedInHalfItsTime() {
        let notifier = ServiceNotifier(socketPath: nil, watchdogMicroseconds: 30_000_000)
        #expect(notifier.watchdogInterval == .seconds(15))
    }
}
