"""An invented site on pseudo terminals around the program under test, and what can be seen from outside."""
import os
import re
import sqlite3
import time

import site_plan
from service import Service, expect
from wire import Line, rdm6300_frame


def person_number(index):
    """A valid ID number of an invented person; indexes below 480,000 differ."""
    year, rest = 1960 + index % 40, index // 40
    return site_plan.checked(f"110101{year}{rest % 12 + 1:02d}01{rest // 12:03d}")


def roster(count):
    rows = ["name,id_number,team,card_number,card_format"]
    for index in range(count):
        rows.append(f"工人{index},{person_number(index)},班组{index % 200},"
                    f"{site_plan.card_number(index):010d},8H10D")
    return "\n".join(rows) + "\n"


def frames(indexes):
    return b"".join(rdm6300_frame(site_plan.card_number(index)) for index in indexes)


def memory_kilobytes(process):
    """Anonymous and file-backed resident memory."""
    with open(f"/proc/{process}/status") as file:
        text = file.read()
    return tuple(int(re.search(rf"{name}:\s+(\d+)", text).group(1)) for name in ("RssAnon", "RssFile"))


class BenchmarkSite:
    """One state folder, its lines and the service on it. The lane `gate` has a relay, the bulk lines none."""

    BULK_LINES = 4

    def __init__(self, program, folder, worker_count):
        os.makedirs(folder)
        self.worker_count = worker_count
        self.gate, self.relay = Line(os.path.join(folder, "gate")), Line(os.path.join(folder, "relay"))
        self.bulk = [Line(os.path.join(folder, f"bulk-{number}")) for number in range(self.BULK_LINES)]
        self.service = Service(program, folder, site_plan.configuration(
            site_plan.lane("gate", [(self.gate.path, "rdm6300", {})], self.relay.path),
            *(site_plan.lane(f"bulk-{number}", [(line.path, "rdm6300", {})])
              for number, line in enumerate(self.bulk))))
        self.service.import_roster(roster(worker_count))

    def start(self):
        self.service.start()
        self.service.wait_online(2 + self.BULK_LINES)

    def wait_idle(self, timeout=300):
        """Waits until the work of its start is over: people are indexed, the chain is verified."""
        end = time.monotonic() + timeout
        while True:
            before = self.processor_seconds()
            time.sleep(1)
            if self.processor_seconds() - before < 0.05:
                return
            expect(time.monotonic() < end, f"the service is not idle {timeout} s after its start")

    def close(self):
        self.service.end()
        for line in [self.gate, self.relay, *self.bulk]:
            line.close()

    # The ledger, read as anybody may read it.

    def query(self, sql, *values):
        path = os.path.join(self.service.state, "ledger.db")
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def position(self):
        return self.query("SELECT max(sequence) FROM entry WHERE origin = 1")[0][0]

    def wait_position(self, position, timeout):
        """Waits until the ledger holds that entry; returns when it did."""
        path = os.path.join(self.service.state, "ledger.db")
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        end = time.monotonic() + timeout
        try:
            while True:
                now = connection.execute("SELECT max(sequence) FROM entry WHERE origin = 1").fetchone()[0]
                if now >= position:
                    return time.monotonic()
                expect(time.monotonic() < end, f"the ledger is at {now}, not {position}, after {timeout} s")
                time.sleep(0.002)
        finally:
            connection.close()

    def grants_after(self, position):
        """Swipes of listed workers after `position`, repeats not counted."""
        return self.query("SELECT count(*) FROM entry WHERE origin = 1 AND sequence > ? AND kind = 1"
                          " AND subject IS NOT NULL", position)[0][0]

    def commit_count(self):
        """SQLite counts the transactions of a file at byte 8 of the index of its write-ahead log."""
        with open(os.path.join(self.service.state, "ledger.db-shm"), "rb") as file:
            return int.from_bytes(file.read(12)[8:], "little")

    def schema(self):
        rows = self.query("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type = 'trigger',"
                          " type = 'index'")
        return "".join(sql + ";\n" for sql, in rows)

    def body_byte_count(self):
        """Bytes of the body of a listed worker's attendance."""
        return round(self.query("SELECT avg(length(body)) FROM entry WHERE origin = 1 AND kind = 1"
                                " AND subject IS NOT NULL")[0][0])

    # The process, as the kernel sees it.

    def processor_seconds(self):
        """User and system time of the process so far: the clock behind utime + stime, in nanoseconds."""
        return time.clock_gettime(~self.service.process.pid << 3 | 2)

    def memory_kilobytes(self):
        return memory_kilobytes(self.service.process.pid)
