import AttendanceLedger
import SQLiteStore
import SiteModel

/// What entries about answers mean for what is on its way.
extension PlatformDelivery {
    func takeAnswer(_ answer: DeliveryAnswered, of worker: WorkerID) throws {
        guard answer.platform == name, try !takePayrollAnswer(answer) else { return }
        if var change = try file.change(answer.entry) {
            switch answer.state {
            case .sent: return
            case .confirmed: try complete(answer.entry)
            case .rejected:
                change.state = .refused
                (change.step, change.receipt) = (0, "")
                try file.save(change)
                drop(change.sequence)
            }
            return
        }
        if answer.state != .sent { try takeOut(answer.entry) }
        let pass = try maker.pass(answer.entry, answer.pass)
        switch answer.state {
        case .sent: return
        case .confirmed:
            guard try isOpen(answer.entry, pass: answer.pass), let pass else { return }
            let wasRefused = try file.isRefused(answer.entry, pass: answer.pass)
            try remove(answer.entry, pass: answer.pass)
            try file.count(day(of: pass.item.at), confirmed: 1, refused: wasRefused ? -1 : 0)
        case .rejected:
            guard try !file.isRefused(answer.entry, pass: answer.pass),
                try isOpen(answer.entry, pass: answer.pass), let pass
            else { return }
            try remove(answer.entry, pass: answer.pass)
            if try file.isOvertaken(answer.entry, pass: answer.pass) {
                // It does not count here either: nobody has to decide anything.
                try file.forgetOvertaken(answer.entry, pass: answer.pass)
                try file.drop(answer.entry, pass: answer.pass)
                return try file.count(day(of: pass.item.at), recorded: -1)
            }
            try file.refuse(answer.entry, pass: answer.pass, of: worker, code: answer.code)
            try file.count(day(of: pass.item.at), refused: 1)
        }
    }

    func takeSettlement(_ settled: DeliverySettled, of worker: WorkerID) throws {
        guard settled.platform == name, try !takePayrollSettlement(settled) else { return }
        if var change = try file.change(settled.entry) {
            guard settled.isResent else {
                try file.removeChange(settled.entry)
                return try releasePasses(of: change.worker)
            }
            change.state = .open
            try file.save(change)
            return
        }
        guard let pass = try maker.pass(settled.entry, settled.pass) else { return }
        let day = day(of: pass.item.at)
        if try file.isOvertaken(settled.entry, pass: settled.pass) {
            guard !settled.isResent else { return }
            try file.forgetOvertaken(settled.entry, pass: settled.pass)
            return try file.drop(settled.entry, pass: settled.pass)
        }
        guard try file.isRefused(settled.entry, pass: settled.pass) else {
            // Confirmed, and then not found there.
            guard settled.isResent, rebuild == nil, try !isOpen(settled.entry, pass: settled.pass) else {
                return
            }
            try file.count(day, confirmed: -1)
            // Looked for once more: it may have come up while the days were compared.
            return try file.hold(
                settled.entry, pass: settled.pass, of: worker, .released, isDoubtful: true)
        }
        try file.unrefuse(settled.entry, pass: settled.pass)
        if settled.isResent {
            try file.count(day, refused: -1)
            try file.hold(
                settled.entry, pass: settled.pass, of: worker, .released,
                isDoubtful: try isDoubtful(settled.entry))
        } else {
            try file.drop(settled.entry, pass: settled.pass)
            try file.count(day, recorded: -1, refused: -1)
            try file.addToMark(.dismissed, 1)
        }
    }

    func takeAnswer(_ answer: OrganisationAnswered) throws {
        guard answer.platform == name else { return }
        let key = Team(name: answer.team ?? "", employer: answer.employer)
        let former = units[key]
        // A refusal that another node met, and brought home later, takes nothing away.
        guard answer.isTaken || former?.state != .taken else { return }
        var unit = OrganisationUnit(
            employer: answer.employer, team: key.name, state: answer.isTaken ? .taken : .refused,
            number: answer.number ?? former?.number, receipt: "", words: answer.words,
            isThere: answer.isTaken || former?.isThere == true, told: former?.told ?? "")
        if answer.isTaken {
            // In a file that is made anew, what stood in the ledger then.
            let telling = rebuild == nil ? former?.telling ?? "" : ""
            unit.told = telling.isEmpty ? facts(of: unit) : telling
            if unit.told != facts(of: unit) { unit.state = .open }
        }
        units[key] = unit
        flights[.unit(employer: key.employer, team: key.name)] = nil
        try file.save(unit)
        guard answer.isTaken else { return }
        try file.releaseWaitingChanges()
        try file.releaseHeldForWorkers()
    }

    /// The platform has the change: who waited for it may go.
    func complete(_ sequence: LedgerSequence) throws(SQLiteError) {
        guard let change = try file.change(sequence) else { return }
        try file.removeChange(sequence)
        drop(sequence)
        switch change.kind {
        case .left: try file.setMember(change.worker, isPresent: false)
        case .joined, .moved, .updated, .identityCorrected:
            try file.setMember(change.worker, isPresent: true)
        default: break
        }
        try releasePasses(of: change.worker)
    }

    /// Somebody saw it on the platform. Of a joining that was dismissed before, nothing else tells that the
    /// platform has the worker.
    func confirmByHand(_ sequence: LedgerSequence) throws {
        guard try file.change(sequence) == nil else { return try complete(sequence) }
        guard let change = try maker.change(sequence), change.kind == .joined,
            let worker = try maker.reading({ () throws(LedgerError) in try reader.entry(sequence)?.subject }),
            try file.isPresent(worker) == nil
        else { return }
        try file.setMember(worker, isPresent: true)
        try releasePasses(of: worker)
    }

    /// What waited for the worker is planned again; what has to wait for a later change is held again then.
    private func releasePasses(of worker: WorkerID) throws(SQLiteError) {
        if try file.isPresent(worker) != nil { try file.releaseHeld(of: worker) }
    }

    private func drop(_ sequence: LedgerSequence) {
        changes.removeAll { $0.sequence == sequence }
        flights[.change(sequence)] = nil
    }

    /// These passes are on the platform, each counted once.
    func confirm(_ proof: AttendanceConfirmed) throws {
        // Nearly always it is a call as it was sent.
        guard let index = calls.firstIndex(where: { $0.carries(proof.entries) }) else {
            return try confirm(Set(proof.entries.map { $0.rawValue }))
        }
        let call = calls.remove(at: index)
        forget(call.id)
        try file.removeCall(call.id)
        var counts: [CivilDate: Int64] = [:]
        for item in call.items { counts[day(of: item.at), default: 0] += 1 }
        for (day, count) in counts { try file.count(day, confirmed: count) }
    }

    private func confirm(_ sequences: Set<Int64>) throws {
        guard let first = sequences.min(), let last = sequences.max() else { return }
        var counts: [CivilDate: Int64] = [:]
        var left = sequences
        for index in calls.indices {
            guard let begin = calls[index].items.first?.sequence.rawValue, begin <= last,
                let end = calls[index].items.last?.sequence.rawValue, end >= first
            else { continue }
            let gone = calls[index].items.filter { $0.pass == 0 && sequences.contains($0.sequence.rawValue) }
            guard !gone.isEmpty else { continue }
            for item in gone {
                left.remove(item.sequence.rawValue)
                counts[day(of: item.at), default: 0] += 1
            }
            try shrink(index, by: Set(gone))
        }
        calls.removeAll(where: \.items.isEmpty)
        // A file that is made anew has counted them already.
        if rebuild == nil {
            for sequence in left {
                try takeOut(LedgerSequence(sequence))
                guard try file.isWaiting(LedgerSequence(sequence), pass: 0) else { continue }
                guard let pass = try maker.pass(LedgerSequence(sequence), 0) else { continue }
                let wasRefused = try file.isRefused(LedgerSequence(sequence), pass: 0)
                try remove(LedgerSequence(sequence), pass: 0)
                if wasRefused { try file.count(day(of: pass.item.at), refused: -1) }
                counts[day(of: pass.item.at), default: 0] += 1
            }
        }
        for (day, count) in counts { try file.count(day, confirmed: count) }
    }

    /// Takes passes out of a call; an empty one is gone from the file, and from memory when the caller says.
    func shrink(_ index: Int, by gone: Set<DeliveryItem>) throws(SQLiteError) {
        let id = calls[index].id
        if var payload = payloads[id], payload.count == calls[index].items.count {
            payload = zip(calls[index].items, payload).filter { !gone.contains($0.0) }.map(\.1)
            payloads[id] = payload
        }
        calls[index].items.removeAll { gone.contains($0) }
        guard calls[index].items.isEmpty else { return try file.save(calls[index]) }
        payloads[id] = nil
        flights[.call(id)] = nil
        try file.removeCall(id)
    }

    /// What was stated wrongly does not go up; where it is there already or on its way, a person has to
    /// settle it at the platform.
    func withdraw(_ sequence: LedgerSequence) throws {
        guard let entry = try maker.reading({ () throws(LedgerError) in try reader.entry(sequence) }) else {
            return
        }
        // Asked once: the first pass of a correction marks the entry, for all of them.
        let isUnplanned = try isUnplanned(sequence) && !file.isWithdrawn(sequence)
        for pass in try maker.passes(of: entry) { try withdraw(pass, isUnplanned: isUnplanned) }
    }

    private func withdraw(_ pass: UploadMaker.Pass, isUnplanned: Bool) throws {
        let (sequence, number) = (pass.item.sequence, pass.item.pass)
        guard try !file.isDropped(sequence, pass: number) else { return }
        let isWaiting = try file.isWaiting(sequence, pass: number)
        let isPlanned = calls.contains { call in
            call.state == .planned && call.items.contains { $0.sequence == sequence && $0.pass == number }
        }
        guard rebuild?.isConfirmed(sequence) != true, isWaiting || isUnplanned || isPlanned else {
            return try file.overtake(sequence, pass: number)
        }
        let isRefused = try file.isRefused(sequence, pass: number)
        try remove(sequence, pass: number)
        if isUnplanned { try file.withdraw(sequence) }
        try file.drop(sequence, pass: number)
        try file.count(day(of: pass.item.at), recorded: -1, refused: isRefused ? -1 : 0)
    }

    /// Another node brought an answer before this one planned anything: each pass then waits by itself.
    private func takeOut(_ sequence: LedgerSequence) throws {
        guard rebuild == nil, isUnplanned(sequence), try !file.isWithdrawn(sequence),
            let entry = try maker.reading({ () throws(LedgerError) in try reader.entry(sequence) })
        else { return }
        for pass in try maker.passes(of: entry) {
            try file.hold(sequence, pass: pass.item.pass, of: pass.worker, .released, isDoubtful: true)
        }
        try file.withdraw(sequence)
    }

    /// It may have come up on another way.
    func isDoubtful(_ sequence: LedgerSequence) throws(SQLiteError) -> Bool {
        if isCarried { return true }
        return try sequence.rawValue <= file.mark(.doubt)
    }

    func isUnplanned(_ sequence: LedgerSequence) -> Bool {
        sequence.rawValue >= live || backlog.contains { $0.contains(sequence.rawValue) }
    }

    func isOpen(_ sequence: LedgerSequence, pass: Int) throws -> Bool {
        if try file.isWaiting(sequence, pass: pass) { return true }
        return calls.contains { call in
            call.items.contains { $0.sequence == sequence && $0.pass == pass }
        }
    }

    /// Out of calls, of what waits and of what was refused.
    func remove(_ sequence: LedgerSequence, pass: Int) throws {
        for index in calls.indices {
            let gone = calls[index].items.filter { $0.sequence == sequence && $0.pass == pass }
            if !gone.isEmpty { try shrink(index, by: Set(gone)) }
        }
        calls.removeAll(where: \.items.isEmpty)
        try file.unhold(sequence, pass: pass)
        try file.unrefuse(sequence, pass: pass)
    }
}
