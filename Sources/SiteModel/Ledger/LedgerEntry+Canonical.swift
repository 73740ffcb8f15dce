extension LedgerEntry {
    /// Reads canonical bytes back; `hash` is said beside them.
    ///
    /// - Throws: for bytes that are not what `canonicalBytes` writes for some entry of a kind known here.
    public init(canonicalBytes bytes: [UInt8], hash: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(bytes)
        guard try decoder.array() == 11, try decoder.integer() == 2 else { throw decoder.failure }
        let origin = LedgerOrigin(try decoder.text())
        let sequence = LedgerSequence(try decoder.integer())
        guard let kind = LedgerEntryKind(rawValue: Int(try decoder.integer())) else { throw decoder.failure }
        let subject = try decoder.optionalUnsigned().map(WorkerID.init(rawValue:))
        let wall = UTCInstant(milliseconds: try decoder.integer())
        let uptime = try decoder.uptime()
        guard let boot = BootID(bytes: try decoder.byteString()),
            let synchronisation = ClockSynchronisation(rawValue: Int(try decoder.integer())),
            let sealing = BodySealing(rawValue: Int(try decoder.integer()))
        else { throw decoder.failure }
        let body = try decoder.byteString()
        guard decoder.isAtEnd else { throw decoder.failure }
        self.init(
            origin: origin, sequence: sequence, kind: kind, subject: subject,
            clock: ClockReading(wall: wall, uptime: uptime, boot: boot, synchronisation: synchronisation),
            sealing: sealing, body: body, hash: hash)
    }
}
