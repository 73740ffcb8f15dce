import AttendanceLedger
import Foundation
import SiteModel
import SmallDisks
import Testing

/// Where leavers' swipes wait while the ledger cannot write: nothing of it is lost, nothing is written twice.
@Suite(.timeLimit(.minutes(10)))
struct LeavingReserveTests {
    private func leaving(
        _ number: Int64, lane: String = "north", awaitsPassage: Bool = false
    ) -> EntryDraft {
        let record = AttendanceRecord(
            reader: ReaderName(lane: lane, reader: "north-out"), direction: .leaving,
            credentialKind: .cardNumber, reason: nil, isOpened: true, isTimeUncertain: false,
            standing: [.known, .isInside], rosterPosition: LedgerSequence(3), policy: LedgerSequence(2),
            maskedCredential: nil, awaitsPassage: awaitsPassage)
        return EntryDraft(
            record, kind: .attendance, subject: .worker(WorkerID(rawValue: 0xABCDEF << 40 | 2)),
            clock: Draft.clock(number))
    }

    private func late(_ reader: LedgerReader) throws -> [LedgerEntry] {
        try reader.newestAttendance(limit: 9_999).filter {
            try AttendanceRecord(encoded: $0.body).isLate
        }
    }

    private func numbers(_ reader: LedgerReader) throws -> [Int64] {
        try late(reader).compactMap { try AttendanceRecord(encoded: $0.body).reserveNumber }
    }

    @Test func whatIsKeptSurvivesAndIsTakenOverOnceInOrder() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        let reader = try folder.reader()
        do {
            let reserve = try LeavingReserve.open(directory: folder.path, ledger: writer, reader: reader)
            #expect(await reserve.keep((0..<3).map { leaving($0) }) == [true, true, true])
            #expect(reserve.waitingCount == 3 && reserve.fault == nil)
        }
        _ = try await writer.append([Draft.attendance(50)])
        let reserve = try LeavingReserve.open(directory: folder.path, ledger: writer, reader: reader)
        #expect(reserve.waitingCount == 3 && reserve.passedOverCount == 0)
        #expect(try await reserve.replay(into: writer, reader: reader, at: Draft.clock(60)) == 3)
        #expect(try await reserve.replay(into: writer, reader: reader, at: Draft.clock(61)) == 0)
        #expect(reserve.waitingCount == 0)

        let entries = try late(reader)
        #expect(try numbers(reader) == [1, 2, 3])
        #expect(entries.map(\.clock) == (0..<3).map { Draft.clock($0) }, "as of when they happened")
        let head = try #require(try reader.head())
        #expect(head.kind == .reserveEmptied && head.sequence == entries.last?.sequence.next)
        #expect(try ReserveEmptied(encoded: head.body).highestNumber == 3)
        await writer.close()
        #expect(try reader.verify().isWhole)
    }

    /// Whatever a configuration calls its lanes and readers, nobody leaves without a record: the fullest
    /// records there are.
    @Test(arguments: [false, true])
    func theLongestNamesFit(isManual: Bool) async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        let reader = try folder.reader()
        let lane = String(repeating: "北", count: 10) + "12"
        #expect(lane.utf8.count == LeavingReserve.laneByteLimit)
        let far = LedgerSequence(4_000_000_000)
        let name = isManual ? "manual" : String(repeating: "读", count: 21) + "1"
        let manual = ManualAdmission(by: "李门卫门卫", reason: String(repeating: "卡", count: 35))
        #expect(manual?.reason.utf8.count == 105, "the longest there is")
        let record = AttendanceRecord(
            reader: ReaderName(lane: lane, reader: name), direction: .leaving,
            credentialKind: isManual ? .manual : .qrToken, reason: nil, isOpened: true,
            isTimeUncertain: true, standing: WorkerStanding(rawValue: 16_383), rosterPosition: far,
            policy: far, maskedCredential: isManual ? nil : "qr token 12******",
            manual: isManual ? manual : nil, awaitsPassage: !isManual,
            badge: isManual ? nil : far)
        let clock = ClockReading(
            wall: Draft.clock().wall, uptime: Uptime(milliseconds: 9_000_000_000), boot: Draft.boot,
            synchronisation: .chrony)
        let draft = EntryDraft(
            record, kind: .attendance, subject: .worker(WorkerID(rawValue: .max)), clock: clock)
        do {
            let reserve = try LeavingReserve.open(directory: folder.path, ledger: writer, reader: reader)
            #expect(await reserve.keep([draft]) == [true])
        }
        let reserve = try LeavingReserve.open(directory: folder.path, ledger: writer, reader: reader)
        #expect(reserve.waitingCount == 1 && reserve.passedOverCount == 0)
        #expect(try await reserve.replay(into: writer, reader: reader, at: Draft.clock(60)) == 1)
        let found = try AttendanceRecord(encoded: try #require(try late(reader).first).body)
        #expect(found.reader == record.reader && found.manual == record.manual)
        await writer.close()
    }

    /// Killed after the commit and before the places were cleared, or restored with an old reserve.
    @Test func aReserveThatWasTakenOverBeforeIsNotTakenOverAgain() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        let reader = try folder.reader()
        let path = folder.path + "/ledger.reserve"
        let before = try LeavingReserve.open(directory: folder.path, ledger: writer, reader: reader)
        _ = await before.keep([leaving(0), leaving(1)])
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        #expect(bytes.count == 512 * 1_024)
        _ = try await before.replay(into: writer, reader: reader, at: Draft.clock(9))
        try bytes.write(to: URL(fileURLWithPath: path))

        let after = try LeavingReserve.open(directory: folder.path, ledger: writer, reader: reader)
        #expect(after.waitingCount == 0)
        #expect(await after.keep([leaving(2)]) == [true])
        #expect(try await after.replay(into: writer, reader: reader, at: Draft.clock(10)) == 1)
        #expect(try numbers(reader) == [1, 2, 3], "no number is given twice")
        await writer.close()
    }

    /// A commit that failed and is found on disk after all: what it held also waits in the reserve.
    @Test func whatReachedTheLedgerAfterAllIsNotWrittenTwice() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        let reader = try folder.reader()
        let reserve = try LeavingReserve.open(directory: folder.path, ledger: writer, reader: reader)
        _ = try await writer.append([leaving(0), leaving(1)])
        _ = await reserve.keep([leaving(0), leaving(1), leaving(2)])
        #expect(try await reserve.replay(into: writer, reader: reader, at: Draft.clock(9)) == 1)
        #expect(try numbers(reader) == [3])
        #expect(try reader.newestAttendance(limit: 99).count == 3)
        #expect(reserve.waitingCount == 0)

        _ = await reserve.keep([leaving(0)])
        #expect(try await reserve.replay(into: writer, reader: reader, at: Draft.clock(9)) == 0)
        let head = try #require(try reader.head())
        #expect(try ReserveEmptied(encoded: head.body).highestNumber == 4, "it is settled all the same")
        await writer.close()
    }

    /// A barrier that reports passages is named in the ledger's record and not in the reserve's.
    @Test func aSwipeThatWaitsForItsPassageIsTheSameSwipe() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        let reader = try folder.reader()
        let reserve = try LeavingReserve.open(directory: folder.path, ledger: writer, reader: reader)
        _ = try await writer.append([leaving(0, awaitsPassage: true)])
        _ = await reserve.keep([leaving(0)])
        #expect(try await reserve.replay(into: writer, reader: reader, at: Draft.clock(9)) == 0)
        #expect(try reader.newestAttendance(limit: 99).count == 1)
        await writer.close()
    }

    /// A bit of every third byte of a record turned over, one after the other: the record is passed over, its
    /// neighbours are not.
    @Test func aTornPlaceIsPassedOverAndCounted() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        let reader = try folder.reader()
        let url = URL(fileURLWithPath: folder.path + "/ledger.reserve")
        do {
            let reserve = try LeavingReserve.open(directory: folder.path, ledger: writer, reader: reader)
            _ = await reserve.keep((0..<3).map { leaving($0) })
        }
        let whole = try Data(contentsOf: url)
        let recordByteCount = 10 + Int(whole[256]) << 8 + Int(whole[257])
        for offset in stride(from: 0, to: recordByteCount, by: 3) {
            var torn = whole
            torn[256 + offset] ^= 0x40
            try torn.write(to: url)
            let reserve = try LeavingReserve.open(directory: folder.path, ledger: writer, reader: reader)
            #expect(reserve.waitingCount == 2 && reserve.passedOverCount == 1, "byte \(offset)")
        }
        let reserve = try LeavingReserve.open(directory: folder.path, ledger: writer, reader: reader)
        #expect(try await reserve.replay(into: writer, reader: reader, at: Draft.clock(9)) == 2)
        #expect(try numbers(reader) == [1, 3])
        await writer.close()
        #expect(try reader.verify().isWhole)
    }

    @Test func theRecordsOfAnotherLedgerArePassedOver() async throws {
        let (folder, other) = (try LedgerFolder(), try LedgerFolder())
        let writer = try folder.writer()
        let reserve = try LeavingReserve.open(
            directory: folder.path, ledger: writer, reader: try folder.reader())
        _ = await reserve.keep([leaving(0)])
        let stranger = try other.writer()
        try FileManager.default.copyItem(
            atPath: folder.path + "/ledger.reserve", toPath: other.path + "/ledger.reserve")
        let found = try LeavingReserve.open(
            directory: other.path, ledger: stranger, reader: try other.reader())
        #expect(found.waitingCount == 0 && found.passedOverCount == 1)
        await writer.close()
        await stranger.close()
    }

    @Test func aFullReserveSaysSoAndAllOfItIsWritten() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        let reader = try folder.reader()
        let reserve = try LeavingReserve.open(directory: folder.path, ledger: writer, reader: reader)
        let longName = String(repeating: "门", count: 60)
        #expect(await reserve.keep([leaving(0, lane: longName), leaving(0)]) == [false, true])
        let kept = await reserve.keep((1..<2_050).map { leaving($0) })
        #expect(kept.count { $0 } == 2_047 && kept.suffix(2) == [false, false])
        #expect(try await reserve.replay(into: writer, reader: reader, at: Draft.clock(9_999)) == 2_048)
        #expect(await reserve.keep([leaving(3_000)]) == [true], "the places are free again")
        await writer.close()
        #expect(try late(reader).count == 2_048)
        #expect(try reader.verify().isWhole)
    }

    @Test(.enabled(if: SmallDisk.isPossible, "mounting a tmpfs takes root"))
    func aFullTmpfsDoesNotRefuseWhatWasAllocated() async throws {
        try await checkFull(SmallDisk(kibibytes: 4_096))
    }

    @Test(.enabled(if: SmallDisk.isExt4Possible, "mounting an ext4 takes root and a loop device"))
    func aFullExt4DoesNotRefuseWhatWasAllocated() async throws {
        try await checkFull(SmallDisk(ext4Mebibytes: 8))
    }

    private func checkFull(_ disk: SmallDisk) async throws {
        let writer = try LedgerWriter.open(directory: disk.path, node: "gate", siteKey: TestKey.site)
        let reader = try LedgerReader.open(directory: disk.path, siteKey: TestKey.site)
        let reserve = try LeavingReserve.open(directory: disk.path, ledger: writer, reader: reader)
        try disk.fill(leavingPages: 0)
        await #expect(throws: LedgerError.self) {
            try await writer.append((0..<2_000).map { Draft.attendance($0) })
        }
        #expect(await reserve.keep((0..<2_048).map { leaving($0) }).allSatisfy { $0 })
        #expect(reserve.fault == nil)
        await #expect(throws: LedgerError.self) {
            try await reserve.replay(into: writer, reader: reader, at: Draft.clock(9_999))
        }
        let again = try LeavingReserve.open(directory: disk.path, ledger: writer, reader: reader)
        #expect(again.waitingCount == 2_048, "all of it is on disk")
        try disk.empty()
        #expect(try await again.replay(into: writer, reader: reader, at: Draft.clock(9_999)) == 2_048)
        await writer.close()
        #expect(try numbers(reader) == Array(1...2_048))
    }

    @Test(.enabled(if: SmallDisk.isPossible, "mounting a tmpfs takes root"))
    func aReserveWithoutRoomKeepsInMemoryAndMends() async throws {
        let disk = try SmallDisk(kibibytes: 512)
        let writer = try LedgerWriter.open(directory: disk.path, node: "gate", siteKey: TestKey.site)
        let reader = try LedgerReader.open(directory: disk.path, siteKey: TestKey.site)
        let reserve = try LeavingReserve.open(directory: disk.path, ledger: writer, reader: reader)
        #expect(reserve.fault == .diskFull(path: disk.path + "/ledger.reserve"))
        #expect(await reserve.keep([leaving(0)]) == [true])
        #expect(reserve.fault != nil, "and says that it is not on disk")
        try disk.resize(kibibytes: 4_096)
        await reserve.mend()
        #expect(reserve.fault == nil)
        let again = try LeavingReserve.open(directory: disk.path, ledger: writer, reader: reader)
        #expect(again.waitingCount == 1)
        await writer.close()
    }

    /// Somebody cleans up the state folder while the service runs.
    @Test func aReserveThatWasDeletedIsMadeAnew() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        let reader = try folder.reader()
        let reserve = try LeavingReserve.open(directory: folder.path, ledger: writer, reader: reader)
        _ = await reserve.keep([leaving(0)])
        try FileManager.default.removeItem(atPath: folder.path + "/ledger.reserve")
        _ = await reserve.keep([leaving(1)])
        #expect(reserve.fault != nil)
        _ = await reserve.keep([leaving(2)])
        #expect(reserve.fault == nil)
        let again = try LeavingReserve.open(directory: folder.path, ledger: writer, reader: reader)
        #expect(again.waitingCount == 3)
        await writer.close()
    }
}
