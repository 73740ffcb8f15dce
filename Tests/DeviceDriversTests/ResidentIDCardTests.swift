import SiteModel
import Testing

@testable import DeviceDrivers

/// The conversation with the security module: what is asked when, what is heard, what is passed over.
struct ResidentIDCardTests {
    static let moduleNumber = SAMFrame.request(0x12, 0xFF)
    static let find = SAMFrame.request(0x20, 0x01)
    static let select = SAMFrame.request(0x20, 0x02)
    static let read = SAMFrame.request(0x30, 0x01)

    /// A driver past its module number, whose first find went out at 300 ms.
    static func polling() throws -> DriverProbe {
        var probe = try DriverProbe("resident-id-card")
        probe.handle(.opened(random: 0), at: 0)
        probe.handle(.woken, at: 300)
        #expect(probe.sent == [moduleNumber, find])
        probe.forgetOutputs()
        return probe
    }

    /// … and whose card is selected: the text is asked for at 340 ms.
    static func reading() throws -> DriverProbe {
        var probe = try polling()
        probe.feed(Samples.found, at: 320)
        probe.feed(Samples.selected, at: 340)
        #expect(probe.sent == [select, read])
        probe.forgetOutputs()
        return probe
    }

    @Test func anUnansweredModuleNumberHoldsNothingUp() throws {
        var probe = try DriverProbe("resident-id-card")
        probe.handle(.opened(random: 0), at: 1_000)
        #expect(probe.outputs == [.send(Self.moduleNumber), .wake(after: .milliseconds(300))])
        probe.handle(.woken, at: 1_299)
        #expect(probe.outputs.last == .wake(after: .milliseconds(1)))
        probe.handle(.woken, at: 1_300)
        #expect(probe.sent == [Self.moduleNumber, Self.find])
    }

    @Test func findIsAskedEvery300Milliseconds() throws {
        var probe = try Self.polling()
        for round in Int64(1)...20 {
            probe.feed(Samples.noCard, at: round * 300 + 40)
            #expect(probe.outputs.last == .wake(after: .milliseconds(260)))
            probe.handle(.woken, at: (round + 1) * 300)
            #expect(probe.sent == [Self.find])
            probe.forgetOutputs()
        }
    }

    @Test func silenceIsReportedOnceAfterTwoMissesAndPollingGoesOn() throws {
        var probe = try Self.polling()
        probe.handle(.woken, at: 1_300)
        #expect(probe.statuses == [])
        for second in Int64(2)...9 { probe.handle(.woken, at: second * 1_000 + 300) }
        #expect(probe.statuses == [.silent])
        #expect(probe.sent.count == 9)
        probe.feed(Samples.noCard, at: 9_400)
        #expect(probe.statuses == [.silent, .answering])
    }

    @Test func oneMissBetweenAnswersIsNoSilence() throws {
        var probe = try Self.polling()
        for round in Int64(0)..<5 {
            probe.handle(.woken, at: 1_300 + round * 2_000)
            probe.feed(Samples.noCard, at: 1_310 + round * 2_000)
            probe.handle(.woken, at: 1_600 + round * 2_000)
        }
        #expect(probe.statuses == [.answering])
    }

    @Test(arguments: [UInt8(0x31), 0x32, 0x33, 0x37, 0x3F, 0x40, 0x41])
    func anUnreadableCardIsCountedAndAskedForAgain(word: UInt8) throws {
        var probe = try Self.reading()
        probe.feed(Samples.reply(word), at: 500)
        #expect(probe.discards == [.unreadable: 11])
        probe.handle(.woken, at: 600)
        #expect(probe.sent == [Self.find])
    }

    @Test(arguments: [UInt8(0x47), 0x60, 0x66])
    func aModuleOutOfOrderIsReported(word: UInt8) throws {
        var probe = try Self.polling()
        for round in Int64(0)..<3 {
            probe.feed(Samples.reply(word), at: 310 + round * 300)
            probe.handle(.woken, at: 600 + round * 300)
        }
        #expect(probe.statuses.count == 1)
        guard case .fault? = probe.statuses.first else {
            Issue.record("no fault")
            return
        }
        #expect(probe.sent == [Self.find, Self.find, Self.find])
    }

    @Test(arguments: [UInt8(0x10), 0x11, 0x21])
    func aRefusedRequestIsTriedOnceMore(word: UInt8) throws {
        var probe = try Self.reading()
        probe.feed(Samples.reply(word), at: 350)
        #expect(probe.sent == [Self.read])
        #expect(probe.statuses == [])
        probe.feed(Samples.reply(word), at: 360)
        #expect(probe.statuses.count == 1)
        #expect(probe.outputs.last == .wake(after: .milliseconds(240)))
    }

    @Test(arguments: [UInt8(0x23), 0x24, 0x91, 0x55])
    func anyOtherErrorGoesBackToFind(word: UInt8) throws {
        var probe = try Self.reading()
        probe.feed(Samples.reply(word), at: 350)
        probe.handle(.woken, at: 600)
        #expect(probe.sent == [Self.find])
    }

    @Test(arguments: [(UInt8(0x80), true), (0x81, true), (0x9F, false), (0x90, false)])
    func aLateAnswerToAnotherRequestMovesNothing(word: UInt8, isAnswer: Bool) throws {
        var probe = try Self.polling()
        probe.feed(Samples.reply(0x9F), at: 310)
        probe.forgetOutputs()
        // Select is awaited: 80 and 81 answer it, 9F is late, 90 is its success.
        probe.feed(Samples.reply(word), at: 320)
        #expect((probe.discards[.unexpected] != nil) == (word == 0x9F))
        if isAnswer { #expect(probe.outputs.last == .wake(after: .milliseconds(280))) }
    }

    @Test func whatAnswersNothingIsUnexpected() throws {
        var probe = try Self.polling()
        probe.feed(Samples.noCard, at: 310)
        probe.feed(Samples.noCard + Self.find + Samples.reply(0x41) + Samples.selected, at: 320)
        #expect(probe.discards == [.unexpected: 11 + 10 + 11 + 19])
        #expect(probe.sent == [])
    }

    /// The same number within 2 s of its last read: the window moves with each read.
    @Test("C4: a held card gives one credential") func aHeldCardGivesOneCredential() throws {
        var probe = try Self.polling()
        for time in stride(from: Int64(1_000), through: 9_000, by: 1_999) {
            probe.feed(Samples.cardReply, at: time)
        }
        #expect(probe.credentials == [Samples.person])
        probe.feed(Samples.cardReply, at: 8_996 + 2_000)
        #expect(probe.credentials == [Samples.person, Samples.person])
    }

    @Test func noCardBetweenMakesANewPresentation() throws {
        var probe = try Self.polling()
        probe.feed(Samples.cardReply, at: 310)
        probe.feed(Samples.noCard, at: 320)
        probe.feed(Samples.cardReply, at: 330)
        #expect(probe.credentials.count == 2)
    }

    @Test func anotherNumberAlwaysGivesACredential() throws {
        var probe = try Self.polling()
        let other = Samples.cardReply(Samples.text(name: "李四", number: "11010119000101009X"))
        probe.feed(Samples.cardReply + other + Samples.cardReply, at: 310)
        #expect(probe.credentials == [Samples.person, Samples.id("11010119000101009X"), Samples.person])
    }

    /// The service was restarted in the middle of a read: nothing is asked yet that this answers.
    @Test(arguments: [0, 1, 7, 14, 700, 1_294, 1_295])
    func aReadPendingAtOpenCounts(cut: Int) throws {
        var probe = try DriverProbe("resident-id-card")
        probe.handle(.opened(random: 0), at: 0)
        probe.feed(Array(Samples.cardReply[..<cut]), at: 0)
        probe.feed(Array(Samples.cardReply[cut...]), at: 112)
        #expect(probe.credentials == [Samples.person])
    }

    /// A length spoilt by noise claims the answers that follow; at the latest when the next request is due
    /// they are read.
    @Test func aFalseLengthCostsOneRequestOnly() throws {
        var probe = try Self.reading()
        probe.feed(SAMFrame.preamble + [0x09, 0x00], at: 345)
        probe.feed(Samples.cardReply, at: 400)
        #expect(probe.credentials == [])
        probe.handle(.woken, at: 3_340)
        #expect(probe.credentials == [Samples.person])
        #expect(probe.statuses == [])
        #expect(probe.broken == nil)
    }

    /// At 1,200 baud a text takes 11 s: a frame that grows is not cut off, one that stands still is.
    @Test func aGrowingFrameIsLeftAlone() throws {
        var probe = try DriverProbe("resident-id-card")
        probe.handle(.opened(random: 0), at: 0)
        probe.forgetOutputs()
        probe.feed(Array(Samples.cardReply[..<600]), at: 250)
        probe.handle(.woken, at: 300)
        #expect(probe.outputs == [.wake(after: .milliseconds(150))])
        probe.feed(Array(Samples.cardReply[600...]), at: 440)
        #expect(probe.credentials == [Samples.person])
        probe.feed(Array(Samples.cardReply[..<600]), at: 445)
        probe.handle(.woken, at: 645)
        #expect(probe.discards == [.incomplete: 1, .noise: 599])
        #expect(probe.sent == [Self.find])
    }

    @Test func aSpoiltTextIsAskedForAtOnce() throws {
        var probe = try Self.reading()
        var frame = Samples.cardReply
        frame[700] ^= 1
        probe.feed(frame, at: 700)
        #expect(probe.sent == [Self.find])
        #expect(probe.discards == [.integrityCheckFailed: 1, .noise: 1_294])
    }

    /// The preamble and whole frames inside the photo, at every cut near them.
    @Test func framesInsideThePhotoAreNotHeard() throws {
        var photo = [UInt8](repeating: 0, count: 1_024)
        photo.replaceSubrange(100..<115, with: Samples.found)
        photo.replaceSubrange(1_000..<1_011, with: Samples.noCard)
        photo.replaceSubrange(1_019..<1_024, with: SAMFrame.preamble)
        let frame = Samples.cardReply(Samples.cardText, photo: photo)
        for cut in 360..<400 {
            var probe = try Self.reading()
            probe.feed(Array(frame[..<cut]), at: 400)
            probe.feed(Array(frame[cut...]) + Samples.noCard, at: 410)
            #expect(probe.credentials == [Samples.person])
            #expect(probe.discards == [.unexpected: 11])
        }
    }

    /// A frame right in all but its content.
    @Test(
        arguments: [
            ("a wrong check digit", 156, [0x35, 0x00]), ("no number", 122, [0x20, 0x00]),
            ("an unpaired high surrogate", 2, [0x00, 0xD8]),
            ("an unpaired low surrogate", 160, [0x00, 0xDC]),
            ("U+FFFE", 60, [0xFE, 0xFF]), ("U+FFFF in the reserved part", 252, [0xFF, 0xFF]),
        ] as [(String, Int, [UInt8])])
    func corruptTextIsUnreadable(says: String, offset: Int, bytes: [UInt8]) throws {
        var text = Samples.cardText
        text.replaceSubrange(offset..<offset + 2, with: bytes)
        var probe = try Self.reading()
        probe.feed(Samples.cardReply(text), at: 500)
        #expect(probe.credentials == [])
        #expect(probe.discards == [.unreadable: 1_295])
        probe.handle(.woken, at: 600)
        #expect(probe.sent == [Self.find])
    }

    /// Lengths inside that do not add up, or are out of range.
    @Test(arguments: [[1, 0, 4, 1], [1, 2, 3, 254], [0, 0, 5, 0], [1, 0, 0, 0]] as [[UInt8]])
    func contentThatDoesNotAddUpIsMalformed(lengths: [UInt8]) throws {
        var probe = try Self.reading()
        probe.feed(
            Samples.reply(0x90, lengths + Samples.cardText + [UInt8](repeating: 0, count: 1_024)), at: 500)
        #expect(probe.credentials == [])
        #expect(probe.discards == [.malformed: 1_295])
    }

    /// Rare characters: outside the basic plane, and private-use code points, whose units are kept.
    @Test func rareCharactersArePreserved() throws {
        let name = "\u{20BB7}\u{E123}"
        let bytes = Samples.text(name: name, number: "110101190001010014")
        let card = try #require(IdentityCardText(bytes)?.card(photo: []))
        #expect(card.name == name)
        #expect(card.nameCodeUnits == [0xD842, 0xDFB7, 0xE123])
    }
}
