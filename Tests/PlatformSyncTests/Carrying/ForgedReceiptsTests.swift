import Foundation
import Glibc
import SiteModel
import Testing

@testable import AttendanceLedger
@testable import PlatformSync

/// Answers that a stick brings: whoever found it may have changed them, and an old one may come again.
@Suite(.serialized) struct ForgedReceiptsTests {
    /// `MUSTER_FORGERIES=1000000` is for a night.
    private static let forgeryCount =
        ProcessInfo.processInfo.environment["MUSTER_FORGERIES"].flatMap(Int.init) ?? 600

    @Test("D8: answers that were altered, made with another key or for another gate change nothing")
    func forgedAnswersChangeNothing() async throws {
        let key = SiteKey.random()
        let (gate, other) = (try CarryingNode(key, name: "gate"), try CarryingNode(key, name: "other"))
        let office = try CarryingNode(key, name: "office")
        try await gate.site.addCompany(teams: ["钢筋一班"])
        let worker = try await gate.site.join(1, team: "钢筋一班")
        try await gate.site.pass(worker, count: 20)
        try await withSandbox(in: office.site.path) { port in
            try await withStick { stick in
                let genuine = try await receipts(of: gate, from: office, stick, port)
                let head = try gate.site.reader.head()
                let bytes = try unpacked(genuine)
                var random = SplitMix(seed: 8)
                for number in 0..<Self.forgeryCount {
                    let path = "\(stick)/forged-\(number)"
                    let writer = try GzipWriter(path: path)
                    try writer.write(forged(bytes, &random))
                    try writer.finish()
                    await #expect(throws: DeliveryError.self) {
                        _ = try await gate.carrying.takeReceipts(path, by: "officer")
                    }
                    unlink(path)
                }
                let stranger = try await strangersReceipts(stick, port)
                for (path, node) in [(stranger, gate), (genuine, other)] {
                    await #expect(throws: DeliveryError.self) {
                        _ = try await node.carrying.takeReceipts(path, by: "officer")
                    }
                }
                #expect(try gate.site.reader.head() == head && gate.confirmedCount() == 0)
                #expect(try other.site.reader.head() == nil || other.confirmedCount() == 0)
                let taken = try await gate.carrying.takeReceipts(genuine, by: "officer")
                #expect(taken.confirmedCount == 20)
            }
        }
        await office.carrying.close()
    }

    @Test("D8: old answers after newer ones, and the same ones again, change nothing")
    func replayedAnswersChangeNothing() async throws {
        let key = SiteKey.random()
        let (gate, office) = (try CarryingNode(key, name: "gate"), try CarryingNode(key, name: "office"))
        try await gate.site.addCompany(teams: ["钢筋一班"])
        let worker = try await gate.site.join(1, team: "钢筋一班")
        try await gate.site.pass(worker, count: 20)
        try await withSandbox(in: office.site.path) { port in
            try await withStick { stick in
                let old = try await receipts(of: gate, from: office, stick, port)
                try await gate.site.pass(worker, count: 20, age: .seconds(100))
                let new = try await receipts(of: gate, from: office, stick, port)
                #expect(old != new)
                #expect(try await gate.carrying.takeReceipts(new, by: "officer").confirmedCount == 40)
                let head = try gate.site.reader.head()
                for path in [old, new, old] {
                    let outcome = try await gate.carrying.takeReceipts(path, by: "officer")
                    #expect(outcome.confirmedCount == 0 && outcome.rejectedCount == 0)
                }
                #expect(try gate.site.reader.head() == head)
            }
        }
        await office.carrying.close()
    }

    private func receipts(
        of gate: CarryingNode, from office: CarryingNode, _ stick: String, _ port: Int
    ) async throws -> String {
        let taken = try await office.carrying.take(try await gate.export(to: stick), by: "officer")
        try await deliverCarried([taken.ledger], office.site, port: port)
        return try #require(try await office.carrying.writeReceipts(to: stick).last)
    }

    /// What is packed, not the packing: other packed bytes may unpack to the same, and that is no forgery.
    private func unpacked(_ path: String) throws -> [UInt8] {
        // gzip ends in the count of what it holds (RFC 1952, 2.3.1: ISIZE), the lowest byte first.
        let end = try Data(contentsOf: URL(filePath: path)).suffix(4)
        return try GzipReader(path: path).read(end.reversed().reduce(0) { $0 << 8 | Int($1) })
    }

    /// A bit, a byte, a piece that is missing, doubled or of somewhere else.
    private func forged(_ genuine: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        var bytes = genuine
        let at = Int(random.next() % UInt64(bytes.count))
        switch random.next() % 5 {
        case 0: bytes[at] ^= 1 << UInt8(random.next() % 8)
        case 1: bytes[at] = ~bytes[at]
        case 2: bytes.removeSubrange(at..<min(bytes.count, at + 1 + Int(random.next() % 64)))
        case 3: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + 16)], at: at)
        default: bytes.removeLast(bytes.count - at)
        }
        return bytes
    }

    /// Of a site with another key, about a gate of the same name.
    private func strangersReceipts(_ stick: String, _ port: Int) async throws -> String {
        let key = SiteKey.random()
        let (gate, office) = (try CarryingNode(key, name: "gate"), try CarryingNode(key, name: "office"))
        _ = try await office.carrying.take(try await gate.export(to: stick), by: "officer")
        let path = try #require(try await office.carrying.writeReceipts(to: stick).last)
        await office.carrying.close()
        return path
    }
}
