import SiteModel

/// What came of telling a device to take another place on the line.
enum OSDPPlaceAnswer: Sendable, Equatable {
    /// It says that it goes there.
    case taken(BusPlace)
    case refused
    /// It was told and did not answer: it may be there or here.
    case lost
    /// It was not told after all.
    case unsaid
}

/// One device on its way to another place: told, then looked for there, and here again when it does not
/// answer.
struct OSDPMove: Sendable {
    enum Stage: Sendable {
        /// Told as soon as it answers, while the window is open.
        case wanted
        case told
        case sought(until: Uptime)
    }

    let device: Int
    let from: BusPlace
    var to: BusPlace
    var stage = Stage.wanted
    /// Who was told to go.
    var identity: OSDPIdentity?
}

extension OSDPDriver {
    /// A person wants a reader elsewhere. Said at once when that cannot be.
    mutating func move(
        reader: Int, _ address: Int?, _ baud: Int?, at uptime: Uptime, _ outputs: inout [DriverOutput]
    ) {
        guard let index = deviceIndex(ofReader: reader) else { return }
        let from = BusPlace(address: Int(devices[index].settings.address), baud: self.baud)
        let place = BusPlace(address: address ?? from.address, baud: baud ?? from.baud)
        if let words = refusal(of: place, for: index, at: uptime) {
            return outputs.append(.commissioned(.lineNotChanged, words, reader: reader))
        }
        moving = OSDPMove(device: index, from: from, to: place)
    }

    private func refusal(of place: BusPlace, for index: Int, at uptime: Uptime) -> String? {
        guard devices[index].isWindowOpen(at: uptime) else { return "the commissioning window is not open" }
        guard moving == nil else { return "another reader of the line is on its way" }
        return hindrance(of: place, for: index)
    }

    /// Why the line cannot follow a device to a place.
    private func hindrance(of place: BusPlace, for index: Int) -> String? {
        guard (0...126).contains(place.address), (1_200...921_600).contains(place.baud) else {
            return "there is no \(place.words)"
        }
        for (number, device) in devices.enumerated() where number != index {
            if Int(device.settings.address) == place.address {
                return "another device of the line has address \(place.address)"
            }
            if place.baud != baud {
                return "other devices of the line would not follow to \(place.baud) baud"
            }
        }
        return nil
    }

    /// Carries a move on, before anybody is spoken to.
    mutating func followMove(at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        guard let move = moving else { return }
        let answer = devices[move.device].placeAnswer
        devices[move.device].placeAnswer = nil
        switch (move.stage, answer) {
        case (.wanted, _):
            guard devices[move.device].isWindowOpen(at: uptime) else {
                return endMove(.lineNotChanged, "the window ended before the reader answered", &outputs)
            }
            guard devices[move.device].isOnline else { return }
            moving?.stage = .told
            moving?.identity = devices[move.device].identity
            let command = OSDPCommand.communication(
                address: UInt8(truncatingIfNeeded: move.to.address), baud: UInt32(move.to.baud))
            devices[move.device].say(command, at: uptime)
        case (.told, .taken(let place)):
            if let words = hindrance(of: place, for: move.device) {
                return endMove(.lineNotChanged, "the reader went to \(place.words): \(words)", &outputs)
            }
            seek(place, at: uptime, &outputs)
        case (.told, .lost): seek(move.to, at: uptime, &outputs)
        case (.told, .refused): endMove(.lineNotChanged, "the reader refuses \(move.to.words)", &outputs)
        case (.told, .unsaid): moving?.stage = .wanted
        case (.sought(let end), _): endSearch(move, end, at: uptime, &outputs)
        case (.told, nil): return
        }
    }

    private mutating func seek(_ place: BusPlace, at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        moving?.to = place
        moving?.stage = .sought(until: uptime + Self.searchPatience)
        go(to: place, at: uptime, &outputs)
    }

    private mutating func endSearch(
        _ move: OSDPMove, _ end: Uptime, at uptime: Uptime, _ outputs: inout [DriverOutput]
    ) {
        if devices[move.device].isOnline {
            if let told = move.identity, let found = devices[move.device].identity, !found.isSame(as: told) {
                go(to: move.from, at: uptime, &outputs)
                return endMove(
                    .lineNotChanged,
                    "at \(move.to.words) another reader answers (\(found.words)); the line is back at"
                        + " \(move.from.words)", &outputs)
            }
            return endMove(.lineChanged, "the reader answers at \(move.to.words)", &outputs)
        }
        guard uptime >= end else { return }
        go(to: move.from, at: uptime, &outputs)
        endMove(
            .lineNotChanged,
            "the reader did not answer at \(move.to.words); the line is back at \(move.from.words)", &outputs)
    }

    private mutating func endMove(
        _ act: CommissioningAct, _ words: String, _ outputs: inout [DriverOutput]
    ) {
        if let reader = moving.flatMap({ devices[$0.device].readerIndex }) {
            outputs.append(.commissioned(act, words, reader: reader))
        }
        moving = nil
    }

    /// Speaks to the device there from now on. The line is silent: its last exchange is over.
    private mutating func go(to place: BusPlace, at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        guard let index = moving?.device else { return }
        devices[index].settings.address = UInt8(truncatingIfNeeded: place.address)
        if place.baud != baud {
            baud = place.baud
            outputs.append(.setBaud(baud))
        }
        let isConfigured = place == configured[index]
        devices[index].placeHint = isConfigured ? "" : "; at \(place.words), which is not configured"
        devices[index].begin(at: uptime, after: Self.settlingTime)
    }

    /// For a reader that restarts with its new settings.
    private static let settlingTime = Duration.milliseconds(200)
    /// Below the patience with a silent device, so that it is not told as lost meanwhile.
    private static let searchPatience = Duration.seconds(6)
}
