#!/usr/bin/env python3
"""Measures how a backlog of attendance reaches a platform that comes back after months.

usage: drain.py MUSTER MAKER [--records N] [--rounds N] [--peers DIR] [--folder DIR] [--real-time]
  MUSTER      built in release
  MAKER       AppendBenchmark of this folder, built in release: makes the ledger
  --records   of the backlog (default 1,000,000; 100,000 take a minute)
  --peers     a folder with bench_drain.py: its `py-sqlite-batch-full` drains in the same run
  --peer-records  how many it drains (default 200,000; its rate is what counts)
  --limited   records of the run with the national limit of 20 a call (default 20,000; 0: not run)
  --folder    where ledgers are made (default: the temporary folder)
  --real-time at the lowest real-time priority (root): other work on the machine then disturbs less
exit: 0 measured (a missed bar is printed, not an error), 1 something did not work, 2 usage
"""
import argparse
import json
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
from drain_site import Confirmations, DrainSite, Platform, Programs, person_number
from figures import Report, median, percentile
from importing import Gate
from service import Failed, MemoryWatch, expect
from wire import uptime

WORKERS, TEAMS, DAYS = 2_000, 20, 120
BATCH, NATIONAL_BATCH = 1_000, 20
# The round trip to a platform that is not on this machine.
ROUND_TRIP_MICROSECONDS = 10_000
PEER = "py-sqlite-batch-full"
SETTLE_SECONDS = 3
QUIET_SECONDS = 8


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("muster")
    parser.add_argument("maker")
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers")
    parser.add_argument("--peer-records", type=int, default=200_000)
    parser.add_argument("--limited", type=int, default=20_000)
    parser.add_argument("--folder")
    parser.add_argument("--real-time", action="store_true")
    options = parser.parse_args()
    options.muster, options.maker = map(os.path.abspath, (options.muster, options.maker))
    if options.real_time:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    began, folder = time.monotonic(), tempfile.mkdtemp(prefix="muster-drain-", dir=options.folder)
    try:
        measure(options, folder)
    except (Failed, OSError, subprocess.SubprocessError) as error:
        print(f"FAIL {type(error).__name__}: {error}", flush=True)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"drain: {time.monotonic() - began:.0f} s")
    return 0


def measure(options, folder):
    report, programs = Report(folder), Programs(folder)
    numbers = os.path.join(folder, "numbers")
    with open(numbers, "w") as file:
        file.writelines(person_number(index) + "\n" for index in range(WORKERS))
    made = make(options, folder, options.records)
    rounds = [Round(options, programs, os.path.join(folder, f"round-{number}"), made, numbers, report)
              for number in range(options.rounds)]
    tell(options.records, rounds, options.peers, report)
    shutil.rmtree(made)
    if options.limited:
        made = make(options, folder, options.limited)
        measure_limited(options, programs, folder, made, numbers, report)
    report.close()


def make(options, folder, records):
    made = os.path.join(folder, f"made-{records}")
    os.makedirs(made)
    subprocess.run([options.maker, "--make", made, "--platform", "bench", "--workers", str(WORKERS), "--teams",
                    str(TEAMS), "--records", str(records), "--days", str(DAYS)], check=True, timeout=900)
    return made


class Round:
    """Everything once: the bare client, the lane alone, the drain with the lane in use, the peer."""

    def __init__(self, options, programs, place, made, numbers, report):
        report.sample()
        self.load = os.getloadavg()[0]
        with closing(DrainSite(options.muster, place, made, WORKERS, BATCH)) as site:
            site.start()
            site.wait_standing(lambda standing: standing["recorded"] >= options.records, "taken in", 600)
            time.sleep(SETTLE_SECONDS)
            self.idle = site.service.memory_kilobytes()
            gate = Gate(site)
            self.quiet = gate.watch(lambda: time.sleep(QUIET_SECONDS))
            with closing(Platform(programs, site.port + 1)) as platform:
                self.bare = programs.bare(platform.port, numbers, options.records, BATCH, TEAMS)
            self.drain(site, gate, programs, options.records)
        shutil.rmtree(place)
        self.peer_rate = peer_rate(options, place) if options.peers else None

    def drain(self, site, gate, programs, records):
        memory, busy = MemoryWatch(site.service), site.processor_seconds
        with closing(Platform(programs, site.port)) as platform:
            last_of_backlog = site.standing()["position"]
            self.since, before = uptime(), busy()
            site.service.command("sync", "now")
            self.busy = gate.watch(lambda: platform.wait_records(records + len(self.quiet), 900))
            self.processor = busy() - before
            standing = site.wait_standing(
                lambda standing: standing["confirmed"] == standing["recorded"], "confirmed", 60)
            self.memory = memory.stop() - self.idle
            self.seen = platform.figures()
        swipes = len(self.quiet) + len(self.busy)
        expect(standing["recorded"] == records + swipes, f"{standing}, not {records} and {swipes} swipes")
        expect(self.seen["records"] + self.seen["live"] == records + swipes, f"the platform has {self.seen}")
        for fault in ("doubled", "disordered", "broken", "others"):
            expect(self.seen[fault] == 0, f"the platform saw {fault}: {self.seen}")
        proofs = Confirmations(site.rows(0), last_of_backlog, self.since)
        expect(proofs.proved == records + swipes, f"{proofs.proved} proved, not {records + swipes}")
        self.seconds, self.waits = proofs.end - self.since, proofs.waits


def peer_rate(options, work):
    """Records a second of the peer, from its first to its last."""
    done = subprocess.run(
        [sys.executable, "-B", os.path.join(options.peers, "bench_drain.py"), "--peers", PEER, "--n",
         str(options.peer_records), "--kills", "0", "--work", work, "--limit", "600"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=1_800)
    expect(done.returncode == 0 and done.stdout, f"the peer: {done.stderr.decode()[-500:]}")
    found = json.loads(done.stdout.splitlines()[-1])
    expect(found["lost"] == 0 and found["ev_per_s"], f"the peer: {found}")
    return found["ev_per_s"]


def tell(records, rounds, has_peer, report):
    def middle(value):
        return median([value(one) for one in rounds])

    ratio = middle(lambda one: one.seconds / one.bare["seconds"])
    tails = [(percentile(one.quiet, 0.99), percentile(one.busy, 0.99)) for one in rounds]
    tail = median([busy / quiet for quiet, busy in tails])
    waits = [wait for one in rounds for wait in one.waits]
    memory = max(one.memory for one in rounds) / 1024
    figures = [
        f"muster                {middle(lambda one: one.seconds):6.2f} s, "
        f"{middle(lambda one: records / one.seconds):8,.0f} records/s, CPU a record "
        f"{middle(lambda one: one.processor * 1e6 / records):.1f} us, "
        f"{middle(lambda one: one.seen['submits']):,.0f} calls",
        f"bare client (C)       {middle(lambda one: one.bare['seconds']):6.2f} s, "
        f"{middle(lambda one: records / one.bare['seconds']):8,.0f} records/s, "
        f"CPU a record "
        f"{middle(lambda one: one.bare['processor'] * 1e6 / records):.1f} us, "
        f"{middle(lambda one: one.bare['calls']):,.0f} calls; muster / bare {ratio:.2f}"]
    if has_peer:
        against = middle(lambda one: records / one.seconds / one.peer_rate)
        figures.append(f"peer {PEER} {middle(lambda one: one.peer_rate):8,.0f} records/s; "
                       f"muster / peer {against:.2f}")
    figures += [
        f"memory                idle {middle(lambda one: one.idle / 1024):.1f} MiB anonymous, at most "
        f"{memory:.1f} MiB more",
        f"today's passes        {len(waits):,}, confirmed after p50 {percentile(waits, 0.5):.2f} s, "
        f"slowest {max(waits):.2f} s",
        f"lane, p99             before {median([quiet for quiet, _ in tails]):.3f} ms, meanwhile "
        f"{median([busy for _, busy in tails]):.3f} ms; p50 "
        f"{middle(lambda one: percentile(one.quiet, 0.5)):.3f} and "
        f"{middle(lambda one: percentile(one.busy, 0.5)):.3f} ms",
        "rounds                " + "; ".join(
            f"{one.seconds:.2f} s / {one.bare['seconds']:.2f} s at load {one.load:.1f}" for one in rounds)]
    report.line(f"drain of {records:,} records, {WORKERS} workers in {TEAMS} teams, {BATCH:,} a call", *figures)
    report.bar("drain / encoding and posting the same", ratio, 1.5, "x")
    if has_peer:
        report.bar("peer's rate / muster's", 1 / against, 1 / 1.5, "x")
    report.bar("memory beyond idle", memory, 8, "MiB")
    report.bar("today's passes confirmed, slowest", max(waits), 5, "s")
    report.bar("lane p99 meanwhile / before", tail, 1.2, "x")
    report.next_measure()


def measure_limited(options, programs, folder, made, numbers, report):
    """With 20 a call and a platform ten milliseconds away: the round trips alone should cost."""
    report.sample()
    records, place = options.limited, os.path.join(folder, "limited")
    with closing(DrainSite(options.muster, place, made, WORKERS, NATIONAL_BATCH)) as site:
        site.start()
        site.wait_standing(lambda standing: standing["recorded"] >= records, "taken in", 600)
        with closing(Platform(programs, site.port + 1, ROUND_TRIP_MICROSECONDS)) as platform:
            bare = programs.bare(platform.port, numbers, records, NATIONAL_BATCH, TEAMS)
        with closing(Platform(programs, site.port, ROUND_TRIP_MICROSECONDS)) as platform:
            since = uptime()
            site.service.command("sync", "now")
            platform.wait_records(records, 900)
            site.wait_standing(lambda standing: standing["confirmed"] == standing["recorded"], "confirmed", 60)
            seen = platform.figures()
        took = Confirmations(site.rows(0), 1 << 40, since).end - since
    for fault in ("doubled", "disordered", "broken", "others"):
        expect(seen[fault] == 0, f"the platform saw {fault}: {seen}")
    trip = bare["answers"] / bare["calls"] / 2
    calls = seen["submits"] + seen["verdicts"]
    report.line(
        f"drain of {records:,} records, {NATIONAL_BATCH} a call, a platform "
        f"{ROUND_TRIP_MICROSECONDS / 1000:.0f} ms away",
        f"muster                {took:6.2f} s, {calls:,} calls ({seen['pending']} verdicts pending)",
        f"round trips alone     {calls * trip:6.2f} s, {trip * 1000:.2f} ms each as the bare client waits")
    report.bar("drain at 20 a call / its round trips alone", took / (calls * trip), 1.2, "x")
    report.next_measure()


if __name__ == "__main__":
    sys.exit(main())
