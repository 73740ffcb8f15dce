import SiteModel
import Testing

@testable import DeviceDrivers

/// The secure channel as the panel holds it.
struct OSDPSecureTests {
    static let siteKey = [UInt8](0x10...0x1F)
    static let readerKey = OSDPKey(site: siteKey, uniqueID: Samples.bytes("5C26230102785634"))
    static let online = DriverStatus.moduleIdentity(OSDPVectorTests.identity.words + ", secure")

    private static func bench(
        _ secure: String, readerKey: OSDPKey?, key: [UInt8] = siteKey, isSecureOnly: Bool = false,
        options: [String: String] = [:]
    ) throws -> OSDPBench {
        var peripheral = OSDPPeripheral(key: readerKey)
        peripheral.isSecureOnly = isSecureOnly
        var options = options
        options["secure"] = secure
        var bench = try OSDPBench(options, peripheral, key: key)
        bench.open()
        return bench
    }

    @Test(arguments: [true, false])
    func aReaderWithTheSitesKeyIsSecure(isSecureOnly: Bool) throws {
        var bench = try Self.bench("required", readerKey: Self.readerKey, isSecureOnly: isSecureOnly)
        bench.run(milliseconds: 1_000)
        bench.peripherals[0].events = [OSDPDriverTests.card]
        bench.run(milliseconds: 200)
        bench.feed(.show(.granted, reader: 0))
        bench.run(milliseconds: 500)
        #expect(bench.statuses == [Self.online])
        #expect(bench.credentials == [Samples.card])
        #expect(bench.peripherals[0].commands.contains { $0[0] == 0x69 && $0[6] == 2 })
        // Nothing but who and what it is, and the handshake, was said in the clear.
        let plain = bench.sent.filter { $0[5] & 8 == 0 }.map { $0[6] }
        #expect(plain == [0x61, 0x62])
        #expect(bench.discards == [:])
    }

    @Test func aKeyOfTheReadersOwn() throws {
        var bench = try Self.bench(
            "required", readerKey: OSDPKey(Self.siteKey), options: ["key_kind": "reader"])
        bench.run(milliseconds: 1_000)
        #expect(bench.statuses == [Self.online])
    }

    @Test(arguments: ["required", "install"])
    func aReaderWithAnotherKeyIsRefused(secure: String) throws {
        var bench = try Self.bench(secure, readerKey: OSDPKey([UInt8](repeating: 7, count: 16)))
        bench.peripherals[0].events = [OSDPDriverTests.card]
        bench.run(milliseconds: 60_000)
        #expect(bench.statuses.count == 1)
        guard case .fault(let words)? = bench.statuses.first else {
            Issue.record("no fault")
            return
        }
        #expect(words.hasPrefix("the reader has another key"))
        #expect(bench.credentials == [])
        // Asked again every 10 s: a person may put the key right.
        #expect(bench.peripherals[0].commands.filter { $0[0] == 0x61 }.count <= 7)
    }

    /// A factory reader, or one that pretends to be one, gets nothing without a person's window.
    @Test(arguments: ["required", "install"])
    func aFactoryReaderIsRefusedWithoutAWindow(secure: String) throws {
        var bench = try Self.bench(secure, readerKey: nil)
        bench.run(milliseconds: 30_000)
        if secure == "required" { bench.feed(.commission(reader: 0, .seconds(600))) }
        bench.run(milliseconds: 30_000)
        #expect(!bench.statuses.contains(Self.online))
        #expect(!bench.peripherals[0].isSecure)
        #expect(bench.peripherals[0].key == nil)
    }

    @Test func aWindowGivesAFactoryReaderItsKey() throws {
        var bench = try Self.bench("install", readerKey: nil)
        bench.run(milliseconds: 5_000)
        bench.feed(.commission(reader: 0, .seconds(600)))
        bench.run(milliseconds: 5_000)
        #expect(bench.peripherals[0].key?.bytes == Self.readerKey.bytes)
        #expect(bench.statuses.last == Self.online)
        #expect(bench.peripherals[0].isSecure)
        // The next start needs no window.
        bench.open()
        bench.run(milliseconds: 2_000)
        #expect(bench.statuses.last == Self.online)
        let sent = bench.sent.map { $0.dropFirst(5) }
        #expect(!sent.contains { Array($0) == Self.siteKey })
    }

    @Test func theWindowEnds() throws {
        var bench = try Self.bench("install", readerKey: OSDPKey([UInt8](repeating: 7, count: 16)))
        bench.run(milliseconds: 2_000)
        bench.feed(.commission(reader: 0, .seconds(30)))
        bench.run(milliseconds: 31_000)
        bench.peripherals[0].key = nil
        bench.peripherals[0].restart()
        bench.run(milliseconds: 30_000)
        #expect(bench.peripherals[0].key == nil)
        #expect(!bench.statuses.contains(Self.online))
    }

    /// Whoever answers in the clear where the channel is configured says nothing.
    @Test func cardsInTheClearAreNotBelieved() throws {
        var bench = try Self.bench("required", readerKey: Self.readerKey)
        bench.run(milliseconds: 1_000)
        bench.spoil = { reply in
            OSDPFrame.frame(address: 0x80, control: reply[4] & 3 | 4, body: OSDPDriverTests.card)
        }
        bench.run(milliseconds: 5_000)
        #expect(bench.credentials == [])
        #expect(bench.discards[.integrityCheckFailed, default: 0] > 0)
    }

    @Test func aReplyFromAnEarlierSessionEndsThisOne() throws {
        var bench = try Self.bench("required", readerKey: Self.readerKey)
        bench.run(milliseconds: 1_000)
        bench.peripherals[0].events = [OSDPDriverTests.card]
        var recorded: [UInt8] = []
        bench.spoil = { reply in
            if reply.count > 20 { recorded = reply }
            return reply
        }
        bench.run(milliseconds: 500)
        #expect(bench.credentials.count == 1)
        // Played back with the right number and a right check, in another place of the chain.
        var replays = 1
        bench.spoil = { reply in
            guard replays > 0, reply[4] & 3 == recorded[4] & 3 else { return reply }
            replays -= 1
            return recorded
        }
        bench.run(milliseconds: 3_000)
        #expect(replays == 0)
        #expect(bench.credentials.count == 1)
        #expect(bench.discards[.integrityCheckFailed, default: 0] > 0)
        #expect(bench.peripherals[0].isSecure)
    }

    @Test func aLostReplyKeepsTheSession() throws {
        var bench = try Self.bench("required", readerKey: Self.readerKey)
        bench.run(milliseconds: 1_000)
        bench.peripherals[0].events = [OSDPDriverTests.card]
        var losses = 3
        bench.spoil = { reply in
            guard losses > 0 else { return reply }
            losses -= 1
            return losses == 1 ? reply.dropLast() + [reply[reply.count - 1] ^ 4] : []
        }
        bench.run(milliseconds: 5_000)
        #expect(bench.credentials == [Samples.card])
        #expect(bench.peripherals[0].commands.filter { $0[0] == 0x61 }.count == 1)
    }

    @Test func aReaderThatStartsAnewIsSecureAgain() throws {
        var bench = try Self.bench("required", readerKey: Self.readerKey, isSecureOnly: true)
        bench.run(milliseconds: 1_000)
        bench.peripherals[0].restart()
        bench.peripherals[0].events = [OSDPDriverTests.card]
        bench.run(milliseconds: 2_000)
        #expect(bench.credentials == [Samples.card])
        #expect(bench.peripherals[0].isSecure)
        #expect(bench.statuses == [Self.online])
    }

    @Test func noTwoChallengesAreAlike() throws {
        var bench = try Self.bench("required", readerKey: OSDPKey([UInt8](repeating: 7, count: 16)))
        bench.run(milliseconds: 120_000)
        let challenges = bench.peripherals[0].commands.filter { $0[0] == 0x76 }
        #expect(challenges.count > 8)
        #expect(Set(challenges).count == challenges.count)
    }

    @Test func aReaderThatWantsAChannelSaysSo() throws {
        var bench = try Self.bench("off", readerKey: Self.readerKey, isSecureOnly: true)
        bench.run(milliseconds: 1_000)
        #expect(
            bench.statuses.last == .fault("the reader wants a secure channel, and none is configured"))
    }

    /// In the clear it says only who it is: what it can do is tried.
    @Test func aReaderThatTellsItsCapabilitiesToNobodyIsSecureAllTheSame() throws {
        var bench = try Self.bench("required", readerKey: Self.readerKey, isSecureOnly: true)
        bench.peripherals[0].says = [0x62: [0x41, 6]]
        bench.run(milliseconds: 2_000)
        #expect(bench.statuses == [Self.online])
        bench.peripherals[0].events = [OSDPDriverTests.card]
        bench.run(milliseconds: 200)
        #expect(bench.credentials == [Samples.card])
    }

    /// A reader in the clear where the channel is configured, or one that stops half-way.
    @Test(arguments: [
        (UInt8(0x76), "the reader answers the handshake of the secure channel with 40"),
        (0x77, "the reader answers the handshake of the secure channel with 40"),
        (0x75, "the reader does not take a key"),
    ])
    func aHandshakeThatEndsInSomethingElseIsAFault(command: UInt8, words: String) throws {
        var bench = try Self.bench("install", readerKey: command == 0x75 ? nil : Self.readerKey)
        bench.feed(.commission(reader: 0, .seconds(600)))
        bench.peripherals[0].says = [command: command == 0x75 ? [0x41, 9] : [0x40]]
        bench.run(milliseconds: 30_000)
        #expect(bench.statuses.last == .fault(words))
        #expect(bench.statuses.count <= 2)
        #expect(bench.sent.count <= 24)
        bench.peripherals[0].says = [:]
        bench.run(milliseconds: 12_000)
        #expect(bench.statuses.last == Self.online)
    }

    @Test func aMissingOrShortKeyIsNamedAndNotShown() {
        for key in [[:], [OSDPSettings.key.defaultText: [UInt8](0x61...0x68)]] as [[String: [UInt8]]] {
            #expect {
                _ = try DriverCatalogue.make(
                    "osdp", on: DriverLine(readers: [[:]], secrets: DriverSecrets(key)))
            } throws: {
                let words = "\($0)"
                return words.contains("credential:muster-osdp-key") && !words.contains("61")
            }
        }
    }

    @Test(arguments: ["", "x", "0123", "file:", "file:key", "credential:", "credential:a/b", "key:x"])
    func aKeyIsAReferenceOnly(text: String) {
        #expect(throws: DriverError.self) { _ = try DriverCatalogue.make("osdp", options: ["key": text]) }
    }
}
