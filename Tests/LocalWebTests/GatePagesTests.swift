import SiteModel
import Synchronization
import Testing

@testable import Accounts
@testable import LocalWeb

/// Pages of the gate: visitors, and lanes that a person opens.
@Suite(.timeLimit(.minutes(10)))
struct GatePagesTests {
    private func scene(_ role: AccountRole = .gateGuard) async throws -> (OfficeScene, String, String) {
        let scene = try OfficeScene()
        try await scene.add("wang", role)
        let token = try await scene.token("wang")
        return (scene, token, try #require(scene.book.sessions.session(withToken: token)).formToken)
    }

    private static func form(_ csrf: String, _ fields: [(String, String)]) -> String {
        ([("csrf", csrf)] + fields).map { "\($0.0)=\(PercentEncoding.encoded($0.1))" }.joined(separator: "&")
    }

    @Test(arguments: ["zh", "en"])
    func everyPageEscapesWhatVisitorsAreCalled(language: String) async throws {
        let (scene, token, _) = try await scene()
        try await scene.serve { port in
            for path in ["/visitors", "/visitors/board", "/visitors/41/pass", "/gate"] {
                let page = try await WebAnswer.of(port, "GET", path + "?lang=\(language)", token: token)
                #expect(page.status == 200, "\(path)")
                let body = page.body.replacing("<script src=\"/people.js\" defer></script>", with: "")
                for tag in ["<script", "<b>王", "<em>监", "<u>gu", "<i>north", "style=", "[[", "{{"] {
                    #expect(!body.contains(tag), "\(path): \(tag)")
                }
            }
            let board = try await WebAnswer.of(port, "GET", "/visitors/board?lang=en", token: token)
            #expect(board.body.contains("2 on site, 1 of them overdue"))
            #expect(try await WebAnswer.of(port, "GET", "/visitors/42/pass", token: token).status == 404)
        }
    }

    @Test(arguments: AccountRole.allCases)
    func whoMayOpenALaneLetsInAndOut(role: AccountRole) async throws {
        let (scene, token, csrf) = try await scene(role)
        let may = role.permissions.contains(.openLane)
        let rows = [
            ("POST", "/visitors"), ("POST", "/visitors/leave"), ("GET", "/visitors/41/pass"),
            ("GET", "/gate"), ("POST", "/gate/worker"), ("POST", "/gate/lane"),
        ]
        try await scene.serve { port in
            for (method, path) in rows {
                let form = method == "POST" ? "csrf=\(csrf)" : nil
                let answer = try await WebAnswer.of(port, method, path, token: token, form: form)
                #expect((answer.status == 403) == !may, "\(method) \(path): \(answer.status)")
                guard method == "POST" else { continue }
                let foreign = try await WebAnswer.of(port, "POST", path, token: token, form: "csrf=0")
                #expect(foreign.status == 403, "\(path) without the session's token")
            }
            let page = try await WebAnswer.of(port, "GET", "/visitors", token: token)
            #expect(page.status == 200 && page.body.contains("/visitors/leave\"") == may)
            #expect(
                page.body.contains("/people/worker/00abcd-7") == role.permissions.contains(.readMasked))
        }
    }

    @Test func whatIsTypedGoesToTheGateAndComesBackWhenItIsRefused() async throws {
        let (scene, token, csrf) = try await scene()
        let fields = [
            ("name", "王来访"), ("company", "测试监理"), ("purpose", "检查"), ("host", ""), ("until", "18:00"),
            ("lane", "south"),
        ]
        try await scene.serve { port in
            let form = Self.form(csrf, fields)
            #expect(try await WebAnswer.of(port, "POST", "/visitors", token: token, form: form).status == 303)
            #expect(
                scene.gate.visitorOrders.withLock { $0 } == [
                    VisitorOrder(
                        name: "王来访", company: "测试监理", purpose: "检查", host: "", until: "18:00",
                        lane: "south", by: "wang")
                ])
            let leaving = Self.form(csrf, [("visitor", "41"), ("lane", "")])
            let left = try await WebAnswer.of(port, "POST", "/visitors/leave", token: token, form: leaving)
            #expect(left.status == 303 && scene.gate.departures.withLock { $0 } == ["41 - wang"])

            let pass = [("lane", "south"), ("direction", "in"), ("reason", "忘带卡")]
            for (path, worker) in [("/gate/worker", "00abcd-7"), ("/gate/lane", "")] {
                let form = Self.form(csrf, pass + [("worker", worker)])
                #expect(try await WebAnswer.of(port, "POST", path, token: token, form: form).status == 303)
                #expect(
                    scene.gate.laneOrders.withLock { $0.last }
                        == LaneOrder(
                            worker: worker, lane: "south", direction: .entering, reason: "忘带卡", by: "wang"))
            }
            let note = try await WebAnswer.of(port, "GET", "/gate?lang=en", token: token)
            #expect(note.body.contains("note problem") && note.body.contains("No barrier was told."))

            scene.gate.refusal.withLock { $0 = [BoardWords("台账不能写入：磁盘已满", "the disk is full")] }
            let refused = try await WebAnswer.of(
                port, "POST", "/visitors?lang=zh", token: token, form: form)
            #expect(refused.status == 422 && refused.body.contains("磁盘已满"))
            #expect(refused.body.contains("value=\"王来访\"") && refused.body.contains("value=\"18:00\""))
            let unclear = Self.form(csrf, [("lane", "south"), ("direction", "up"), ("reason", "x")])
            let answer = try await WebAnswer.of(
                port, "POST", "/gate/lane?lang=en", token: token, form: unclear)
            #expect(answer.status == 422 && answer.body.contains("Choose the direction."))
        }
    }
}
