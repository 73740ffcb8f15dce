#!/usr/bin/env python3
"""Measures 24 OSDP readers on four lines of 115200 baud: the processor that polling takes, and the time from a card
to its read and to its lamp beside libosdp's own panel on the same pseudo terminals with the same readers.

usage: osdp.py MUSTER [--rounds N] [--cards N] [--secure off|required] [--real-time]
  MUSTER    built in release
  --rounds  of both panels in turn (default 3)
  --cards   a round (default 200)
  --secure  only this of the two
  --real-time at the lowest real-time priority (root): other work on the machine then disturbs less
needs: a Python with libosdp 3.2.9, named by MUSTER_INTEROP_PYTHON if it is not this one
exit: 0 measured (a missed bar is printed, not an error), 1 something did not work, 2 usage
"""
import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = os.path.join(HERE, "..", "InteropTests", "OSDP")
sys.path.insert(0, HERE)
sys.path[1:1] = [PEERS, os.path.join(HERE, "..", "InteropTests", "harness")]
import site_plan
from bench_site import roster
from figures import Report, median, percentile
from peer import SITE_KEY, Peer, reader_key
from service import Failed, Service, expect

LINES, READERS, BAUD = 4, 6, 115_200
WORKERS = 4_000
IDLE_SECONDS = 5
BUSY_BAR_PERCENT, RATIO_BAR = 10, 1.2


class Site:
    def __init__(self, muster, folder, secure):
        self.links = [os.path.join(folder, f"line{line}") for line in range(LINES)]
        self.keys = ["plain" if secure == "off" else reader_key(address) for address in range(READERS)]
        self.lines = [Peer("readers.py", link, BAUD, *(f"{a}={key}" for a, key in enumerate(self.keys)))
                      for link in self.links]
        for line in self.lines:
            line.wait_ready()
        key = os.path.join(folder, "key")
        with open(key, "wb") as file:
            file.write(SITE_KEY)
        lanes = [site_plan.lane(f"lane-{line}", [
            (link, "osdp", {"address": address, "baud": BAUD, "secure": secure, "key": "{file: " + key + "}"})
            for address in range(READERS)]) for line, link in enumerate(self.links)]
        self.service = Service(muster, folder, site_plan.configuration(*lanes))
        self.service.import_roster(roster(WORKERS))
        self.shown = 0

    def end(self):
        self.service.end()
        for line in self.lines:
            line.end()

    def processor_seconds(self):
        with open(f"/proc/{self.service.process.pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def wait_online(self, timeout=30):
        end = time.monotonic() + timeout
        while True:
            devices = self.service.devices().values()
            if sum(device["detail"].startswith("vendor") for device in devices) == LINES * READERS:
                return
            expect(time.monotonic() < end, f"not all readers are online: {self.service.last_words()}")
            time.sleep(0.2)

    def show(self, count):
        """Cards at random moments of the poll cycle, one line after another.

        Returns when each was shown, in milliseconds since the machine's start, with line and reader, and the
        milliseconds from each to the lamp at its reader, infinite for a card without one."""
        marks = [len(line.facts) for line in self.lines]
        for number in range(count):
            line, reader = number % LINES, number // LINES % READERS
            card = site_plan.card_number(self.shown % WORKERS)
            self.shown += 1
            self.lines[line].say(f"{reader} card {card:08x} 32")
            time.sleep(random.uniform(0.035, 0.065))
        time.sleep(1)
        cards, took = [], []
        for index, (line, mark) in enumerate(zip(self.lines, marks)):
            waiting = {}
            for fact in line.facts[mark:]:
                reader = fact.get("reader")
                if "card" in fact:
                    waiting[reader] = fact["at"]
                    cards.append((index, reader, fact["card"], fact["at"] / 1e6))
                elif fact.get("command", {}).get("on_color") == 2 and reader in waiting:
                    took.append((fact["at"] - waiting.pop(reader)) / 1e6)
        return cards, took + [float("inf")] * (count - len(took))

    def read_times(self, cards):
        """Milliseconds from each card to the moment at which the entry that it made says it was read."""
        times = {}
        for entry in self.service.entries():
            if entry["kind"] == "attendance":
                times.setdefault((entry["lane"], entry["reader"]), []).append(entry["clock"]["uptime_ms"])
        took = []
        for line, reader in {card[:2] for card in cards}:
            shown = [at for *place, _, at in cards if place == [line, reader]]
            read = times[f"lane-{line}", f"reader-{reader + 1}"][-len(shown):]
            expect(len(read) == len(shown), f"{len(read)} entries for {len(shown)} cards")
            took += [after - at for at, after in zip(shown, read)]
        return took

    def polls(self, seconds):
        """Times a second that each reader was asked, and the longest pause in milliseconds, over so long."""
        for line in self.lines:
            line.say("stats")
        time.sleep(0.2)
        marks = [len(line.facts) for line in self.lines]
        time.sleep(seconds)
        for line in self.lines:
            line.say("stats")
        time.sleep(0.3)
        asked = [fact for line, mark in zip(self.lines, marks) for fact in line.facts[mark:] if "asked" in fact]
        expect(len(asked) == LINES * READERS, f"{len(asked)} readers were asked")
        return [fact["asked"] / seconds for fact in asked], max(fact["longest_ms"] for fact in asked)


def measure(muster, folder, secure, rounds, cards, report):
    site = Site(muster, folder, secure)
    ours, theirs, our_lamps, their_lamps = [], [], [], []
    idle, busy, rates, pauses = [], [], [], []
    try:
        for _ in range(rounds):
            report.sample()
            site.service.start()
            site.wait_online()
            time.sleep(1)
            before, began = site.processor_seconds(), time.monotonic()
            rate, pause = site.polls(IDLE_SECONDS)
            idle.append(100 * (site.processor_seconds() - before) / (time.monotonic() - began))
            before, began = site.processor_seconds(), time.monotonic()
            shown, lamps = site.show(cards)
            expect(max(lamps) < float("inf"), "a card has no lamp")
            busy.append(100 * (site.processor_seconds() - before) / (time.monotonic() - began))
            rates += rate
            pauses.append(pause)
            our_lamps.append(lamps)
            ours.append(site.read_times(shown))
            site.service.stop()
            panel = Peer("panel.py", READERS, ",".join(site.keys), *site.links)
            try:
                panel.wait_ready()
                time.sleep(1)
                shown, lamps = site.show(cards)
                their_lamps.append(lamps)
                read = {fact["card"]: fact["at"] / 1e6 for fact in panel.facts if "card" in fact}
                theirs.append([read.get(card, float("inf")) - at for _, _, card, at in shown])
            finally:
                panel.end()
    finally:
        site.end()
    def words(runs):
        p50, p99 = (median([percentile(run, share) for run in runs]) for share in (0.5, 0.99))
        return f"p50 {p50:6.1f} ms   p99 {p99:6.1f} ms"

    def ratio(ours, theirs, share=0.99):
        return median([percentile(a, share) / percentile(b, share) for a, b in zip(ours, theirs)])

    report.line(
        f"24 OSDP readers on four lines of {BAUD} baud, secure {secure}, {cards} cards a round",
        f"each asked {min(rates):.1f} to {max(rates):.1f} times a second, longest pause {max(pauses):.1f} ms",
        f"processor: {median(idle):.1f} % of a core polling, {median(busy):.1f} % with 20 cards a second",
        f"card to read                       {words(ours)}",
        f"    libosdp's own panel            {words(theirs)}   ratio of p99 {ratio(ours, theirs):.2f}",
        f"card to lamp, on disk before it    {words(our_lamps)}",
        f"    libosdp's, nothing recorded    {words(their_lamps)}   ratio of p99 {ratio(our_lamps, their_lamps):.2f}")
    report.bar(f"one core busy, secure {secure}", max(median(idle), median(busy)), BUSY_BAR_PERCENT, "%")
    report.bar(f"card to read beside libosdp's panel, p99, secure {secure}", ratio(ours, theirs), RATIO_BAR, "")
    report.next_measure()


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("muster")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cards", type=int, default=200)
    parser.add_argument("--secure", choices=["off", "required"])
    parser.add_argument("--real-time", action="store_true")
    options = parser.parse_args()
    if options.real_time:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    muster = os.path.abspath(options.muster)
    folder = tempfile.mkdtemp(prefix="muster-osdp-")
    try:
        report = Report(folder)
        for secure in [options.secure] if options.secure else ["off", "required"]:
            os.mkdir(os.path.join(folder, secure))
            measure(muster, os.path.join(folder, secure), secure, options.rounds, options.cards, report)
        report.close()
    except (Failed, OSError, subprocess.SubprocessError) as error:
        print(f"FAIL {type(error).__name__}: {error}", flush=True)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
