import AttendanceLedger
public import SiteModel

/// A file of a worker as the ledger keeps it. Personal data.
public struct KeptFile: Sendable {
    public let sequence: LedgerSequence
    public let worker: WorkerID
    public let recordedAt: UTCInstant
    public let file: WorkerFile

    /// `cc0eee-2-4711.jpg`: no name, no number.
    public var name: String { "\(worker)-\(sequence).\(file.form.suffix)" }

    /// `entry, purpose, form, byte_count, sha256, recorded_at, file`.
    public var json: String {
        var json = JSONText()
        json.beginObject()
        json.member("entry", sequence.rawValue)
        json.member("purpose", file.purpose.name)
        json.member("form", file.form.suffix)
        json.member("byte_count", Int64(file.bytes.count))
        json.member("sha256", EvidenceDigest.digest(file.bytes).hexadecimal)
        json.member("recorded_at", recordedAt.rfc3339)
        json.member("file", name)
        json.endObject()
        return json.text
    }

    public var line: String {
        "\(name)  \(file.purpose.words.chinese) \(file.purpose.words.english), \(file.bytes.count) bytes, "
            + recordedAt.rfc3339
    }
}

extension LedgerReader {
    /// In the order of the ledger; none of a worker who was erased. Blocks while it reads.
    func files(
        of worker: WorkerID, corrected: (ClockReading) -> CorrectedTime
    ) throws(LedgerError) -> [KeptFile] {
        var files: [KeptFile] = []
        for entry in try fileEntries(of: worker) {
            guard let opened = try opened(entry) else { continue }
            do throws(CanonicalDecodingError) {
                files.append(
                    KeptFile(
                        sequence: entry.sequence, worker: worker,
                        recordedAt: corrected(entry.clock).instant,
                        file: try WorkerFile(encoded: opened.body)))
            } catch {
                throw .chainBroken(sequence: entry.sequence)
            }
        }
        return files
    }
}
