"""SIGKILL at random moments under load, and cards that wait in the line while nobody reads."""
import os
import threading
import time
from collections import Counter

import site_plan
from service import Service, expect
from wire import Line, RelayBoard, rdm6300_frame

GATE_CARDS = 20_000
WAITING_CARDS = 200


class Load(threading.Thread):
    """Unknown cards on a line of their own, some 300 a second, service or not."""

    def __init__(self, line, first):
        super().__init__(daemon=True)
        self.line, self.next = line, first
        self.is_stopped = threading.Event()
        self.start()

    def run(self):
        while not self.is_stopped.wait(0.003):
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
        service.import_roster(site_plan.roster(GATE_CARDS))
        service.stop()
        loads = [Load(lines["load-1"], 0), Load(lines["load-2"], 1_000_000)]
        cards = iter(range(GATE_CARDS))
        for _ in range(options.kills):
            sessions.append(session(service, relay, lines["gate"], cards, random.uniform(0, 2)))
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
    return (f"{options.kills} kills, {len(opened)} pulses seen, each swipe once in the ledger; "
            f"{swipes} swipes at the gate, {entries} entries, chain whole; "
            f"last restart ready after {restart * 1000:.0f} ms")


def session(service, relay, line, cards, seconds):
    """One life of the service: a card, its pulse, the next card, until the kill. Gives the opening cards."""
    offs = relay.count(RelayBoard.OFF)
    service.launch()
    end, seen = time.monotonic() + seconds, []
    while (left := end - time.monotonic()) > 0:
        # The relay's OFF says that the ports are being opened; what is shown before only waits in the line.
        if relay.wait_count(RelayBoard.OFF, offs + 1, min(left, 0.05)) is None:
            continue
        ons, card = relay.count(RelayBoard.ON), next(cards)
        line.write(rdm6300_frame(site_plan.card_number(card)))
        # Nobody else is shown before the answer: a pulse is this card's. No card is ever shown again.
        pulse = relay.wait_count(RelayBoard.ON, ons + 1, end - time.monotonic())
        if pulse is None:
            service.kill()
            pulse = relay.wait_count(RelayBoard.ON, ons + 1, 0.1)
        if pulse is not None:
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


def check_waiting_cards(options, folder, random):
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
