public import AttendanceLedger
import Glibc
import SQLiteStore
public import SiteModel

/// Between the nodes of a site where there is no network: what this one recorded leaves in a bundle, what
/// others recorded comes in and is delivered from here, and the answers go home.
///
/// No record is delivered twice, in whatever order and how often bundles travel: what is known already
/// changes nothing, and what may have come up on another way is looked for before it is sent.
public actor Carrying {
    let directory: String
    let node: String
    let ledger: LedgerWriter
    let reader: LedgerReader
    let clock: any SiteClock
    private var carried: [CarriedLedger] = []
    private let executor = BlockingExecutor()

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Parameters:
    ///   - directory: of this node's ledger; others lie in `carried` there.
    ///   - node: name of this node.
    ///   - reader: of `ledger`, with the site key.
    public init(
        directory: String, node: String, ledger: LedgerWriter, reader: LedgerReader, clock: any SiteClock
    ) {
        self.directory = directory
        self.node = node
        self.ledger = ledger
        self.reader = reader
        self.clock = clock
    }

    /// Opens what was brought before. One that cannot be opened holds up no other.
    ///
    /// - Returns: what can be delivered, and why the rest cannot.
    public func open() async -> (ledgers: [CarriedLedger], faults: [String]) {
        CarriedFolder.remove(receiptsFolder)
        var faults: [String] = []
        for name in CarriedFolder.names(in: folder) {
            let place = "\(folder)/\(name)"
            // Made, and nothing was taken yet; or a bundle came first.
            guard LedgerFiles.exists("\(place)/\(CarriedLedger.answersFolder)"),
                !carried.contains(where: { $0.directory == place })
            else { continue }
            do throws(DeliveryError) {
                try await add(opened(place), by: node)
            } catch {
                faults.append("\(place): \(error)")
            }
        }
        return (carried, faults)
    }

    /// What was brought is said in the ledger of the answers, which then tell how far they go.
    private func add(_ ledger: CarriedLedger, by name: String) async throws(DeliveryError) {
        if !carried.contains(where: { $0 === ledger }) { carried.append(ledger) }
        do throws(LedgerError) {
            try await ledger.caughtUp(by: name, at: clock.now(), on: self)
        } catch {
            throw DeliveryError(error)
        }
    }

    /// Call last.
    public func close() async {
        for ledger in carried { await ledger.ledger.close() }
    }

    // MARK: What leaves

    /// Writes what this node recorded into a bundle, from where every node that sent receipts knows it.
    ///
    /// - Parameters:
    ///   - path: of a file that does not exist yet.
    ///   - isWhole: from the first entry on: for a node that was never told anything.
    ///   - name: who wants it.
    public func export(
        to path: String, isWhole: Bool, by name: String
    ) async throws(DeliveryError) -> ChainBundle {
        let after = isWhole ? LedgerSequence(0) : try knownElsewhere()
        let now = clock.now()
        do throws(LedgerError) {
            let written = try await ledger.append([
                EntryDraft(BundleWritten(after: after, by: name), kind: .bundleWritten, clock: now),
                .checkpoint(at: now),
            ])
            return try reader.writeBundle(to: path, after: after, last: written[written.count - 1].sequence)
        } catch {
            throw DeliveryError(error)
        }
    }

    /// The least of what those who sent receipts know.
    private func knownElsewhere() throws(DeliveryError) -> LedgerSequence {
        var known: [LedgerOrigin: LedgerSequence] = [:]
        for taken in try reading({ () throws(LedgerError) in try reader.bundlesTaken() }) {
            known[taken.origin] = taken.ours
        }
        return known.values.min() ?? LedgerSequence(0)
    }

    // MARK: What comes in

    /// Takes what another node recorded.
    ///
    /// - Returns: its ledger as it is known here now, and how many entries are new.
    /// - Throws: `DeliveryError.refused` for a bundle that cannot be taken; then nothing was changed.
    public func take(
        _ path: String, by name: String
    ) async throws(DeliveryError) -> (ledger: CarriedLedger, newCount: Int64) {
        let label = try label(of: path)
        guard !label.holdsAnswers else {
            throw .refused("\(path) holds answers, not records: muster sync receipts \(path)")
        }
        guard label.origin != ledger.origin else {
            throw .refused("\(path) was written by this node itself: take it to one that has a network")
        }
        try CarriedFolder.make(folder)
        let (place, outcome) = try take(path, label)
        let known = carried.first { $0.directory == place }
        let ledger: CarriedLedger
        if let known { ledger = known } else { ledger = try opened(place) }
        try await add(ledger, by: name)
        return (ledger, outcome.newCount)
    }

    /// Each node has a folder; one that lost entries and went on otherwise has several, and what is known of
    /// the lost ones is delivered all the same.
    private func take(
        _ path: String, _ label: ChainBundle
    ) throws(DeliveryError) -> (place: String, outcome: LedgerReplica.Outcome) {
        // Believed before a folder is made for it.
        try reading { () throws(LedgerError) in try ChainBundle.check(path, siteKey: siteKey()) }
        var count = 1
        while LedgerFiles.exists(place(label.origin, count + 1)) { count += 1 }
        var refusal: DeliveryError?
        for number in (1...count).reversed() {
            let place = place(label.origin, number)
            try CarriedFolder.make(place)
            do throws(LedgerError) {
                let replica = LedgerReplica(directory: place, siteKey: try siteKey())
                return (place, try replica.take(path))
            } catch {
                // It may go on from another of them.
                switch error {
                case .chainBroken: continue
                case .bundleRefused: refusal = refusal ?? DeliveryError(error)
                default: throw DeliveryError(error)
                }
            }
        }
        if let refusal { throw refusal }
        guard label.after.rawValue == 0 else {
            throw .refused(
                "\(label.origin) lost entries and goes on otherwise: write a bundle with --whole there")
        }
        let place = place(label.origin, count + 1)
        try CarriedFolder.make(place)
        let outcome = try reading { () throws(LedgerError) in
            try LedgerReplica(directory: place, siteKey: siteKey()).take(path)
        }
        return (place, outcome)
    }

    private func place(_ origin: LedgerOrigin, _ number: Int) -> String {
        "\(folder)/\(origin)" + (number > 1 ? "~\(number)" : "")
    }

    // MARK: What goes home

    /// Writes what platforms answered to each node whose records were brought here, a file each.
    ///
    /// - Parameter folder: where; a file that is there already holds the same.
    /// - Returns: the paths.
    public func writeReceipts(to folder: String) async throws(DeliveryError) -> [String] {
        var paths: [String] = []
        for carried in carried {
            do throws(LedgerError) {
                var head = try carried.answers.head()
                if head?.kind != .checkpoint {
                    head = try await carried.ledger.append([.checkpoint(at: clock.now())]).last
                }
                guard let head else { continue }
                let path = "\(folder)/receipts-\(carried.origin)-\(head.sequence).muster"
                paths.append(path)
                guard !LedgerFiles.exists(path) else { continue }
                _ = try carried.answers.writeBundle(
                    to: path, holdsAnswers: true, after: LedgerSequence(0), last: head.sequence)
            } catch {
                throw DeliveryError(error)
            }
        }
        return paths
    }

    func label(of path: String) throws(DeliveryError) -> ChainBundle {
        try reading { () throws(LedgerError) in try LedgerReplica.label(of: path, siteKey: siteKey()) }
    }

    func siteKey() throws(LedgerError) -> SiteKey {
        guard let key = reader.siteKey else { throw .siteKeyMissing(directory: directory) }
        return key
    }

    func reading<Value>(_ body: () throws(LedgerError) -> Value) throws(DeliveryError) -> Value {
        do throws(LedgerError) { return try body() } catch { throw DeliveryError(error) }
    }

    private var folder: String { directory + "/carried" }
    /// Answers on their way into this ledger.
    var receiptsFolder: String { directory + "/receipts" }

    private func opened(_ place: String) throws(DeliveryError) -> CarriedLedger {
        try CarriedFolder.make("\(place)/\(CarriedLedger.answersFolder)")
        return try reading { () throws(LedgerError) in
            try CarriedLedger(directory: place, node: node, siteKey: siteKey())
        }
    }
}

extension DeliveryError {
    /// A bundle that a person brought is for that person to mend.
    init(_ error: LedgerError) {
        switch error {
        case .bundleRefused, .exists: self = .refused("\(error)")
        default: self = .ledger("\(error)")
        }
    }
}
