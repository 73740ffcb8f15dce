import SiteModel

/// Readers and barriers with their health, for `Pages/devices.mustache`.
struct DevicesView {
    struct Row {
        /// Also the class that colours the lamp.
        let state: HTMLText
        let stateChinese: HTMLText
        let stateEnglish: HTMLText
        let title: HTMLText
        let facts: [Fact]
        let detail: HTMLText?
    }

    struct Fact {
        /// `plain` or `caution`.
        let kind: HTMLText
        let chinese: HTMLText
        let english: HTMLText
        let value: HTMLText

        init(_ words: BoardWords, _ value: String, isCaution: Bool = false) {
            kind = HTMLText(isCaution ? "caution" : "plain")
            chinese = HTMLText(words.chinese)
            english = HTMLText(words.english)
            self.value = HTMLText(value)
        }
    }

    let devices: [Row]

    init(_ snapshot: BoardSnapshot) {
        // What is down stands first: on a wall nobody scrolls.
        let working = snapshot.devices.filter { $0.state == .online }
        devices = (snapshot.devices.filter { $0.state != .online } + working).map { device in
            Row(
                state: HTMLText(device.state.rawValue),
                stateChinese: HTMLText(device.state.words.chinese),
                stateEnglish: HTMLText(device.state.words.english),
                title: HTMLText(Self.title(of: device), limit: 60),
                facts: Self.facts(of: device, offsetMilliseconds: snapshot.offsetMilliseconds),
                detail: device.detail.isEmpty ? nil : HTMLText(device.detail, limit: 120))
        }
    }

    private static func title(of device: DeviceStatus) -> String {
        let name = device.isBarrier ? "闸机 Barrier" : device.name
        return device.direction == .unknown || device.isBarrier
            ? "\(device.lane) · \(name)" : "\(device.lane) · \(name) · \(device.direction.words.chinese)"
    }

    private static func facts(of device: DeviceStatus, offsetMilliseconds: Int64) -> [Fact] {
        var facts: [Fact] = []
        if device.isBarrier {
            facts.append(Fact(BoardWords("开闸", "Opened"), String(device.pulses)))
            if device.failedPulses > 0 {
                let words = BoardWords("开闸失败", "Failed to open")
                facts.append(Fact(words, String(device.failedPulses), isCaution: true))
            }
        } else {
            facts.append(Fact(BoardWords("读卡", "Reads"), String(device.reads)))
            if let last = device.lastReadAt {
                let time = last.clockText(offsetMilliseconds: offsetMilliseconds)
                facts.append(Fact(BoardWords("末次", "Last"), time))
            }
        }
        if device.reconnects > 0 {
            facts.append(Fact(BoardWords("重连", "Reconnects"), String(device.reconnects)))
        }
        // In the order of the declaration: a dictionary's own order would shuffle the row at every start.
        for reason in DiscardReason.allCases {
            guard let byteCount = device.discards[reason], byteCount > 0 else { continue }
            facts.append(Fact(reason.words, String(byteCount), isCaution: true))
        }
        return facts
    }
}
