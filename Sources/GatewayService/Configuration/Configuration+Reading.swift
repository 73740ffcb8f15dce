import AttendanceLedger
import DeviceDrivers
import DeviceSessions
import LocalWeb
import SiteModel

extension Configuration {
    /// Reads and checks the text of a configuration file.
    ///
    /// - Throws: `ConfigurationError` with file and line for the first fault; a key may be unknown, given
    ///   twice or out of range.
    public init(
        yaml: String, file: String, environment: HostEnvironment = .current()
    ) throws(ConfigurationError) {
        self.init(environment: environment)
        guard let reader = try ConfigurationReader(yaml: yaml, file: file, keys: ConfigurationKeys.all) else {
            return
        }
        try readSite(reader)
        webTLS = try WebTLSPlan(reader)
        try readPolicy(reader)
        lanes = try Self.lanes(reader)
        platforms = try PlatformPlan.all(reader, projectCode: site.projectCode)
    }

    private mutating func readSite(_ reader: ConfigurationReader) throws(ConfigurationError) {
        if let site = try reader.mapping("site") {
            self.site.projectCode = try site.text("project_code", upTo: 64) ?? self.site.projectCode
            self.site.name = try site.text("name", upTo: 64) ?? self.site.name
            if let zone = try site.text("timezone") {
                guard let offset = Self.offsetMilliseconds(ofTimezone: zone) else {
                    throw site.wrong("timezone")
                }
                self.site.timezone = zone
                self.site.offsetMilliseconds = offset
            }
            if let text = try site.text("opening_hours"), !text.isEmpty {
                guard let hours = OpeningHours(text: text) else { throw site.wrong("opening_hours") }
                (self.site.openingHours, self.site.openingHoursText) = (hours, text)
            }
            self.site.quietAfter =
                try site.duration("quiet_after", in: .seconds(600) ... .seconds(86_400))
                ?? self.site.quietAfter
        }
        if let node = try reader.text("node", upTo: 32) {
            guard Self.isPlainName(node) else { throw reader.wrong("node") }
            self.node = node
        }
        if let directory = try reader.text("state_directory") {
            guard directory.hasPrefix("/") else { throw reader.wrong("state_directory") }
            stateDirectory = directory
        }
        if let listen = try reader.text("listen") {
            guard Self.isListenAddress(listen) else { throw reader.wrong("listen") }
            self.listen = listen
        }
    }

    /// Of a-z, 0-9 and -, and not empty: fit for a file's name.
    static func isPlainName(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D
            }
    }

    /// `HOST:PORT` as the page reads it.
    public static func isListenAddress(_ text: String) -> Bool { ListenAddress(text) != nil }

    private mutating func readPolicy(_ reader: ConfigurationReader) throws(ConfigurationError) {
        guard let section = try reader.mapping("policy") else { return }
        var mode = policy.antiPassback
        if let name = try section.text("anti_passback") {
            // YAML 1.1 reads a bare `off` as a truth value; its text is what was written.
            guard let named = AntiPassback(name: name) else { throw section.wrong("anti_passback") }
            mode = named
        }
        maximumAgeYears = try section.wholeNumber("maximum_age", in: 18...100)
        let window = try section.duration("repeat_window", in: .zero ... .seconds(60))
        policy = PolicyApplied(
            repeatWindowMilliseconds: window?.wholeMilliseconds ?? policy.repeatWindowMilliseconds,
            antiPassback: mode,
            minimumAgeYears: try section.wholeNumber("minimum_age", in: 0...100) ?? policy.minimumAgeYears,
            requirements: try requirements(section))
    }

    private func requirements(_ policy: ConfigurationReader) throws(ConfigurationError) -> LaneRequirements {
        var requirements = self.policy.requirements
        guard let section = try policy.mapping("require") else { return requirements }
        for condition in LaneCondition.allCases {
            guard let name = try section.text(condition.name) else { continue }
            guard let requirement = Requirement(name: name) else { throw section.wrong(condition.name) }
            requirements[condition] = requirement
        }
        return requirements
    }

    private static func lanes(_ reader: ConfigurationReader) throws(ConfigurationError) -> [LanePlan] {
        var lanes: [LanePlan] = []
        for section in try reader.list("lanes", upTo: 32) {
            let lane = try lane(section)
            guard !lanes.contains(where: { $0.name == lane.name }) else {
                throw section.fault(at: "name", "lane '\(lane.name)' is given twice")
            }
            lanes.append(lane)
            try check(lanes, section)
        }
        return lanes
    }

    /// Builds the drivers of the lanes so far once, so that a wrong option stops the start and not the first
    /// card; `section` is the newest lane, and what is wrong now came with it.
    private static func check(
        _ lanes: [LanePlan], _ section: ConfigurationReader
    ) throws(ConfigurationError) {
        do throws(DevicePlanError) {
            try DevicePlan(lanes: lanes).check()
        } catch {
            let isBarrier = error.device.hasSuffix("/barrier")
            throw section.fault(at: isBarrier ? "barrier" : "readers", error.words)
        }
    }

    private static func lane(_ section: ConfigurationReader) throws(ConfigurationError) -> LanePlan {
        let name = try section.text("name") ?? ""
        guard (1...LeavingReserve.laneByteLimit).contains(name.utf8.count) else {
            throw section.wrong("name")
        }
        let laneDirection = try section.text("direction") ?? "both"
        guard ["entering", "leaving", "both"].contains(laneDirection) else {
            throw section.wrong("direction")
        }
        var readers: [ReaderPlan] = []
        for (index, part) in try section.list("readers", upTo: 16).enumerated() {
            let reader = try reader(part, number: index + 1, lane: name, laneDirection: laneDirection)
            guard !readers.contains(where: { $0.name == reader.name }) else {
                throw part.fault(
                    at: "name", "reader '\(reader.name.reader)' is given twice in lane '\(name)'")
            }
            readers.append(reader)
        }
        let barrier = try section.mapping("barrier").map { part throws(ConfigurationError) in
            BarrierPlan(
                lane: name, address: try address(part), driver: try driver(part, isBarrier: true),
                options: try part.options("options"))
        }
        return LanePlan(name: name, readers: readers, barrier: barrier)
    }

    private static func reader(
        _ part: ConfigurationReader, number: Int, lane: String, laneDirection: String
    ) throws(ConfigurationError) -> ReaderPlan {
        let name = try part.text("name") ?? "reader-\(number)"
        guard (1...LeavingReserve.readerByteLimit).contains(name.utf8.count) else {
            throw part.wrong("name")
        }
        let direction: Direction
        switch try part.text("direction") ?? laneDirection {
        case "entering": direction = .entering
        case "leaving": direction = .leaving
        case "both" where part.node("direction") == nil:
            throw part.fault(
                at: "driver",
                "a reader of lane '\(lane)' (direction both) needs a direction: entering or leaving")
        default: throw part.wrong("direction")
        }
        return ReaderPlan(
            name: ReaderName(lane: lane, reader: name), address: try address(part),
            driver: try driver(part, isBarrier: false), direction: direction,
            options: try part.options("options"))
    }

    private static func address(_ part: ConfigurationReader) throws(ConfigurationError) -> DeviceAddress {
        switch (try part.text("port"), try part.text("usb")) {
        case (let port?, nil):
            guard port.hasPrefix("/") else { throw part.wrong("port") }
            return .port(port)
        case (nil, let usb?):
            guard let match = USBMatch(usb), match.ids != nil else { throw part.wrong("usb") }
            return .usb(match)
        default: throw part.fault(at: "driver", "give either port or usb (one of them) for each device")
        }
    }

    private static func driver(
        _ part: ConfigurationReader, isBarrier: Bool
    ) throws(ConfigurationError) -> String {
        let names = DriverCatalogue.all.filter { $0.isBarrier == isBarrier }.map(\.name)
        guard let name = try part.text("driver"), names.contains(name) else {
            throw part.fault(at: "driver", "'driver' must be one of \(names.joined(separator: ", "))")
        }
        return name
    }
}
