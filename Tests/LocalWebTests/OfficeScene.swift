import Foundation
import Glibc
import Logging
import SiteModel
import Synchronization
import Testing

@testable import Accounts
@testable import LocalWeb

/// An office with invented accounts, a clock that a test moves, and a ledger that a test may break.
final class OfficeScene: Sendable {
    static let password = "correct horse 9"
    /// So cheap that a test may try thousands.
    static let cost = PasswordCost(rounds: 16, blockSize: 1, parallelism: 1)

    let clock = ManualSiteClock(wall: Scene.noon)
    let folder = NSTemporaryDirectory() + "office-\(UInt64.random(in: 0...UInt64.max))"
    let book: AccountBook
    let shown = Mutex<[(PersonalDataShown, WorkerID?)]>([])
    let isLedgerWorking = Mutex(true)
    let people = PeopleScene()
    let gate = GateScene()
    let sync = SyncScene()
    let payroll = PayrollScene()

    init() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        book = AccountBook(directory: folder, clock: clock, cost: Self.cost)
    }

    let openWork = Mutex(OpenWork())

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func add(
        _ name: String, _ role: AccountRole = .labourOfficer, display: String? = nil,
        password: String = password
    ) async throws {
        try await change(
            AccountOrder(
                .added, name: name, role: role, displayName: display, password: Password(password), by: "root"
            ))
    }

    func change(_ order: AccountOrder) async throws {
        try await book.apply(try await book.plan(order))
    }

    func logIn(_ name: String, _ password: String = password, from address: String = "192.0.2.1") async
        -> LoginOutcome
    {
        await book.logIn(name: name, password: Password(password), from: address)
    }

    /// A session in one step.
    func token(_ name: String) async throws -> String {
        guard case .granted(let token, _) = await logIn(name) else {
            throw OfficeSceneError.notGranted
        }
        return token
    }

    var office: Office {
        Office(
            accounts: book, siteName: "示范工地", offsetMilliseconds: 8 * 3_600_000,
            clock: { [clock] in OfficeClock(now: clock.now().wall, isVouchedFor: true) },
            personalData: PersonalDataLog { [self] shown, worker in
                guard isLedgerWorking.withLock({ $0 }) else { return BoardWords("磁盘已满", "the disk is full") }
                self.shown.withLock { $0.append((shown, worker)) }
                return nil
            },
            people: people.closures, gate: gate.closures, sync: sync.closures,
            payroll: payroll.closures, openWork: { [self] in openWork.withLock { $0 } })
    }

    /// Serves board and office, and pages of the test.
    func serve(
        certificate: PageCertificate? = nil, _ body: (Int) async throws -> Void
    ) async throws {
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        var server = LocalWebServer(
            board: try Scene().board(), office: office, address: ListenAddress(host: "127.0.0.1", port: 0),
            certificate: certificate, logger: Logger(label: "test"), onListening: { port.yield($0.port) })
        let office = office
        server.morePages = { guarded in TestPages(office: office).add(to: guarded) }
        try await withServices([TestService { [server] in try await server.run() }]) {
            for await number in ports {
                try await body(number)
                break
            }
        }
    }
}

enum OfficeSceneError: Error {
    case notGranted
}

/// Pages as another module of the office would add them.
struct TestPages: Sendable {
    let office: Office

    func add(to guarded: Guarded) {
        guarded.get("/test/masked", needs: .readMasked) { request, session in
            .page(OfficePage(BoardWords("测试", "Test"), "field", field(request, "<b>&\"'\u{202E}")))
        }
        guarded.get("/test/worker/:id", needs: .readPersonal) { request, session in
            try await office.personalData.record(
                session, "/test/worker", worker: WorkerID(rawValue: 7), reason: "查询")
            return .page(
                OfficePage(BoardWords("测试", "Test"), "field", field(request, "invented secret of a worker")))
        }
        guarded.post("/test/change", needs: .changePersonnel) { request, session in
            .seeOther("/office", note: SessionNote("已保存 <i>", "Saved <i>"))
        }
        guarded.post("/test/photo", needs: .changePersonnel, byteLimit: 1_000) { request, session in
            .fragment(
                OfficePage(
                    BoardWords("测试", "Test"), "field", field(request, "\(request.body.count) bytes came")))
        }
        guarded.get("/test/broken", needs: nil) { _, _ in throw OfficeSceneError.notGranted }
    }

    private func field(_ request: OfficeRequest, _ value: String) -> FieldView {
        FieldView("test", BoardWords("测试", "Test"), value: value, request.language)
    }
}

/// One answer of the server.
struct WebAnswer: Sendable {
    let status: Int
    let head: String
    let body: String

    init(_ text: String) {
        let parts = text.components(separatedBy: "\r\n\r\n")
        head = parts[0]
        body = parts.dropFirst().joined(separator: "\r\n\r\n")
        status = Int(text.dropFirst(9).prefix(3)) ?? 0
    }

    func header(_ name: String) -> String? {
        head.components(separatedBy: "\r\n").first { $0.lowercased().hasPrefix(name.lowercased() + ": ") }
            .map { String($0.dropFirst(name.count + 2)) }
    }

    /// The token that the cookie holds.
    var token: String? {
        header("Set-Cookie").flatMap { $0.firstMatch(of: /^muster=([0-9a-f]{64});/) }.map { String($0.1) }
    }

    /// The token that the page's form holds.
    var formToken: String {
        body.firstMatch(of: /name="csrf" value="([0-9a-f]{64})"/).map { String($0.1) } ?? ""
    }

    static func of(
        _ port: Int, _ method: String, _ path: String, token: String? = nil, form: String? = nil,
        headers: [String] = []
    ) async throws -> WebAnswer {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: 127.0.0.1:\(port)", "Connection: close"] + headers
        if let token { lines.append("Cookie: other=1; muster=\(token)") }
        if let form {
            if !headers.contains(where: { $0.hasPrefix("Content-Type") }) {
                lines.append("Content-Type: application/x-www-form-urlencoded")
            }
            lines.append("Content-Length: \(form.utf8.count)")
        }
        let text = lines.joined(separator: "\r\n") + "\r\n\r\n" + (form ?? "")
        return try await onThread {
            let connection = try Connection(port: port)
            connection.send(text)
            return WebAnswer(connection.read())
        }
    }
}
