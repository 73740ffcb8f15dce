import AttendanceLedger
import Logging
import PersonnelChanges
import ServiceLifecycle
import SiteModel

/// Marks visitors as left who left through a lane with their day pass: an entry, as if the guard had said it.
struct VisitorWatch: Service {
    let ledger: LedgerWriter
    let people: PeopleBook
    let personnel: PersonnelService
    let readiness: Readiness
    let time: SiteTime
    let logger: Logger

    /// A pass ends with its day. Who is still here after another one is looked for at a start no more.
    private static let lookBackMilliseconds: Int64 = 86_400_000

    func run() async throws {
        await readiness.wait()
        await retryUntilShutdown(every: .seconds(10)) {
            await cancelWhenGracefulShutdown {
                do {
                    try await follow()
                } catch is CancellationError {
                    return
                } catch {
                    // Nobody is held back by it; what was not marked is found by the next try.
                    logger.warning("a visitor is not marked as left", metadata: ["reason": "\(error)"])
                }
            }
        }
    }

    /// From the oldest visitor on, so that what a power cut or a sick disk kept from being marked is marked.
    func follow() async throws {
        let content = await people.latest()
        let oldest = time.instant(of: time.now()).advanced(byMilliseconds: -Self.lookBackMilliseconds)
        let first = content.site.visitors.first { $0.admitted.until > oldest }
        var departures = VisitorDepartures()
        for try await page in ledger.tail(after: first?.sequence ?? content.position).pages {
            for entry in page {
                if let departure = try departures.follow(entry) { try await mark(departure) }
            }
        }
    }

    private func mark(_ departure: VisitorDepartures.Departure) async throws(PersonnelError) {
        do throws(PersonnelError) {
            _ = try await personnel.leave(
                VisitorLeft(
                    admission: departure.visitor, lane: nil, by: departure.reader.description))
        } catch {
            // Somebody marked them before.
            if case .refused = error { return }
            throw error
        }
    }
}

/// Who of the visitors left by which reader, as the ledger tells it.
struct VisitorDepartures {
    struct Departure: Hashable {
        let visitor: LedgerSequence
        let reader: ReaderName
    }

    /// Let out of a lane whose barrier has not told yet, by the number of the record. Every word comes within
    /// 90 seconds or at the next start.
    private var waiting: [LedgerSequence: Departure] = [:]

    /// Takes the next entry in.
    ///
    /// - Returns: the visitor of whom it says that they are out.
    mutating func follow(_ entry: LedgerEntry) throws(CanonicalDecodingError) -> Departure? {
        switch entry.kind {
        case .attendance:
            let record = try AttendanceRecord(encoded: entry.body)
            guard let visitor = record.badge, record.standing.contains(.isVisitor),
                record.direction == .leaving, record.isOpened, record.reason != .badgeUsed
            else { return nil }
            let departure = Departure(visitor: visitor, reader: record.reader)
            guard record.awaitsPassage else { return departure }
            waiting[entry.sequence] = departure
            return nil
        case .passage:
            let told = try PassageRecord(encoded: entry.body)
            guard let departure = waiting.removeValue(forKey: told.attendance) else { return nil }
            return told.passage == .notPassed ? nil : departure
        default: return nil
        }
    }
}
