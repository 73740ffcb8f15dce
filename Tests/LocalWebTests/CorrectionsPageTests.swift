import Foundation
import SiteModel
import Synchronization
import Testing

@testable import Accounts
@testable import LocalWeb

/// Corrections beside their originals, the site manager's word on them, and what was confirmed by hand.
@Suite(.timeLimit(.minutes(10)))
struct CorrectionsPageTests {
    private func scene(_ role: AccountRole) async throws -> (OfficeScene, String, String) {
        let scene = try OfficeScene()
        try await scene.add("wang", role, display: "王经理")
        let token = try await scene.token("wang")
        return (scene, token, try #require(scene.book.sessions.session(withToken: token)).formToken)
    }

    @Test func theManagerConfirmsAndObjectsToWhatOthersMade() async throws {
        let (scene, token, csrf) = try await scene(.siteManager)
        try await scene.serve { port in
            let page = try await WebAnswer.of(port, "GET", "/corrections?lang=zh", token: token)
            #expect(page.body.contains("待确认 2 条，有异议 1 条；另有 2 条未显示"))
            #expect(page.body.contains("有异议") && page.body.contains("&lt;s&gt;不属实"))
            // Two by somebody else; the one of their own has no form.
            #expect(page.body.components(separatedBy: "name=\"correction\"").count == 3)
            #expect(!page.body.contains("name=\"correction\" value=\"32\""))
            let confirmed = try await WebAnswer.of(
                port, "POST", "/corrections", token: token, form: "csrf=\(csrf)&correction=31&act=confirm")
            #expect(confirmed.status == 303 && confirmed.header("Location") == "/corrections?show=open")
            let objected = try await WebAnswer.of(
                port, "POST", "/corrections?show=all", token: token,
                form: "csrf=\(csrf)&correction=33&act=object&words=%E4%B8%8D")
            #expect(objected.header("Location") == "/corrections?show=all")
            for form in ["correction=31", "correction=x&act=confirm", "correction=31&act=other"] {
                let answer = try await WebAnswer.of(
                    port, "POST", "/corrections", token: token, form: "csrf=\(csrf)&\(form)")
                #expect(answer.status == 400, "\(form)")
            }
        }
        let orders = scene.people.judgements.withLock { $0 }
        #expect(
            orders == [
                CorrectionOrder(
                    correction: LedgerSequence(31), verdict: .confirmed, words: "", by: "wang",
                    displayName: "王经理"),
                CorrectionOrder(
                    correction: LedgerSequence(33), verdict: .objected, words: "不", by: "wang",
                    displayName: "王经理"),
            ])
    }

    @Test func whatIsRefusedComesBackWithTheWords() async throws {
        let (scene, token, csrf) = try await scene(.siteManager)
        scene.people.refusal.withLock { $0 = [BoardWords("提出异议请说明原因", "an objection says why")] }
        try await scene.serve { port in
            let answer = try await WebAnswer.of(
                port, "POST", "/corrections?lang=en", token: token,
                form: "csrf=\(csrf)&correction=31&act=object&words=typed")
            #expect(answer.status == 422 && answer.body.contains("an objection says why"))
            #expect(
                answer.body.contains("value=\"typed\"")
                    && answer.body.contains("<details class=\"inline\" open>"))
        }
    }

    @Test func theOfficerSeesHowItStandsAndJudgesNothing() async throws {
        let (scene, token, _) = try await scene(.labourOfficer)
        try await scene.serve { port in
            let page = try await WebAnswer.of(port, "GET", "/corrections?show=all&lang=zh", token: token)
            #expect(page.status == 200 && !page.body.contains("name=\"correction\""))
            #expect(page.body.contains("未经项目经理确认") && page.body.contains("已确认"))
            let worker = try await WebAnswer.of(
                port, "GET", "/people/worker/00abcd-7?lang=zh", token: token)
            #expect(worker.body.contains("考勤更正") && worker.body.contains("未经项目经理确认"))
        }
    }

    @Test(arguments: ["/people/worker/00abcd-7", "/changes?show=all"])
    func aConfirmationByHandSaysWhoWhenAndByWhat(path: String) async throws {
        let (scene, token, _) = try await scene(.labourOfficer)
        try await scene.serve { port in
            let page = try await WebAnswer.of(port, "GET", path, token: token)
            #expect(page.body.contains("&lt;u&gt;li 77") && page.body.contains("&lt;b&gt;张"))
            #expect(page.body.contains("SHA-256 <code>\(String(repeating: "ab", count: 32))</code>"))
        }
    }

    @Test func theStatisticsHaveALineForTheManagersAndOneForEachTeam() async throws {
        let (scene, token, _) = try await scene(.inspector)
        try await scene.serve { port in
            let page = try await WebAnswer.of(port, "GET", "/changes/statistics?lang=zh", token: token)
            for words in ["全部", "管理人员", "木工&lt;script&gt;班", "50 %", "3 小时 0 分", "2026-10"] {
                #expect(page.body.contains(words), "\(words)")
            }
            let none = try await WebAnswer.of(
                port, "GET", "/changes/statistics?lang=zh&month=2026-10", token: token)
            #expect(none.body.contains("本月没有变动"))
        }
    }
}
