#!/usr/bin/env python3
"""Holds Muster to its promises from outside: devices on pseudo terminals, the real program, its ledger.

usage: run.py MUSTER [--only NAME]... [--seed N] [--cards N] [--kills N] [--garbage-megabytes N] [--long]
              [--speed]
  gate      a resident ID card reader and a relay: who is listed passes, who is not does not
  volume    cards pushed into four readers at once, as fast as the lines take them
  kill      SIGKILL at random moments under load; cards that waited in the line
  garbage   random bytes on every serial driver, then a good card
  instances a second service on the same state
  commission a new OSDP reader gets its key and another place by command (libosdp; skipped without)
  limits    no descriptor, no processor, no memory left
  personnel somebody leaves and joins by command: refused, let in
  pages     the officer's pages in headless Chromium: enrol, move, leave, visitors; pictures (skipped without)
  slowdisk  syncs of 20 ms, 200 ms and 5 s
  clock     the wall clock jumps to 1970, to 2099 and elsewhere
  privacy   the state folder without the site key, searched for every person in many encodings
  evidence  a bundle of evidence and 200 tampered ones, before the independent verifier and the program
--long: 2,000 kills, 60 s of standstill, for a night. --speed: a release build on an idle machine must reach its
targets, which are only printed otherwise. Needs Python's `cryptography` and a C compiler.
Written from the device documents and the format page, without a line of Muster's code.
Prints one line of figures a check and closes with "N passed, N failed". exit: 0 all passed, 1 not, 2 usage
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
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from clock import check_clock_jumps
from commission import check_commissioning
from evidence import check_evidence, check_evidence_from_the_page
from garbage import check_C2_garbage
from gate import check_gate_byte_by_byte, check_gate_in_one_burst
from instances import check_second_instance
from kill import check_kill, check_C7_waiting_cards
from limits import check_descriptors_exhausted, check_memory_exhausted, check_stopped_and_continued
from pages import check_pages_in_a_browser
from personnel import check_personnel_at_the_lane
from privacy import check_privacy
from service import Failed, Skipped
from slowdisk import check_slow_disk
from volume import check_volume

CHECKS = {
    "gate": [check_gate_byte_by_byte, check_gate_in_one_burst],
    "volume": [check_volume],
    "kill": [check_kill, check_C7_waiting_cards],
    "garbage": [check_C2_garbage],
    "instances": [check_second_instance],
    "commission": [check_commissioning],
    "limits": [check_descriptors_exhausted, check_stopped_and_continued, check_memory_exhausted],
    "personnel": [check_personnel_at_the_lane],
    "pages": [check_pages_in_a_browser],
    "slowdisk": [check_slow_disk],
    "clock": [check_clock_jumps],
    "privacy": [check_privacy],
    "evidence": [check_evidence_from_the_page, check_evidence],
}


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("muster")
    parser.add_argument("--only", action="append", choices=CHECKS)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    parser.add_argument("--cards", type=int, default=10_000)
    parser.add_argument("--kills", type=int)
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--garbage-megabytes", type=int, default=8)
    options = parser.parse_args()
    options.muster = os.path.abspath(options.muster)
    options.kills = options.kills or (2_000 if options.long else 50)
    passed, failed, began = 0, 0, time.monotonic()
    print(f"seed {options.seed}", flush=True)
    for name in options.only or CHECKS:
        for check in CHECKS[name]:
            at, folder = time.monotonic(), tempfile.mkdtemp(prefix="muster-")
            try:
                word, note = "ok  ", check(options, folder, random.Random(options.seed))
                passed += 1
            except Skipped as reason:
                word, note = "skip", str(reason)
            except (Failed, AssertionError, OSError, LookupError, ValueError,
                    subprocess.SubprocessError) as error:
                word, note = "FAIL", f"{type(error).__name__}: {error}"
                failed += 1
            finally:
                shutil.rmtree(folder, ignore_errors=True)
            title = check.__name__.removeprefix("check_").replace("_", " ")
            print(f"{word} {title} ({time.monotonic() - at:.1f} s): {note}", flush=True)
    print(f"harness: {passed} passed, {failed} failed, {time.monotonic() - began:.0f} s")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
