"""SIGKILL at random moments under load, and cards that wait in the line while nobody reads."""
import os
import threading
import time
from collections import Counter

import site_plan
from service import Service, expect
from wire import Line, RelayBoard, rdm6300_frame

GATE_CARDS, CARDS_OF_A_LONG_RUN = 2_500, 20_000     # a life takes its share of them at most
WAITING_CARDS = 200


class Load(threading.Thread):
    """Unknown cards on a line of their own, some 300 a second or as many as go, service or not."""

    def __init__(self, line, first):
        self.pause = 0.003
        super().__init__(daemon=True)
        self.line, self.next = line, first
        self.is_stopped = threading.Event()
        self.start()

    def run(self):
        while not self.is_stopped.wait(self.pause):
            if self.line.write(rdm6300_frame(site_plan.unknown_card(self.next)), timeout=0.5):
                self.next += 1

    def stop(self):
        self.is_stopped.set()
        self.join(5)


def check_kill(options, folder, random):
    names = ("gate", "relay", "load-1", "load-2")
    lines = {name: Line(os.path.join(folder, name)) for name in names}
    relay = RelayBoard(lines["relay"])
    service = Service(options.muster, folder, site_plan.configuration(
        site_plan.lane("north", [(lines["gate"].path, "rdm6300", {})], lines["relay"].path),
        site_plan.lane("south", [(lines[name].path, "rdm6300", {}) for name in names[2:]])))
    loads, sessions = [], []
    try:
        service.start()
        count = GATE_CARDS if options.kills <= 200 else CARDS_OF_A_LONG_RUN
        service.import_roster(site_plan.roster(count))
        service.stop()
        loads = [Load(lines["load-1"], 0), Load(lines["load-2"], 1_000_000)]
        cards = iter(range(count))
        firsts, limit = [], count // options.kills - 1
        for index in range(options.kills):
            for load in loads:          # every tenth life flat-out
                load.pause = 0 if index % 10 == 9 else 0.003
            # Every third life may end in its start, the others while people pass.
            is_anywhere = index % 3 == 0
            sessions.append(session(service, relay, lines["gate"], cards, random.uniform(0, 2),
                                    is_anywhere, limit, firsts))
        for load in loads:
            load.stop()
        restart = service.start()
        time.sleep(1)
        service.stop()
        opened = [card for found in sessions for card in found]
        swipes, entries = judge(opened, service, relay)
        service.command("ledger", "verify")
    finally:
        for load in loads:
            load.stop()
        service.end()
        relay.stop()
        for line in lines.values():
            line.close()
    expect(len(opened) >= options.kills, f"only {len(opened)} pulses in {options.kills} lives: no proof")
    firsts.sort()
    middle = firsts[len(firsts) // 2]
    expect(firsts[0] < 1, f"no restart gave a pulse within 1 s, half took over {middle:.2f} s")
    return (f"{options.kills} kills, {len(opened)} pulses seen, each swipe once in the ledger; "
            f"{swipes} swipes at the gate, {entries} entries, chain whole; from restart to the first pulse "
            f"{firsts[0] * 1000:.0f} to {firsts[-1] * 1000:.0f} ms, half within "
            f"{middle * 1000:.0f}; last ready after {restart * 1000:.0f} ms")


def session(service, relay, line, cards, seconds, is_anywhere, limit, firsts):
    """One life of the service: a card, its pulse, the next card, until the kill. Gives the opening cards.

    Killed so many seconds after its ports were opened, or with `is_anywhere` after its start. At most `limit`
    cards; the seconds from start to first pulse are added to `firsts`.
    """
    offs, seen = relay.count(RelayBoard.OFF), []
    service.launch()
    # The relay's OFF says that the ports are being opened; what is shown before only waits in the line.
    is_open = relay.wait_count(RelayBoard.OFF, offs + 1, seconds if is_anywhere else 30) is not None
    expect(is_open or is_anywhere, "the ports were not opened within 30 s: " + service.last_words())
    end = (service.launched_at if is_anywhere else time.monotonic()) + seconds
    while is_open and (left := end - time.monotonic()) > 0:
        if len(seen) >= limit:
            time.sleep(left)
            continue
        ons, card = relay.count(RelayBoard.ON), next(cards)
        line.write(rdm6300_frame(site_plan.card_number(card)))
        # Nobody else is shown before the answer: a pulse is this card's. No card is ever shown again.
        pulse = relay.wait_count(RelayBoard.ON, ons + 1, end - time.monotonic())
        if pulse is None:
            service.kill()
            pulse = relay.wait_count(RelayBoard.ON, ons + 1, 0.1)
        if pulse is not None:
            if not seen:
                firsts.append(time.monotonic() - service.launched_at)
            seen.append(card)
    if service.process.poll() is None:
        service.kill()
    return seen


def judge(opened_cards, service, relay):
    """Each card that opened the lane stands in the ledger exactly once, as granted and opened."""
    entries = service.entries("--reveal")
    card_of = {entry["worker"]: int(entry["name"].removeprefix("工人"))
               for entry in entries if entry["kind"] == "personnelChange"}
    north = [entry for entry in entries if entry["kind"] == "attendance" and entry["lane"] == "north"]
    shown = Counter(card_of[entry["worker"]] for entry in north)
    recorded = Counter(card_of[entry["worker"]] for entry in north if entry["opened"])
    expect(max(shown.values()) == 1, "a card that was shown once stands there twice")
    missing = [card for card in opened_cards if recorded[card] != 1]
    expect(not missing, f"{len(missing)} of {len(opened_cards)} pulses without their entry: {missing[:5]}")
    pulses = relay.count(RelayBoard.ON)
    expect(pulses <= len(recorded), f"{pulses} pulses, but only {len(recorded)} granted swipes in the ledger")
    return len(north), len(entries)


def check_C7_waiting_cards(options, folder, random):
    line, relay_line = Line(os.path.join(folder, "gate")), Line(os.path.join(folder, "relay"))
    relay = RelayBoard(relay_line)
    service = Service(options.muster, folder, site_plan.configuration(
        site_plan.lane("north", [(line.path, "rdm6300", {})], relay_line.path)))
    try:
        service.start()
        service.import_roster(site_plan.roster(WAITING_CARDS))
        service.wait_online(1)
        service.kill()
        cards = list(range(WAITING_CARDS))
        random.shuffle(cards)
        line.write(b"".join(rdm6300_frame(site_plan.card_number(card)) for card in cards))
        ready = service.start()
        service.wait_reads(WAITING_CARDS, 20)
        service.stop()
        records = service.attendance()
        marked = [entry for entry in records if entry["time_uncertain"] and not entry["opened"]]
        workers = {entry["worker"] for entry in marked if entry["worker"]}
        expect(len(records) == len(marked) == len(workers) == WAITING_CARDS,
               f"{len(records)} records, {len(marked)} of uncertain time, {len(workers)} workers")
        expect(relay.count(RelayBoard.ON) == 0, "a card of uncertain time opened the lane")
    finally:
        service.end()
        relay.stop()
        line.close(), relay_line.close()
    return (f"{len(marked)} of {WAITING_CARDS} recorded with uncertain time, no pulse; "
            f"ready after {ready * 1000:.0f} ms")
