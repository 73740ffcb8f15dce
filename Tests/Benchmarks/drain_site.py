"""A site that was without its platform for months, the platform, and what the ledger says of the drain."""
import datetime
import json
import os
import resource
import shutil
import socket
import sqlite3
import subprocess
import time
import urllib.request

import site_plan
from service import Service, expect
from wire import Line

HERE = os.path.dirname(os.path.abspath(__file__))
SECRET = "0123456789abcdefFEDCBA9876543210"
NAME = "bench"
ATTENDANCE, CONFIRMED = 1, 40


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def person_number(index):
    """As BacklogMaker numbers its workers."""
    birth = datetime.date(1970, 1, 1) + datetime.timedelta(days=index % 7_000)
    return site_plan.checked(f"110101{birth:%Y%m%d}{index // 7_000:03d}")


def processor_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Programs:
    """The C programs of `drain/`, built once."""

    def __init__(self, folder):
        self.folder = folder
        for name in ("platform", "bare"):
            subprocess.run(["gcc", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", "-o", self.path(name),
                            os.path.join(HERE, "drain", name + ".c"), "-lcrypto"], check=True)

    def path(self, name):
        return os.path.join(self.folder, "drain-" + name)

    def bare(self, port, numbers, records, per_call, teams):
        """The same records without a gateway; figures of `bare.c`."""
        before = processor_of_children()
        done = subprocess.run(
            [self.path("bare"), str(port), SECRET, numbers, str(records), str(per_call), str(teams),
             "1780000000000", "10000"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=900)
        expect(done.returncode == 0, f"bare: {done.stderr.decode()}")
        names = ("seconds", "calls", "bytes", "encoding", "answers")
        found = dict(zip(names, map(float, done.stdout.split())))
        return {**found, "processor": processor_of_children() - before}


class Platform:
    """`platform.c` in a process of its own."""

    def __init__(self, programs, port, delay_us=0, verdict_ms=0):
        self.port = port
        today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8)))
        self.process = subprocess.Popen(
            [programs.path("platform"), str(port), SECRET, str(delay_us), str(verdict_ms),
             today.strftime("%Y-%m-%d %H:%M:%S")], stdin=subprocess.DEVNULL)
        end = time.monotonic() + 10
        while True:
            try:
                self.figures()
                return
            except OSError:
                expect(time.monotonic() < end, "the platform does not listen")
                time.sleep(0.01)

    def figures(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/figures", timeout=30) as answer:
            return json.load(answer)

    def wait_records(self, count, timeout):
        end = time.monotonic() + timeout
        while True:
            figures = self.figures()
            if figures["records"] + figures["live"] >= count:
                return figures
            expect(time.monotonic() < end, f"the platform has {figures}, not {count}, after {timeout} s")
            time.sleep(0.1)

    def close(self):
        self.process.kill()
        self.process.wait()


class DrainSite:
    """A copy of a ledger whose attendance the platform lacks, one lane with a relay, the service on it."""

    def __init__(self, program, folder, made, worker_count, batch):
        os.makedirs(folder)
        self.worker_count = worker_count
        self.port = free_port()
        self.gate, self.relay = Line(os.path.join(folder, "gate")), Line(os.path.join(folder, "relay"))
        secret = os.path.join(folder, "secret")
        with open(os.open(secret, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            file.write(SECRET)
        self.service = Service(program, folder, site_plan.configuration(
            site_plan.lane("gate", [(self.gate.path, "rdm6300", {})], self.relay.path))
            + "\n".join([
                "platforms:", f"  - name: {NAME}", f"    url: http://127.0.0.1:{self.port}/open.api",
                "    app_id: BENCH", "    project_code: BENCH-1", "    secret: {file: " + secret + "}",
                f"    attendance_batch: {batch}"]) + "\n")
        shutil.copytree(made, self.service.state)

    def start(self):
        self.service.start()
        self.service.wait_online(2)

    def close(self):
        self.service.end()
        for line in (self.gate, self.relay):
            line.close()

    def standing(self):
        return json.loads(self.service.command("sync", "status", "--json"))[0]

    def wait_standing(self, is_so, what, timeout):
        end = time.monotonic() + timeout
        while True:
            standing = self.standing()
            if is_so(standing):
                return standing
            expect(time.monotonic() < end, f"not {what} after {timeout} s: {standing}")
            time.sleep(0.5)

    def processor_seconds(self):
        """User and system time of the process so far, in nanoseconds of resolution."""
        return time.clock_gettime(~self.service.process.pid << 3 | 2)

    def rows(self, position):
        """Attendance and proofs after an entry: (sequence, kind, uptime in seconds, body)."""
        path = os.path.join(self.service.state, "ledger.db")
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            return [(sequence, kind, milliseconds / 1000, body) for sequence, kind, milliseconds, body in
                    connection.execute(
                        "SELECT sequence, kind, uptime_ms, body FROM entry WHERE origin = 1 AND sequence > ?"
                        " AND kind IN (1, 40) ORDER BY sequence", (position,))]
        finally:
            connection.close()


class Confirmations:
    """What the ledger says of a drain: when the last of the backlog was proved, how long today's took."""

    def __init__(self, rows, last_of_backlog, since):
        made = {sequence: at for sequence, kind, at, _ in rows
                if kind == ATTENDANCE and sequence > last_of_backlog}
        self.end, self.waits, self.proofs, self.proved = since, [], 0, 0
        for _, kind, at, body in rows:
            if kind != CONFIRMED:
                continue
            self.proofs += 1
            for first, count in runs(body):
                self.proved += count
                if first <= last_of_backlog:
                    self.end = max(self.end, at)
                self.waits += [at - made[number] for number in range(first, first + count) if number in made]


def runs(body):
    """Stretches of entries in a proof: CBOR `[platform, receipt, [distance, count, …]]`."""
    place, end = 1, 0

    def head():
        nonlocal place
        kind, value = body[place] >> 5, body[place] & 31
        place += 1
        if value >= 24:
            size = 1 << value - 24
            value = int.from_bytes(body[place:place + size], "big")
            place += size
        return kind, value

    for _ in range(2):
        byte_count = head()[1]
        place += byte_count
    found = []
    for _ in range(head()[1] // 2):
        kind, distance = head()
        first = end + (-1 - distance if kind == 1 else distance)
        count = head()[1]
        found.append((first, count))
        end = first + count
    return found
