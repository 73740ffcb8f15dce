import DeviceSessions
import SiteModel
import Testing
import VirtualSite

extension DeviceTests {
    /// One reader at full speed beside others where people stand.
    @Suite(.timeLimit(.minutes(10)))
    struct BurstTests {
        private static let peopleCount = 100
        private static let burstCount = 10_000

        /// 50 ms are the catalogue's; a machine that is busy with other things needs longer without a burst,
        /// so the same people pass once before it.
        @Test("C3: a burst of ten thousand cards at one reader holds nobody up at the others")
        func aBurstHoldsNobodyUp() async throws {
            let shownAt = Shared<[Credential: Uptime]>([:])
            let waits = Shared<[Duration]>([])
            let site = Site { swipes in
                let now = SystemSiteClock.uptime()
                for swipe in swipes where swipe.reader.lane == "lane1" {
                    guard let shown = shownAt.withLock({ $0[swipe.credential] }) else { continue }
                    waits.withLock { $0.append(now - shown) }
                }
                return await Site.grantAll(swipes)
            }
            let readers = try (0..<2).map { try VirtualCardReader(path: site.path("reader\($0)")) }
            let lanes = (0..<2).map {
                LanePlan(name: "lane\($0)", readers: [site.reader($0, lane: "lane\($0)")])
            }
            try await site.run(lanes) { supervisor in
                #expect(await eventually { supervisor.statuses.allSatisfy { $0.state == .online } })
                let people: @Sendable (Int) async -> Void = { first in
                    for card in cards(Self.peopleCount, from: first) {
                        await onThread {
                            shownAt.withLock { $0[.cardNumber(card)] = SystemSiteClock.uptime() }
                            readers[1].present(card)
                        }
                        let count = shownAt.withLock { $0.count }
                        #expect(await eventually { waits.withLock { $0.count } == count })
                    }
                }
                await people(1)
                await withTaskGroup(of: Void.self) { group in
                    group.addTask {
                        await onThread {
                            for card in cards(Self.burstCount, from: 1_000_000) { readers[0].present(card) }
                        }
                    }
                    group.addTask { await people(1 + Self.peopleCount) }
                }
                #expect(await eventually(within: 60) { supervisor.statuses[0].reads == Self.burstCount })
            }
            let quiet = Self.ninetyNinth(waits.withLock { Array($0.prefix(Self.peopleCount)) })
            let busy = Self.ninetyNinth(waits.withLock { Array($0.dropFirst(Self.peopleCount)) })
            #expect(busy < max(.milliseconds(50), quiet * 3), "p99 \(busy), \(quiet) without the burst")
            #expect(site.swipes.count == 2 * Self.peopleCount + Self.burstCount)
        }

        private static func ninetyNinth(_ waits: [Duration]) -> Duration {
            waits.sorted()[waits.count * 99 / 100]
        }
    }
}
