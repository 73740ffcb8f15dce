import PlatformSync
import SiteModel
import Testing

@Suite struct SubmissionTests {
    @Test func aTeamThatIsNotRegisteredHasNoNumber() {
        let team = TeamUpload(name: "钢筋一班", corpCode: "91650000TEST00001X", corpName: "测试建设有限公司")
        #expect(team.number == nil)
    }
}
