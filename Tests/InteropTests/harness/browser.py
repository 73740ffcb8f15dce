"""Headless Chromium over its debugging socket (Chrome DevTools Protocol, WebSocket of RFC 6455)."""
import base64
import json
import os
import shutil
import socket
import struct
import subprocess
import time
import urllib.request

from service import Failed, Skipped, expect

PATIENCE = 15


class Browser:
    """One page. Keys are keys: what is pressed goes where the focus is."""

    def __init__(self, folder, base):
        self.base, self.pictures, self.complaints = base, [], []
        program = shutil.which("chromium")
        if program is None:
            raise Skipped("chromium is not installed")
        profile = os.path.join(folder, "chromium")
        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--remote-debugging-port=0", "--remote-allow-origins=*", "--lang=zh-CN", "--accept-lang=zh-CN",
             f"--user-data-dir={profile}", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.socket = None
        try:
            self._connect(os.path.join(profile, "DevToolsActivePort"))
        except BaseException:
            self.close()
            raise

    def _connect(self, port_file):
        def answered():
            with open(port_file) as file:
                return int(file.readline())
        port = until(answered, "Chromium's debugging port", 60)
        tabs = until(lambda: json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=30)),
                     "Chromium's page", 60)
        address = next(tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page")
        self.stream = self._upgraded(port, "/" + address.split("/", 3)[3])
        while self.stream.readline().strip():
            pass
        self.number = 0
        for domain in ("Page", "Runtime", "Log", "DOM"):
            self.ask(f"{domain}.enable")

    def _upgraded(self, port, path):
        self.socket = socket.create_connection(("127.0.0.1", port), 60)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            (f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
        return self.socket.makefile("rb")

    def ask(self, method, **values):
        self.number += 1
        text = json.dumps({"id": self.number, "method": method, "params": values}).encode()
        size = len(text)
        length = (bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack(">H", size) if size < 65536
                  else b"\xff" + struct.pack(">Q", size))
        self.socket.sendall(b"\x81" + length + bytes(4) + text)     # masked with zeros
        while True:
            answer = self._read()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise Failed(f"{method}: {answer['error']['message']}")
                return answer["result"]
            if answer.get("method") in ("Runtime.exceptionThrown", "Log.entryAdded"):
                entry = answer["params"].get("entry", {})
                if entry.get("level", "error") == "error":
                    self.complaints.append(entry.get("text") or str(answer["params"])[:300])

    def _read(self):
        data = b""
        while True:
            first, second = self.stream.read(2)
            size = second & 0x7F
            if size == 126:
                size, = struct.unpack(">H", self.stream.read(2))
            elif size == 127:
                size, = struct.unpack(">Q", self.stream.read(8))
            data += self.stream.read(size)
            if first & 0x80:
                return json.loads(data)

    def run(self, script):
        """What `script`, a function's body, returns in the page."""
        result = self.ask("Runtime.evaluate", expression="(()=>{" + script + "})()", returnByValue=True,
                          awaitPromise=True)
        if "exceptionDetails" in result:
            raise Failed(f"a script of the check failed: {result['exceptionDetails']}")
        return result["result"].get("value")

    def go(self, path):
        self.run("window.isLeft = true")
        self.ask("Page.navigate", url=self.base + path)
        self.arrive()

    def arrive(self):
        """The next page is there, whole."""
        until(self._is_there, "the next page")

    def _is_there(self):
        try:
            return self.run("return !window.isLeft && document.readyState === 'complete'")
        except Failed as error:
            # Asked in the very moment in which one page goes and the next comes.
            if "navigated" in str(error):
                return False
            raise

    def follow(self, action):
        """Does something that leads to another page, and waits for it."""
        self.run("window.isLeft = true")
        action()
        self.arrive()

    def click(self, css):
        self.follow(lambda: self.run(f"document.querySelector({json.dumps(css)}).click()"))

    def type(self, css, text):
        self.run(f"const e = document.querySelector({json.dumps(css)}); e.focus(); e.select?.()")
        self.ask("Input.insertText", text=text)

    def fill(self, css, value):
        """Sets a choice or a date, as a person would have."""
        self.run(f"const e = document.querySelector({json.dumps(css)}); e.value = {json.dumps(value)};"
                 "e.dispatchEvent(new Event('input', {bubbles: true}));"
                 "e.dispatchEvent(new Event('change', {bubbles: true}))")

    def choose_file(self, css, path):
        root = self.ask("DOM.getDocument")["root"]["nodeId"]
        node = self.ask("DOM.querySelector", nodeId=root, selector=css)["nodeId"]
        self.ask("DOM.setFileInputFiles", nodeId=node, files=[path])

    def key(self, name, code, text=None, shift=False):
        for kind in ("keyDown", "keyUp"):
            self.ask("Input.dispatchKeyEvent", type=kind, key=name, code=name, windowsVirtualKeyCode=code,
                     modifiers=8 if shift else 0, **({"text": text} if text and kind == "keyDown" else {}))

    def tab(self):
        self.key("Tab", 9)

    def enter(self):
        self.key("Enter", 13, "\r")

    def space(self):
        self.key(" ", 32, " ")

    def tab_to(self, css, limit=200):
        """Presses Tab until the focus is there."""
        for _ in range(limit):
            if self.run(f"return document.activeElement?.matches({json.dumps(css)}) ?? false"):
                return
            self.tab()
        raise Failed(f"the Tab key does not lead to {css} on {self.path}")

    @property
    def path(self):
        return self.run("return location.pathname + location.search")

    def text(self, css="main"):
        return self.run(f"return document.querySelector({json.dumps(css)})?.innerText ?? ''")

    def wait_text(self, words, css="main", timeout=PATIENCE):
        until(lambda: words in self.text(css), f"“{words}” on {self.path}", timeout)

    def size(self, width, height):
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                 mobile=width < 500)

    def picture(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.ask("Page.captureScreenshot")["data"]))
        self.pictures.append(path)

    def close(self):
        if self.socket:
            self.socket.close()
        self.process.kill()
        self.process.wait(10)


def until(is_so, what, timeout=PATIENCE):
    """What `is_so` gives once it is true; a page that is just being left is asked again."""
    end = time.monotonic() + timeout
    while True:
        problem = ""
        try:
            value = is_so()
            if value:
                return value
        except (Failed, OSError, ValueError) as error:
            problem = f": {error}"
        expect(time.monotonic() < end, f"not after {timeout} s: {what}{problem}")
        time.sleep(0.05)
