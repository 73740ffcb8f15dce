import SiteModel
import Testing

@testable import PlatformSync

/// What each method carries, as one text per dialect. The persons are invented.
@Suite struct GoldenPayloadTests {
    @Test func attendance() throws {
        let national = try payload(.attendance(teamNumber: 1_900_000_001, [Invented.pass]), "national")
        #expect(
            national
                == #"{"projectCode":"TESTPROJECT01","teamSysNo":1900000001,"dataList":[{"idCardType":"01","#
                + #""idCardNumber":"4XUYxMS+uTEoBzcjqZjEFHN6fydUu09c4vtIjBljefw=","#
                + #""date":"2026-03-02 07:31:05","#
                + #""direction":"01","channel":"G1-IN","attendType":"005"}]}"#)
        let jinhua = try payload(.attendance(teamNumber: 1_900_000_001, [Invented.pass]), "jinhua")
        #expect(
            jinhua == #"{"teamSysNo":1900000001,"dataList":[{"#
                + #""idCardNumber":"4XUYxMS+uTEoBzcjqZjEFHN6fydUu09c4vtIjBljefw=","#
                + #""date":"2026-03-02 07:31:05","#
                + #""direction":"01","channel":"G1-IN","attendType":"005"}]}"#)
    }

    @Test func team() throws {
        var team = Invented.team
        team.number = nil
        #expect(
            try payload(.team(team), "national") == #"{"projectCode":"TESTPROJECT01","#
                + #""corpCode":"91650000TEST00001X","corpName":"测试建设有限公司","teamName":"钢筋一班"}"#)
        #expect(
            try payload(.team(team), "jinhua")
                == #"{"corpCode":"91650000TEST00001X","corpName":"测试建设有限公司","teamName":"钢筋一班"}"#)
    }

    @Test func worker() throws {
        #expect(
            try payload(.worker(Invented.upload, isNew: true), "national")
                == #"{"projectCode":"TESTPROJECT01","corpCode":"91650000TEST00001X","corpName":"测试建设有限公司","#
                + #""teamSysNo":1900000001,"teamName":"钢筋一班","workerList":[{"workerName":"张试","#
                + #""isTeamLeader":0,"#
                + #""idCardType":"01","idCardNumber":"4XUYxMS+uTEoBzcjqZjEFHN6fydUu09c4vtIjBljefw=","#
                + #""workType":"020","workRole":"20","nation":"汉","address":"测试路1号","headImage":"/9j/","#
                + #""cellPhone":"13000000000","grantOrg":"测试公安局","startDate":"2020-01-01","#
                + #""expiryDate":"2099-12-31"}]}"#)
        let jinhua = try payload(.worker(Invented.upload, isNew: true), "jinhua")
        #expect(!jinhua.contains("projectCode") && !jinhua.contains("idCardType"))
        #expect(jinhua.contains(#""gender":1,"#))
        #expect(jinhua.contains(#""headImageSuffix":"jpg""#) && jinhua.contains(#""inDate":"2026-03-01""#))
    }

    @Test func anUpdateIsFlat() throws {
        let text = try payload(.worker(Invented.upload, isNew: false), "national")
        #expect(!text.contains("workerList") && text.contains(#""teamName":"钢筋一班","workerName":"张试""#))
    }

    @Test func entryAndExit() throws {
        let membership = MembershipUpload(
            person: Invented.person, team: Invented.team, isJoining: false,
            day: CivilDate(year: 2026, month: 3, day: 2)!)
        #expect(
            try payload(.siteMembership(membership), "national") == #"{"projectCode":"TESTPROJECT01","#
                + #""corpCode":"91650000TEST00001X","corpName":"测试建设有限公司","teamSysNo":1900000001,"#
                + #""workerList":[{"idCardType":"01","#
                + #""idCardNumber":"4XUYxMS+uTEoBzcjqZjEFHN6fydUu09c4vtIjBljefw=","#
                + #""date":"2026-03-02","type":0}]}"#
        )
    }

    @Test func employerContractAndTraining() throws {
        let day = CivilDate(year: 2026, month: 3, day: 1)!
        let employer = EmployerUpload(
            name: "测试建设有限公司", corpCode: "91650000TEST00001X", corpType: "006", enteredOn: day)
        for isNew in [true, false] {
            #expect(
                try payload(.employer(employer, isNew: isNew), "national")
                    == #"{"projectCode":"TESTPROJECT01","#
                    + #""corpCode":"91650000TEST00001X","corpName":"测试建设有限公司","corpType":"006","#
                    + #""entryTime":"2026-03-01 00:00:00"}"#)
        }
        let contract = WorkContract(kind: .labourContract, signedOn: day, startsOn: day)
        let text = try payload(
            .contract(ContractUpload(person: Invented.person, team: Invented.team, contract: contract)),
            "national")
        #expect(text.hasSuffix(#""contractPeriodType":1,"startDate":"2026-03-01"}]}"#))
        #expect(
            try payload(.training(TrainingUpload(person: Invented.person, day: day)), "jinhua")
                == #"{"trainingDate":"2026-03-01","trainingName":"安全教育","trainingTypeCode":"003001","#
                + #""workers":[{"idCardNumber":"4XUYxMS+uTEoBzcjqZjEFHN6fydUu09c4vtIjBljefw="}]}"#)
    }

    /// By hand from platform.md 3.9, which shows no example. No amounts: Muster has none.
    @Test func payroll() throws {
        let worker = try #require(WorkerID("cc0eee-2"))
        let month = try #require(CivilMonth(iso8601: "2026-02"))
        let row = PayrollRow(
            person: Invented.person, code: PayrollRow.code(of: month, worker), days: 22, minutes: 10_567)
        let upload = PayrollUpload(team: Invented.team, month: month, rows: [row])
        #expect(
            try payload(.payroll(upload), "national") == #"{"projectCode":"TESTPROJECT01","#
                + #""corpCode":"91650000TEST00001X","corpName":"测试建设有限公司","teamSysNo":1900000001,"#
                + #""payMonth":"2026-02","detailList":[{"idCardType":"01","#
                + #""idCardNumber":"4XUYxMS+uTEoBzcjqZjEFHN6fydUu09c4vtIjBljefw=","#
                + #""days":22,"workHours":176.1,"thirdPayRollCode":"202602-cc0eee-2"}]}"#)
        #expect(
            try payload(.payroll(upload), "jinhua")
                == #"{"corpCode":"91650000TEST00001X","corpName":"测试建设有限公司","teamSysNo":1900000001,"#
                + #""payMonth":"2026-02","detailList":[{"#
                + #""idCardNumber":"4XUYxMS+uTEoBzcjqZjEFHN6fydUu09c4vtIjBljefw=","#
                + #""days":22,"workHours":176.1,"thirdPayRollCode":"202602-cc0eee-2"}]}"#)
    }

    @Test func aWorkerWithoutAPhotoIsRefusedHere() throws {
        var upload = Invented.upload
        upload.photo = nil
        #expect(throws: MissingField(name: "headImage")) {
            try payload(.worker(upload, isNew: true), "national")
        }
    }

    private func payload(_ submission: Submission, _ name: String) throws -> String {
        let dialect = try OpenAPIDialect.embedded(name)
        let (key, facts) = PayloadFacts.of(
            submission, in: dialect,
            project: PayloadProject(code: "TESTPROJECT01", offsetMilliseconds: 8 * 3_600_000))
        return try dialect.method(key).data.text(facts, secret: Invented.secret)
    }
}

/// Nobody: the number and the secret of platform.md.
enum Invented {
    static let secret = PlatformSecret("0123456789abcdefFEDCBA9876543210")!
    static let idNumber = try! IDNumber(reading: "110101190001010014")
    static let person = PersonUpload(idNumber: idNumber, idType: "01")
    static let team = TeamUpload(
        name: "钢筋一班", corpCode: "91650000TEST00001X", corpName: "测试建设有限公司", number: 1_900_000_001)
    static let pass = AttendanceUpload(
        person: person, at: UTCInstant(rfc3339: "2026-03-01T23:31:05.400Z")!, direction: .entering,
        lane: "G1-IN", means: .identityCard)

    static var upload: WorkerUpload {
        var worker = ProjectWorker(
            name: "张试", idNumber: idNumber, team: Team(name: "钢筋一班", employer: "测试建设有限公司"), workType: "钢筋工",
            phone: "13000000000", joinedOn: CivilDate(year: 2026, month: 3, day: 1)!)
        worker.dossier.identity = IdentityRead(
            sexCode: 2, ethnicGroupCode: "01", address: "测试路1号", authority: "测试公安局",
            validFrom: CivilDate(year: 2020, month: 1, day: 1), isValidForEver: true)
        return WorkerUpload(worker: worker, team: team, photo: [0xFF, 0xD8, 0xFF])
    }
}
