"""The wall clock jumps while cards arrive: nothing is lost, nothing doubled, and the right time works again."""
import datetime
import time

import shims
from gates import Gates
from service import expect

SECOND = 1_000_000_000
CARDS_A_JUMP = 8


def jumps(random):
    """(words, offset in ns from the true time), the true time last."""
    def to(year):
        moment = datetime.datetime(year, 1, 1, tzinfo=datetime.timezone.utc).timestamp()
        return int((moment - time.time()) * SECOND)
    drawn = [(f"{seconds:+d} s", seconds * SECOND)
             for seconds in (random.randrange(-10 ** 8, 10 ** 8) for _ in range(10))]
    fixed = [("-1 h", -3600 * SECOND), ("+1 h", 3600 * SECOND), ("1970", to(1970)), ("2099", to(2099))]
    mixed = fixed + drawn
    random.shuffle(mixed)
    return mixed + [("2099", to(2099)), ("1970", to(1970)), ("true time", 0)]


def check_clock_jumps(options, folder, random):
    plan, shim = jumps(random), shims.wall_clock(folder)
    cards = iter(range(len(plan) * (CARDS_A_JUMP + 1)))
    gates = Gates(options, folder, len(plan) * (CARDS_A_JUMP + 1), environment=shim.environment)
    shown = []
    try:
        gates.open()
        for words, offset in plan:
            before = next(cards)
            expect(gates.pass_through(before) is not None, f"no pulse before the jump to {words}")
            shim.set(offset)
            gates.present(before)           # a repeat is one by uptime, whatever the wall clock says
            shown.append(before)
            for _ in range(CARDS_A_JUMP):
                card = next(cards)
                expect(gates.pass_through(card) is not None, f"no pulse after the jump to {words}")
                shown.append(card)
        ended = datetime.datetime.now(datetime.timezone.utc)
        gates.service.stop()
        found = gates.expect_each_once(shown)
        entries = gates.service.entries()
        steps = sum(entry["kind"] == "clockStep" for entry in entries)
        last = datetime.datetime.fromisoformat(found[shown[-1]][0]["occurred_at"])
        expect(abs((ended - last).total_seconds()) < 10, f"after the true time returned the ledger says {last}")
        uptimes = [entry["clock"]["uptime_ms"] for entry in entries]
        expect(uptimes == sorted(uptimes), "the order of the ledger is not the order of uptime")
        starts = gates.service.start()
        expect(gates.pass_through(shown[0]) is not None, "no pulse after a start with the true time")
    finally:
        gates.close()
    return (f"{len(plan)} jumps, 1970 and 2099 among them; {len(shown)} cards each recorded once, {len(plan)} "
            f"repeats not counted, {steps} clockStep entries; started again in {starts * 1000:.0f} ms")
