#!/usr/bin/env python3
"""Measures a release binary beside the bare cost of its disk: ratios of medians, all from one run.

usage: run.py MUSTER [--quick] [--real-time] [--folder DIR] [--look-up PROGRAM]
  --quick     under a minute instead of three: fewer and shorter rounds
  --real-time at the lowest real-time priority (root): other work on the machine then disturbs less
  --folder    where ledgers are made; the disk under it is what is measured (default: the temporary folder)
  --look-up   the LookupBenchmark of this folder, built in release: its lines are printed in the same run
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
from bare import Bare
from bench_site import BenchmarkSite
from figures import Report
from importing import measure_import
from latency import measure_latency
from service import Failed
from start import measure_start
from throughput import measure_throughput

LARGE = 100_000
# More than pass within one repeat window.
GROWING = 500


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("muster")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--real-time", action="store_true")
    parser.add_argument("--folder")
    parser.add_argument("--look-up")
    options = parser.parse_args()
    options.muster = os.path.abspath(options.muster)
    if options.real_time:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    began, folder = time.monotonic(), tempfile.mkdtemp(prefix="muster-bench-", dir=options.folder)
    try:
        measure(options, folder)
    except (Failed, OSError, subprocess.SubprocessError) as error:
        print(f"FAIL {type(error).__name__}: {error}", flush=True)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"benchmarks: {time.monotonic() - began:.0f} s")
    return 0


def measure(options, folder):
    rounds, cards, swipes = (5, 100, 10_000) if options.quick else (11, 400, 20_000)
    report = Report(folder)
    with closing(BenchmarkSite(options.muster, os.path.join(folder, "small"), 1)) as site:
        measure_start(site, report, rounds, "1 worker", bar=100)
        bare = Bare(folder, site.schema(), site.body_byte_count())
    if not options.quick:
        with closing(BenchmarkSite(options.muster, os.path.join(folder, "growing"), GROWING)) as site:
            site.start()
            measure_import(site, report, LARGE)
    with closing(BenchmarkSite(options.muster, os.path.join(folder, "large"), LARGE)) as site:
        measure_start(site, report, rounds, f"{LARGE:,} workers", bar=300)
        site.start()
        site.wait_idle()
        measure_latency(site, bare, report, rounds, cards)
        measure_throughput(site, bare, report, rounds, swipes)
        finish(site, report)
        if not options.quick:
            swipes_today = site.position() - LARGE
            measure_start(site, report, rounds, f"{LARGE:,} workers, {swipes_today:,} swipes of today")
    if options.look_up:
        subprocess.run([options.look_up], check=True)
    report.close()


def finish(site, report):
    """What the service holds after all the load, and whether what it wrote is whole."""
    report.sample()
    anonymous, mapped = (kilobytes / 1024 for kilobytes in site.memory_kilobytes())
    site.service.stop()
    site.service.command("ledger", "verify")
    report.line(
        "after all that", f"{site.position():,} entries, the chain verifies",
        f"memory               anonymous {anonymous:.1f} MiB   file-backed {mapped:.1f} MiB")
    report.next_measure()


if __name__ == "__main__":
    sys.exit(main())
