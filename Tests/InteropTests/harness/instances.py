"""A second service on the same state: refused at once, the first goes on."""
import subprocess
import time

from gates import Gates
from service import expect

LEDGER_IN_USE = 75


def check_second_instance(options, folder, random):
    gates = Gates(options, folder, cards=20)
    service = gates.service
    try:
        gates.open()
        cards = iter(range(20))
        expect(gates.pass_through(next(cards)) is not None, "no pulse before the second instance")
        slowest, sentence = 0, ""
        for _ in range(5):
            began = time.monotonic()
            second = subprocess.run(
                [service.program, "run", "--config", service.config, "--state", service.state,
                 "--listen", "127.0.0.1:0"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, timeout=20)
            slowest, sentence = max(slowest, time.monotonic() - began), second.stderr.decode().strip()
            expect(second.returncode == LEDGER_IN_USE, f"exit code {second.returncode}: {sentence}")
            expect(gates.pass_through(next(cards)) is not None, "no pulse after a second instance was refused")
        expect(slowest < 1, f"a second instance was refused only after {slowest:.2f} s")
        expect(len(sentence.splitlines()) == 2, f"not one sentence in each language: {sentence}")
        service.stop()
        gates.expect_each_once(range(6))
    finally:
        gates.close()
    return f"5 refused within {slowest * 1000:.0f} ms, exit code {LEDGER_IN_USE}; first undisturbed: {sentence}"
