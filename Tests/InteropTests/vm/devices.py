#!/usr/bin/env python3
"""The readers of a whole site on a real kernel: pulled in mid-frame, typed on at once, exchanged, restarted.

usage: devices.py IMAGE_DIR RUN_DIR MUSTER_BINARY [--plugs N] [--seed N] [--only WORD]...
  --plugs   how often one reader is pulled and plugged while cards go on at another one (default 200)
  --only    leaves out the checks, but the first, that have none of the words in their names
Prints one line a check and closes with "N passed, N failed". exit: 0 all passed, 1 not, 2 usage
"""
import argparse
import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import hid_devices as hid
from gate_machine import OFF, ON, Relay, card_frame, card_number, identity
from stage import AS_SERVICE, STATE, Stage, expect
from storm import Steady, Storm, spread
from wire import Failed

HERE = os.path.dirname(os.path.abspath(__file__))
# Two readers of one make, with one serial number between them: only the port tells which is which.
TWIN = "TWIN"
PORTS = {"one": "1", "two": "2", "relay-one": "3", "relay-two": "4"}
LANES = """site: {{project_code: DEVICES-1, name: Devices, timezone: Asia/Shanghai}}
node: devices
lanes:
  - name: pulled
    direction: entering
    readers: [{{name: card, port: {one}, driver: rdm6300}}]
    barrier: {{port: {relay-one}, driver: lcus-relay, options: {{channel: 1, pulse: 100ms}}}}
  - name: steady
    direction: entering
    readers: [{{name: card, port: {two}, driver: rdm6300}}]
    barrier: {{port: {relay-two}, driver: lcus-relay, options: {{channel: 1, pulse: 100ms}}}}
  - name: typed
    direction: entering
    readers:
      - {{name: left, port: /dev/muster-test/keys-left, driver: keyboard-wedge}}
      - {{name: right, port: /dev/muster-test/keys-right, driver: keyboard-wedge}}
  - name: reports
    direction: entering
    readers:
      - {{name: id-card, port: /dev/muster-test/id-card, driver: hid-id-card}}
      - {{name: scanner, port: /dev/muster-test/scanner, driver: hid-pos}}
    barrier: {{usb: "16C0:05DF", driver: hid-relay, options: {{channel: 1, pulse: 500ms}}}}
"""


class Devices(Stage):
    TITLE = "devices"

    def __init__(self, image, run_dir, muster, options):
        super().__init__(image, run_dir, muster)
        self.options, self.random = options, random.Random(options.seed)
        self.relays = {}
        self.CHECKS = [check for check in self.CHECKS if check is self.CHECKS[0] or not options.only
                       or any(word in check.__name__ for word in options.only)]

    def fill_share(self):
        super().fill_share()
        rows = ["姓名,证件号码,班组,考勤卡号,card_format"]
        rows += [f"工人{index},{identity(index)},钢筋班,{card_number(index):010d},8H10D" for index in range(140)]
        rows += [f"甲一,{hid.PERSON},木工班,,"]
        self.give({"roster.csv": "\n".join(rows) + "\n", "site.yaml": "profiles: []\n",
                   "61-muster-site.rules": hid.RULES})
        subprocess.run(["gcc", "-O1", "-Wall", "-o", os.path.join(self.share, "hid_player"),
                        os.path.join(HERE, "hid_player.c")], check=True, timeout=60)

    def install(self):
        super().install()
        self.guest.sh("install -m 755 /mnt/share/hid_player /opt/muster/; systemctl enable -q muster; "
                      "modprobe uhid; " + hid.start_player(), timeout=60)

    # ---- lines of the site

    def plug_lines(self):
        """All four serial lines; returns what stands in /dev/serial/by-path for each."""
        for name in ("one", "two"):
            self.guest.plug_serial(name, TWIN, PORTS[name])
        self.plug_relays()
        script = "for i in $(seq 200); do [ $(ls /dev/serial/by-path | wc -l) = 4 ] && break; sleep 0.1; " \
            "done; ls /dev/serial/by-path"
        paths = self.guest.sh(script).split()
        found = {name: f"/dev/serial/by-path/{path}" for name, port in PORTS.items() for path in paths
                 if f"-usb-0:{port}:" in path}
        expect(len(found) == len(PORTS), f"/dev/serial/by-path has {paths}")
        return found

    def plug_relays(self):
        for lane, name in (("pulled", "relay-one"), ("steady", "relay-two")):
            self.guest.plug_serial(name, name.upper(), PORTS[name])
            self.relays[lane] = Relay(self.guest.path(f"{name}.sock"))

    def present(self, far_end, card, relay):
        """One card at this far end; that relay must be told to open."""
        pulses = relay.frames[ON]
        with contextlib.closing(socket.socket(socket.AF_UNIX)) as line:
            line.connect(self.guest.path(f"{far_end}.sock"))
            line.sendall(card_frame(card_number(card)))
            expect(relay.wait(ON, pulses + 1, 20), f"a card at {far_end} did not open: {self.journal()}")

    def revealed(self):
        command = f"{AS_SERVICE} ledger export --format jsonl --reveal --state {STATE}"
        return self.guest.sh(command, timeout=180)

    def attendance(self):
        return [entry for entry in self.fresh() if entry["kind"] == "attendance"]

    def process(self):
        """Process id of the service, its open descriptors and how often it was started again."""
        return [int(word) for word in self.guest.sh(
            "p=$(systemctl show -P MainPID muster); echo $p; ls /proc/$p/fd | wc -l; "
            "systemctl show -P NRestarts muster").split()]

    def devices(self):
        text = self.guest.sh(f"{AS_SERVICE} device list --json --state {STATE}")
        return {row["reader"]: row for row in json.loads(text)}

    def rows(self):
        """State and reads of every device, as the page has them."""
        return {f"{row['lane']}/{row['name']}": row for row in self.health()["devices"]}

    # ---- checks

    def check_the_site_starts_with_its_lines_named_by_port(self):
        paths = self.plug_lines()
        self.give({"muster.yaml": LANES.format(**paths)})
        self.guest.sh("install -D -m 644 /mnt/share/muster.yaml /etc/muster/muster.yaml")
        self.guest.sh("systemctl start muster", timeout=120, check=False)
        for relay in self.relays.values():
            expect(relay.wait(OFF, 1, 40), f"the service did not open its lines: {self.journal()}")
        self.guest.sh(f"{AS_SERVICE} roster import {STATE}/roster.csv --state {STATE}", 120)
        user = self.guest.sh("ps -o user= -p $(systemctl show -P MainPID muster)")
        expect(user == "muster", f"the service runs as {user}")
        rights = self.guest.sh("stat -L -c '%G %a' " + " ".join(paths.values())).splitlines()
        expect(set(rights) == {"dialout 660"}, f"{rights}")
        return f"as user {user}; {', '.join(sorted(paths.values()))}"

    def check_C1_pulled_in_mid_frame_while_cards_go_on(self):
        before = self.process()
        storm = Storm(self.guest, "one", TWIN, PORTS["one"], self.relays["pulled"], self.random)
        steady = Steady(self.guest, "two", self.relays["steady"])
        began = time.monotonic()
        steady.start()
        try:
            storm.run(self.options.plugs)
        finally:
            steady.end()
        took = time.monotonic() - began
        for _ in range(10):     # what is being closed right now is no leak
            after = self.process()
            if after[1] <= before[1]:
                break
            time.sleep(1)
        expect(before[0] == after[0] and after[2] == 0, f"process, descriptors, restarts: {before}, {after}")
        expect(after[1] <= before[1], f"{before[1]} descriptors before, {after[1]} after: {self.journal()}")
        said = storm.judge(self.revealed(), steady)
        opened = storm.opened
        within = sum(seconds <= 1 for seconds in opened)
        return (f"{self.options.plugs} plugs in {took:.0f} s, 0 crashes, descriptors {before[1]} and "
                f"{after[1]}; {said}; line open {spread(opened)} after the plug ({within} of {len(opened)} "
                f"in 1 s), card to pulse {spread(storm.pulses)}, at the untouched reader "
                f"{spread(steady.waits)}")

    def check_C5_two_keyboards_typed_on_at_once(self):
        self.guest.sh(hid.feed(hid.CREATE_KEYBOARDS))
        self.wait_online("typed/left", "typed/right")
        cards = [f"{card_number(120 + index):010d}" for index in range(6)]
        self.guest.sh(hid.feed(hid.interleaved(cards[0], cards[1]) + hid.interleaved(cards[2], cards[3])))
        self.wait_reads({"typed/left": 2, "typed/right": 2})
        # A text that nobody ends is dropped, counted, and no part of the next one.
        self.guest.sh(hid.feed(hid.typed(0, cards[5][:4]) + "pause 700\n" + hid.typed(0, cards[4] + "\n")))
        self.wait_reads({"typed/left": 3, "typed/right": 2})
        discards = self.devices()["typed/left"]["discards"]
        expect(sum(discards.values()) > 0, f"the begun text was not counted: {discards}")
        found = [(entry["lane"], entry["reader"]) for entry in self.attendance()
                 if entry["lane"] == "typed" and entry["worker"]]
        expect(sorted(found) == [("typed", "left")] * 3 + [("typed", "right")] * 2, f"{found}")
        text = self.console()
        expect(not any(card[4:] in text for card in cards), f"keys reached the console: {text!r}")
        return f"44 keys in turn: 4 cards of 2 keyboards; a begun text dropped ({discards}); tty1 got none"

    def check_C5_a_keyboard_that_nobody_named_is_left_alone(self):
        before = len(self.fresh())
        self.guest.plug_keyboard("office", "OFFICE-1", "5")
        node = "/dev/input/by-id/usb-QEMU_QEMU_USB_Keyboard_OFFICE-1-event-kbd"
        self.guest.sh(f"for i in $(seq 100); do [ -e {node} ] && exit 0; sleep 0.1; done; exit 1")
        denied = self.guest.sh(f"runuser -u muster -- head -c 1 {node} 2>&1", check=False)
        expect("Permission denied" in denied, f"the service's user may read it: {denied!r}")
        self.guest.type("abc0007\n")
        for _ in range(100):
            if "abc0007" in self.console():
                break
            time.sleep(0.1)
        else:
            raise Failed(f"its keys did not reach the console: {self.console()!r}")
        time.sleep(1)
        self.guest.unplug("office")
        expect(len(self.fresh()) == before, "it made entries")
        return "its keys reach the console, the service's user may not open it, no entry"

    def check_raw_identity_card_reader_opens_a_relay_of_reports(self):
        rights = self.guest.sh(hid.GADGETS, timeout=240).split()
        expect(rights == ["muster", "660", "muster", "660"], f"rights of scanner and relay: {rights}")
        self.guest.sh(hid.feed(hid.create_id_card_reader()))
        self.wait_online("reports/id-card")
        self.guest.sh(hid.feed(hid.show_card()))
        self.wait_reads({"reports/id-card": 1})
        told = ""
        for _ in range(50):
            told = self.guest.sh("od -An -v -tx1 -w8 /run/hid-relay.bin")
            commands = [line.split()[0] for line in told.splitlines()]
            if commands[-2:] == ["ff", "fd"]:
                break
            time.sleep(0.2)
        expect(commands[-2:] == ["ff", "fd"] and commands.count("ff") == 1, f"the relay was told {told!r}")
        entry = self.attendance()[-1]
        expect(entry["lane"] == "reports" and entry["opened"], f"{entry}")
        return "requests and 21 reports through uhid; 16C0:05DF told ON and OFF; rights as the rules say"

    def check_scanners_are_read_the_known_one_without_configuration(self):
        switched = self.guest.sh("od -An -v -tx1 /run/hid-scanner.bin").split()
        expect(switched[:2] == ["fe", "01"], f"0C2E:0B8F was not switched to HID-POS: {switched}")
        self.guest.sh(hid.feed(hid.CREATE_SCANNER))
        self.wait_online("reports/scanner")
        before = len(self.attendance())
        cards = [f"{card_number(130 + index):010d}" for index in range(2)]
        self.guest.sh(hid.gadget_report("scanner", hid.scan(cards[0])) + "\n"
                      + hid.feed(f"input 3 {hid.scan(cards[1]).hex()}\n"))
        found = self.wait_entries("attendance", before + 2)[before:]
        expect(all(entry["worker"] for entry in found), f"{found}; {self.journal()}")
        readers = sorted(f"{entry['lane']}/{entry['reader']}" for entry in found)
        expect(readers[1] == "reports/scanner" and readers[0].startswith("auto/"), f"{readers}")
        return f"{readers}; 0C2E:0B8F was switched by FE 01"

    def check_C1_exchanged_plugs_keep_the_port(self):
        self.exchange("one", "two")
        for relay, far_end in (("pulled", "two"), ("steady", "one")):
            self.wait_open_line(far_end)
            self.present(far_end, 90 + len(far_end), self.relays[relay])
        return "two readers of one serial number: the port decides, whichever hangs there"

    def check_C1_switched_off_and_on_with_the_plugs_exchanged(self):
        self.guest.sh("sync")
        self.guest.power_cut()
        boot = self.guest.start(self.image, self.share, again=True, timeout=300)
        began = time.monotonic()
        self.guest.plug_serial("one", TWIN, PORTS["one"])
        self.guest.plug_serial("two", TWIN, PORTS["two"])
        self.plug_relays()
        for lane, relay in self.relays.items():
            expect(relay.wait(OFF, 1, 120), f"lane {lane} did not come back: {self.journal()}")
        took = time.monotonic() - began
        self.wait_online("pulled/card", "steady/card")
        for lane, far_end in (("pulled", "one"), ("steady", "two")):
            self.present(far_end, 100 + len(lane), self.relays[lane])
        said = self.guest.sh(f"{AS_SERVICE} ledger verify --state {STATE}", timeout=120)
        return f"started in {boot:.0f} s, lines open {took:.1f} s later; {' '.join(said.split())[:100]}"

    # ---- waiting

    def exchange(self, first, second):
        """Both plugs are pulled; `second` goes into the port of reader one, `first` into that of two."""
        self.guest.unplug("one")
        self.guest.unplug("two")
        self.words = os.path.getsize(self.guest.path("trace.log"))
        self.guest.plug_serial(second, TWIN, PORTS["one"])
        self.guest.plug_serial(first, TWIN, PORTS["two"])

    def wait_open_line(self, far_end):
        """Until the adapters were set since the last exchange: both, or time enough for them."""
        end = time.monotonic() + 30
        while time.monotonic() < end:
            with open(self.guest.path("trace.log")) as file:
                file.seek(self.words)
                if file.read().count("control 0x4001, value 0x300") >= 2:
                    break
            time.sleep(0.05)
        time.sleep(0.3)

    def wait_online(self, *readers):
        end = time.monotonic() + 40
        while True:
            rows = self.rows()
            if all(reader in rows and rows[reader]["state"] in ("online", "silent") for reader in readers):
                return
            expect(time.monotonic() < end, f"{readers} are not there: {rows}; {self.journal()}")
            time.sleep(0.1)

    def wait_reads(self, counts):
        end = time.monotonic() + 30
        while True:
            rows = self.rows()
            reads = {reader: rows[reader]["reads"] for reader in counts}
            if reads == counts:
                return
            if time.monotonic() > end:
                passed_over = {reader: self.devices()[reader]["discards"] for reader in counts}
                raise Failed(f"reads {reads}, not {counts}; passed over {passed_over}; {self.journal()}")
            time.sleep(0.1)

    CHECKS = [
        check_the_site_starts_with_its_lines_named_by_port, check_C1_pulled_in_mid_frame_while_cards_go_on,
        check_C5_two_keyboards_typed_on_at_once, check_C5_a_keyboard_that_nobody_named_is_left_alone,
        check_raw_identity_card_reader_opens_a_relay_of_reports,
        check_scanners_are_read_the_known_one_without_configuration,
        check_C1_exchanged_plugs_keep_the_port, check_C1_switched_off_and_on_with_the_plugs_exchanged,
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(usage=__doc__)
    for name in ("image", "run_dir", "muster"):
        parser.add_argument(name, type=os.path.abspath)
    parser.add_argument("--plugs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    parser.add_argument("--only", action="append", default=[])
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))     # so that the guest is ended when time is up
    sys.exit(Devices(arguments.image, arguments.run_dir, arguments.muster, arguments).run())
