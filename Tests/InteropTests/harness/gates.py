"""Lanes of one reader and one relay each, and the service over them."""
import os

import site_plan
from service import Service, expect
from wire import Line, RelayBoard, rdm6300_frame, uptime


class Gates:
    def __init__(self, options, folder, cards, lanes=1, environment=None):
        names = [f"lane-{index}" for index in range(lanes)]
        self.readers = [Line(os.path.join(folder, f"{name}-reader")) for name in names]
        self.relay_lines = [Line(os.path.join(folder, f"{name}-relay")) for name in names]
        self.relays = [RelayBoard(line) for line in self.relay_lines]
        self.service = Service(options.muster, folder, site_plan.configuration(*(
            site_plan.lane(name, [(reader.path, "rdm6300", {})], relay.path)
            for name, reader, relay in zip(names, self.readers, self.relay_lines))), environment)
        self.roster, self.card_number = site_plan.roster(cards), site_plan.card_number

    def open(self):
        """The service serves and knows the roster."""
        took = self.service.start()
        self.service.import_roster(self.roster)
        self.service.wait_online(len(self.readers))
        return took

    def present(self, card, lane=0):
        """Shows a card; gives the moment of its last byte."""
        self.readers[lane].write(rdm6300_frame(self.card_number(card)))
        return uptime()

    def pass_through(self, card, lane=0, timeout=5):
        """Shows a card alone and waits for its pulse; seconds from last byte to relay, None without a pulse."""
        before = self.relays[lane].count(RelayBoard.ON)
        shown = self.present(card, lane)
        opened = self.relays[lane].wait_count(RelayBoard.ON, before + 1, timeout)
        return None if opened is None else max(0, opened - shown)

    def recorded(self):
        """Card → its attendance entries, of the roster's people."""
        entries = self.service.entries("--reveal")
        card_of = {entry["worker"]: int(entry["name"].removeprefix("工人"))
                   for entry in entries if entry["kind"] == "personnelChange"}
        found = {}
        for entry in entries:
            if entry["kind"] == "attendance" and entry["worker"]:
                found.setdefault(card_of[entry["worker"]], []).append(entry)
        return found

    def expect_each_once(self, cards):
        found = self.recorded()
        wrong = [card for card in cards if len(found.get(card, [])) != 1]
        expect(not wrong, f"{len(wrong)} of {len(cards)} cards do not stand in the ledger once: {wrong[:5]}")
        self.service.command("ledger", "verify")
        return found

    def close(self):
        self.service.end()
        for relay in self.relays:
            relay.stop()
        for line in self.readers + self.relay_lines:
            line.close()
