import SiteModel

extension Capture {
    /// Reads a capture file.
    public init(text: String) throws(CaptureError) {
        var header: [String: String] = [:]
        var events: [TimedEvent] = []
        var transcript: [String]?
        for (index, piece) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = piece.last == "\r" ? piece.dropLast() : piece
            if transcript != nil {
                if !line.isEmpty { transcript?.append(String(line)) }
            } else if line == Self.divider {
                transcript = []
            } else if line.first == "#" {
                try Self.read(header: line, number: index + 1, into: &header)
            } else if !line.isEmpty {
                try Self.read(event: line, number: index + 1, into: &events)
            }
        }
        func value(_ key: String) throws(CaptureError) -> String {
            guard let value = header[key] else { throw .headerMissing(key: key) }
            return value
        }
        self.init(
            reader: try value("reader"), link: try value("link"), driver: try value("driver"),
            options: Self.options(header["options"] ?? ""), made: try value("made"),
            shows: try value("shows"), events: events, transcript: transcript)
    }

    /// The file, in the form that `init(text:)` reads; bytes stand 32 to a line.
    public var text: String {
        var lines = ["# reader: \(reader)", "# link: \(link)", "# driver: \(driver)"]
        if !options.isEmpty {
            let pairs = options.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            lines.append("# options: \(pairs.joined(separator: " "))")
        }
        lines += ["# made: \(made)", "# shows: \(shows)"]
        for event in events { lines += Self.lines(of: event) }
        if let transcript { lines += [Self.divider] + transcript }
        return lines.joined(separator: "\n") + "\n"
    }

    /// `@0` and blanks up to the column where all contents begin.
    static func timeMark(_ milliseconds: Int64) -> String {
        let mark = "@\(milliseconds)"
        return mark + String(repeating: " ", count: max(1, 7 - mark.utf8.count))
    }

    static func spacedHexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { [$0].hexadecimal.uppercased() }.joined(separator: " ")
    }

    private static func lines(of timed: TimedEvent) -> [String] {
        let time = timeMark(timed.milliseconds)
        switch timed.event {
        case .fromDevice(let bytes): return pieces(bytes).map { "\(time)< \($0)" }
        case .toDevice(let bytes): return pieces(bytes).map { "\(time)> \($0)" }
        case .site(let event): return ["\(time)! \(event.rawValue)"]
        }
    }

    private static func pieces(_ bytes: [UInt8]) -> [String] {
        stride(from: 0, to: bytes.count, by: 32).map {
            spacedHexadecimal(bytes[$0..<min($0 + 32, bytes.count)])
        }
    }

    private static func read(
        header line: Substring, number: Int, into header: inout [String: String]
    ) throws(CaptureError) {
        let parts = line.dropFirst().split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw .badHeader(line: number) }
        let key = trimmed(parts[0])
        guard headerKeys.contains(key), header[key] == nil else { throw .badHeader(line: number) }
        header[key] = trimmed(parts[1])
    }

    private static func read(
        event line: Substring, number: Int, into events: inout [TimedEvent]
    ) throws(CaptureError) {
        let parts = line.split(separator: " ", maxSplits: 2)
        guard parts.count == 3, parts[0].first == "@", let time = Int64(parts[0].dropFirst()), time >= 0
        else {
            throw .badEvent(line: number)
        }
        guard time >= events.last?.milliseconds ?? 0 else { throw .timeRunsBackwards(line: number) }
        let content = trimmed(parts[2])
        let bytes = [UInt8](hexadecimal: content.filter { $0 != " " })
        let event: Event? =
            switch parts[1] {
            case "<": bytes.map(Event.fromDevice)
            case ">": bytes.map(Event.toDevice)
            case "!": SiteEvent(rawValue: content).map(Event.site)
            default: nil
            }
        guard let event else { throw .badEvent(line: number) }
        append(TimedEvent(milliseconds: time, event: event), to: &events)
    }

    /// A long piece stands in several lines.
    private static func append(_ next: TimedEvent, to events: inout [TimedEvent]) {
        guard let last = events.last, last.milliseconds == next.milliseconds else {
            return events.append(next)
        }
        switch (last.event, next.event) {
        case (.fromDevice(let before), .fromDevice(let bytes)):
            events[events.count - 1].event = .fromDevice(before + bytes)
        case (.toDevice(let before), .toDevice(let bytes)):
            events[events.count - 1].event = .toDevice(before + bytes)
        default: events.append(next)
        }
    }

    private static func options(_ text: String) -> [String: String] {
        var options: [String: String] = [:]
        for pair in text.split(separator: " ") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            options[String(parts[0])] = parts.count == 2 ? String(parts[1]) : ""
        }
        return options
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }

    private static let divider = "----------"
    private static let headerKeys: Set = ["reader", "link", "driver", "options", "made", "shows"]
}
