import SiteModel
import Testing

@testable import LocalWeb

@Suite struct LiveBoardTests {
    @Test func aStreamBeginsWithEverythingAndGoesOnWithWhatChanged() throws {
        let scene = Scene()
        let board = try scene.board()
        let stream = try #require(board.openStream())
        let first = board.events(after: -1)
        for section in BoardPage.Section.allCases {
            #expect(first.text.contains("event: \(section.rawValue)\n"))
        }
        scene.change { $0.ledgerPosition = LedgerSequence(18_205) }
        board.refresh()
        let second = board.events(after: first.revision)
        #expect(second.text.hasPrefix("event: ledger\nid: \(second.revision)\n"))
        #expect(second.text.contains("event: clock") && !second.text.contains("event: newest"))
        let third = board.events(after: second.revision)
        #expect(third.text.hasPrefix(": heartbeat\n") && third.revision == second.revision)
        board.close(stream)
        #expect(board.streamCount == 0)
    }

    /// A browser that takes nothing for a hundred swipes costs one tick and then sees the newest state only.
    @Test func aSlowStreamWaitsForOneTickAndGetsTheNewestState() async throws {
        let scene = Scene()
        let board = try scene.board()
        let slow = try #require(board.openStream())
        for sequence in 4...103 as ClosedRange<Int64> {
            scene.swipe(sequence, name: "王五")
            board.refresh()
        }
        board.close(slow)
        var tickCount = 0
        for await _ in slow.ticks { tickCount += 1 }
        #expect(tickCount == 1)
        let (text, revision) = board.events(after: 1)
        #expect(text.contains("#103") && !text.contains("#102") && revision == 101)
        #expect(text.utf8.count < 16_384)
    }

    @Test func oneStreamTooManyIsRefusedUntilAnotherCloses() throws {
        let board = try Scene().board()
        let streams = (0..<LiveBoard.streamLimit).compactMap { _ in board.openStream() }
        #expect(streams.count == 64 && board.openStream() == nil)
        board.close(streams[10])
        board.close(streams[10])
        #expect(board.openStream() != nil && board.openStream() == nil)
    }

    @Test func stoppingEndsEveryStreamAndOpensNoOther() async throws {
        let board = try Scene().board()
        let stream = try #require(board.openStream())
        board.closeAllStreams()
        for await _ in stream.ticks {}
        #expect(board.streamCount == 0 && board.openStream() == nil)
    }
}
