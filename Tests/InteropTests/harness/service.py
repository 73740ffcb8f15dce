"""The program under test, as a process: started, asked, killed."""
import json
import os
import re
import signal
import subprocess
import threading
import time


class Failed(Exception):
    """Something that must hold does not; the text says what."""


class Skipped(Exception):
    """The check cannot be made here; the text says why."""


def expect(is_so, what):
    if not is_so:
        raise Failed(what)


class Service:
    def __init__(self, program, folder, configuration, environment=None):
        self.environment = {**os.environ, **(environment or {})}
        self.program = program
        self.state = os.path.join(folder, "state")
        self.config = os.path.join(folder, "muster.yaml")
        self.log = os.path.join(folder, "service.log")
        self.process = None
        with open(self.config, "w") as file:
            file.write(configuration)

    def launch(self):
        self.process = subprocess.Popen(
            [self.program, "run", "--config", self.config, "--state", self.state, "--listen", "127.0.0.1:0"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=self.environment)
        self.launched_at, self.ready, self.ready_at = time.monotonic(), threading.Event(), None
        threading.Thread(target=self._follow, args=(self.process, self.ready), daemon=True).start()

    def start(self, timeout=60):
        """Starts it and waits for its ready line; returns the seconds that took."""
        self.launch()
        while not self.ready.wait(0.005):
            expect(self.process.poll() is None, f"the service ended at its start: {self.last_words()}")
            expect(time.monotonic() < self.launched_at + timeout,
                   f"the service was not ready after {timeout} s: {self.last_words()}")
        return self.ready_at - self.launched_at

    def _follow(self, process, ready):
        with open(self.log, "ab") as log:
            for line in process.stderr:
                log.write(line)
                log.flush()
                if line.startswith(b"muster ready"):
                    self.page = re.search(rb"http://[0-9.]+:(\d+)/", line)
                    self.ready_at = time.monotonic()
                    ready.set()

    def last_words(self):
        try:
            with open(self.log, errors="replace") as file:
                return file.read()[-1200:]
        except OSError:
            return ""

    def kill(self):
        """SIGKILL: nothing is finished, nothing is said."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self):
        """SIGTERM; it must end well within 5 s."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Failed("the service did not end 15 s after SIGTERM: " + self.last_words())
        took = time.monotonic() - began
        expect(code == 0 and took <= 5, f"exit code {code} after {took:.1f} s: {self.last_words()}")
        return took

    def end(self):
        """Whatever happened: it is gone afterwards."""
        if self.process and self.process.poll() is None:
            self.kill()

    def command(self, *words, timeout=300, may_fail=False):
        done = subprocess.run(
            [self.program, *words, "--config", self.config, "--state", self.state],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout)
        expect(may_fail or done.returncode == 0,
               f"muster {' '.join(words)}: exit code {done.returncode}: {done.stderr.decode()[-500:]}")
        return done.stdout.decode()

    def import_roster(self, text):
        path = os.path.join(os.path.dirname(self.state), "roster.csv")
        with open(path, "w") as file:
            file.write(text)
        self.command("roster", "import", path)

    def entries(self, *flags):
        text = self.command("ledger", "export", "--format", "jsonl", *flags)
        return [json.loads(line) for line in text.splitlines()]

    def attendance(self, **fields):
        """Entries of kind attendance with these fields."""
        return [entry for entry in self.entries() if entry["kind"] == "attendance"
                and all(entry[key] == value for key, value in fields.items())]

    def devices(self):
        """Reader → what the running service says of it."""
        return {device["reader"]: device
                for device in json.loads(self.command("status", "--json"))["devices"]}

    def wait_online(self, count, timeout=10):
        """Waits until that many devices are open (a polled one may be silent)."""
        end = time.monotonic() + timeout
        while True:
            states = [device["state"] for device in self.devices().values()]
            if sum(state in ("online", "silent") for state in states) >= count:
                return
            expect(time.monotonic() < end, f"devices are {states}, not {count} open: {self.last_words()}")
            time.sleep(0.1)

    def wait_reads(self, count, timeout):
        """Waits until the readers have delivered `count` credentials since the start; returns how many."""
        end = time.monotonic() + timeout
        while True:
            reads = sum(device["reads"] for device in self.devices().values())
            if reads >= count or time.monotonic() > end:
                return reads
            time.sleep(0.2)

    def memory_kilobytes(self):
        """Anonymous resident memory: what the program itself took, without its code and file maps."""
        with open(f"/proc/{self.process.pid}/status") as file:
            return int(re.search(r"RssAnon:\s+(\d+)", file.read()).group(1))


class MemoryWatch(threading.Thread):
    """Follows the anonymous memory of a service until `stop`."""

    def __init__(self, service):
        super().__init__(daemon=True)
        self.service, self.samples = service, []
        self.is_stopped = threading.Event()
        self.start()

    def run(self):
        while not self.is_stopped.wait(0.05):
            try:
                self.samples.append(self.service.memory_kilobytes())
            except (OSError, AttributeError):
                return          # the process is gone

    def stop(self):
        self.is_stopped.set()
        self.join(5)
        return max(self.samples, default=0)
