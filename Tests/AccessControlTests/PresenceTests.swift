import SiteModel
import Testing

@testable import AccessControl

struct PresenceTests {
    private let red = TeamNumber(rawValue: 0)
    private let blue = TeamNumber(rawValue: 1)
    private let first = InventedRoster.worker(1)
    private let second = InventedRoster.worker(2)

    @Test func enteringAndLeavingMoveTheCounts() {
        let presence = Presence()
        #expect(presence.whereabouts(of: first) == .unknown)
        presence.follow(worker: first, team: red, direction: .entering)
        presence.follow(worker: second, team: blue, direction: .entering)
        #expect(presence.whereabouts(of: first) == .inside)
        #expect(presence.insideCount == 2)
        #expect(presence.insideCountsByTeam == [red: 1, blue: 1])
        presence.follow(worker: first, team: red, direction: .leaving)
        #expect(presence.whereabouts(of: first) == .outside)
        #expect(presence.insideCount(of: red) == 0)
        #expect(presence.insideCountsByTeam == [blue: 1])
        #expect(presence.workersInside == [second])
    }

    @Test func anUnknownDirectionTellsNothing() {
        let presence = Presence()
        presence.follow(worker: first, team: red, direction: .unknown)
        #expect(presence.whereabouts(of: first) == .unknown)
        presence.follow(worker: first, team: red, direction: .entering)
        presence.follow(worker: first, team: red, direction: .unknown)
        #expect(presence.whereabouts(of: first) == .inside)
        #expect(presence.insideCount == 1)
    }

    @Test func theSameDirectionTwiceCountsOnce() {
        let presence = Presence()
        for _ in 0..<2 { presence.follow(worker: first, team: red, direction: .entering) }
        #expect(presence.insideCountsByTeam == [red: 1])
        for _ in 0..<2 { presence.follow(worker: first, team: red, direction: .leaving) }
        #expect(presence.insideCount == 0)
        #expect(presence.insideCountsByTeam == [:])
    }

    @Test func aTeamMoveTakesTheCountAlong() {
        let presence = Presence()
        presence.move(worker: first, to: blue)
        #expect(presence.whereabouts(of: first) == .unknown)
        presence.follow(worker: first, team: red, direction: .entering)
        presence.move(worker: first, to: blue)
        #expect(presence.insideCountsByTeam == [blue: 1])
        presence.follow(worker: first, team: blue, direction: .leaving)
        presence.move(worker: first, to: red)
        #expect(presence.insideCountsByTeam == [:])
        #expect(presence.whereabouts(of: first) == .outside)
    }

    @Test func aPassThatNobodyMadeIsTakenBackUnlessTheyMovedSince() {
        let presence = Presence()
        presence.follow(worker: first, team: red, direction: .entering, by: LedgerSequence(5))
        presence.takeBack(worker: first, by: LedgerSequence(4))
        #expect(presence.insideCount == 1, "another pass")
        presence.takeBack(worker: first, by: LedgerSequence(5))
        #expect(presence.whereabouts(of: first) == .unknown && presence.insideCountsByTeam == [:])
        presence.takeBack(worker: first, by: LedgerSequence(5))
        presence.follow(worker: first, team: red, direction: .entering, by: LedgerSequence(6))
        presence.follow(worker: first, team: red, direction: .leaving, by: LedgerSequence(7))
        presence.takeBack(worker: first, by: LedgerSequence(6))
        #expect(presence.whereabouts(of: first) == .outside)
        presence.takeBack(worker: first, by: LedgerSequence(7))
        #expect(presence.whereabouts(of: first) == .inside && presence.insideCountsByTeam == [red: 1])
        presence.takeBack(worker: first, by: LedgerSequence(7))
        #expect(presence.insideCount == 1)
    }

    @Test func resetForgetsTheDay() {
        let presence = Presence()
        presence.follow(worker: first, team: red, direction: .entering)
        presence.reset()
        #expect(presence.whereabouts(of: first) == .unknown)
        #expect(presence.insideCount == 0)
        #expect(presence.insideCountsByTeam == [:])
        #expect(presence.workersInside == [])
    }

    @Test(arguments: [99 as UInt64])
    func randomPassesLeaveWhatAModelSays(seed: UInt64) {
        var random = SeededNumbers(seed: seed)
        let presence = Presence()
        var model: [WorkerID: (team: TeamNumber, isInside: Bool)] = [:]
        for step in 0..<5_000 {
            let worker = InventedRoster.worker(Int.random(in: 1...30, using: &random))
            let team = TeamNumber(rawValue: UInt32.random(in: 0..<4, using: &random))
            switch Int.random(in: 0..<5, using: &random) {
            case 0, 1:
                presence.follow(worker: worker, team: team, direction: .entering)
                model[worker] = (team, true)
            case 2, 3:
                presence.follow(worker: worker, team: team, direction: .leaving)
                model[worker] = (team, false)
            default:
                presence.move(worker: worker, to: team)
                model[worker]?.team = team
            }
            let inside = model.filter(\.value.isInside)
            let byTeam = Dictionary(grouping: inside.values, by: \.team).mapValues(\.count)
            #expect(
                Set(presence.workersInside) == Set(inside.keys) && presence.insideCount == inside.count
                    && presence.insideCountsByTeam == byTeam, "seed \(seed), step \(step)")
        }
    }
}
