import DeviceSessions
import SiteModel
import Testing
import VirtualSite

extension DeviceTests {
    /// Readers that are there and say nothing.
    @Suite(.timeLimit(.minutes(10)))
    struct SilenceTests {
        @Test
        func aReaderThatDoesNotAnswerIsSilentAndHasAGap() async throws {
            let site = Site()
            let mute = try VirtualPort(path: site.path("reader0"))
            try await site.run([LanePlan(name: "north", readers: [site.reader(driver: "resident-id-card")])])
            {
                supervisor in
                #expect(await eventually(within: 30) { supervisor.statuses[0].state == .silent })
                #expect(!mute.read(waitingMilliseconds: 0).isEmpty)
            }
            #expect(site.gapsBegun.map(\.reason) == [.silent])
        }

        /// Its gap lasts from the first silence on, however often somebody pushes the plug in again.
        @Test
        func aDeadReaderThatIsPluggedInAgainKeepsItsGap() async throws {
            let site = Site()
            let mute = try VirtualPort(path: site.path("reader0"))
            let reader = site.reader(driver: "resident-id-card")
            try await site.run([LanePlan(name: "north", readers: [reader])]) { supervisor in
                #expect(await eventually(within: 30) { supervisor.statuses[0].state == .silent })
                mute.hangUp()
                #expect(await eventually(within: 30) { supervisor.statuses[0].state == .absent })
                try mute.plugIn()
                #expect(await eventually { supervisor.statuses[0].reconnects == 1 })
                #expect(await eventually(within: 30) { supervisor.statuses[0].state == .silent })
            }
            #expect(site.gapsBegun.map(\.reason) == [.silent])
            #expect(site.gapsEnded.isEmpty)
        }
    }
}
