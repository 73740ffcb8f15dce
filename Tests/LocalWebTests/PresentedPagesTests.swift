import SiteModel
import Synchronization
import Testing

@testable import Accounts
@testable import LocalWeb

/// Pages that take what is held to a reader, and photos.
@Suite(.timeLimit(.minutes(10)))
struct PresentedPagesTests {
    private static let worker = "/people/worker/00abcd-7"

    private func scene() async throws -> (OfficeScene, String, String) {
        let scene = try OfficeScene()
        try await scene.add("wang", .labourOfficer)
        let token = try await scene.token("wang")
        return (scene, token, try #require(scene.book.sessions.session(withToken: token)).formToken)
    }

    @Test func aPresentedDocumentFillsTheFormAfterItsEntryIsWritten() async throws {
        let (scene, token, csrf) = try await scene()
        try await scene.serve { port in
            let waiting = try await WebAnswer.of(port, "GET", "/people/join?card=1", token: token)
            #expect(
                waiting.body.contains("data-take-after=\"5\"") && !waiting.body.contains(PeopleScene.secret))
            #expect(waiting.body.contains("data-read=\"5\"") && !waiting.body.contains("data-read=\"4\""))
            #expect(scene.shown.withLock { $0 }.isEmpty)

            let filled = try await WebAnswer.of(
                port, "POST", "/people/join/read", token: token, form: "csrf=\(csrf)&take=5&team=jia")
            #expect(scene.people.revealed.withLock { $0 } == ["read 5"], "no other one")
            #expect(filled.status == 200 && filled.body.contains(PeopleScene.secret))
            #expect(
                filled.body.contains("name=\"read\" value=\"5\"") && filled.body.contains("value=\"jia\""))
            #expect(!filled.body.contains("name=\"id_number\"") && !filled.body.contains("<b>张"))
            #expect(scene.shown.withLock { $0.map(\.0.place) } == ["/people/join"])

            let joined = try await WebAnswer.of(
                port, "POST", "/people/join", token: token, form: "csrf=\(csrf)&read=5&name=Li&team=jia")
            #expect(joined.status == 303)
            #expect(
                scene.people.orders.withLock { $0.last }
                    == PeopleOrder(
                        .join, workers: [], fields: ["name": "Li", "team": "jia"], by: "wang", fromRead: 5))
            let identity = try await WebAnswer.of(
                port, "POST", "/people/join/identity", token: token, form: "csrf=\(csrf)&take=4")
            #expect(identity.status == 303)
            #expect(
                scene.people.orders.withLock { $0.last }
                    == PeopleOrder(.update, workers: [], by: "wang", fromRead: 4))

            let gone = try await WebAnswer.of(
                port, "POST", "/people/join/read?lang=en", token: token, form: "csrf=\(csrf)&take=9")
            #expect(gone.status == 422 && gone.body.contains("That read is gone"))
            scene.isLedgerWorking.withLock { $0 = false }
            let refused = try await WebAnswer.of(
                port, "POST", "/people/join/read", token: token, form: "csrf=\(csrf)&take=5")
            #expect(refused.status == 503 && !refused.body.contains(PeopleScene.secret))
        }
    }

    @Test func aBadgeIsGivenByAPostAndShownWithoutTheirName() async throws {
        let (scene, token, csrf) = try await scene()
        try await scene.serve { port in
            let path = Self.worker + "/badge"
            let worker = try await WebAnswer.of(port, "GET", Self.worker, token: token)
            #expect(worker.body.contains("action=\"\(path)\""))
            let foreign = try await WebAnswer.of(port, "POST", path, token: token, form: "csrf=x")
            #expect(foreign.status == 403 && scene.people.asked.withLock { $0.isEmpty })
            let given = try await WebAnswer.of(port, "POST", path, token: token, form: "csrf=\(csrf)")
            #expect(given.status == 303)
            #expect(scene.people.asked.withLock { $0 } == ["badge 00abcd-7 wang"])
            let shown = try await WebAnswer.of(port, "GET", path + "/61", token: token)
            #expect(shown.status == 200 && shown.body.contains("<path d=\"M4 4h7v1H4z\"/>"))
            #expect(shown.body.contains("viewBox=\"0 0 37 37\"") && shown.body.contains("MB1ABC"))
            #expect(!shown.body.contains("张") && !shown.body.contains("1101"))
            for other in [path + "/62", "/people/worker/00abcd-8/badge/61", path + "/x"] {
                #expect(try await WebAnswer.of(port, "GET", other, token: token).status == 404)
            }
            scene.people.refusal.withLock { $0 = [BoardWords("此人不在本项目", "nobody of that id")] }
            let refused = try await WebAnswer.of(
                port, "POST", path + "?lang=en", token: token, form: "csrf=\(csrf)")
            #expect(refused.status == 422 && refused.body.contains("nobody of that id"))
            try await scene.add("gate", .gateGuard)
            let guardToken = try await scene.token("gate")
            #expect(try await WebAnswer.of(port, "GET", path + "/61", token: guardToken).status == 403)
        }
    }

    @Test func aPresentedCardIsIssuedByItsNumber() async throws {
        let (scene, token, csrf) = try await scene()
        try await scene.serve { port in
            let card = try await WebAnswer.of(port, "GET", Self.worker + "/card?lang=en", token: token)
            #expect(card.body.contains("0A00E83A5C") && card.body.contains("00abcd-9"))
            #expect(card.body.contains("value=\"issue\"") && !card.body.contains("value=\"block\""))
            let issued = try await WebAnswer.of(
                port, "POST", Self.worker + "/card", token: token,
                form: "csrf=\(csrf)&presentation=3&act=issue")
            #expect(issued.status == 303)
            #expect(
                scene.people.orders.withLock { $0.last }
                    == PeopleOrder(.issueCard, workers: ["00abcd-7"], by: "wang", fromPresentation: 3))
            let unknown = try await WebAnswer.of(
                port, "POST", Self.worker + "/card", token: token, form: "csrf=\(csrf)&act=burn")
            #expect(unknown.status == 400)
        }
    }

    /// Of a chip's serial no card can be made: the officer is told, and no button tries it.
    @Test func aChipIsNamedAndNotIssued() async throws {
        let (scene, token, _) = try await scene()
        scene.people.isChip.withLock { $0 = true }
        try await scene.serve { port in
            let card = try await WebAnswer.of(port, "GET", Self.worker + "/card?lang=en", token: token)
            #expect(card.body.contains("Serial of a chip.") && card.body.contains("north/in"))
            #expect(!card.body.contains("value=\"issue\"") && !card.body.contains("counts for a minute"))
        }
    }

    @Test func aFileIsGivenAfterItsEntry() async throws {
        let (scene, token, csrf) = try await scene()
        try await scene.serve { port in
            let page = try await WebAnswer.of(port, "GET", Self.worker + "?lang=en", token: token)
            #expect(page.body.contains("action=\"\(Self.worker)/file\"") && page.body.contains("3 KB"))
            let form = "csrf=\(csrf)&entry=41"
            let file = try await WebAnswer.of(
                port, "POST", Self.worker + "/file", token: token, form: form)
            #expect(file.status == 200 && file.body == "%PDF-")
            #expect(file.header("Content-Disposition") == "attachment; filename=\"00abcd-7-41.pdf\"")
            #expect(scene.shown.withLock { $0.map(\.0.place) } == ["/people/worker/file"])
            let other = try await WebAnswer.of(
                port, "POST", Self.worker + "/file", token: token, form: "csrf=\(csrf)&entry=42")
            #expect(other.status == 404)
            let get = try await WebAnswer.of(port, "GET", Self.worker + "/file?entry=41", token: token)
            #expect(get.status == 404 || get.status == 405)
            scene.isLedgerWorking.withLock { $0 = false }
            let refused = try await WebAnswer.of(
                port, "POST", Self.worker + "/file", token: token, form: form)
            #expect(refused.status == 503 && !refused.body.contains("%PDF-"))
            scene.isLedgerWorking.withLock { $0 = true }
            try await scene.add("look", .inspector)
            let masked = try await scene.token("look")
            let seen = try await WebAnswer.of(port, "GET", Self.worker, token: masked)
            #expect(seen.status == 200 && !seen.body.contains("\(Self.worker)/file"))
        }
    }

    @Test func aPhotoComesWithAPlainFormAndIsShownAfterItsEntry() async throws {
        let (scene, token, csrf) = try await scene()
        let body = [
            "--xyz", "Content-Disposition: form-data; name=\"csrf\"", "", csrf, "--xyz",
            "Content-Disposition: form-data; name=\"photo\"; filename=\"a.jpg\"",
            "Content-Type: image/jpeg", "", "bytes", "--xyz--", "",
        ].joined(separator: "\r\n")
        try await scene.serve { port in
            let taken = try await WebAnswer.of(
                port, "POST", Self.worker + "/photo", token: token, form: body,
                headers: ["Content-Type: multipart/form-data; boundary=xyz"])
            #expect(taken.status == 303)
            #expect(scene.people.orders.withLock { $0.last?.photo } == Array("bytes".utf8))
            let foreign = try await WebAnswer.of(
                port, "POST", Self.worker + "/photo", token: token, form: body.replacing(csrf, with: "0"),
                headers: ["Content-Type: multipart/form-data; boundary=xyz"])
            #expect(foreign.status == 403)

            let masked = try await WebAnswer.of(port, "GET", Self.worker, token: token)
            #expect(!masked.body.contains("<img"))
            let revealed = try await WebAnswer.of(
                port, "POST", Self.worker + "/show", token: token, form: "csrf=\(csrf)")
            #expect(revealed.body.contains("src=\"\(Self.worker)/photo\""))
            let photo = try await WebAnswer.of(port, "GET", Self.worker + "/photo", token: token)
            #expect(photo.status == 200)
            #expect(scene.shown.withLock { $0.map(\.0.place) } == ["/people/worker", "/people/worker/photo"])
            scene.isLedgerWorking.withLock { $0 = false }
            let refused = try await WebAnswer.of(port, "GET", Self.worker + "/photo", token: token)
            #expect(refused.status == 503 && scene.people.revealed.withLock { $0.count } == 1)
        }
    }

    @Test(arguments: [
        "", "--xyz", "--xyz\r\n", "--xyz\r\n\r\n--xyz--", "--xyz\r\nX: y\r\n\r\na\r\n--xyz--",
        "--xyz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb", "--abc--",
    ])
    func whatIsNoFormIsNone(text: String) {
        #expect(MultipartForm(Array(text.utf8), contentType: "multipart/form-data; boundary=xyz") == nil)
    }

    @Test func aFileMayHoldAnything() throws {
        let file: [UInt8] = [0, 13, 10, 45, 45, 120, 13, 10, 13, 10, 255]
        let plain =
            Array(
                "--b\r\nContent-Disposition: form-data; name=f; filename=\"\"\r\n\r\n".utf8) + file
            + Array("\r\n--b--\r\n".utf8)
        #expect(
            try #require(MultipartForm(plain, contentType: "multipart/form-data; boundary=b")).file == file)
    }
}
