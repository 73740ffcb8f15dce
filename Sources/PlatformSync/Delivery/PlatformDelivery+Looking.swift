import AttendanceLedger
import SQLiteStore
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
    /// With the lane that is shown with it.
    var lanes: [Key: String?] = [:]
    /// As they came.
    var rowCount = 0
    /// Rows that cannot be read: each may be any pass.
    var unreadableCount = 0
    /// Rows that are there more than once.
    var repeatedCount = 0
    var pageCount = 0

    func contains(_ key: Key) -> Bool { lanes.keys.contains(key) }

    /// With what was shown of another person.
    mutating func add(_ other: HeldDay) {
        lanes.merge(other.lanes) { first, _ in first }
        rowCount += other.rowCount
        unreadableCount += other.unreadableCount
        repeatedCount += other.repeatedCount
    }

    /// Shown of the same person in the same direction a second earlier or later.
    func neighbours(of key: Key) -> [Key] {
        [key.second - 1, key.second + 1]
            .map { Key(person: key.person, second: $0, direction: key.direction) }.filter(contains)
    }
}

/// Looking for calls of unknown effect: nothing is sent again before the platform was asked.
extension PlatformDelivery {
    /// Persons of a call and day asked for one by one, where a day has no more pages than that; above it the
    /// whole day is asked for.
    private static let singleQuestionLimit: Int64 = 4
    /// Pages of one day: 10,000 passes.
    private static let pageLimit = 200
    /// A day over a slow link takes minutes.
    private static let heldFor = Duration.seconds(600)
    /// Answers that are remembered, each up to 10,000 passes.
    private static let heldLimit = 16

    /// A pass that may be there.
    private struct Wanted {
        let item: DeliveryItem
        let person: PersonUpload
        let key: HeldDay.Key

        init(_ item: DeliveryItem, of person: PersonUpload, _ direction: Direction) {
            (self.item, self.person) = (item, person)
            key = HeldDay.Key(person: person.idNumber, second: item.at.second, direction: direction)
        }
    }

    enum LookFailure: Error {
        case noAnswer
        /// A page came and there are others: today's passes go in between.
        case unfinished
        /// The platform answered, and not all of it can be read: what is not seen may be there.
        case unreadable
        /// A question about one person is answered with more rows than are read.
        case tooLarge
    }

    func look(for call: AttendanceCall) async throws {
        let key = FlightKey.call(call.id)
        let attempts = flights[key]?.attempts ?? 0
        let began = flights[key]?.lookingSince ?? uptime
        // What was seen once in this look stays seen, however many questions are still to come.
        var seen = flights[key]?.seen ?? [:]
        do {
            let wanted = try wanted(of: call)
            let persons = Dictionary(grouping: wanted) { day(of: $0.item.at) }
                .mapValues { Set($0.map(\.key.person)).count }
            for one in inQuestions(wanted) where seen[one.item] == nil {
                let day = day(of: one.item.at)
                seen[one.item] = try await isThere(
                    one, on: day, personCount: persons[day] ?? 1, since: began)
            }
        } catch let failure as LookFailure {
            // Others may go on meanwhile; the pages that came stay.
            let pause =
                switch failure {
                case .unfinished: Duration.zero
                case .noAnswer: policy.looks[0]
                // The next answer is the same, until somebody mends something.
                case .unreadable, .tooLarge: policy.poll(.max)
                }
            fly(key, after: pause, attempts: attempts)
            flights[key]?.lookingSince = began
            // What was not there before an outage may have come up on another way since.
            flights[key]?.seen = failure == .unfinished ? seen : seen.filter(\.value)
            return
        }
        let there = call.items.filter { seen[$0] == true }
        if !there.isEmpty { try await prove(there, receipt: "") }
        guard calls.contains(where: { $0.id == call.id }) else { return }
        if attempts + 1 < policy.looks.count {
            return fly(key, after: policy.looks[attempts + 1], attempts: attempts + 1)
        }
        // It is certainly not there: once more, unchanged.
        try planAgain(call.id)
    }

    /// What one answer tells of stands together.
    private func inQuestions(_ wanted: [Wanted]) -> [Wanted] {
        var places: [HeldDay.Question: Int] = [:]
        let placed = wanted.map { one in
            let question = HeldDay.Question(day: day(of: one.item.at), person: one.key.person)
            let place = places[question] ?? places.count
            places[question] = place
            return (place: place, one: one)
        }
        return placed.sorted { $0.place < $1.place }.map(\.one)
    }

    /// - Throws: `LookFailure` when the platform gave no usable answer; then the way itself waits.
    private func isThere(
        _ wanted: Wanted, on day: CivilDate, personCount: Int, since: Uptime
    ) async throws -> Bool {
        let pageCount = try recordedCount(on: day) / Int64(adapter.limits.rowsPerPage)
        let isAskedOneByOne =
            personCount <= max(Self.singleQuestionLimit, pageCount) || daysByPerson.contains(day)
        let person = isAskedOneByOne ? wanted.person : nil
        let held = try await held(on: day, person, since: since)
        if try shows(held, wanted, on: day) { return true }
        guard held.unreadableCount > 0 else { return false }
        guard person == nil else {
            health.unreadable = Self.unreadableWords(day, held)
            throw LookFailure.unreadable
        }
        // Of a question about one person every row is theirs, also where numbers are hidden.
        daysByPerson.insert(day)
        throw LookFailure.unfinished
    }

    static func unreadableWords(_ day: CivilDate, _ held: HeldDay) -> String {
        "\(held.unreadableCount) of \(held.rowCount) rows that the platform shows of \(day) cannot be read "
            + "(numbers that are hidden, or times and directions in another form)"
    }

    static func tooLargeWords(_ day: CivilDate) -> String {
        "more than \(pageLimit) pages are shown of \(day) to a question about one person"
    }

    /// What a moment truly was is worked out anew when its clock is known better: a pass may have gone up a
    /// second earlier or later than it would now. Such a row is this pass, unless it is another one.
    private func shows(_ held: HeldDay, _ wanted: Wanted, on day: CivilDate) throws -> Bool {
        let (key, item) = (wanted.key, wanted.item)
        if held.contains(key) { return true }
        var neighbours = Set(held.neighbours(of: key))
        guard !neighbours.isEmpty else { return false }
        try forEachPass(since: day) { pass in
            guard pass.item.sequence != item.sequence || pass.item.pass != item.pass,
                let person = try maker.person(pass.worker), person.upload.idNumber == key.person
            else { return }
            neighbours.remove(
                HeldDay.Key(person: key.person, second: pass.item.at.second, direction: pass.direction))
        }
        return !neighbours.isEmpty
    }

    private func recordedCount(on day: CivilDate) throws(DeliveryError) -> Int64 {
        try file.reading { () throws(SQLiteError) in
            try file.days(from: day, to: day).first?.1.recorded ?? 0
        }
    }

    /// All that the platform shows of a day, or of one person on it; not older than `since`. Asks for one
    /// page at most.
    ///
    /// - Throws: `LookFailure`; what came stays for the next time.
    func held(on day: CivilDate, _ person: PersonUpload?, since: Uptime) async throws -> HeldDay {
        let now = uptime
        heldDays = heldDays.filter { now - $0.value.askedAt < Self.heldFor }
        let question = HeldDay.Question(day: day, person: person?.idNumber)
        if let held = heldDays[question], held.askedAt >= since { return held }
        // Whoever came later waits for its end, and asks anew then.
        var held = askedDays[question] ?? HeldDay(askedAt: now)
        guard held.pageCount < Self.pageLimit else {
            // Of a big site that shows everything to everybody; its people are asked for one by one.
            askedDays[question] = nil
            guard person == nil else {
                health.unreadable = Self.tooLargeWords(day)
                throw LookFailure.tooLarge
            }
            daysByPerson.insert(day)
            throw LookFailure.unfinished
        }
        switch await adapter.holdings(.attendance(day: day, person: person, page: held.pageCount)) {
        case .attendance(let rows, let rowCount, let totalCount):
            try succeeded()
            held.rowCount += rowCount
            held.unreadableCount += rowCount - rows.count
            for row in rows {
                guard let number = row.idNumber ?? person?.idNumber else {
                    held.unreadableCount += 1
                    continue
                }
                let key = HeldDay.Key(person: number, second: row.at.second, direction: row.direction)
                if held.contains(key) { held.repeatedCount += 1 }
                held.lanes[key] = .some(row.lane)
            }
            held.pageCount += 1
            let isWhole = rowCount == 0 || held.rowCount >= totalCount
            askedDays[question] = isWhole ? nil : held
            if isWhole {
                remember(held, for: question)
                if held.unreadableCount == 0 { health.unreadable = nil }
            }
            guard isWhole, held.askedAt >= since else { throw LookFailure.unfinished }
            return held
        case .later(let delay): throw failing { failed(delay) }
        case .stopped(let refusal): throw failing { stopped(refusal) }
        case .unknown(let words): throw failing { failed(PlatformDelay(reason: words)) }
        case .team, .worker, .payroll, .record: preconditionFailure("a question about attendance")
        }
    }

    private func remember(_ held: HeldDay, for question: HeldDay.Question) {
        heldDays[question] = held
        guard heldDays.count > Self.heldLimit,
            let oldest = heldDays.min(by: { $0.value.askedAt < $1.value.askedAt })?.key
        else { return }
        heldDays[oldest] = nil
    }

    private func failing(_ note: () -> Void) -> LookFailure {
        note()
        return .noAnswer
    }

    /// What is looked for of a call. Of somebody who was erased meanwhile nothing can be asked.
    private func wanted(of call: AttendanceCall) throws -> [Wanted] {
        if let uploads = try payload(of: call) {
            return zip(call.items, uploads).map { Wanted($0, of: $1.person, $1.direction) }
        }
        return try call.items.compactMap { item in
            guard let pass = try maker.pass(item.sequence, item.pass),
                let person = try maker.person(pass.worker)
            else { return nil }
            return Wanted(item, of: person.upload, pass.direction)
        }
    }

    func person(of item: DeliveryItem) throws(DeliveryError) -> UploadMaker.Person? {
        guard let pass = try maker.pass(item.sequence, item.pass) else { return nil }
        return try maker.person(pass.worker)
    }
}

extension UTCInstant {
    /// Platforms keep whole seconds.
    var second: Int64 { milliseconds.flooredQuotient(by: 1_000) }
}
