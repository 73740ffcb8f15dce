import SiteModel

/// One entry as a JSON object: what every entry has, then what its kind has. Personal data only when
/// revealed; of a body that is sealed and not opened, nothing.
struct EntryJSON {
    var json = JSONText()

    var bytes: [UInt8] { json.bytes }

    /// - Parameters:
    ///   - entry: opened where that is possible.
    ///   - time: when it truly was, by the clocks of its origin.
    init(_ entry: LedgerEntry, at time: CorrectedTime, isRevealed: Bool) throws(CanonicalDecodingError) {
        json.beginObject()
        json.member("origin", entry.origin.text)
        json.member("sequence", entry.sequence.rawValue)
        json.member("kind", entry.kind.name)
        json.member("occurred_at", entry.occurredAt.rfc3339)
        json.name("clock")
        json.beginObject()
        json.member("synchronised", entry.clock.isSynchronised)
        json.member("synchronised_by", entry.clock.synchronisation.name)
        json.member("uptime_ms", entry.clock.uptime.milliseconds)
        json.member("boot", entry.clock.boot.description)
        json.endObject()
        json.member("corrected_at", time.instant.rfc3339)
        json.member("error_ms", time.errorBound?.wholeMilliseconds)
        json.member("time_basis", time.basis.name)
        json.member("hash", entry.hash.hexadecimal)
        switch entry.sealing {
        case .clear: try append(entry, isRevealed: isRevealed)
        case .workerKey:
            json.member("worker", entry.subject?.description)
            json.member("sealed", true)
        }
        json.endObject()
    }

    private mutating func append(_ entry: LedgerEntry, isRevealed: Bool) throws(CanonicalDecodingError) {
        switch entry.kind {
        case .attendance, .rawRead: append(try AttendanceRecord(encoded: entry.body), of: entry.subject)
        case .passage: append(try PassageRecord(encoded: entry.body))
        case .laneAlarm, .laneOpened, .lanesReleased, .badgeIssued, .badgeRevoked, .deviceCommissioned:
            try appendLane(entry)
        case .readerGap: append(try ReaderGap(encoded: entry.body))
        case .clockStep:
            let step = try ClockStep(encoded: entry.body)
            json.member("before", step.before.rfc3339)
            json.member("after", step.after.rfc3339)
        case .clockAnchor, .serviceStarted, .serviceStopped:
            json.member("words", try ServiceMark(encoded: entry.body).words)
        case .personnelChange:
            append(try PersonnelChange(encoded: entry.body), of: entry.subject, isRevealed: isRevealed)
        case .rosterApplied: append(try RosterApplied(encoded: entry.body))
        case .policyApplied: append(try PolicyApplied(encoded: entry.body))
        case .ledgerGap: append(try LedgerGap(encoded: entry.body))
        case .correction:
            append(try Correction(encoded: entry.body), of: entry.subject, isRevealed: isRevealed)
        case .checkpoint, .projectCompleted, .workerErased, .reserveEmptied, .entriesLost:
            try appendEvidence(entry)
        case .changeConfirmed, .insuranceCompared, .workerPhoto, .workerFile, .siteProfile, .employerProfile,
            .teamProfile, .visitorAdmitted, .visitorLeft, .noticePublished, .correctionJudged:
            try appendPeople(entry, isRevealed: isRevealed)
        case .personalDataShown: append(try PersonalDataShown(encoded: entry.body), of: entry.subject)
        case .accountChanged:
            let changed = try AccountChanged(encoded: entry.body)
            json.member("account", changed.account)
            json.member("act", changed.act.name)
            json.member("role", changed.role.name)
            json.member("by", changed.by)
        case .deliveryAnswered, .deliverySettled, .organisationAnswered, .attendanceConfirmed,
            .bundleWritten, .bundleTaken, .monthStated, .payrollConfirmed:
            try appendDelivery(entry, isRevealed: isRevealed)
        }
    }

    private mutating func appendEvidence(_ entry: LedgerEntry) throws(CanonicalDecodingError) {
        switch entry.kind {
        case .checkpoint:
            let checkpoint = try SignedCheckpoint(encoded: entry.body)
            json.member("signed_sequence", checkpoint.statement.sequence.rawValue)
            json.member("signed_hash", checkpoint.statement.hash.hexadecimal)
            json.member("signature", checkpoint.signature.hexadecimal)
        case .projectCompleted:
            let completed = try ProjectCompleted(encoded: entry.body)
            json.member("completed_on", completed.on.description)
            json.member("by", completed.by)
        case .workerErased:
            let erased = try WorkerErased(encoded: entry.body)
            json.member("worker", entry.subject?.description)
            json.member("forced", erased.isForced)
            json.member("by", erased.by)
            json.member("reason", erased.reason)
        case .reserveEmptied:
            json.member("highest_number", try ReserveEmptied(encoded: entry.body).highestNumber)
        case .entriesLost:
            let lost = try EntriesLost(encoded: entry.body)
            json.member("lost_until", lost.sequence.rawValue)
            json.member("lost_hash", lost.hash.hexadecimal)
        default: preconditionFailure("the caller names the kinds")
        }
    }

    private mutating func append(_ correction: Correction, of worker: WorkerID?, isRevealed: Bool) {
        json.member("worker", worker?.description)
        json.member("action", correction.action.name)
        json.member("corrects_origin", correction.target?.origin.text)
        json.member("corrects", correction.target?.sequence.rawValue)
        json.name("passes")
        json.beginArray()
        for pass in correction.passes {
            json.beginObject()
            json.member("direction", pass.direction.name)
            json.member("at", pass.at.rfc3339)
            json.endObject()
        }
        json.endArray()
        guard isRevealed else { return }
        json.member("by", correction.by)
        json.member("reason", correction.reason)
    }

    private mutating func append(_ record: AttendanceRecord, of worker: WorkerID?) {
        json.member("worker", worker?.description)
        json.member("lane", record.reader.lane)
        json.member("reader", record.reader.reader)
        json.member("direction", record.direction.name)
        json.member("decision", record.reason == nil ? "granted" : "denied")
        json.member("opened", record.isOpened)
        json.member("time_uncertain", record.isTimeUncertain)
        json.member("reason", record.reason?.name)
        json.member("credential_kind", record.credentialKind.name)
        json.member("credential_masked", record.maskedCredential)
        json.member("roster_position", record.rosterPosition.rawValue)
        json.member("policy", record.policy.rawValue)
        if let number = record.reserveNumber { json.member("late_from_reserve", number) }
        if record.awaitsPassage { json.member("awaits_passage", true) }
        if let badge = record.badge { json.member("badge", badge.rawValue) }
        guard let manual = record.manual else { return }
        json.name("manual")
        json.beginObject()
        json.member("by", manual.by)
        json.member("reason", manual.reason)
        json.endObject()
    }

    private mutating func append(_ shown: PersonalDataShown, of worker: WorkerID?) {
        json.member("account", shown.account)
        json.member("place", shown.place)
        json.member("worker", worker?.description)
        json.member("workers", shown.workerCount)
        json.member("reason", shown.reason)
    }

    private mutating func append(_ record: PassageRecord) {
        json.member("lane", record.lane)
        json.member("direction", record.direction.name)
        json.member("passage", record.passage.name)
        json.member("attendance", record.attendance.rawValue)
    }

    private mutating func append(_ gap: LedgerGap) {
        json.member("refused", gap.refusedCount)
        json.member("let_out", gap.letOutCount)
        json.member("since", gap.sinceWall.rfc3339)
        json.member("since_uptime_ms", gap.since.milliseconds)
    }

    private mutating func append(_ gap: ReaderGap) {
        json.member("lane", gap.reader.lane)
        json.member("reader", gap.reader.reader)
        json.member("reason", gap.reason.name)
        json.member("since", gap.sinceWall.rfc3339)
        json.member("since_uptime_ms", gap.since.milliseconds)
        json.member("until_uptime_ms", gap.until?.milliseconds)
    }

    private mutating func append(_ change: PersonnelChange, of worker: WorkerID?, isRevealed: Bool) {
        let person = change.worker
        json.member("worker", worker?.description)
        json.member("change", change.kind.name)
        json.member("changed_at", change.occurredAt.rfc3339)
        json.member("due_at", change.dueAt.rfc3339)
        json.member("team", person.team.name)
        json.member("employer", person.team.employer)
        json.member("role", person.role.rawValue)
        json.member("work_type", person.workType)
        json.member("joined_on", person.joinedOn.description)
        json.member("left_at", person.leftAt?.rfc3339)
        json.member("source", change.source)
        guard isRevealed else { return }
        json.member("name", person.name)
        json.member("id_type", person.idType)
        json.member("id_number", person.idNumber.revealed)
        json.member("phone", person.phone)
        json.member("card_number", person.card.map { String($0.value) })
        json.member("card_bit_length", person.card.map { Int64($0.bitLength) })
    }

    private mutating func append(_ applied: RosterApplied) {
        json.member("source", applied.source)
        json.member("joined", applied.joined)
        json.member("left", applied.left)
        json.member("changed", applied.changed)
        json.member("unchanged", applied.unchanged)
        guard let stage = applied.stage else { return }
        json.member("imported_after", stage.importedAfter.rawValue)
        json.member("waiting", stage.waitingCount)
    }

    private mutating func append(_ policy: PolicyApplied) {
        json.member("repeat_window_ms", policy.repeatWindowMilliseconds)
        json.member("anti_passback", policy.antiPassback.name)
        json.member("minimum_age", policy.minimumAgeYears)
        json.name("require")
        json.beginObject()
        for condition in LaneCondition.allCases {
            json.member(condition.name, policy.requirements[condition].name)
        }
        json.endObject()
    }
}
