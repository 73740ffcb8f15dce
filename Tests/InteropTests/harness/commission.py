"""A new OSDP reader, as an electrician meets it: the factory key, the window by command, another place, a restart."""
import getpass
import os
import sys
import time

import site_plan
from service import Service, Skipped, expect

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "OSDP"))
import peer

LANE = "bench"
PATIENCE = 30


class Bench:
    def __init__(self, options, folder):
        self.link, self.key = os.path.join(folder, "line"), os.path.join(folder, "osdp-key")
        with open(self.key, "wb") as file:
            file.write(peer.SITE_KEY)
        self.reader = peer.Peer("readers.py", self.link, 115_200, "0=install")
        self.reader.wait_ready()
        self.service = Service(options.muster, folder, self.plan(0, 115_200, "install"))
        self.service.import_roster(site_plan.roster(2))

    def plan(self, address, baud, secure):
        return site_plan.configuration(site_plan.lane(LANE, [(self.link, "osdp", {
            "address": address, "baud": baud, "secure": secure, "key": "{file: " + self.key + "}"})]))

    def configure(self, *plan):
        with open(self.service.config, "w") as file:
            file.write(self.plan(*plan))

    def wait_detail(self, is_so, what):
        end = time.monotonic() + PATIENCE
        while True:
            device = next(iter(self.service.devices().values()))
            if is_so(device["detail"]):
                return device
            expect(time.monotonic() < end, f"{what}: the reader is {device['state']}, {device['detail']}")
            time.sleep(0.1)

    def show(self, card):
        self.reader.say(f"0 card {site_plan.card_number(card):08x} 32")

    def wait_attendance(self, count):
        end = time.monotonic() + PATIENCE
        while len(self.service.attendance()) < count:
            expect(time.monotonic() < end, f"{len(self.service.attendance())} attendance, not {count}")
            time.sleep(0.1)

    def acts(self):
        return [(entry["act"], entry["by"]) for entry in self.service.entries()
                if entry["kind"] == "deviceCommissioned"]

    def close(self):
        self.service.end()
        self.reader.end()


def check_commissioning(options, folder, random):
    if not peer.is_there():
        raise Skipped("no Python with libosdp; set MUSTER_INTEROP_PYTHON")
    bench = Bench(options, folder)
    try:
        return commission(bench)
    finally:
        bench.close()


def commission(bench):
    service, me = bench.service, getpass.getuser()
    service.start()
    waiting = bench.wait_detail(lambda detail: "commissioning window" in detail, "without a key")
    reader = waiting["reader"]
    expect(not service.command("device", "commission", "bench/other", "--for", "60s", may_fail=True),
           "a reader that is not there was commissioned")
    service.command("device", "commission", reader, "--for", "60s")
    began = time.monotonic()
    bench.wait_detail(lambda detail: detail.endswith(", secure"), "in the window")
    took = time.monotonic() - began
    keys = [fact for fact in bench.reader.facts if "data" in fact.get("command", {})]
    expect(any(fact["command"]["data"] == peer.reader_key(0) for fact in keys), "the reader has not its own key")
    bench.show(0)
    bench.wait_attendance(1)
    service.command("device", "commission", reader, "--for", "60s", "--address", "5", "--baud", "57600")
    bench.wait_detail(lambda detail: "at address 5, 57600 baud" in detail, "moved")
    service.stop()
    acts = ["window_opened", "key_set", "window_opened", "line_changed"]
    expect(bench.acts() == [(act, me) for act in acts], f"the ledger says {bench.acts()}")
    bench.configure(5, 57_600, "required")
    service.start()
    bench.wait_detail(lambda detail: detail.endswith(", secure"), "after a restart at its new place")
    bench.show(1)
    bench.wait_attendance(2)
    service.stop()
    service.command("ledger", "verify")
    return (f"its key {took:.1f} s after the command, moved to address 5 at 57600 baud, secure after a restart there; "
            "2 cards, all in the ledger under who gave the commands")
