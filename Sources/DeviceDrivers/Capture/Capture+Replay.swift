import SiteModel

extension Capture {
    /// Plays the capture through a new driver: the port opens at 0, alarms ring at the capture's own time,
    /// each before what else happens in its millisecond. `toDevice` events are not played; they are what the
    /// driver says.
    ///
    /// - Returns: everything the driver put out, with its time. Alarms due after the last event do not ring.
    public func replay() throws(DriverError) -> [(milliseconds: Int64, output: DriverOutput)] {
        try played().outputs
    }

    private func played() throws(DriverError) -> CapturePlayer {
        let descriptor = try DriverCatalogue.descriptor(driver)
        var player = CapturePlayer(driver: try DriverCatalogue.make(driver, options: options))
        player.feed(.opened(random: 0), at: 0)
        for timed in events {
            player.ring(upTo: timed.milliseconds)
            switch timed.event {
            case .fromDevice(let bytes):
                player.feed(Self.input(bytes, descriptor.link), at: timed.milliseconds)
            case .toDevice: break
            case .site(let event):
                if let input = event.input { player.feed(input, at: timed.milliseconds) }
            }
        }
        return player
    }

    /// `replay` as the lines that stand after the divider. Alarms are left out; bytes of a frame that the end
    /// of the capture cuts are the last line.
    public func replayedTranscript() throws(DriverError) -> [String] {
        let player = try played()
        let lines = player.outputs.compactMap { timed in
            timed.output.transcript.map { Self.timeMark(timed.milliseconds) + $0 }
        }
        guard player.driver.pendingByteCount > 0 else { return lines }
        let end = Self.timeMark(events.last?.milliseconds ?? 0)
        return lines + ["\(end)pending \(player.driver.pendingByteCount)"]
    }

    /// Bytes as the session gives them to a driver of this link.
    static func input(_ bytes: [UInt8], _ link: DriverDescriptor.Link) -> DriverInput {
        if case .serial = link { .bytes(bytes) } else { .report(bytes) }
    }
}

/// One driver and its alarm, on a time of its own.
struct CapturePlayer {
    private(set) var driver: any DeviceDriver
    private(set) var outputs: [(milliseconds: Int64, output: DriverOutput)] = []
    /// Whole milliseconds, rounded up: an alarm never rings early.
    private var alarmAt: Int64?

    init(driver: any DeviceDriver) {
        self.driver = driver
    }

    mutating func feed(_ input: DriverInput, at milliseconds: Int64) {
        for output in driver.handle(input, at: Uptime(milliseconds: milliseconds)) {
            if case .wake(let delay) = output {
                alarmAt = milliseconds + (delay.wholeNanoseconds + 999_999) / 1_000_000
            }
            outputs.append((milliseconds, output))
        }
    }

    mutating func ring(upTo milliseconds: Int64) {
        while let time = alarmAt, time <= milliseconds {
            alarmAt = nil
            feed(.woken, at: time)
        }
    }
}

extension Capture.SiteEvent {
    /// What the driver is told; nil for nothing.
    var input: DriverInput? {
        switch self {
        case .openEntering: .open(.entering)
        case .openLeaving: .open(.leaving)
        case .release: .release(true)
        case .control: .release(false)
        case .showGranted: .show(.granted, reader: 0)
        case .closing: .closing
        case .opened: .opened(random: 0)
        case .wait: nil
        }
    }
}

extension DriverOutput {
    /// One line of a transcript without its time; nil for alarms. Prints credentials and cards in full: for
    /// captures of test cards only.
    var transcript: String? {
        switch self {
        case .credential(let credential, let reader):
            "credential \(credential.transcript)" + (reader == 0 ? "" : " reader \(reader)")
        case .identity(let card, let reader):
            "identity \(card.transcript)" + (reader == 0 ? "" : " reader \(reader)")
        case .send(let bytes): "send \(Capture.spacedHexadecimal(bytes))"
        case .readFeature(let id, let byteCount):
            "read feature \(Capture.spacedHexadecimal([id])) \(byteCount)"
        case .setBaud(let baud): "baud \(baud)"
        case .sendFeature(let bytes): "feature \(Capture.spacedHexadecimal(bytes))"
        case .wake: nil
        case .passed(let direction): "passed \(direction.name)"
        case .notPassed: "not passed"
        case .pushed(let direction): "pushed \(direction.name)"
        case .notOpened(let barrier): "not opened" + (barrier == 0 ? "" : " barrier \(barrier)")
        case .status(let status): "status \(status.transcript)"
        case .partStatus(let status, .reader(let reader)): "status reader \(reader) \(status.transcript)"
        case .partStatus(let status, .barrier(let number)): "status barrier \(number) \(status.transcript)"
        case .fireInput(let isActive): isActive ? "fire" : "no fire"
        case .ofBarrier(let number, .passed(let direction)): "passed \(direction.name) barrier \(number)"
        case .ofBarrier(let number, .notPassed): "not passed barrier \(number)"
        case .ofBarrier(let number, .fireInput(let isActive)):
            (isActive ? "fire" : "no fire") + " barrier \(number)"
        case .commissioned(let act, let words, let reader):
            "commissioned \(act.name) \(words)" + (reader == 0 ? "" : " reader \(reader)")
        case .discarded(let reason, let byteCount): "discarded \(reason.rawValue) \(byteCount)"
        }
    }
}

extension DriverStatus {
    fileprivate var transcript: String {
        switch self {
        case .answering: "answering"
        case .silent: "silent"
        case .fault(let words): "fault: \(words)"
        case .moduleIdentity(let text): "module \(text)"
        }
    }
}

extension Credential {
    fileprivate var transcript: String {
        switch self {
        case .idNumber(let number): "idNumber \(number.revealed)"
        case .cardNumber(let card): "cardNumber \(card.transcript)"
        case .chipSerial(let serial): "chipSerial \(hexadecimal(serial, digitCount: 16))"
        case .qrToken(let token): "qrToken \(token)"
        case .manual: "manual"
        }
    }
}

extension CardNumber {
    /// As printed on the card for 32 bits; other lengths are named.
    fileprivate var transcript: String {
        switch bitLength {
        case 32: CardNumberFormat.eightHexadecimalTenDecimal.text(of: self) ?? "\(value)"
        case 40: "\(hexadecimal(value, digitCount: 10)) 40 bit"
        default: "\(value) \(bitLength) bit"
        }
    }
}

private func hexadecimal(_ value: UInt64, digitCount: Int) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, digitCount - digits.count)) + digits
}

extension IdentityCard {
    /// What the chip says but for the photo; empty fields are left out.
    fileprivate var transcript: String {
        let expiryText =
            switch expiry {
            case .on(let day): day.description
            case .never: "never"
            case .unreadable: "?"
            }
        let facts = [
            ("", "\(kind)"), ("", name), ("english ", englishName),
            ("sex ", sexCode.map { "\($0)" } ?? ""), ("group ", ethnicGroupCode),
            ("born ", birthDate?.description ?? ""), ("address ", address), ("authority ", authority),
            ("valid ", "\(validFrom?.description ?? "?") to \(expiryText)"), ("pass ", passNumber),
            ("issue ", issueText), ("nationality ", nationality),
        ]
        return facts.filter { !$0.1.isEmpty }.map { $0.0 + $0.1 }.joined(separator: ", ")
    }
}
