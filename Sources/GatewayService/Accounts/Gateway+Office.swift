import AttendanceLedger
import LocalWeb
import Reports
import SiteModel

// What the pages of the labour officer are given of the gateway.
extension Gateway {
    var accountDesk: AccountDesk { AccountDesk(book: accounts, ledger: ledger, clock: time) }

    var office: Office {
        Office(
            accounts: accounts, siteName: configuration.site.name,
            offsetMilliseconds: configuration.site.offsetMilliseconds,
            clock: { [time] in
                let reading = time.now()
                return OfficeClock(now: time.instant(of: reading), isVouchedFor: reading.isSynchronised)
            },
            personalData: PersonalDataLog { [accountDesk, health] shown, worker in
                do throws(LedgerError) {
                    try await accountDesk.record(shown, worker)
                    return nil
                } catch {
                    health.ledgerFailed(error)
                    return BoardWords(error.chinese, error.description)
                }
            },
            people: peoplePages.closures, gate: gatePages.closures, sync: SyncPages(desk: sync).closures,
            payroll: PayrollPages(desk: sync).closures,
            openWork: { [peoplePages, sync] in
                var work = try await peoplePages.openWork()
                work.refusedDeliveryCount = sync.refusedCount
                return work
            })
    }

    var bundles: BundleService {
        BundleService(ledger: ledger, reader: reader, site: BundleSite(configuration), clock: time)
    }

    var gatePages: GatePages {
        GatePages(
            people: people,
            visitors: VisitorDesk(
                personnel: personnel, lanes: manualDesk,
                siteOffsetMilliseconds: configuration.site.offsetMilliseconds),
            manual: manualDesk, lanes: laneDesk, time: time)
    }

    var peoplePages: PeoplePages {
        PeoplePages(
            people: people, personnel: personnel, reader: reader, reads: reads, cards: cards, time: time,
            siteOffsetMilliseconds: configuration.site.offsetMilliseconds,
            ages: configuration.ages, bundles: bundles,
            siteName: configuration.site.name)
    }
}
