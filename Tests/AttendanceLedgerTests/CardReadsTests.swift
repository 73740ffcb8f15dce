import AttendanceLedger
import Foundation
import SQLiteStore
import SiteModel
import Testing

/// Reads of identity documents: sealed for a day, then gone from the disk.
struct CardReadsTests {
    private static let reader = ReaderName(lane: "north", reader: "id")
    private static let hour: Int64 = 3_600_000

    private static func card(_ order: Int = 1, name: String = "测试甲") throws -> IdentityCard {
        let first17 = try #require(UInt64("11010119900101\(100 + order)"))
        let check = UnicodeScalar(IDNumber.checkCharacter(ofFirst17: first17))
        let number = try IDNumber(reading: "\(first17)\(check)")
        var card = IdentityCard(
            kind: .resident, idNumber: number, name: name, nameCodeUnits: Array(name.utf16))
        card.address = "测试市测试路1号"
        card.authority = "测试公安局"
        card.birthDate = number.birthDate
        card.sexCode = 1
        card.ethnicGroupCode = "01"
        card.validFrom = CivilDate(iso8601: "2020-01-02")
        card.expiry = .never
        card.photo = [UInt8](repeating: UInt8(order), count: IdentityCard.photoByteLimit)
        return card
    }

    private static func reads(
        _ folder: LedgerFolder, _ clock: ManualSiteClock, limit: Int = CardReads.countLimit
    ) -> CardReads {
        CardReads(
            directory: folder.path, siteKey: TestKey.site, clock: clock, instant: \.wall, limit: limit)
    }

    @Test func aReadSurvivesARestartAsItWas() async throws {
        let folder = try LedgerFolder()
        let clock = ManualSiteClock()
        #expect(try await Self.reads(folder, clock).reads() == [])
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/reads.db"), "a look makes no file")
        var cards = [try Self.card(1), try Self.card(2)]
        cards[1].kind = .foreigner2023
        cards[1].expiry = .on(try #require(CivilDate(iso8601: "2031-05-06")))
        cards[1].englishName = "TESTER"
        cards[1].nationality = "XXA"
        cards[1].sexCode = nil
        for card in cards { try await Self.reads(folder, clock).keep(card, from: Self.reader) }
        let found = try await Self.reads(folder, clock).reads()
        #expect(found.map(\.card) == cards.reversed() && found.map(\.id) == [2, 1])
        #expect(found.allSatisfy { $0.reader == Self.reader && $0.clock == clock.now() })
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.path + "/reads.db")
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    /// A look at one read is an entry about one: of the others nothing may be opened.
    @Test func whoAsksForOneReadOpensNoOther() async throws {
        let folder = try LedgerFolder()
        let clock = ManualSiteClock()
        let reads = Self.reads(folder, clock)
        let first = try await reads.keep(try Self.card(1), from: Self.reader)
        let second = try await reads.keep(try Self.card(2), from: Self.reader)
        let file = try SQLiteConnection(path: folder.path + "/reads.db", access: .readWrite)
        try file.execute("UPDATE read SET sealed = zeroblob(60) WHERE id = 1")
        #expect(try await reads.read(second)?.card == Self.card(2), "the damaged one is not touched")
        for (id, isThere) in [(first, true), (second, true), (3, false)] {
            #expect(try await reads.holds(id) == isThere)
        }
        #expect(try await reads.read(3) == nil)
        await #expect(throws: LedgerError.self) { try await reads.read(first) }
        await #expect(throws: LedgerError.self) { try await reads.reads() }
        clock.advance(byMilliseconds: 24 * Self.hour)
        #expect(try await !reads.holds(second))
        #expect(try await reads.read(second) == nil)
    }

    @Test func aSecondReadOfACardTakesThePlaceOfTheFirst() async throws {
        let folder = try LedgerFolder()
        let reads = Self.reads(folder, ManualSiteClock())
        try await reads.keep(try Self.card(), from: Self.reader)
        try await reads.keep(try Self.card(), from: Self.reader)
        #expect(try await reads.reads().map(\.id) == [2])
    }

    @Test func theOldestGoesWhenThereAreTooMany() async throws {
        let folder = try LedgerFolder()
        let reads = Self.reads(folder, ManualSiteClock(), limit: 3)
        for order in 1...5 { try await reads.keep(try Self.card(order), from: Self.reader) }
        #expect(try await reads.reads().map(\.id) == [5, 4, 3])
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let says: String
        /// Time that passes in the boot of the read.
        let passes: Int64
        /// Then the machine boots, and its clock says so much since the read; nil: it goes on.
        var bootsAt: Int64?
        let isThere: Bool
        var testDescription: String { says }
    }

    @Test(arguments: [
        Row(says: "a millisecond before 24 h", passes: 24 * hour - 1, isThere: true),
        Row(says: "24 h", passes: 24 * hour, isThere: false),
        Row(says: "booted a millisecond before 24 h", passes: 0, bootsAt: 24 * hour - 1, isThere: true),
        Row(says: "booted after 24 h", passes: 0, bootsAt: 24 * hour, isThere: false),
        Row(says: "booted with a clock a little behind", passes: 0, bootsAt: -hour, isThere: true),
        Row(says: "booted with a clock that is wrong", passes: 0, bootsAt: -hour - 1, isThere: false),
    ])
    func aReadIsOverAfterADay(row: Row) async throws {
        let folder = try LedgerFolder()
        let clock = ManualSiteClock()
        let reads = Self.reads(folder, clock)
        let read = clock.now().wall
        let id = try await reads.keep(try Self.card(), from: Self.reader)
        clock.advance(byMilliseconds: row.passes)
        if let bootsAt = row.bootsAt {
            clock.reboot(
                as: BootID(bytes: [UInt8](repeating: 0xB1, count: 16))!,
                wall: read.advanced(byMilliseconds: bootsAt))
        }
        #expect((try await reads.read(id) != nil) == row.isThere)
        #expect(try await reads.destroyExpired() == (row.isThere ? 0 : 1))
    }

    /// Nobody lengthens a read by setting the clock.
    @Test func theClockMayBeSetBack() async throws {
        let folder = try LedgerFolder()
        let clock = ManualSiteClock()
        let reads = Self.reads(folder, clock)
        try await reads.keep(try Self.card(), from: Self.reader)
        clock.advance(byMilliseconds: 24 * Self.hour)
        clock.setWall(clock.now().wall.advanced(byMilliseconds: -24 * Self.hour), synchronisation: .none)
        #expect(try await reads.reads() == [])
    }

    /// Neither name nor number stands in the file in clear, and what was sealed goes with its key: no byte of
    /// either stays.
    @Test func nothingOfAnExpiredReadStaysOnTheDisk() async throws {
        let folder = try LedgerFolder()
        let clock = ManualSiteClock()
        let reads = Self.reads(folder, clock)
        try await reads.keep(try Self.card(1), from: Self.reader)
        clock.advance(byMilliseconds: 23 * Self.hour)
        let other = try await reads.keep(try Self.card(2, name: "试验乙"), from: Self.reader)
        let clear = ["测试甲", "测试路", try Self.card(1).idNumber.revealed].map { Data($0.utf8) }
        for bytes in clear { #expect(try !Self.isAnywhere(bytes, in: folder)) }
        let traces = try Self.secrets(in: folder, read: 1)
        for bytes in traces {
            #expect(try Self.isAnywhere(bytes, in: folder), "the search finds what is there")
        }
        clock.advance(byMilliseconds: Self.hour)
        #expect(try await Self.reads(folder, clock).destroyExpired() == 1)
        for bytes in traces { #expect(try !Self.isAnywhere(bytes, in: folder)) }
        #expect(try await reads.reads().map(\.id) == [other])
        let left = try Self.secrets(in: folder, read: other)
        try await reads.forget(other)
        for bytes in left { #expect(try !Self.isAnywhere(bytes, in: folder)) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["reads.db"])
    }

    @Test func aReadOpensWithTheKeyOfItsSiteOnly() async throws {
        let folder = try LedgerFolder()
        let clock = ManualSiteClock()
        try await Self.reads(folder, clock).keep(try Self.card(), from: Self.reader)
        let stranger = CardReads(
            directory: folder.path, siteKey: .random(), clock: clock, instant: \.wall)
        await #expect(throws: LedgerError.self) { try await stranger.reads() }
    }

    /// Wrapped key and sealed read, each in pieces that a page boundary does not cut.
    private static func secrets(in folder: LedgerFolder, read: Int64) throws -> [Data] {
        let connection = try SQLiteConnection(path: folder.path + "/reads.db", access: .readOnly)
        let statement = try connection.statement(
            "SELECT wrapped, sealed FROM read JOIN day_key USING (day) WHERE id = ?1")
        try statement.bind(1, read)
        try #require(try statement.step())
        defer { statement.reset() }
        let (wrapped, sealed) = (statement.bytes(0), statement.bytes(1))
        return [Data(wrapped), Data(sealed.prefix(24)), Data(sealed.suffix(24))]
    }

    private static func isAnywhere(_ bytes: Data, in folder: LedgerFolder) throws -> Bool {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).contains {
            try Data(contentsOf: URL(fileURLWithPath: folder.path + "/" + $0)).range(of: bytes) != nil
        }
    }
}
