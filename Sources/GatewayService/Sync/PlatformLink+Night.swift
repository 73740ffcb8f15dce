import Logging
import PlatformSync
import SiteModel

/// Days that were compared in one night, or tried in vain.
struct ComparedNight: Sendable {
    /// A month of days: after a long outage every night takes some of them.
    static let dayLimit = 31

    /// The day on which it began.
    let day: CivilDate
    var done: Set<CivilDate> = []
}

extension PlatformLink {
    private static let nightPause = Duration.seconds(600)

    /// Compares every day that had confirmations since it was last compared, once the next one has begun,
    /// until it is cancelled.
    func reconcileNightly(offsetMilliseconds: Int64) async {
        var night: ComparedNight?
        while !Task.isCancelled {
            // try?: a pause cut short is over all the same.
            try? await Task.sleep(for: Self.nightPause)
            // Two hours after midnight: night shifts and late records are up by then.
            let now = time.instant(of: time.now()).advanced(byMilliseconds: -2 * 3_600_000)
            let today = now.day(offsetMilliseconds: offsetMilliseconds)
            guard !Task.isCancelled else { return }
            night = await compareDays(of: night?.day == today ? night : nil, before: today)
        }
    }

    /// Compares days that are due, newest first; goes on after `night` where that is the same one. What keeps
    /// the platform from answering ends it; the next call goes on. A day of which nothing can be concluded is
    /// asked for once a night.
    func compareDays(of night: ComparedNight?, before today: CivilDate) async -> ComparedNight {
        var night = night ?? ComparedNight(day: today)
        guard let delivery else { return night }
        do throws(DeliveryError) {
            while night.done.count < ComparedNight.dayLimit, !Task.isCancelled,
                let day = try await delivery.dayToCompare(before: today, except: night.done)
            {
                try await compare(day, by: delivery)
                night.done.insert(day)
            }
        } catch {
            logger.info("not compared yet", metadata: ["platform": "\(name)", "reason": "\(error)"])
        }
        return night
    }

    private func compare(_ day: CivilDate, by delivery: PlatformDelivery) async throws(DeliveryError) {
        do throws(DeliveryError) {
            let found = try await delivery.reconcile(day)
            remember(found)
            logger.notice(
                "compared with the platform",
                metadata: [
                    "platform": "\(name)", "day": "\(day)", "confirmed": "\(found.confirmed)",
                    "missing": "\(found.missing.count)", "unexpected": "\(found.unexpected)",
                    "repeated": "\(found.repeated)",
                ])
        } catch {
            guard case .unreadableDay(let words) = error else { throw error }
            logger.warning(
                "a day cannot be compared", metadata: ["platform": "\(name)", "reason": "\(words)"])
        }
    }
}
