import AttendanceLedger
import SiteModel

/// What a platform said that it holds of a day.
struct HeldDay: Sendable {
    struct Key: Hashable, Sendable {
        let person: IDNumber
        let second: Int64
        let direction: Direction
    }

    let askedAt: Uptime
    let keys: Set<Key>
}

/// Looking for calls of unknown effect: nothing is sent again before the platform was asked.
extension PlatformDelivery {
    /// Persons of a call and day asked for one by one; above it the whole day is asked for.
    private static let singleQuestionLimit = 4
    /// Pages of one day: 10,000 passes.
    private static let pageLimit = 200
    private static let heldFor = Duration.seconds(30)

    private enum LookFailure: Error {
        case noAnswer
    }

    func look(for call: AttendanceCall) async throws {
        let key = FlightKey.call(call.id)
        let attempts = flights[key]?.attempts ?? 0
        let since = flights[key]?.since ?? uptime
        var there: [DeliveryItem] = []
        do {
            for (item, heldKey) in try keys(of: call) {
                if try await isThere(heldKey, on: day(of: item.at), of: call, since: since) {
                    there.append(item)
                }
            }
        } catch is LookFailure {
            return
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
        if let held = heldDays[day], held.askedAt >= since, uptime - held.askedAt < Self.heldFor {
            return held.keys.contains(key)
        }
        heldDays = heldDays.filter { uptime - $0.value.askedAt < Self.heldFor }
        let persons = Set(try keys(of: call).filter { self.day(of: $0.0.at) == day }.map(\.1.person))
        guard persons.count > Self.singleQuestionLimit else {
            let person = payloads[call.id]?.first { $0.person.idNumber == key.person }?.person
            return try await held(on: day, person).contains(key)
        }
        let asked = uptime
        let keys = try await held(on: day, nil)
        heldDays[day] = HeldDay(askedAt: asked, keys: keys)
        return keys.contains(key)
    }

    private func held(on day: CivilDate, _ person: PersonUpload?) async throws -> Set<HeldDay.Key> {
        var keys: Set<HeldDay.Key> = []
        for page in 0..<Self.pageLimit {
            switch await adapter.holdings(.attendance(day: day, person: person, page: page)) {
            case .attendance(let rows, let totalCount):
                try succeeded()
                for row in rows {
                    guard let number = row.idNumber ?? person?.idNumber else { continue }
                    keys.insert(
                        HeldDay.Key(person: number, second: row.at.second, direction: row.direction))
                }
                if rows.isEmpty || (page + 1) * adapter.limits.rowsPerPage >= totalCount { return keys }
            case .later(let delay):
                failed(delay)
                throw LookFailure.noAnswer
            case .stopped(let refusal):
                stopped(refusal)
                throw LookFailure.noAnswer
            case .unknown(let words):
                failed(PlatformDelay(reason: words))
                throw LookFailure.noAnswer
            case .team, .worker: throw LookFailure.noAnswer
            }
        }
        return keys
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
