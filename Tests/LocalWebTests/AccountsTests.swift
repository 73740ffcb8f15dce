import Foundation
import Glibc
import SiteModel
import Testing

@testable import Accounts
@testable import LocalWeb

/// The rules of accounts, without the web.
@Suite struct AccountsTests {
    @Test func theTableSaysWhoMayDoWhat() {
        let table: [AccountRole: Set<Permission>] = [
            .labourOfficer: [.readMasked, .readPersonal, .changePersonnel, .export, .openLane],
            .siteManager: [.readMasked, .readPersonal, .confirmCorrections],
            .inspector: [.readMasked, .export],
            .gateGuard: [.openLane],
        ]
        for role in AccountRole.allCases {
            #expect(role.permissions == table[role], "\(role)")
            #expect(AccountRole(name: role.name) == role)
        }
    }

    @Test(arguments: [
        ("wang", "wang"), ("Wang.Fang-2", "wang.fang-2"), ("ab", "ab"), ("a", nil), ("", nil), ("9ab", nil),
        ("-ab", nil), ("王芳", nil), ("wang fang", nil), ("wang\0", nil), ("<b>", nil),
        (String(repeating: "a", count: 32), String(repeating: "a", count: 32)),
        (String(repeating: "a", count: 33), nil),
    ])
    func aNameIsShortAndPlain(typed: String, name: String?) {
        #expect(AccountName(typed)?.text == name)
    }

    @Test(arguments: [
        ("123456789", PasswordFlaw.tooShort), ("correct h", .tooShort), ("密码密码密码密码密", .tooShort),
        ("一二三四五六七八九十", nil), ("correct ho", nil), ("1234567890", .common), ("Password123", .common),
        ("aaaaaaaaaaaa", .common), ("abcabcabcabc", .common), ("i am wang ok", .containsName),
        ("i am WANG ok", .containsName), (String(repeating: "abcd", count: 128), nil),
        (String(repeating: "abcd", count: 128) + "e", .tooLong),
    ])
    func aPasswordIsLongAndNotWhatEverybodyTries(text: String, flaw: PasswordFlaw?) throws {
        let name = try #require(AccountName("wang"))
        #expect(Password(text).flaw(for: name) == flaw)
    }

    @Test func aPasswordPrintsAsNothing() {
        let password = Password("correct horse 9")
        let order = AccountOrder(.passwordSet, name: "wang", password: password, by: "root")
        var dumped = ""
        dump(order, to: &dumped)
        for text in ["\(password)", String(reflecting: password), "\(order)", dumped] {
            #expect(!text.contains("horse"))
        }
    }

    @Test func theFileHoldsNoPasswordAndIsForItsOwnerAlone() async throws {
        let scene = try OfficeScene()
        try await scene.add("wang")
        let path = scene.folder + "/accounts.db"
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        #expect(bytes.range(of: Data("wang".utf8)) != nil)
        #expect(bytes.range(of: Data("horse".utf8)) == nil)
        #expect(try FileManager.default.contentsOfDirectory(atPath: scene.folder) == ["accounts.db"])
    }

    @Test func theSamePasswordHasAnotherSaltEachTime() throws {
        let (first, second) = (
            try PasswordHash(of: Password("correct horse 9"), cost: OfficeScene.cost),
            try PasswordHash(of: Password("correct horse 9"), cost: OfficeScene.cost)
        )
        #expect(first.salt != second.salt && first.bytes != second.bytes)
        #expect(try first.matches(Password("correct horse 9")))
        #expect(try !first.matches(Password("correct horse 8")))
    }

    @Test func anImpossibleCostInTheFileIsDamageAndNoMemory() {
        let hash = PasswordHash(
            cost: PasswordCost(rounds: 1 << 24, blockSize: 8, parallelism: 1),
            salt: [UInt8](repeating: 0, count: 16), bytes: [UInt8](repeating: 0, count: 32))
        #expect(throws: AccountError.damaged(words: "a hash of impossible cost")) {
            try hash.matches(Password("correct horse 9"))
        }
    }

    @Test func ordersGoOverTheSocketWhole() throws {
        let order = AccountOrder(
            .added, name: "wang", role: .inspector, displayName: "王芳", password: Password("一二三四五六七八九十"),
            by: "root")
        let read = try AccountOrder(encoded: order.encoded)
        #expect(read.encoded == order.encoded && read.password?.revealed == "一二三四五六七八九十")
        #expect(throws: (any Error).self) { try AccountOrder(encoded: Array(order.encoded.dropLast())) }
    }

    @Test func whatCannotBeDoneIsRefusedAndChangesNothing() async throws {
        let scene = try OfficeScene()
        try await scene.add("wang")
        let wang = try #require(AccountName("wang"))
        let li = try #require(AccountName("li"))
        let rows: [(AccountOrder, AccountError)] = [
            (order(.added, "wang"), .exists(wang)), (order(.added, "WANG"), .exists(wang)),
            (order(.added, "王"), .nameUnfit), (order(.roleGiven, "li"), .unknown(li)),
            (order(.roleGiven, "wang", role: .labourOfficer), .unchanged(wang)),
            (order(.enabled, "wang"), .unchanged(wang)), (order(.disabled, "li"), .unknown(li)),
            (order(.passwordSet, "wang", password: "short"), .password(.tooShort)),
            (order(.passwordSet, "wang", password: nil), .incomplete),
            (order(.added, "li", display: ""), .displayNameUnfit),
            (order(.added, "li", display: "a\nb"), .displayNameUnfit),
            (order(.added, "li", display: String(repeating: "王", count: 41)), .displayNameUnfit),
        ]
        let before = try await scene.book.accounts()
        for (order, error) in rows {
            await #expect(throws: error, "\(order.act) \(order.name)") { try await scene.change(order) }
        }
        #expect(try await scene.book.accounts() == before)
    }

    @Test func aChangeStaysOverARestart() async throws {
        let scene = try OfficeScene()
        try await scene.add("wang", display: "王芳")
        try await scene.change(order(.roleGiven, "wang", role: .siteManager))
        let again = AccountBook(directory: scene.folder, clock: scene.clock, cost: OfficeScene.cost)
        let account = try #require(try await again.accounts().first)
        #expect(account.displayName == "王芳" && account.role == .siteManager && account.isEnabled)
        guard
            case .granted(_, let session) = await again.logIn(
                name: "wang", password: Password(OfficeScene.password), from: "192.0.2.1")
        else {
            Issue.record("not let in")
            return
        }
        #expect(session.role == .siteManager)
    }

    @Test func aDamagedFileIsSaidAndNotMadeAnew() async throws {
        let scene = try OfficeScene()
        let path = scene.folder + "/accounts.db"
        try Data(repeating: 0x5A, count: 8_192).write(to: URL(fileURLWithPath: path))
        guard case .failed(.damaged) = await scene.logIn("wang") else {
            Issue.record("not said")
            return
        }
        // Put right, it works without a restart.
        try FileManager.default.removeItem(atPath: path)
        try await scene.add("wang")
        _ = try await scene.token("wang")
    }

    private func order(
        _ act: AccountAct, _ name: String, role: AccountRole? = .inspector, display: String? = nil,
        password: String? = OfficeScene.password
    ) -> AccountOrder {
        AccountOrder(
            act, name: name, role: role, displayName: display, password: password.map(Password.init),
            by: "root")
    }
}
