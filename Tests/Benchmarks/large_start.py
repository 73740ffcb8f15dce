#!/usr/bin/env python3
"""Measures the start of a service on the ledger of years: from exec to the first durable swipe.

usage: large_start.py MUSTER MAKER [--records N] [--workers N] [--rounds N] [--folder DIR] [--real-time]
  MUSTER      built in release
  MAKER       AppendBenchmark of this folder, built in release: makes the ledger
  --records   of attendance (default 10,000,000: some 2 GB and some minutes)
  --workers   on the roster (default 100,000)
  --folder    where the ledger is made (default: the temporary folder)
  --real-time at the lowest real-time priority (root): other work on the machine then disturbs less
exit: 0 measured (a missed bar is printed, not an error), 1 something did not work, 2 usage
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import closing

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.append(os.path.join(HERE, "..", "InteropTests", "harness"))
import site_plan
from bench_site import memory_kilobytes
from figures import Report
from service import Failed, Service
from start import measure_start
from wire import Line

TEAMS, DAYS = 200, 900
BAR_MILLISECONDS = 2_000


class YearsSite:
    """The made ledger, one lane with a relay, no platform."""

    def __init__(self, program, folder, options):
        self.gate, self.relay = Line(os.path.join(folder, "gate")), Line(os.path.join(folder, "relay"))
        self.service = Service(program, folder, site_plan.configuration(
            site_plan.lane("gate", [(self.gate.path, "rdm6300", {})], self.relay.path)))
        os.makedirs(self.service.state)
        subprocess.run(
            [options.maker, "--make", self.service.state, "--platform", "bench", "--workers", str(options.workers),
             "--teams", str(TEAMS), "--records", str(options.records), "--days", str(DAYS)], check=True, timeout=3_600)

    def memory_kilobytes(self):
        return memory_kilobytes(self.service.process.pid)

    def close(self):
        self.service.end()
        for line in (self.gate, self.relay):
            line.close()


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("muster")
    parser.add_argument("maker")
    parser.add_argument("--records", type=int, default=10_000_000)
    parser.add_argument("--workers", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--folder")
    parser.add_argument("--real-time", action="store_true")
    options = parser.parse_args()
    options.muster, options.maker = map(os.path.abspath, (options.muster, options.maker))
    if options.real_time:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    began, folder = time.monotonic(), tempfile.mkdtemp(prefix="muster-years-", dir=options.folder)
    try:
        with closing(YearsSite(options.muster, folder, options)) as site:
            report = Report(folder)
            size = os.path.getsize(os.path.join(site.service.state, "ledger.db"))
            title = f"{options.records:,} records, {options.workers:,} workers, {size / 1e9:.2f} GB"
            measure_start(site, report, options.rounds, title, bar=BAR_MILLISECONDS)
            report.close()
    except (Failed, OSError, subprocess.SubprocessError) as error:
        print(f"FAIL {type(error).__name__}: {error}", flush=True)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"benchmarks: {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
