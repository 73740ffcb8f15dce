import AttendanceLedger
import Foundation
import Logging
import SiteModel
import Testing

@testable import PlatformSync

/// A node of a site where bundles are carried: a gate without a network, or the office that has one.
final class CarryingNode: Sendable {
    let site: DeliverySite
    let carrying: Carrying

    /// - Parameter folder: that the node's folder is made in; nil: that of temporary files.
    init(_ key: SiteKey, name: String, in folder: String? = nil) throws {
        site = try DeliverySite(key, in: folder)
        carrying = Carrying(
            directory: site.path, node: name, ledger: site.ledger, reader: site.reader, clock: site.clock)
    }

    /// Writes a bundle onto a stick.
    func export(to stick: String, isWhole: Bool = false) async throws -> String {
        let path = "\(stick)/\(UUID().uuidString).muster"
        _ = try await carrying.export(to: path, isWhole: isWhole, by: "officer")
        return path
    }

    /// The attendance that the ledger says a platform took.
    func confirmedCount() throws -> Int {
        var confirmed: Set<Int64> = []
        try site.reader.forEachEntry { entry in
            guard entry.kind == .attendanceConfirmed,
                let proof = try? AttendanceConfirmed(encoded: entry.body)
            else { return }
            confirmed.formUnion(proof.entries.map(\.rawValue))
        }
        return confirmed.count
    }
}

/// The deliveries of what was brought of another node.
func carriedDelivery(
    _ carried: CarriedLedger, _ office: DeliverySite, port: Int
) throws -> PlatformDelivery {
    try PlatformDelivery(
        name: "city", adapter: try office.platform(port: port), directory: carried.directory,
        ledger: carried.ledger, reader: carried.reader, answers: carried.answers, newest: { carried.newest },
        clock: office.clock,
        corrected: { carried.corrected($0) }, policy: .hasty, logger: .silent)
}

/// Delivers what was brought of other nodes until nothing of it waits.
func deliverCarried(
    _ ledgers: [CarriedLedger], _ office: DeliverySite, port: Int,
    and isDone: (DeliveryStatus) -> Bool = { _ in true },
    sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    for carried in ledgers {
        let delivery = try carriedDelivery(carried, office, port: port)
        let head = try #require(try carried.reader.head()).sequence.rawValue
        let running = Task { try await delivery.run() }
        let deadline = SystemSiteClock.uptime() + .seconds(60)
        while true {
            let status = try await delivery.status()
            if status.isSettled(upTo: head), isDone(status) { break }
            guard SystemSiteClock.uptime() < deadline else {
                Issue.record(
                    "not delivered: \(try await delivery.status())", sourceLocation: sourceLocation)
                break
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        await delivery.stop()
        try await running.value
        await delivery.close()
    }
}

/// A folder that stands for a stick; gone with it.
func withStick(_ body: (String) async throws -> Void) async throws {
    let path = NSTemporaryDirectory() + "stick-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    // try?: a folder that is gone is as good.
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await body(path)
}
