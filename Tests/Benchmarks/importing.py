"""A large roster comes in while people pass: how long that takes, and how long a lane waits for it."""
import os
import threading
import time

from bench_site import frames, roster
from figures import percentile
from service import expect

PERIOD = 0.02
QUIET_SECONDS = 5
BAR_SECONDS = 20
BAR_MILLISECONDS = 5
PULSE = bytes.fromhex("A00101A2")


def measure_import(site, report, rows):
    """The site knows `site.worker_count` workers; `rows` others are imported through the running service."""
    report.sample()
    gate = Gate(site)
    quiet = gate.watch(lambda: time.sleep(QUIET_SECONDS))
    path = os.path.join(os.path.dirname(site.service.state), "others.csv")
    header, *lines = roster(site.worker_count + rows).splitlines()
    with open(path, "w") as file:
        file.write("\n".join([header, *lines[site.worker_count:]]) + "\n")
    processor, began = site.processor_seconds(), time.monotonic()
    busy = gate.watch(lambda: site.service.command("roster", "import", path))
    took, processor = time.monotonic() - began, site.processor_seconds() - processor
    added = percentile(busy, 0.99) - percentile(quiet, 0.99)
    report.line(
        f"import of {rows:,} rows, a card at a lane every {PERIOD * 1000:.0f} ms",
        f"import                 {took:.1f} s, {processor:.1f} s of the service's processor time",
        *(f"{words:22} p50 {percentile(times, 0.5):6.3f} ms   p99 {percentile(times, 0.99):6.3f} ms   "
          f"slowest {max(times):6.3f} ms, {len(times)} cards"
          for words, times in [("lane, before", quiet), ("lane, meanwhile", busy)]))
    report.bar(f"import of {rows:,} rows", took, BAR_SECONDS, "s")
    report.bar("delay of a lane by it, p99", added, BAR_MILLISECONDS, "ms")
    report.next_measure()


class Gate:
    """Cards of one worker after the other at the lane `gate`, and the milliseconds until its relay opens."""

    def __init__(self, site):
        self.site, self.shown = site, 0

    def watch(self, work):
        """Shows cards while `work` runs."""
        is_over, times = threading.Event(), []
        thread = threading.Thread(target=self.show, args=(is_over, times))
        thread.start()
        try:
            work()
        finally:
            is_over.set()
            thread.join()
        expect(None not in times, "a card opened nothing within 5 s")
        return times

    def show(self, is_over, times):
        due = time.monotonic()
        while not is_over.is_set():
            due = max(due + PERIOD, time.monotonic())
            time.sleep(max(0, due - time.monotonic()))
            self.shown += 1
            times.append(self.one(self.shown % self.site.worker_count))

    def one(self, index):
        """Last byte of a card to the relay's byte; None when it did not open."""
        site = self.site
        site.relay.drain()
        began, got = time.monotonic(), b""
        os.write(site.gate.device, frames([index]))
        while PULSE not in got:
            left = began + 5 - time.monotonic()
            if left <= 0:
                return None
            got += site.relay.read(left)
        return (time.monotonic() - began) * 1000
