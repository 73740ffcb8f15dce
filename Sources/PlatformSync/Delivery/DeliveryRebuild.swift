import AttendanceLedger
import SQLiteStore

/// Files that say where deliveries stand, made again from the ledger by who delivers next.
public enum DeliveryRebuild {
    /// Marks those of a ledger and of what was brought of other nodes. Nobody delivers meanwhile.
    ///
    /// - Parameter directory: where the ledger lies.
    /// - Returns: their paths, from `directory` on.
    /// - Throws: `DeliveryError.storage` at one that cannot be marked; those before it are.
    public static func mark(in directory: String) throws(DeliveryError) -> [String] {
        let carried = CarriedFolder.names(in: directory + "/carried").map { "carried/\($0)/" }
        var marked: [String] = []
        for folder in [""] + carried {
            let names = CarriedFolder.names(in: "\(directory)/\(folder)")
            for name in names where name.hasPrefix("deliveries-") && name.hasSuffix(".db") {
                let file = try DeliveryFile(path: "\(directory)/\(folder)\(name)")
                try file.write(isSynced: true) { () throws(SQLiteError) in try file.setMark(.rebuilding, 1) }
                marked.append(folder + name)
            }
        }
        return marked
    }
}
