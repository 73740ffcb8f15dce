import Glibc
public import SiteModel
import Synchronization

/// A resident-ID reader with its SAM, as the service sees it: answers find, select, read, status and module
/// id.
///
/// Cards are presented one after another: each stays until it was read, then the reader answers "no card"
/// once before the next is found. Source: the frame and status tables of the SAM protocol, as
/// `ResidentIDCardDriver` documents them.
public final class VirtualIDCardReader: Sendable {
    /// How replies travel.
    public enum Pacing: Sendable {
        /// Whole frames at once.
        case burst
        /// Every byte by a write of its own.
        case byteByByte
        /// Byte by byte at the speed of a line.
        case baud(Int)
    }

    public let port: VirtualPort
    private let pacing: Pacing
    private let baud: Int?
    private let state = Mutex(SAMConversation())
    private let thread = Mutex<VirtualDeviceThread?>(nil)

    /// - Parameter baud: its own speed, whatever the service sets; nil: always the same.
    public init(path: String, pacing: Pacing = .burst, baud: Int? = nil) throws(VirtualSiteError) {
        port = try VirtualPort(path: path)
        self.pacing = pacing
        self.baud = baud
        let thread = VirtualDeviceThread(name: "virtual-sam", port: port) { [weak self] in self?.receive($0) }
        self.thread.withLock { $0 = thread }
    }

    deinit {
        thread.withLock { $0?.stop() }
    }

    /// Puts a person's card on the reader, after those that wait.
    public func present(_ person: ProjectWorker) {
        state.withLock { $0.cards.append(person) }
    }

    /// Cards whose content was sent to the service.
    public var readCount: Int { state.withLock { $0.readCount } }

    private func receive(_ sent: [UInt8]) {
        let speed = port.speed
        let bytes = baud.map { SampledLine.heard(sent, sentAt: speed, heardAt: $0) } ?? sent
        let replies = state.withLock { state -> [[UInt8]] in
            state.received += bytes
            var replies: [[UInt8]] = []
            while let command = state.nextCommand() {
                replies.append(state.reply(to: command))
            }
            return replies
        }
        for reply in replies {
            send(baud.map { SampledLine.heard(reply, sentAt: $0, heardAt: speed) } ?? reply)
        }
    }

    private func send(_ reply: [UInt8]) {
        switch pacing {
        case .burst: port.write(reply)
        case .byteByByte: for byte in reply { port.write([byte]) }
        case .baud(let baud):
            for byte in reply {
                port.write([byte])
                // 8N1: ten bits a byte.
                usleep(UInt32(10_000_000 / baud))
            }
        }
    }
}
