import AttendanceLedger
import LocalWeb
import PersonnelChanges
import PlatformSync
import SiteModel

/// What commands and pages ask of the deliveries.
struct SyncDesk: Sendable {
    /// Of the refused that are listed.
    static let listLimit = 1_000

    /// Each day is asked for in pages; the command waits for all of them.
    static let reconciledDayLimit: Int64 = 31

    /// Of what this node recorded itself.
    let own: [PlatformLink]
    let carried: CarriedLinks
    let people: PeopleBook
    let payroll: PayrollDesk
    let time: SiteTime
    let siteOffsetMilliseconds: Int64

    /// Of all that goes up from here: what others recorded behind what was recorded here.
    var links: [PlatformLink] { own + carried.links }

    var now: UTCInstant { time.instant(of: time.now()) }

    var today: CivilDate { now.day(offsetMilliseconds: siteOffsetMilliseconds) }

    /// For health and the board, as of the last look.
    var problems: [BoardWords] {
        let now = now
        return links.flatMap { $0.lastStanding.problems(at: now) }
    }

    /// What was refused, as of the last look.
    var refusedCount: Int { links.reduce(0) { $0 + Int($1.lastStanding.status?.refusedCount ?? 0) } }

    /// The named platform, or all.
    func links(named name: String?) throws(GatewayError) -> [PlatformLink] {
        guard let name else { return links }
        let found = links.filter { $0.name == name || $0.plan.name == name }
        guard !found.isEmpty else {
            throw .refused(
                "there is no platform '\(name)'; known: \(links.map(\.name).joined(separator: ", "))")
        }
        return found
    }

    /// One call at a time goes to a platform, this one too.
    var checkup: PlatformCheckup {
        PlatformCheckup(
            plans: own.map(\.plan), clock: time,
            turns: Dictionary(own.map { ($0.plan.name, $0.turn) }) { first, _ in first })
    }

    func standings() async -> [PlatformStanding] {
        var standings: [PlatformStanding] = []
        for link in links { standings.append(await link.standing()) }
        return standings
    }

    /// What was refused and nobody decided about, oldest first.
    func rejected(by name: String?, isRevealed: Bool) async throws(GatewayError) -> [RejectedLine] {
        let roster = await people.latest().roster
        var lines: [RejectedLine] = []
        for link in try links(named: name) {
            for item in try await rejected(by: link) {
                lines.append(
                    RejectedLine(
                        platform: link.name, item: item, person: roster.member(item.worker)?.worker,
                        at: time.instant(of: item.at), isRevealed: isRevealed))
            }
        }
        return lines
    }

    private func rejected(by link: PlatformLink) async throws(GatewayError) -> [RejectedDelivery] {
        guard let delivery = link.delivery else { return [] }
        do throws(DeliveryError) {
            return try await delivery.rejected(limit: Self.listLimit)
        } catch {
            throw GatewayError(error)
        }
    }

    /// A person decided about what was refused.
    ///
    /// - Returns: what was done, in words.
    func settle(_ request: SettleRequest) async throws(GatewayError) -> String {
        let links = try links(named: request.platform)
        var found: [(link: PlatformLink, pass: Int)] = []
        do throws(DeliveryError) {
            for link in links {
                guard let delivery = link.delivery else { continue }
                for item in try await delivery.rejected(request.entry)
                where item.pass == request.pass ?? item.pass {
                    found.append((link, item.pass))
                }
            }
            guard let (link, pass) = found.first, let delivery = link.delivery else {
                throw DeliveryError.refused(
                    "entry \(request.entry) is not among what was refused (muster sync rejected)")
            }
            guard found.count == 1 else {
                let places = found.map { "--platform \($0.link.name) --pass \($0.pass)" }
                throw DeliveryError.refused(
                    "several were refused; say which: \(places.joined(separator: ", "))")
            }
            try await delivery.settle(
                request.entry, pass: pass, resend: request.isResent, by: request.by, reason: request.reason)
            return request.isResent
                ? "entry \(request.entry) goes to \(link.name) once more"
                : "entry \(request.entry) is never sent to \(link.name)"
        } catch {
            throw GatewayError(error)
        }
    }

    func carryOut(_ order: SyncOrder, on name: String?) async throws(GatewayError) -> String {
        let links = try links(named: name)
        guard !links.isEmpty else { throw .refused("no platform is configured") }
        for link in links {
            guard let delivery = link.delivery else {
                throw .service("the deliveries to \(link.name) are not open; see muster sync status")
            }
            do throws(DeliveryError) {
                switch order {
                case .now: await delivery.tryNow()
                case .pause: try await delivery.setPaused(true)
                case .resume: try await delivery.setPaused(false)
                }
            } catch {
                throw GatewayError(error)
            }
        }
        let names = links.map(\.name).joined(separator: ", ")
        return switch order {
        case .now: "\(names): tried now"
        case .pause: "\(names): paused until muster sync resume"
        case .resume: "\(names): goes on"
        }
    }

    /// Compares days with what the platforms show; what is missing there goes up again.
    func reconcile(
        _ name: String?, _ span: ClosedRange<CivilDate>
    ) async throws(GatewayError) -> [ReconciledLine] {
        guard span.upperBound.daysSince1970 - span.lowerBound.daysSince1970 < Self.reconciledDayLimit else {
            throw .refused("at most \(Self.reconciledDayLimit) days at once")
        }
        var lines: [ReconciledLine] = []
        for link in try links(named: name) {
            guard let delivery = link.delivery else {
                throw .service("the deliveries to \(link.name) are not open; see muster sync status")
            }
            for number in span.lowerBound.daysSince1970...span.upperBound.daysSince1970 {
                do throws(DeliveryError) {
                    let found = try await delivery.reconcile(CivilDate(daysSince1970: number))
                    link.remember(found)
                    lines.append(
                        ReconciledLine(
                            platform: link.name, found: found, offsetMilliseconds: siteOffsetMilliseconds))
                } catch {
                    throw GatewayError(error)
                }
            }
        }
        return lines
    }

    /// Days of site time that have passes, oldest first.
    func days(of name: String?, _ span: ClosedRange<CivilDate>) async throws(GatewayError) -> [DayLine] {
        var lines: [DayLine] = []
        for link in try links(named: name) {
            guard let delivery = link.delivery else { continue }
            do throws(DeliveryError) {
                lines += try await delivery.days(from: span.lowerBound, to: span.upperBound)
                    .map { DayLine(platform: link.name, day: $0) }
            } catch {
                throw GatewayError(error)
            }
        }
        return lines
    }
}

/// What may be told to the deliveries.
enum SyncOrder: String, Sendable, CaseIterable {
    case now
    case pause
    case resume
}

extension GatewayError {
    init(_ error: DeliveryError) {
        self =
            switch error {
            case .refused(let words), .unreadableDay(let words): .refused(words)
            case .storage, .ledger, .damagedEntry: .service("\(error)")
            }
    }
}
