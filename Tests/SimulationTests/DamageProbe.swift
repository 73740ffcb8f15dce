import SiteModel

@testable import AttendanceLedger

/// Opens damaged files in every way there is, and says when something is claimed that is not so.
struct DamageProbe {
    /// What became of the damage. Raw values are printed.
    enum Verdict: String, CaseIterable {
        /// Everything is there: the damage met nothing.
        case harmless
        /// Opening or reading says what is wrong.
        case refused
        /// Verification names an entry, or the pages.
        case named
        /// Entries are gone, and what is kept beside the ledger says so.
        case lossNamed
        /// Entries are gone and nothing in the folder knows of them; a checkpoint kept elsewhere does.
        case seenFromElsewhere
    }

    struct Violation: Error, CustomStringConvertible {
        let description: String
    }

    let image: LedgerImage
    let files: [String: [UInt8]]

    /// - Throws: `Violation`; any other error but `LedgerError` is none of ours.
    func run() throws -> Verdict {
        let copy = try LedgerCopy(files)
        readEverything(in: copy)
        let before = verification(in: copy)
        let verdict = try judge(before, in: copy)
        try write(in: copy, after: before, verdict)
        return verdict
    }

    /// Every call must end and throw nothing but `LedgerError`; the compiler sees to the second.
    private func readEverything(in copy: LedgerCopy) {
        // try?, here and below: whatever is thrown is an answer.
        guard let reader = try? LedgerReader.open(directory: copy.path, siteKey: LedgerImage.siteKey) else {
            return
        }
        _ = try? reader.head()
        _ = try? reader.newestPolicy()
        try? reader.forEachRosterEntry { _ in }
        _ = try? reader.newestAttendance(limit: 50)
        try? reader.exportJSONLines(isRevealed: true) { _ in }
    }

    private func verification(in copy: LedgerCopy) -> LedgerVerification? {
        // try?: refused.
        try? LedgerReader.open(directory: copy.path, siteKey: LedgerImage.siteKey).verify()
    }

    private func judge(_ found: LedgerVerification?, in copy: LedgerCopy) throws -> Verdict {
        guard let found else { return .refused }
        if found.fault?.reason == .lost { return .lossNamed }
        guard found.isWhole else { return .named }
        let reader = try LedgerReader.open(directory: copy.path, siteKey: LedgerImage.siteKey)
        let hashes = try reader.entries(after: LedgerSequence(0), limit: .max).map(\.hash)
        guard hashes == Array(image.hashes.prefix(hashes.count)), hashes.count == found.entryCount else {
            throw Violation(description: "entries verify that were never written")
        }
        if hashes.count == image.hashes.count { return .harmless }
        if let head = LedgerHeadFile.read(in: copy.path), head.sequence.rawValue > hashes.count {
            throw Violation(description: "\(image.hashes.count - hashes.count) entries are gone unseen")
        }
        let seen = try reader.verify(against: image.checkpoint)
        guard seen.fault?.reason == .lost else {
            throw Violation(description: "a checkpoint kept elsewhere does not see an older copy")
        }
        return .seenFromElsewhere
    }

    /// A writer opens on what verifies, and on nothing else; what it adds verifies.
    private func write(in copy: LedgerCopy, after before: LedgerVerification?, _ verdict: Verdict) throws {
        let recorded = LedgerHeadFile.read(in: copy.path)
        let file: LedgerWriterFile
        do throws(LedgerError) {
            file = try LedgerWriterFile(
                directory: copy.path, node: "image", siteKey: LedgerImage.siteKey)
        } catch {
            // The node's own key is in no entry, so it is not seen by reading.
            switch error {
            case .siteKeyWrong, .keysMissing: return
            default: break
            }
            guard verdict != .harmless, verdict != .seenFromElsewhere else {
                throw Violation(description: "a ledger that verifies is not opened: \(error)")
            }
            return
        }
        // A row that pretends to be of another origin is named by reading and touches no entry of the node:
        // decision 0007.
        let isOfChain =
            before?.fault.map {
                $0.origin.text.hasPrefix("image-")
                    && [.hashDiffers, .missing, .unreadable].contains($0.reason)
            } ?? false
        if isOfChain { throw Violation(description: "opened though \(before?.words ?? "")") }
        if verdict == .lossNamed, file.loss == nil { throw Violation(description: "the loss is not claimed") }
        if verdict == .harmless, file.loss != nil { throw Violation(description: "a loss is invented") }
        let opened = file.head.sequence
        if let recorded, recorded.sequence > opened, file.loss?.sequence != recorded.sequence {
            throw Violation(description: "\(recorded.sequence) entries were on disk, and nobody says so")
        }
        guard case .success(let groups) = file.commit([[Invented.attendance(1_000_000)]]) else { return }
        file.close()
        let reader = try LedgerReader.open(directory: copy.path, siteKey: LedgerImage.siteKey)
        guard before?.isWhole == true || verdict == .lossNamed else { return }
        let after = try reader.verify()
        guard after.fault == nil, groups[0][0].sequence > opened else {
            throw Violation(description: "what was added does not verify: \(after.words)")
        }
    }
}
