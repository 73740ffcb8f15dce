"""Personnel at the lane: who leaves by command is refused at the next swipe, who joins passes, without a restart."""
import json
import time

import site_plan
from gates import Gates
from service import expect

ROUNDS = 10


def check_personnel_at_the_lane(options, folder, random):
    gates = Gates(options, folder, ROUNDS + 1)
    leaving, joining = [], []
    try:
        gates.open()
        for card in range(ROUNDS):
            expect(gates.pass_through(card) is not None, "a worker of the roster was not let in")
        time.sleep(3.5)                     # the repeat window of the cards that were just shown
        for card in range(ROUNDS):
            number = site_plan.id_number(card)
            began = time.monotonic()
            gates.service.command("worker", "leave", "--id-number", number, "--confirmed", "--by", "check")
            leaving.append(time.monotonic() - began)
            expect(gates.pass_through(card, timeout=0.5) is None, "somebody who has left was let in")
            began = time.monotonic()
            gates.service.command("worker", "join", "--id-number", number, "--by", "check")
            joining.append(time.monotonic() - began)
            expect(gates.pass_through(card) is not None, "somebody who has come back was not let in")
        changes = [json.loads(line) for line in gates.service.command("changes", "--json").splitlines()]
        kinds = [change["kind"] for change in changes[-2 * ROUNDS:]]
        expect(kinds == ["left", "joined"] * ROUNDS, f"the changes are {kinds}")
        expect(all(change["state"] == "open" and 86_000 < change["remaining_s"] <= 86_400
                   for change in changes[-2 * ROUNDS:]), "a clock of 24 hours does not run")
        gates.service.stop()
        gates.service.command("ledger", "verify")
    finally:
        gates.close()
    return (f"{ROUNDS} left and were refused at the next swipe, {ROUNDS} came back and passed, no restart; a command "
            f"takes {max(leaving + joining) * 1000:.0f} ms at most")
