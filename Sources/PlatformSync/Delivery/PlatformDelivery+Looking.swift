import AttendanceLedger
import SiteModel

/// What a platform said that it holds of a day.
struct HeldDay: Sendable {
    struct Key: Hashable, Sendable {
        let person: IDNumber
        let second: Int64
        let direction: Direction
    }

    struct Question: Hashable, Sendable {
        let day: CivilDate
        /// Nil: of everybody.
        let person: IDNumber?
    }

    /// When the first page was asked for.
    let askedAt: Uptime
    var keys: Set<Key> = []
    var pageCount = 0
    var isWhole = false
}

/// Looking for calls of unknown effect: nothing is sent again before the platform was asked.
extension PlatformDelivery {
    /// Persons of a call and day asked for one by one; above it the whole day is asked for.
    private static let singleQuestionLimit = 4
    /// Pages of one day: 10,000 passes.
    private static let pageLimit = 200
    private static let heldFor = Duration.seconds(30)

    enum LookFailure: Error {
        case noAnswer
    }

    func look(for call: AttendanceCall) async throws {
        let key = FlightKey.call(call.id)
        let attempts = flights[key]?.attempts ?? 0
        let since = flights[key]?.since ?? uptime
        var there: [DeliveryItem] = []
        do {
            for (item, heldKey) in try keys(of: call) {
                let day = day(of: item.at)
                if try await isThere(heldKey, on: day, of: call, since: since) { there.append(item) }
            }
        } catch is LookFailure {
            // Others may go on meanwhile; the pages that came stay.
            return fly(key, after: policy.looks[0], attempts: attempts)
        }
        if !there.isEmpty { try await prove(there, receipt: "") }
        guard calls.contains(where: { $0.id == call.id }) else { return }
        if attempts + 1 < policy.looks.count {
            return fly(key, after: policy.looks[attempts + 1], attempts: attempts + 1)
        }
        // It is certainly not there: once more, unchanged.
        try save(call.id) { $0.state = .planned }
        flights[key] = nil
    }

    /// - Throws: `LookFailure` when the platform gave no usable answer; then the way itself waits.
    private func isThere(
        _ key: HeldDay.Key, on day: CivilDate, of call: AttendanceCall, since: Uptime
    ) async throws -> Bool {
        let persons = Set(try keys(of: call).filter { self.day(of: $0.0.at) == day }.map(\.1.person))
        guard persons.count > Self.singleQuestionLimit else {
            let person = payloads[call.id]?.first { $0.person.idNumber == key.person }?.person
            return try await held(on: day, person, since: since).contains(key)
        }
        return try await held(on: day, nil, since: since).contains(key)
    }

    /// All that the platform shows of a day, or of one person on it; not older than `since`.
    func held(on day: CivilDate, _ person: PersonUpload?, since: Uptime) async throws -> Set<HeldDay.Key> {
        let now = uptime
        heldDays = heldDays.filter { now - $0.value.askedAt < Self.heldFor }
        let question = HeldDay.Question(day: day, person: person?.idNumber)
        var held = heldDays[question].flatMap { $0.askedAt >= since ? $0 : nil } ?? HeldDay(askedAt: now)
        while !held.isWhole {
            let page = held.pageCount
            guard page < Self.pageLimit else { throw LookFailure.noAnswer }
            switch await adapter.holdings(.attendance(day: day, person: person, page: page)) {
            case .attendance(let rows, let totalCount):
                try succeeded()
                for row in rows {
                    guard let number = row.idNumber ?? person?.idNumber else { continue }
                    held.keys.insert(
                        HeldDay.Key(person: number, second: row.at.second, direction: row.direction))
                }
                held.pageCount += 1
                held.isWhole = rows.isEmpty || held.pageCount * adapter.limits.rowsPerPage >= totalCount
                heldDays[question] = held
            case .later(let delay): throw failing { failed(delay) }
            case .stopped(let refusal): throw failing { stopped(refusal) }
            case .unknown(let words): throw failing { failed(PlatformDelay(reason: words)) }
            case .team, .worker: preconditionFailure("a question about attendance")
            }
        }
        return held.keys
    }

    private func failing(_ note: () -> Void) -> LookFailure {
        note()
        return .noAnswer
    }

    private func keys(of call: AttendanceCall) throws -> [(DeliveryItem, HeldDay.Key)] {
        guard let uploads = try payload(of: call), uploads.count == call.items.count else { return [] }
        return zip(call.items, uploads).map { item, upload in
            (
                item,
                HeldDay.Key(
                    person: upload.person.idNumber, second: upload.at.second, direction: upload.direction)
            )
        }
    }
}

extension UTCInstant {
    /// Platforms keep whole seconds.
    var second: Int64 { milliseconds.flooredQuotient(by: 1_000) }
}
