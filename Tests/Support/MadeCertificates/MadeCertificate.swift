import ChildProcesses
import Foundation

/// A certificate of a test, made by the `openssl` command in a temporary folder.
public struct MadeCertificate: Sendable {
    /// PEM.
    public let certificatePath: String
    /// PEM, without a passphrase.
    public let keyPath: String

    /// Self-signed for `host`, valid between two `yyyyMMddHHmmssZ`.
    ///
    /// - Throws: `openssl` is not there or refuses.
    public init(host: String, from start: String, until end: String) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "muster-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        certificatePath = folder.appending(path: "crt.pem").path
        keyPath = folder.appending(path: "key.pem").path
        let settings = """
            [req]
            distinguished_name = name
            prompt = no
            [name]
            CN = \(host)
            [ca]
            default_ca = here
            [here]
            dir = .
            database = index.txt
            new_certs_dir = .
            serial = serial
            default_md = sha256
            policy = anything
            x509_extensions = made
            [anything]
            CN = supplied
            [made]
            basicConstraints = CA:TRUE
            subjectAltName = DNS:\(host)
            """
        try settings.write(to: folder.appending(path: "made.cnf"), atomically: true, encoding: .utf8)
        try Data().write(to: folder.appending(path: "index.txt"))
        try Data("01\n".utf8).write(to: folder.appending(path: "serial"))
        try Self.openssl(
            ["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
                + ["-config", "made.cnf", "-keyout", "key.pem", "-out", "made.csr"], in: folder)
        try Self.openssl(
            ["ca", "-selfsign", "-batch", "-notext", "-config", "made.cnf", "-keyfile", "key.pem"]
                + ["-in", "made.csr", "-out", "crt.pem", "-startdate", start, "-enddate", end], in: folder)
    }

    private static func openssl(_ arguments: [String], in folder: URL) throws {
        let openssl = try ChildProcess("/usr/bin/openssl", arguments, in: folder.path)
        guard openssl.wait() == 0 else { throw CocoaError(.fileWriteUnknown) }
    }
}

extension MadeCertificate {
    /// What `openssl s_client` hears in answer to `request` from a server on loopback that has to show this
    /// certificate; empty when there is no handshake. Ends when the server closes, at the latest in 30 s.
    ///
    /// - Parameter options: more of the command's own.
    public func exchange(port: Int, _ request: String, options: [String] = []) throws -> String {
        let client = try ChildProcess(
            "/usr/bin/timeout",
            ["30", "/usr/bin/openssl", "s_client", "-quiet", "-connect", "127.0.0.1:\(port)"]
                + ["-CAfile", certificatePath, "-verify_return_error"] + options, isPiped: true)
        try client.input?.write(contentsOf: Data(request.utf8))
        let heard = try client.output?.readToEnd() ?? Data()
        try client.input?.close()
        client.wait()
        return String(decoding: heard, as: UTF8.self)
    }
}
