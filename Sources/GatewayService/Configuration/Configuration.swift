public import DeviceSessions
public import PersonnelChanges
public import SiteModel

/// What a site says about itself, checked. Every value has a default: an empty file is a valid configuration.
public struct Configuration: Sendable {
    public var site = Site()
    public var node: String
    public var stateDirectory: String
    public var listen = "127.0.0.1:8470"
    /// Nil: the pages are plain HTTP.
    public var webTLS: WebTLSPlan?
    public var policy = PolicyApplied(
        repeatWindowMilliseconds: 3_000, antiPassback: .off, minimumAgeYears: 16,
        requirements: LaneRequirements(all: .warn))
    /// Completed years above which joining is warned of; nil: none. The lanes do not ask for it.
    public var maximumAgeYears: Int?
    public var lanes: [LanePlan] = []
    public var platforms: [PlatformPlan] = []

    /// Of whom an officer is warned or who is refused when they join.
    public var ages: AgeLimits {
        AgeLimits(minimumYears: policy.minimumAgeYears, maximumYears: maximumAgeYears)
    }

    public struct Site: Sendable, Equatable {
        public var projectCode = ""
        public var name = "未命名工地"
        public var timezone = "Asia/Shanghai"
        /// What `timezone` means: milliseconds to add to UTC. China has no summer time.
        public var offsetMilliseconds: Int64 = 28_800_000
        /// When people come and go; nil: not told, and no reader counts as quiet.
        public var openingHours: OpeningHours?
        public var openingHoursText = ""
        /// How long within the opening hours nothing may come from a reader.
        public var quietAfter = Duration.seconds(4 * 3_600)
    }

    /// The configuration of a machine that was told nothing.
    public init(environment: HostEnvironment = .current()) {
        node = environment.nodeName
        stateDirectory = environment.stateDirectory
    }

    /// Milliseconds east of UTC of the named zone; nil for a zone that is not offered.
    public static func offsetMilliseconds(ofTimezone name: String) -> Int64? {
        switch name {
        case "Asia/Shanghai": return 28_800_000
        case "Asia/Urumqi": return 21_600_000
        default:
            let parts = name.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
            guard let sign = name.first, sign == "+" || sign == "-", parts.count == 2,
                parts.allSatisfy({ $0.utf8.count == 2 && $0.allSatisfy(\.isWholeNumber) }),
                let hours = Int64(parts[0]), let minutes = Int64(parts[1]),
                hours <= 14, minutes < 60
            else { return nil }
            return (sign == "+" ? 1 : -1) * (hours * 60 + minutes) * 60_000
        }
    }
}
