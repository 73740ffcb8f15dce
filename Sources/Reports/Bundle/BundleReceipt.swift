import SiteModel

/// A line of `receipts.jsonl`: a platform took a pass of the worker, as an entry that is shown says.
struct BundleReceipt: Equatable {
    let sequence: LedgerSequence
    let platform: String
    /// Empty where the platform gave none.
    let receipt: String
    /// The entry that says so: behind the pass.
    let proof: LedgerSequence

    /// What the shown entries prove, in the order of the file.
    ///
    /// - Parameters:
    ///   - passes: of the worker, that are shown.
    ///   - proofs: that are shown, in the order of the chain. What one says of entries behind itself it
    ///     cannot know.
    static func all(
        of passes: Set<LedgerSequence>, by proofs: [(sequence: LedgerSequence, proof: AttendanceConfirmed)]
    ) -> [BundleReceipt] {
        proofs.flatMap { sequence, proof in
            proof.entries.filter { $0 < sequence && passes.contains($0) }.map {
                BundleReceipt(
                    sequence: $0, platform: proof.platform, receipt: proof.receipt, proof: sequence)
            }
        }
        .sorted { ($0.sequence, $0.proof) < ($1.sequence, $1.proof) }
    }

    private init(sequence: LedgerSequence, platform: String, receipt: String, proof: LedgerSequence) {
        (self.sequence, self.platform, self.receipt, self.proof) = (sequence, platform, receipt, proof)
    }

    /// - Returns: nil when the line is none.
    init?(line: ArraySlice<UInt8>) {
        guard let json = JSONObject(line), json.names.count == 4, let sequence = json.number("sequence"),
            let platform = json.text("platform"), let receipt = json.text("receipt"),
            let proof = json.number("proof")
        else { return nil }
        self.init(
            sequence: LedgerSequence(sequence), platform: platform, receipt: receipt,
            proof: LedgerSequence(proof))
    }

    /// With its LF.
    var line: [UInt8] {
        BundleLine.line { json in
            json.member("sequence", sequence.rawValue)
            json.member("platform", platform)
            json.member("receipt", receipt)
            json.member("proof", proof.rawValue)
        }
    }
}
