import SiteModel
import Synchronization
import VirtualSite

/// People who come and go: most enter, some leave again, now and then somebody who may not.
final class DemoTraffic: Sendable {
    struct Counts: Sendable {
        var entering = 0
        var leaving = 0
    }

    private let site: InventedSite
    private let devices: DemoDevices
    private let shown = Mutex(Counts())

    init(site: InventedSite, devices: DemoDevices) {
        self.site = site
        self.devices = devices
    }

    /// Cards that were shown and read by a device.
    var counts: Counts { shown.withLock { $0 } }

    /// Shows cards until the time is over. Returns when the last card shown was read.
    func run(for duration: Duration?) async {
        let start = SystemSiteClock.uptime()
        var source = SplitMix64(state: 2026)
        var inside: [ProjectWorker] = []
        var number = 0
        while !Task.isCancelled, duration.map({ SystemSiteClock.uptime() - start < $0 }) ?? true {
            number += 1
            let person = nextPerson(number, &source)
            guard await enter(person) else { break }
            if site.admitted.contains(person), !inside.contains(person) { inside.append(person) }
            if number.isMultiple(of: 3), let card = inside.randomElement(using: &source)?.card {
                leave(card)
                inside.removeAll { $0.card == card }
            }
            // try?: cancelled; the loop ends by its condition.
            try? await Task.sleep(for: .milliseconds(Int.random(in: 150...600, using: &source)))
        }
        // The last card's record and pulse are on their way.
        try? await Task.sleep(for: .seconds(1))  // try?: cancelled, then nobody compares.
    }

    /// Every seventh has no business here: a stranger, somebody who has left, the one who is too young.
    private func nextPerson(_ number: Int, _ source: inout SplitMix64) -> ProjectWorker {
        guard number.isMultiple(of: 7) else {
            return site.admitted.randomElement(using: &source) ?? site.underAge
        }
        let unwelcome = site.strangers + site.left + [site.underAge, site.underAge]
        return unwelcome.randomElement(using: &source) ?? site.underAge
    }

    /// Lays an ID card on the reader and waits until it was read; false when nobody reads it.
    private func enter(_ person: ProjectWorker) async -> Bool {
        let before = devices.idCardReader.readCount
        devices.idCardReader.present(person)
        for _ in 0..<500 {
            guard devices.idCardReader.readCount == before else {
                shown.withLock { $0.entering += 1 }
                return true
            }
            // try?: cancelled; the count says what happened.
            try? await Task.sleep(for: .milliseconds(20))
        }
        return false
    }

    private func leave(_ card: CardNumber) {
        if devices.cardReader.present(card) { shown.withLock { $0.leaving += 1 } }
    }
}
