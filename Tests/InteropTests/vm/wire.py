"""Lines of JSON over a Unix socket: QEMU's monitor protocol and its guest agent."""
import contextlib
import json
import socket
import time


class Failed(Exception):
    """Something that was to happen did not; the text says what."""


class TimedOut(Failed):
    pass


class JSONLine:
    def __init__(self, path, timeout):
        self.end, self.buffer = time.monotonic() + timeout, b""
        while True:
            self.socket = socket.socket(socket.AF_UNIX)
            try:
                self.socket.settimeout(max(0.05, self.end - time.monotonic()))
                self.socket.connect(path)
                return
            except OSError as error:
                self.socket.close()
                if time.monotonic() > self.end:
                    raise TimedOut(f"connect {path}: {error}")
                time.sleep(0.05)

    def send(self, value, before=b""):
        self.socket.sendall(before + json.dumps(value).encode() + b"\n")

    def receive(self, end):
        while b"\n" not in self.buffer:
            left = end - time.monotonic()
            if left <= 0:
                raise TimedOut("no answer on the socket")
            self.socket.settimeout(left)
            try:
                got = self.socket.recv(65536)
            except socket.timeout:
                raise TimedOut("no answer on the socket")
            if not got:
                raise Failed("socket closed by QEMU")
            self.buffer += got
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line

    def close(self):
        self.socket.close()


class QMP(JSONLine):
    """QEMU's monitor. Events that nobody waited for yet are kept in order."""

    def __init__(self, path, timeout=30):
        super().__init__(path, timeout)
        self.events = []
        json.loads(self.receive(self.end))
        self.command("qmp_capabilities", timeout)

    def command(self, name, timeout=30, /, **arguments):
        self.send({"execute": name, "arguments": arguments} if arguments else {"execute": name})
        end = time.monotonic() + timeout
        while True:
            message = json.loads(self.receive(end))
            if "event" in message:
                self.events.append(message)
            elif "error" in message:
                raise Failed(f"{name}: {message['error'].get('desc')}")
            elif "return" in message:
                return message["return"]

    def wait_event(self, name, timeout, **data):
        end = time.monotonic() + timeout
        while True:
            for message in self.events:
                found = message.get("data", {})
                if message["event"] == name and all(found.get(key) == value for key, value in data.items()):
                    self.events.remove(message)
                    return message
            message = json.loads(self.receive(end))
            if "event" in message:
                self.events.append(message)


class AgentLine(JSONLine):
    """The agent inside the guest. What an earlier, interrupted caller left unread is skipped."""

    def synchronise(self):
        mark = time.monotonic_ns() & 0x7FFFFFFF
        # The byte FF resets the agent's parser; its answer to the sync begins with one too.
        self.send({"execute": "guest-sync-delimited", "arguments": {"id": mark}}, before=b"\xff")
        while True:
            with contextlib.suppress(ValueError, AttributeError):
                if json.loads(self.receive(self.end).split(b"\xff")[-1]).get("return") == mark:
                    return

    def command(self, name, /, **arguments):
        self.send({"execute": name, "arguments": arguments})
        message = json.loads(self.receive(time.monotonic() + 30))
        if "error" in message:
            raise Failed(f"{name}: {message['error'].get('desc')}")
        return message.get("return")
