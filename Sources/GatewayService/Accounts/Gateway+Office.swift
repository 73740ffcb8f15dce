import AttendanceLedger
import LocalWeb
import SiteModel

// What the pages of the labour officer are given of the gateway.
extension Gateway {
    var office: Office {
        Office(
            accounts: accounts, siteName: configuration.site.name,
            offsetMilliseconds: configuration.site.offsetMilliseconds,
            clock: { [time] in
                let reading = time.now()
                return OfficeClock(now: time.instant(of: reading), isVouchedFor: reading.isSynchronised)
            },
            personalData: PersonalDataLog { [ledger, time] shown, worker in
                let draft = EntryDraft(
                    shown, kind: .personalDataShown, subject: worker.map { .worker($0) } ?? .nobody,
                    clock: time.now())
                // try?: the writer says why in health; here it matters only that nothing was written.
                return (try? await ledger.append([draft])) != nil
            },
            openWork: { OpenWork() })
    }
}
