extension String {
    /// Without runs of six digits and more: numbers of persons, cards and telephones. An `X` may end the
    /// number of a person.
    ///
    /// - Parameters:
    ///   - digits: how many make a number, where shorter ones are wanted: those of receipts.
    ///   - limit: characters that are kept.
    public func maskingNumbers(from digits: Int = 6, upTo limit: Int = .max) -> String {
        let masked = replacing(/[0-9]{6,}[Xx]?/) { $0.output.count < digits ? String($0.output) : "***" }
        return String(masked.prefix(limit))
    }

    /// Words that somebody wrote about a worker, without their name and without numbers.
    ///
    /// - Parameter worker: nil for somebody who is not known, or was erased.
    public func masking(_ worker: ProjectWorker?, numbersFrom digits: Int = 6) -> String {
        guard let worker, !worker.name.isEmpty else { return maskingNumbers(from: digits) }
        return replacing(worker.name, with: worker.maskedName).maskingNumbers(from: digits)
    }
}
