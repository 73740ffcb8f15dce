"""The officer's pages in a real browser, by mouse and by keyboard, over real lanes and a platform."""
import json
import os
import re
import struct
import subprocess
import threading
import time
import zlib

import site_plan
from browser import Browser, until
from sam import Person, SAMReader
from service import Service, expect
from wire import Line, RelayBoard

WORKERS = 6
PASSWORD = "harness password 7"
# Names in letters: what is Chinese on an English page is a word that was not translated.
NEWCOMER = Person("WANG NEW", site_plan.id_number(50))
DATA_WORDS = ("测试公安局", "测试路1号", "木工")
# The platform's own: of a photo that is missing, of a pass that was corrected into the day before the worker came, and
# of somebody who left before the platform had taken them.
PLATFORM_WORDS = ("不能为空", "身份证为", "的工人未进场", "不允许上传该工人的考勤信息", "项目中不存在", "的工人信息")
SIZES = ((360, 640), (1920, 1080))


def check_pages_in_a_browser(options, folder, random):
    site = Site(options, folder)
    try:
        site.open()
        walk = Walk(site)
        for step in (walk.log_in, walk.enrol_by_card, walk.mend_what_the_platform_refused, walk.move_a_team,
                     walk.see_the_clock_run, walk.confirm_by_hand, walk.let_the_rest_be_confirmed,
                     walk.mark_a_leaver, walk.confirm_a_leaving, walk.a_visitor_comes_and_goes, walk.a_guard_opens,
                     walk.a_manager_judges, walk.an_inspector_exports, walk.hand_over_a_copy,
                     walk.look_at_every_page):
            step()
        site.service.stop()
        site.service.command("ledger", "verify")
    finally:
        site.close()
    return walk.figures()


class Site:
    """A lane in with an ID card reader, a lane out with a QR reader, each with a relay; a sandbox platform."""

    def __init__(self, options, folder):
        self.folder, self.program = folder, options.muster
        self.lines = {name: Line(os.path.join(folder, name)) for name in ("id", "qr", "relay-in", "relay-out")}
        self.reader = SAMReader(self.lines["id"], is_paced=False)
        self.relays = [RelayBoard(self.lines["relay-in"]), RelayBoard(self.lines["relay-out"])]
        self.sandbox, self.browser, self.service = None, None, None

    def open(self):
        self.browser = Browser(self.folder, "")
        port = self.start_sandbox()
        plan = site_plan.configuration(
            site_plan.lane("north", [(self.lines["id"].path, "resident-id-card", {})],
                           self.lines["relay-in"].path),
            site_plan.lane("south", [(self.lines["qr"].path, "ascii-line", {"credential": "qr"})],
                           self.lines["relay-out"].path).replace("entering", "leaving"))
        self.service = Service(self.program, self.folder, plan + "\n".join([
            "platforms:", "  - name: city", f"    url: http://127.0.0.1:{port}/open.api", "    app_id: A",
            "    project_code: P", f"    secret: {{file: {self.folder}/secret}}", "    pace: brisk", ""]))
        self.service.start()
        self.service.command("employer", "add", "Harness Labour", "--corp-code", "91110000TEST00001X",
                             "--corp-type", "009")
        notice = os.path.join(self.folder, "notice.txt")
        with open(notice, "w") as file:
            file.write("This site keeps names, numbers and passes.\nThey go to the platform of the city.\n")
        self.service.command("site", "notice", "set", notice, "--version", "2026-1")
        self.service.import_roster(self.roster())
        self.service.wait_online(4)
        for name, role in (("officer", "labour-officer"), ("guard", "gate-guard"), ("manager", "site-manager"),
                           ("inspector", "inspector")):
            subprocess.run([self.program, "account", "add", name, "--role", role, "--display", name, "--config",
                            self.service.config, "--state", self.service.state],
                           input=PASSWORD.encode() + b"\n", stdout=subprocess.DEVNULL, check=True, timeout=60)
        self.browser.base = f"http://127.0.0.1:{int(self.service.page.group(1))}"

    def start_sandbox(self):
        with open(os.path.join(self.folder, "secret"), "w") as file:
            file.write("0123456789abcdefFEDCBA9876543210")
        os.chmod(file.name, 0o600)
        self.sandbox = subprocess.Popen(
            [self.program, "sandbox", "--listen", "127.0.0.1:0", "--app-id", "A", "--project-code", "P",
             "--secret-file", file.name, "--store", os.path.join(self.folder, "platform.db"), "--delay", "50ms"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        for line in self.sandbox.stdout:
            found = re.search(rb"http://127\.0\.0\.1:(\d+)/", line)
            if found:
                threading.Thread(target=self.sandbox.stdout.read, daemon=True).start()
                return int(found.group(1))
        raise OSError("the sandbox did not start")

    @staticmethod
    def roster():
        rows = ["姓名,证件号码,班组,参建单位,工种"]
        rows += [f"LI {chr(65 + index)},{site_plan.id_number(index)},Carpenters,Harness Labour,木工"
                 for index in range(WORKERS)]
        return "\n".join(rows) + "\n"

    def pass_in(self, person, timeout=5):
        """Shows an ID card at the lane in; whether the lane opened."""
        before = self.relays[0].count(RelayBoard.ON)
        self.reader.present(person)
        expect(self.reader.was_read.wait(10), "a card was not read")
        is_open = self.relays[0].wait_count(RelayBoard.ON, before + 1, timeout) is not None
        self.reader.take_away()
        time.sleep(0.4)
        return is_open

    def changes(self):
        return [json.loads(line) for line in self.service.command("changes", "--json").splitlines()]

    def close(self):
        if self.browser:
            self.browser.close()
        if self.service:
            self.service.end()
        if self.sandbox:
            self.sandbox.kill()
            self.sandbox.wait(10)
        self.reader.stop()
        for relay in self.relays:
            relay.stop()
        for line in self.lines.values():
            line.close()


class Walk:
    def __init__(self, site):
        self.site, self.browser = site, site.browser
        self.presses = self.pages = self.fields = self.stops = 0
        self.newcomer = self.leaver = self.clock = None

    def log_in(self, name="officer"):
        """By keyboard alone."""
        page = self.browser
        page.go("/login?lang=zh")
        page.tab_to("#name"), page.ask("Input.insertText", text=name)
        page.tab_to("#password"), page.ask("Input.insertText", text=PASSWORD)
        page.follow(page.enter)
        expect(page.path == "/office", f"a login leads to {page.path}")

    def enrol_by_card(self):
        """A stranger is refused at the lane; their card then fills the form by itself, and they pass."""
        page = self.browser
        expect(not self.site.pass_in(NEWCOMER, timeout=0.7), "a stranger was let in")
        page.go("/people/join?card=1")
        page.follow(lambda: self.site.pass_in(NEWCOMER, timeout=0.7))
        facts = page.text("dl.facts")
        expect(NEWCOMER.number in facts and "测试路1号" in facts, f"the card's form says {facts}")
        page.tab_to("#place-team"), page.ask("Input.insertText", text="Carpenters")
        page.tab_to("#place-employer"), page.ask("Input.insertText", text="Harness Labour")
        page.tab_to("#place-work_type"), page.ask("Input.insertText", text="木工")
        page.run("document.querySelector('#contact-phone').closest('details').open = true")
        page.tab_to("#contact-phone"), page.ask("Input.insertText", text="13900000001")
        expect("They go to the platform" in page.text(), "the privacy notice is not shown")
        page.tab_to("input[name=notice_version]"), page.space()
        page.tab_to("#join-at-date")
        page.follow(page.enter)
        expect("已登记进场" in page.text("body"), "nobody is enrolled: " + page.text()[:300])
        self.newcomer = page.path
        expect("2026-1" in page.text("dl.facts") and "隐私告知时间" in page.text("dl.facts"),
               "the page does not say when the notice was shown")
        expect(self.site.pass_in(NEWCOMER), "who was enrolled is not let in at the next swipe")

    def mend_what_the_platform_refused(self):
        """The platform wants a photo: its words are on the page; a photo is taken, and it confirms."""
        page = self.browser
        until(lambda: (page.go("/changes?lang=zh"), "被退回" in page.text())[1],
              "a change that the platform refused", 40)
        row = page.run("return [...document.querySelectorAll('tr')].find(r => r.innerText.includes('被退回')"
                       f" && r.querySelector('th a')?.getAttribute('href') === '{self.newcomer}')?.innerText ?? ''")
        expect("headImage" in row, f"the platform's words are not shown: {row}")
        page.go(self.newcomer)
        picture = os.path.join(self.site.folder, "face.png")
        with open(picture, "wb") as file:
            file.write(png(200, 250))
        page.run("document.querySelector('[data-photo]').open = true")
        page.choose_file("#photo", picture)
        page.click("[data-photo] button")
        until(lambda: (page.go(self.newcomer), "被退回" not in page.text() and "已确认" in page.text())[1],
              "the platform's confirmation", 40)
        states = {change["kind"]: change["state"] for change in self.site.changes()}
        expect(states.get("joined") == "confirmed", f"after the photo the changes are {states}")

    def move_a_team(self):
        """Everybody of a team by one form, while the deliveries are paused."""
        page = self.browser
        page.go("/sync?lang=zh")
        page.click("button[value=pause]")
        page.go("/teams")
        page.click("main tbody th a")
        page.run("document.querySelector('[data-tick-all] input').click()")
        ticked = page.run("return document.querySelectorAll('input[name=worker]:checked').length")
        expect(ticked == WORKERS + 1, f"{ticked} are ticked")
        page.type("#new_team", "Steel"), page.type("#new_employer", "Harness Labour")
        page.click("button[value=move]")
        expect(f"已登记调动：{ticked} 人" in page.text("body"), page.text("body")[:300])
        moved = [change for change in self.site.changes() if change["kind"] == "moved"]
        expect(len(moved) == ticked and all(change["state"] == "open" for change in moved),
               f"the moves are {moved}")

    def see_the_clock_run(self):
        """On the board, without a reload: what is left becomes less."""
        page = self.browser
        page.go("/changes?lang=zh")
        page.run("window.isOld = true")
        before = self.left()
        expect(before and all(1_430 <= minutes <= 1_440 for minutes in before), f"left: {before} minutes")
        began = time.monotonic()
        until(lambda: sum(self.left()) < sum(before), "a clock that runs", 100)
        expect(page.run("return window.isOld"), "the page was loaded anew")
        self.clock = time.monotonic() - began

    def left(self):
        return [int(hours) * 60 + int(minutes) for hours, minutes in
                re.findall(r"剩 (\d+) 小时 (\d+) 分", self.browser.text())]

    def confirm_by_hand(self):
        """By keyboard: the fold opens with Enter, the reference is typed, a picture goes along that is larger than
        the ledger takes, and is made smaller."""
        page = self.browser
        page.tab_to("summary"), page.enter()
        page.tab_to("input[name=reference]"), page.ask("Input.insertText", text="receipt 77")
        scan = os.path.join(self.site.folder, "scan.png")
        with open(scan, "wb") as file:
            file.write(png(1_500, 1_100, is_noise=True))
        page.choose_file("details[open] input[type=file]", scan)
        until(lambda: page.run("return document.querySelector('details[open] input[type=file]').files[0].size")
              <= 256 * 1024, "a smaller picture", 30)
        page.tab_to("details[open] button")
        page.follow(page.enter)
        expect("已人工确认" in page.text("body"), page.text("body")[:300])
        confirmed = [entry for entry in self.site.service.entries("--reveal")
                     if entry["kind"] == "changeConfirmed"]
        expect(len(confirmed) == 1 and confirmed[0]["attached"], f"the confirmations by hand are {confirmed}")
        kept = [entry for entry in self.site.service.entries() if entry["kind"] == "workerFile"
                and entry.get("purpose") == "confirmation"]
        expect([(file["form"], file["worker"]) for file in kept] == [("jpg", confirmed[0]["worker"])],
               f"the attachments are {kept}")
        page.go(f"/people/worker/{confirmed[0]['worker']}?lang=zh")
        head, size = page.run(
            "const f = [...document.querySelectorAll('form[action$=file]')].pop(); return fetch(f.action, {method: 'POST', body:"
            " new URLSearchParams(new FormData(f))}).then(a => a.arrayBuffer().then(b => [a.status + ' ' +"
            " a.headers.get('content-disposition'), b.byteLength]))")
        expect(head.startswith("200 attachment") and head.endswith('.jpg"') and size == kept[0]["byte_count"],
               f"the attachment answers {head}, {size} bytes, of {kept}")

    def let_the_rest_be_confirmed(self):
        page = self.browser
        page.go("/sync?lang=zh")
        page.click("button[value=resume]")

    def mark_a_leaver(self):
        """With the confirmation, by keyboard; refused at the next swipe."""
        page = self.browser
        expect(self.site.pass_in(NEWCOMER), "who belongs to the project is not let in")
        time.sleep(3.2)         # the window of repeats
        page.go(self.newcomer)
        page.run("[...document.querySelectorAll('summary')].find(s => s.innerText.trim() === '退场').focus()")
        page.enter()
        page.tab_to("details[open] input[name=confirmed]"), page.space()
        page.tab_to("details[open] button.danger")
        page.follow(page.enter)
        expect("本人已确认" in page.text("body"), page.text("body")[:300])
        expect(not self.site.pass_in(NEWCOMER, timeout=0.7), "somebody who has left was let in")
        leaver = [change for change in self.site.changes() if change["kind"] == "left"]
        expect(len(leaver) == 1 and leaver[0]["leaver_confirmed"], f"the leaver is {leaver}")

    def confirm_a_leaving(self):
        """Two leave without confirming it; the board finds them, and one confirms later, by keyboard."""
        page = self.browser
        page.go("/teams?lang=zh")
        page.click("main tbody th a")
        team = page.path
        people = page.run("return [...document.querySelectorAll('input[name=worker]')].map(e => e.value)")
        self.site.service.command("worker", "leave", "--worker", people[0], "--worker", people[1])
        page.go("/changes?show=leaving")
        found = page.run("return [...document.querySelectorAll('main tbody th a')].map(a => a.getAttribute('href'))")
        expect(sorted(path.rsplit("/", 1)[1] for path in found) == sorted(people[:2]), f"the board finds {found}")
        page.go(found[0])
        page.tab_to("form[action$=confirm-leaving] input[name=confirmed]"), page.space()
        page.tab_to("form[action$=confirm-leaving] button")
        page.follow(page.enter)
        expect("离场已确认" in page.text("body") and "离场未确认" not in page.text(), page.text("body")[:300])
        page.go(team)
        open_still = page.run("return [...document.querySelectorAll('main .badge.caution')].map(e => e.innerText)")
        expect(open_still == ["离场未确认"], f"the team's page shows {open_still}: {page.text()[-300:]}")
        self.leaver = found[1]

    def a_visitor_comes_and_goes(self):
        """Admitted on the page, shown on the board, out by their QR code at the reader."""
        page = self.browser
        page.go("/visitors?lang=zh")
        for name, text in (("name", "VISITOR"), ("company", "Harness Owner"), ("purpose", "inspection")):
            page.type(f"#visitor-{name}", text)
        page.fill("#visitor-lane", "north")
        page.click("main form button.primary")
        expect("已开闸" in page.text("body"), page.text("body")[:300])
        expect("在场 1 人" in page.text(), page.text())
        page.click("main tbody td a[href$=pass]")
        code = page.text("p.code").split("·")[1].strip()
        expect(len(code) == 40, f"the code is {code}")
        page.go("/")
        until(lambda: page.text("#onsite p.visitors b") == "1", "the visitor on the board")
        before = self.site.relays[1].count(RelayBoard.ON)
        self.site.lines["qr"].write(code.encode() + b"\r\n")
        expect(self.site.relays[1].wait_count(RelayBoard.ON, before + 1, 5) is not None, "not let out")
        until(lambda: page.text("#onsite p.visitors b") == "0", "no visitor on the board")
        page.go("/visitors")
        expect("没有在场访客" in page.text(), page.text())

    def a_guard_opens(self):
        page = self.browser
        page.go("/office")
        page.click("header .tools form button")
        self.log_in("guard")
        page.go("/gate?lang=zh")
        before = self.site.relays[0].count(RelayBoard.ON)
        page.type("#lane-reason", "delivery")
        page.click("form[action='/gate/lane'] button")
        expect("已开闸" in page.text("body"), page.text("body")[:300])
        expect(self.site.relays[0].wait_count(RelayBoard.ON, before + 1, 5) is not None, "no pulse")
        page.go("/people")
        expect("无此权限" in page.text(), "a guard sees the people")
        page.complaints = [words for words in page.complaints if "403" not in words]    # of just now
        self.change_to("officer")

    def change_to(self, name):
        self.browser.go("/office")
        self.browser.click("header .tools form button")
        self.log_in(name)

    def a_manager_judges(self):
        """Two corrections: one is confirmed, one objected to; each stands beside its original, and the officer who
        made them sees how they stand."""
        page, service = self.browser, self.site.service
        passed = [entry for entry in service.entries() if entry["kind"] == "attendance" and entry["worker"]][-1]
        yesterday = time.strftime("%Y-%m-%d", time.localtime(time.time() - 86_400))
        service.command("ledger", "correct", "--worker", passed["worker"], "--add", f"entering@{yesterday}T07:30",
                        "--add", f"leaving@{yesterday}T18:00", "--by", "officer", "--reason", "reader down")
        service.command("ledger", "correct", "--worker", passed["worker"], "--withdraw", str(passed["sequence"]),
                        "--by", "officer", "--reason", "wrong card")
        page.go("/corrections?lang=zh")
        page.wait_text("待确认 2 条")
        expect(not page.run("return document.querySelectorAll('input[name=correction]').length"),
               "an officer may judge corrections")
        self.change_to("manager")
        page.go("/corrections")
        rows = page.text("tbody")
        expect("无刷卡记录" in rows and "north" in rows and "不计考勤" in rows, f"the corrections say {rows}")
        page.tab_to("summary"), page.enter()
        page.tab_to("details[open] button[value=confirm]")
        page.follow(page.enter)
        expect("已确认" in page.text("body"), page.text("body")[:300])
        page.tab_to("summary"), page.enter()
        page.tab_to("details[open] input[name=words]"), page.ask("Input.insertText", text="not so")
        page.tab_to("details[open] button[value=object]")
        page.follow(page.enter)
        expect("有异议 1 条" in page.text(), page.text()[:300])
        judged = [entry for entry in service.entries("--reveal") if entry["kind"] == "correctionJudged"]
        expect([entry["verdict"] for entry in judged] == ["confirmed", "objected"], f"the judgements are {judged}")
        self.change_to("officer")
        page.go(f"/people/worker/{passed['worker']}")
        expect("有异议" in page.text() and "not so" in page.text(), "the worker's page does not say how it stands")
        lines = [json.loads(line) for line in service.command("ledger", "corrections", "--all", "--json").splitlines()]
        expect([line["state"] for line in lines] == ["confirmed", "objected"], f"the command says {lines}")

    def an_inspector_exports(self):
        """Every table and a bundle, masked, whatever the form says."""
        page, service = self.browser, self.site.service
        looks = sum(entry["kind"] == "personalDataShown" for entry in service.entries())
        self.change_to("inspector")
        page.go("/export?lang=zh")
        worker = self.newcomer.rsplit("/", 1)[1]
        today = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 8 * 3_600))    # of the site
        for kind in ("changes", "enrolment", "corrections", "roster", "evidence"):
            head, size = page.run(
                "const f = new URLSearchParams({csrf: document.querySelector('input[name=csrf]').value, kind: '"
                f"{kind}', format: 'csv', month: '', team: '', revealed: '1', worker: '{worker}', from: '{today}',"
                f" to: '{today}'}}); return fetch('/export', {{method: 'POST', body: f}}).then(a => a.arrayBuffer()"
                ".then(b => [a.status + ' ' + a.headers.get('content-disposition') + ' ' +"
                " new TextDecoder().decode(b.slice(0, 4000)), b.byteLength]))")
            expect(head.startswith("200 attachment") and size > 100, f"{kind}: {head[:80]} … {head[-1500:]}")
            expect(NEWCOMER.number not in head and "WANG NEW" not in head, f"{kind} is not masked: {head[:300]}")
        expect(sum(entry["kind"] == "personalDataShown" for entry in service.entries()) == looks,
               "a masked file was recorded as a look")
        self.change_to("officer")

    def hand_over_a_copy(self):
        """A worker's copy of their own data, by the button and by command: recorded, then given; a page alone."""
        page, service = self.browser, self.site.service
        worker = self.newcomer.rsplit("/", 1)[1]

        def looks():
            return sum(entry["kind"] == "personalDataShown" for entry in service.entries())
        before = looks()
        page.go(self.newcomer + "?lang=zh")
        head, text = page.run(
            "const f = document.querySelector('form[action$=copy]'); return fetch(f.action, {method: 'POST', body:"
            " new URLSearchParams(new FormData(f))}).then(a => a.text().then(t => [a.status + ' ' +"
            " a.headers.get('content-disposition'), t]))")
        expect(head == f'200 attachment; filename="muster-copy-{worker}.html"', f"the copy answers {head}")
        expect(looks() == before + 1, "the copy of the page is not recorded")
        path = os.path.join(self.site.folder, "copy.html")
        service.command("worker", "copy", worker, "--out", path)
        expect(os.stat(path).st_mode & 0o777 == 0o600, "others may read the copy")
        expect(looks() == before + 2, "the copy of the command is not recorded")
        papers = os.path.join(self.site.folder, "papers")
        service.command("worker", "files", worker, "--out", papers)
        photo, = os.listdir(papers)
        expect(photo.endswith(".wlt") and os.path.getsize(os.path.join(papers, photo)) == 1_024,
               f"of the card's chip is kept {photo}")
        expect(looks() == before + 3, "a look at the photo on the chip is not recorded")
        with open(path, encoding="utf-8") as file:
            written = file.read()
        for words in (text, written):
            for known in (NEWCOMER.number, "13900000001", "测试路1号", "They go to the platform", "data:image/jpeg",
                          "退场", "刷卡记录", "放行"):
                expect(known in words, f"the copy does not hold {known}")
        expect("/people/worker/copy" in written, "the copy does not say who had one before")
        for width, height in SIZES:
            page.size(width, height)
            page.run("window.isLeft = true")
            page.ask("Page.navigate", url=f"file://{path}")
            page.arrive()
            expect(page.run("return document.documentElement.scrollWidth <= innerWidth"),
                   f"copy {width}: something sticks out to the side")
            page.picture(os.path.join(self.site.folder, f"copy-zh-{width}.png"))
            self.pages += 1

    def look_at_every_page(self):
        """In both languages and sizes: nothing sticks out, nothing is unlabelled or untranslated, and the Tab
        key reaches everything with a mark around it."""
        page = self.browser
        page.go("/teams?lang=en")
        team = page.run("return document.querySelector('main tbody th a').getAttribute('href')")
        page.go(team)
        worker = page.run("return document.querySelector('main tbody th a').getAttribute('href')")
        places = {"board": "/", "start": "/office", "people": "/people", "join": "/people/join", "teams": "/teams",
                  "team": team, "worker": worker, "left": self.newcomer,
                  "unconfirmed": self.leaver, "leaving": "/changes?show=leaving", "changes": "/changes?show=all",
                  "enrolment": "/enrolment", "corrections": "/corrections?show=all",
                  "statistics": "/changes/statistics", "export": "/export", "visitors": "/visitors",
                  "gate": "/gate", "sync": "/sync"}
        below = {"join": "[name=notice_version]", "unconfirmed": "form[action$=confirm-leaving]",
                 "team": "main > section:last-of-type"}
        for language in ("zh", "en"):
            page.go(f"/office?lang={language}")
            for name, path in places.items():
                for width, height in SIZES:
                    page.size(width, height)
                    page.go(path)
                    page.run("document.querySelectorAll('details').forEach(d => d.open = true)")
                    if name == "people":
                        page.type("#q", "li"), page.wait_text("L*", "#hits")
                    where = f"{name} {language} {width}"
                    expect(page.run("return document.documentElement.scrollWidth <= innerWidth"),
                           f"{where}: something sticks out to the side")
                    page.picture(os.path.join(self.site.folder, f"{name}-{language}-{width}.png"))
                    self.pages += 1
                    if name in below:
                        page.run(f"document.querySelector('{below[name]}').scrollIntoView({{block: 'center'}})")
                        page.picture(os.path.join(self.site.folder, f"{name}-below-{language}-{width}.png"))
                        self.pages += 1
                    self.labelled(where)
                if name != "board":
                    self.translated(where, language)
                    if language == "zh":        # the other language has the same places
                        self.reached(where)
        expect(not page.complaints, f"the browser complains: {page.complaints[:3]}")

    def labelled(self, where):
        unnamed = self.browser.run(
            "return [...document.querySelectorAll('input:not([type=hidden]), select, textarea, button')]"
            ".filter(e => !(e.labels?.length && [...e.labels].some(l => l.innerText.trim()))"
            " && !e.innerText?.trim() && !e.getAttribute('aria-label')).map(e => e.outerHTML.slice(0, 120))")
        expect(not unnamed, f"{where}: no label for {unnamed[:3]}")
        self.fields += self.browser.run("return document.querySelectorAll('input:not([type=hidden]), select').length")

    def translated(self, where, language):
        if language == "zh":
            return
        words = self.browser.run("const m = document.body.cloneNode(true);"
                                 "m.querySelectorAll('a.language').forEach(e => e.remove());"
                                 "return m.textContent + [...m.querySelectorAll('[aria-label],[title],[placeholder]')]"
                                 ".map(e => [e.ariaLabel, e.title, e.placeholder].join(' ')).join(' ')")
        for known in DATA_WORDS + PLATFORM_WORDS:
            words = words.replace(known, "")
        found = re.findall(r"[\u3400-\u9fff]+", words)
        expect(not found, f"{where}: not translated: {found[:5]}")

    def reached(self, where):
        """Tab from the top of the page until it comes round."""
        page = self.browser
        page.go(page.path)
        page.run("document.querySelectorAll('details').forEach(d => d.open = true)")
        wanted = page.run(
            "return [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, summary')]"
            ".filter(e => e.tabIndex >= 0 && e.getClientRects().length && !e.disabled).length")
        page.run("window.seen = new Set()")
        stops = faint = 0
        for _ in range(wanted * 4 + 10):
            page.tab()
            state = page.run(
                "const e = document.activeElement; if (!e || e === document.body) return 'out';"
                "if (window.seen.has(e)) return 'again'; window.seen.add(e);"
                "const s = getComputedStyle(e);"
                "return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 1 || s.boxShadow !== 'none'"
                " ? 'marked' : 'faint ' + e.outerHTML.slice(0, 80)")
            if state == "out":
                break
            stops += state != "again"
            expect(not state.startswith("faint"), f"{where}: the focus is not to be seen: {state}")
        seen = page.run("return window.seen.size")
        expect(seen >= wanted, f"{where}: Tab reaches {seen} of {wanted}")
        self.stops += seen

    def figures(self):
        return (f"enrolled by card, {WORKERS + 1} moved, left with confirmation, then and later, refused by the "
                "platform and mended, confirmed by hand, corrections judged, tables taken along, a copy handed over, "
                "a visitor in and out; "
                f"the clock ran after {self.clock:.0f} s; "
                f"{self.pages} pictures at 360x640 and 1920x1080, {self.fields} labelled inputs, "
                f"{self.stops} stops of the Tab key")


def png(width, height, is_noise=False):
    """A picture without anybody on it; noise packs badly."""
    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)))
    def row(y):
        return os.urandom(width * 3) if is_noise else bytes((x * 7 + y) & 0xFF for x in range(width) for _ in range(3))
    rows = b"".join(b"\0" + row(y) for y in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
