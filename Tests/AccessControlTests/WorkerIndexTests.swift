import SiteModel
import Testing

@testable import AccessControl

struct WorkerIndexTests {
    private let left = InventedRoster.start.advanced(byMilliseconds: 5)

    @Test func aWorkerIsFoundByNumberCardAndIdentity() throws {
        let index = WorkerIndex()
        let applied = try index.apply(InventedRoster.change(7, .joined, of: 7, id: 1, card: 11, team: 2))
        let byNumber = index.lookUp(.idNumber(InventedRoster.idNumber(1)))
        #expect(byNumber == applied)
        #expect(byNumber?.id == InventedRoster.worker(7))
        #expect(byNumber?.leftAt == nil)
        #expect(byNumber?.birthDate == CivilDate(year: 1990, month: 1, day: 1))
        #expect(byNumber.flatMap { index.team($0.team)?.team } == InventedRoster.teams[2])
        #expect(index.lookUp(.cardNumber(InventedRoster.card(11))) == byNumber)
        #expect(index.worker(InventedRoster.worker(7)) == byNumber)
        let answer = index.answer(to: .cardNumber(InventedRoster.card(11)))
        #expect(answer == RosterAnswer(worker: byNumber, rosterPosition: LedgerSequence(7)))
    }

    @Test(arguments: [
        Credential.idNumber(InventedRoster.idNumber(2)),
        .cardNumber(InventedRoster.card(12)),
        .cardNumber(CardNumber(value: 11, bitLength: 24)!),
        .chipSerial(11),
        .chipSerial(InventedRoster.card(11).packed),
        .qrToken("11"),
    ])
    func nobodyElseIsFound(credential: Credential) throws {
        let index = WorkerIndex()
        #expect(index.lookUp(credential) == nil)
        try index.apply(InventedRoster.change(1, .joined, of: 1, id: 1, card: 11))
        #expect(index.lookUp(credential) == nil)
    }

    @Test func aCardIssuedToASecondWorkerLeavesTheFirst() throws {
        let index = WorkerIndex()
        let card = Credential.cardNumber(InventedRoster.card(11))
        try index.apply(InventedRoster.change(1, .joined, of: 1, id: 1, card: 11))
        try index.apply(InventedRoster.change(2, .joined, of: 2, id: 2, card: 11))
        #expect(index.lookUp(card)?.id == InventedRoster.worker(2))
        #expect(index.lookUp(.idNumber(InventedRoster.idNumber(1)))?.id == InventedRoster.worker(1))
        // Given up by the second, it does not come back to the first by itself.
        try index.apply(InventedRoster.change(3, .updated, of: 2, id: 2))
        #expect(index.lookUp(card) == nil)
        try index.apply(InventedRoster.change(4, .updated, of: 1, id: 1, card: 11))
        #expect(index.lookUp(card)?.id == InventedRoster.worker(1))
    }

    @Test func aWorkerWhoLostTheirNumberKeepsTheirBirthDate() throws {
        let index = WorkerIndex()
        try index.apply(InventedRoster.change(1, .joined, of: 1, id: 1, card: 11))
        try index.apply(InventedRoster.change(2, .joined, of: 2, id: 1))
        #expect(index.lookUp(.idNumber(InventedRoster.idNumber(1)))?.id == InventedRoster.worker(2))
        let first = index.lookUp(.cardNumber(InventedRoster.card(11)))
        #expect(first?.id == InventedRoster.worker(1))
        #expect(first?.birthDate == CivilDate(year: 1990, month: 1, day: 1))
    }

    @Test func leavingIsKnownAndJoiningAgainClearsIt() throws {
        let index = WorkerIndex()
        let number = Credential.idNumber(InventedRoster.idNumber(1))
        try index.apply(InventedRoster.change(1, .joined, of: 1, id: 1))
        try index.apply(InventedRoster.change(2, .left, of: 1, id: 1, leftAt: left))
        #expect(index.lookUp(number)?.leftAt == left)
        #expect(index.teams.map(\.memberCount) == [0])
        #expect(index.teams.map(\.workerCount) == [1])
        try index.apply(InventedRoster.change(3, .joined, of: 1, id: 1))
        #expect(index.lookUp(number)?.leftAt == nil)
        #expect(index.teams.map(\.memberCount) == [1])
        // A leaving without its own time counts from when it happened.
        try index.apply(InventedRoster.change(4, .left, of: 1, id: 1))
        #expect(index.lookUp(number)?.leftAt == InventedRoster.start)
        #expect(index.workerCount == 1)
    }

    @Test func thePositionFollowsTheRosterAndNothingElse() throws {
        let index = WorkerIndex()
        #expect(index.rosterPosition == LedgerSequence(0))
        try index.apply(InventedRoster.change(3, .joined, of: 3, id: 1))
        try index.apply(InventedRoster.entry(4, .attendance))
        #expect(index.rosterPosition == LedgerSequence(3))
        try index.apply(InventedRoster.entry(5, .rosterApplied))
        #expect(index.rosterPosition == LedgerSequence(5))
    }

    @Test func entriesOutOfOrderAreRefused() throws {
        let index = WorkerIndex()
        try index.apply(InventedRoster.change(3, .joined, of: 3, id: 1))
        for sequence in [2, 3] {
            let expected = AccessControlError.outOfOrder(
                LedgerSequence(Int64(sequence)), position: LedgerSequence(3))
            #expect(throws: expected) {
                try index.apply(InventedRoster.change(sequence, .joined, of: 9, id: 9))
            }
            #expect(throws: expected) { try index.apply(InventedRoster.entry(sequence, .rosterApplied)) }
        }
        #expect(index.workerCount == 1)
    }

    @Test func anEntryThatCannotBeReadChangesNothing() throws {
        let good = InventedRoster.change(2, .joined, of: 2, id: 2)
        let worker = InventedRoster.worker(2)
        let bad = [
            InventedRoster.entry(2, .personnelChange, subject: nil, body: good.body),
            InventedRoster.entry(2, .personnelChange, subject: worker, body: []),
            InventedRoster.entry(2, .personnelChange, subject: worker, body: good.body.dropLast(60)),
            InventedRoster.entry(
                2, .personnelChange, subject: worker, body: good.body, sealing: .workerKey),
            InventedRoster.entry(
                2, .personnelChange, subject: WorkerID(rawValue: 0), body: good.body),
        ]
        for entry in bad {
            let index = WorkerIndex()
            try index.apply(InventedRoster.change(1, .joined, of: 1, id: 1))
            #expect(throws: AccessControlError.unreadableEntry(LedgerSequence(2))) { try index.apply(entry) }
            #expect(index.workerCount == 1)
            #expect(index.rosterPosition == LedgerSequence(1))
        }
    }

    @Test func aFullIndexKeepsWhomItHasAndStillTakesTheirChanges() throws {
        let index = WorkerIndex(expectedWorkerCount: 0, maximumWorkerCount: 3)
        try index.apply((1...3).map { InventedRoster.change($0, .joined, of: $0, id: $0, card: $0) })
        #expect(throws: AccessControlError.tooManyWorkers(LedgerSequence(4), maximum: 3)) {
            try index.apply(InventedRoster.change(4, .joined, of: 4, id: 4, card: 1))
        }
        #expect(index.lookUp(.idNumber(InventedRoster.idNumber(4))) == nil)
        #expect(index.lookUp(.cardNumber(InventedRoster.card(1)))?.id == InventedRoster.worker(1))
        try index.apply(InventedRoster.change(5, .updated, of: 2, id: 2, card: 9))
        #expect(index.lookUp(.cardNumber(InventedRoster.card(9)))?.id == InventedRoster.worker(2))
    }

    @Test func aTeamIsListedPageByPage() throws {
        let index = WorkerIndex(expectedWorkerCount: 600)
        let count = WorkerIndex.pageWorkerCount + 1
        try index.apply((1...count).map { InventedRoster.change($0, .joined, of: $0, id: $0, team: 1) })
        let team = try #require(index.number(of: InventedRoster.teams[1]))
        let first = try #require(index.workers(of: team))
        #expect(first.count == WorkerIndex.pageWorkerCount)
        let rest = try #require(index.workers(of: team, after: first.last))
        #expect(Set(first + rest) == Set((1...count).map(InventedRoster.worker)))
        #expect(index.workers(of: team, after: rest.last) == [])
        // The last of a page moves away before the next page is asked for.
        let moved = try #require(first.last)
        try index.apply(
            InventedRoster.change(count + 1, .moved, of: Int(moved.rawValue & 0xFFFF), id: 1, team: 2))
        #expect(index.workers(of: team, after: moved) == nil)
        #expect(index.team(team)?.workerCount == count - 1)
        #expect(index.workers(of: TeamNumber(rawValue: 99)) == [])
        #expect(index.team(TeamNumber(rawValue: 99)) == nil)
    }

    @Test(arguments: [0, 20_000])
    func aWorkerTakesAtMost96Bytes(reserved: Int) throws {
        let index = WorkerIndex(expectedWorkerCount: reserved)
        for number in 1...20_000 {
            try index.apply(InventedRoster.change(number, .joined, of: number, id: number, card: number))
        }
        // Without a reservation the capacity grows by half, so up to half of it may be waiting.
        #expect(index.byteCount <= 20_000 * (reserved == 0 ? 144 : 96))
        #expect(
            (1...20_000).allSatisfy {
                index.lookUp(.cardNumber(InventedRoster.card($0)))?.id == InventedRoster.worker($0)
                    && index.lookUp(.idNumber(InventedRoster.idNumber($0)))?.id == InventedRoster.worker($0)
            })
    }
}
