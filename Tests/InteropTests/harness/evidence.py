"""Evidence for somebody who trusts nobody: the independent verifier, and 200 tampered bundles before both."""
import datetime
import os
import re
import subprocess
import sys

from gates import Gates
from service import Skipped, expect

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../evidence")
TAMPERED, CARDS = 200, 12


def tamper(*words):
    """Runs the attack; gives its line of figures."""
    done = subprocess.run([sys.executable, os.path.join(FOLDER, "tamper.py"), *words], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=600)
    expect(done.returncode == 0, f"tamper.py: {done.stderr.decode()[-600:]}")
    return done.stdout.decode().strip()


def check_evidence_from_the_page(options, folder, random):
    need_cryptography()
    return "the page's example byte by byte; " + tamper("--count", str(TAMPERED), "--seed", str(options.seed))


def check_evidence(options, folder, random):
    need_cryptography()
    said = subprocess.run([options.muster, "ledger", "--help"], stdout=subprocess.PIPE).stdout.decode()
    if not re.search("^  evidence ", said, re.MULTILINE):
        raise Skipped("this program has no command `ledger evidence`")
    gates = Gates(options, folder, CARDS)
    service, bundle = gates.service, os.path.join(folder, "bundle.zip")
    checkpoint = os.path.join(folder, "checkpoint.json")
    try:
        gates.open()
        for card in range(CARDS):
            expect(gates.pass_through(card) is not None, "no pulse")
            if card == CARDS // 2:
                service.command("ledger", "checkpoint", "--out", checkpoint)
        worker = next(entry["worker"] for entry in service.entries() if entry["kind"] == "attendance")
        day = service.entries()[0]["occurred_at"][:10]
        corrected = service.command("ledger", "correct", *correction(worker, day))
        service.command("ledger", "evidence", "--worker", worker, "--from", day_before(day),
                        "--to", day_after(day), "--out", bundle)
        service.stop()
        service.command("ledger", "verify", "--against", checkpoint)
        done = subprocess.run([sys.executable, os.path.join(FOLDER, "verify_bundle.py"), bundle, "--against",
                               checkpoint], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
        expect(done.returncode == 0, f"the independent verifier: {(done.stdout + done.stderr).decode()[-500:]}")
        words = tamper(bundle, checkpoint, "--count", str(TAMPERED), "--seed", str(options.seed), "--muster",
                       options.muster)
    finally:
        gates.close()
    return f"{done.stdout.decode().strip()}; {' '.join(corrected.split())[:60]}; {words}"


def need_cryptography():
    tried = subprocess.run([sys.executable, "-c", "import cryptography"], stderr=subprocess.DEVNULL)
    if tried.returncode:
        raise Skipped("this Python has no `cryptography` (Debian: python3-cryptography, /usr/bin/python3)")


def correction(worker, day):
    return ["--worker", worker, "--add", f"entering@{day}T07:30", "--by", "安全员", "--reason", "terminal down"]


def day_before(day):
    return str(datetime.date.fromisoformat(day) - datetime.timedelta(days=1))


def day_after(day):
    return str(datetime.date.fromisoformat(day) + datetime.timedelta(days=1))
