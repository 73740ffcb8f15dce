import Foundation
import SiteModel
import Synchronization
import Testing

@testable import Accounts
@testable import LocalWeb

/// What leaves on a stick: masked for the inspector, recorded when it is not.
@Suite(.timeLimit(.minutes(10)))
struct ExportPageTests {
    private func scene(_ role: AccountRole) async throws -> (OfficeScene, String, String) {
        let scene = try OfficeScene()
        try await scene.add("wang", role)
        let token = try await scene.token("wang")
        return (scene, token, try #require(scene.book.sessions.session(withToken: token)).formToken)
    }

    @Test func anInspectorGetsEverythingMaskedWhateverTheFormSays() async throws {
        let (scene, token, csrf) = try await scene(.inspector)
        try await scene.serve { port in
            let page = try await WebAnswer.of(port, "GET", "/export?lang=zh", token: token)
            #expect(page.body.contains("所有文件均已脱敏") && !page.body.contains("name=\"revealed\""))
            for kind in ExportOrder.Kind.allCases {
                let answer = try await WebAnswer.of(
                    port, "POST", "/export", token: token,
                    form: "csrf=\(csrf)&kind=\(kind.rawValue)&revealed=1&month=2026-11&format=csv")
                #expect(answer.status == 200 && answer.body == "exported")
                #expect(
                    answer.header("Content-Disposition") == "attachment; filename=\"muster-test.csv\"")
                #expect(answer.header("Cache-Control") == "no-store")
            }
        }
        let orders = scene.people.exported.withLock { $0 }
        #expect(orders.map(\.kind) == ExportOrder.Kind.allCases && orders.allSatisfy { !$0.isRevealed })
        #expect(orders[1].month == StatisticsMonth(year: 2026, month: 11) && !orders[1].isWorkbook)
        #expect(scene.shown.withLock { $0.isEmpty })
    }

    @Test func whatLeavesUnmaskedIsRecordedFirst() async throws {
        let (scene, token, csrf) = try await scene(.labourOfficer)
        try await scene.serve { port in
            let form = "csrf=\(csrf)&kind=roster&revealed=1&team=\(TeamKey(PeopleScene.carpenters).text)"
            let answer = try await WebAnswer.of(port, "POST", "/export", token: token, form: form)
            #expect(answer.body == "exported")
            #expect(scene.shown.withLock { $0.map(\.0.workerCount) } == [2])
            #expect(scene.people.exported.withLock { $0.map(\.team) } == [PeopleScene.carpenters])
            scene.isLedgerWorking.withLock { $0 = false }
            let refused = try await WebAnswer.of(port, "POST", "/export", token: token, form: form)
            #expect(refused.status == 503 && !refused.body.contains("exported"))
        }
    }

    @Test(arguments: ["kind=x", "kind=roster&team=0000000000000000", "month=2026-11"])
    func aFormThatNoPageOfOursSendsIsRefused(form: String) async throws {
        let (scene, token, csrf) = try await scene(.inspector)
        try await scene.serve { port in
            let answer = try await WebAnswer.of(
                port, "POST", "/export", token: token, form: "csrf=\(csrf)&\(form)")
            #expect(answer.status == 400)
        }
    }

    @Test func whatIsRefusedComesBackAsItWasTyped() async throws {
        let (scene, token, csrf) = try await scene(.inspector)
        scene.people.refusal.withLock { $0 = [BoardWords("没有这名人员。", "There is no such worker.")] }
        try await scene.serve { port in
            let answer = try await WebAnswer.of(
                port, "POST", "/export?lang=en", token: token,
                form: "csrf=\(csrf)&kind=evidence&worker=%3Cb%3E&from=2026-11-01&to=2026-11-02")
            #expect(answer.status == 422 && answer.body.contains("There is no such worker."))
            #expect(
                answer.body.contains("value=\"&lt;b&gt;\"") && answer.body.contains("value=\"2026-11-01\""))
        }
    }
}
