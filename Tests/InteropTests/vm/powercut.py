#!/usr/bin/env python3
"""Pulls the plug of the gate machine, again and again: whoever was let in stands in the ledger afterwards.

usage: powercut.py IMAGE_DIR RUN_DIR MUSTER_BINARY [--cuts N] [--points N] [--seed N]
  --cuts    cuts at a random moment while cards arrive; besides them one each in the first start, in the
            roster's import, while the service stops (its log goes into the main file) and in a backup
  --points  crash points: the disk rebuilt at so many moments of one life, unflushed writes kept, lost or torn
Let in = the relay's pulse was seen outside. After each cut `ledger verify` agrees, the next start needs no hand.
Prints one line a check and closes with "N passed, N failed". exit: 0 all passed, 1 not, 2 usage
"""
import argparse
import os
import random
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import crashpoints
from gate_machine import GateMachine, STATE
from stage import AS_SERVICE
from wire import Failed


class Cuts:
    def __init__(self, machine, random):
        self.machine, self.random, self.count = machine, random, 0

    def life(self, aim):
        """One start after the last cut, until the next; returns what there is to say."""
        machine, cache = self.machine, self.random.choice(("none", "writeback"))
        began, before = time.monotonic(), len(machine.opened)
        machine.power_on(cache)
        started = time.monotonic()
        moment = getattr(self, "cut_" + aim.replace(" ", "_"))()
        machine.cut()
        self.count += 1
        if aim != "the first start":            # there may be no ledger yet: the next start tells
            machine.examine(machine.disk, os.path.join(machine.dir, "seen"), machine.opened)
        return (f"cache={cache}, {moment:.2f} s, {len(machine.opened) - before} people let in, "
                f"{len(machine.opened)} in all, none lost; on after {started - began:.1f} s")

    def cut_the_first_start(self):
        return self.sleep(0.2, 6)

    def cut_the_import_of_the_roster(self):
        return self.during(self.machine.import_roster, 0.5, 6)

    def cut_passing(self):
        self.machine.wait_ready()
        seconds = self.random.uniform(0.5, 4)
        # The plug does not wait for a card to be done.
        plug = threading.Timer(seconds, self.machine.guest.power_cut)
        plug.start()
        self.machine.show_cards(seconds + 0.5)
        plug.join()
        return seconds

    def cut_the_stop(self):
        self.machine.wait_ready()
        self.machine.show_cards(2)
        return self.during(lambda: self.machine.guest.sh("systemctl stop muster", timeout=60), 0.2, 1.5)

    def cut_a_backup(self):
        self.machine.wait_ready()
        self.machine.show_cards(1)
        command = f"mkdir -p {STATE}/backup; chown muster {STATE}/backup; " \
            f"{AS_SERVICE} ledger backup {STATE}/backup --state {STATE}"
        return self.during(lambda: self.machine.guest.sh(command, timeout=60), 0.5, 3)

    def sleep(self, least, most):
        seconds = self.random.uniform(least, most)
        time.sleep(seconds)
        return seconds

    def during(self, work, least, most):
        def quietly():
            try:
                work()
            except (Failed, OSError, ValueError):
                pass                    # the machine went away under it, as it should
        self.machine.wait_ready()
        threading.Thread(target=quietly, daemon=True).start()
        return self.sleep(least, most)


def check_all(machine, options):
    """(title, function) of every check, in order."""
    cuts = Cuts(machine, random.Random(options.seed))
    yield "cut in the first start", lambda: cuts.life("the first start")
    yield "cut in the import of the roster", lambda: cuts.life("the import of the roster")
    yield "started by itself, roster imported", lambda: import_roster(machine)
    for index in range(options.cuts):
        yield f"cut {index + 1} of {options.cuts} while people pass", lambda: cuts.life("passing")
    yield "cut while the service stops", lambda: cuts.life("the stop")
    yield "cut in a backup", lambda: cuts.life("a backup")
    yield f"after {cuts.count} cuts", lambda: last_look(machine)
    if options.points:
        yield "crash points", lambda: crashpoints.check(machine, options.points, random.Random(options.seed))


def import_roster(machine):
    machine.power_on("none")
    machine.wait_ready()
    machine.import_roster()
    machine.show_cards(1)
    machine.cut()
    machine.examine(machine.disk, os.path.join(machine.dir, "seen"), machine.opened)
    return f"{len(machine.opened)} people let in before the plug was pulled, none lost"


def last_look(machine):
    """The machine starts once more, verifies its own ledger and ends in order."""
    machine.power_on("writeback")
    machine.wait_ready()
    said = machine.guest.sh(f"{AS_SERVICE} ledger verify --state {STATE}; "
                            "systemctl show -p NRestarts muster; systemctl stop muster", timeout=120)
    machine.cut()
    machine.examine(machine.disk, os.path.join(machine.dir, "seen"), machine.opened)
    return f"{len(machine.opened)} people let in, all there once; in the machine: {' '.join(said.split())}"


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("image", type=os.path.abspath)
    parser.add_argument("run_dir", type=os.path.abspath)
    parser.add_argument("muster", type=os.path.abspath)
    parser.add_argument("--cuts", type=int, default=5)
    parser.add_argument("--points", type=int, default=60)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))     # so that the guest is ended when time is up
    machine = GateMachine(options.image, options.run_dir, options.muster)
    passed, failed, began = 0, 0, time.monotonic()
    print(f"seed {options.seed}", flush=True)
    try:
        machine.prepare(options.image)
        print(f"installed after {time.monotonic() - began:.1f} s", flush=True)
        for title, check in check_all(machine, options):
            at = time.monotonic()
            try:
                word, note = "ok  ", check()
                passed += 1
            except (Failed, OSError, LookupError, ValueError, subprocess.SubprocessError) as error:
                word, note = "FAIL", f"{type(error).__name__}: {error}"
                failed += 1
                machine.guest.power_cut()
            print(f"{word} {title} ({time.monotonic() - at:.1f} s): {note}", flush=True)
    except (Failed, OSError, subprocess.SubprocessError) as error:
        failed += 1
        print(f"FAIL the machine could not be prepared: {type(error).__name__}: {error}", flush=True)
    finally:
        machine.guest.power_cut()
    print(f"power cuts: {passed} passed, {failed} failed, {time.monotonic() - began:.0f} s")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
