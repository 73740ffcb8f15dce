import Crypto
import SiteModel

/// AES-256-GCM as everything that is sealed here uses it: 12 bytes of random nonce, the ciphertext, 16 bytes
/// of tag. `context` is authenticated with it: sealed bytes open in their own place only.
enum Seal {
    /// What sealing adds to the clear bytes.
    static let overheadByteCount = 28

    /// - Parameter nonce: random but in the documented example.
    static func seal(
        _ clear: [UInt8], with key: SymmetricKey, in context: [UInt8], nonce: AES.GCM.Nonce = AES.GCM.Nonce()
    ) -> [UInt8] {
        do {
            let box = try AES.GCM.seal(clear, using: key, nonce: nonce, authenticating: context)
            guard let sealed = box.combined else { preconditionFailure("a nonce of 12 bytes combines") }
            return Array(sealed)
        } catch {
            preconditionFailure("a key of 32 bytes seals anything")
        }
    }

    /// - Returns: nil when the key is another one, or a byte of the sealed or the context differs.
    static func open(_ sealed: [UInt8], with key: SymmetricKey, in context: [UInt8]) -> [UInt8]? {
        // try?: whatever the reason, it does not open.
        guard let box = try? AES.GCM.SealedBox(combined: sealed),
            let clear = try? AES.GCM.open(box, using: key, authenticating: context)
        else { return nil }
        return Array(clear)
    }
}

extension LedgerEntry {
    /// The entry with its sealed body opened.
    ///
    /// - Throws: `LedgerError.fileDamaged` when the key is another one, or a byte differs.
    func opened(with key: SymmetricKey, path: String) throws(LedgerError) -> LedgerEntry {
        guard let body = Seal.open(body, with: key, in: sealContext) else {
            throw .fileDamaged(
                path: path, words: "entry \(sequence) does not open with the key of its worker")
        }
        return opened(body: body)
    }

    /// A change of a worker in clear: whoever made it had no site key.
    var isUnsealed: Bool { kind == .personnelChange && sealing == .clear }

    /// - Throws: `LedgerError.chainBroken` for a change of a worker in clear.
    func refuseUnsealed() throws(LedgerError) {
        guard !isUnsealed else { throw .chainBroken(sequence: sequence) }
    }

    /// What its sealed body is bound to: everything else of the entry.
    var sealContext: [UInt8] {
        Self.canonicalBytes(
            origin: origin, sequence: sequence, kind: kind, subject: subject, clock: clock, sealing: sealing,
            body: [])
    }
}
