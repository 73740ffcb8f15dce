#!/usr/bin/env python3
"""The real program on a real kernel: readers are plugged, read, pulled and plugged again under systemd.

usage: stage.py IMAGE_DIR RUN_DIR MUSTER_BINARY
  IMAGE_DIR  a guest with the program in it, made by program.py
  RUN_DIR    short path of a folder for sockets, logs and the shared files
Prints one line a check and closes with "N passed, N failed". exit: 0 all passed, 1 not
"""
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from guest import Guest
from wire import Failed

STATE = "/var/lib/muster"
AS_SERVICE = "runuser -u muster -- muster"
FRAME_BEGIN = "aa aa aa 96 69 00 03"    # of every request that a resident-ID driver makes when it begins
# Bash alone: the guest has no client.
ASK_HEALTH = r"""bash -c 'exec 3<>/dev/tcp/127.0.0.1/8470
    printf "GET /health HTTP/1.1\r\nHost: 127.0.0.1:8470\r\nConnection: close\r\n\r\n" >&3; cat <&3'"""
OUR_SHARE_SECONDS = 0.5     # of the one second; kernel and udev of a real machine need less than the rest

# Invented people. Example numbers with right check digits; card numbers as printed (8H10D).
ROSTER = """姓名,证件号码,班组,考勤卡号,card_format
甲一,110101190001010014,钢筋一班,0001193046,8H10D
乙二,11010119000101009X,钢筋一班,0050001050,8H10D
丙三,110101190001010030,木工二班,0013961168,8H10D
丁四,11010519491231002X,木工二班,0015219292,8H10D
"""
SERIAL_CARDS = [1193046, 13961168]
KEYBOARD_CARDS = ["0050001050", "0015219292"]
PORTS = {"serial": "1", "keyboard": "2"}        # of the guest's USB controller
NODES = {"serial": "/dev/serial/by-id/usb-QEMU_QEMU_USB_SERIAL_GATE-1-if00-port0",
         "keyboard": "/dev/input/by-id/usb-QEMU_QEMU_USB_Keyboard_GATE-2-event-kbd"}

# The QEMU devices of this stage: the site knows them, the program does not.
SITE_PROFILES = """profiles:
  - name: serial reader of this site
    usb: ["0403:6001@GATE-1"]
    driver: rdm6300
  - name: keyboard reader of this site
    usb: ["0627:0001@GATE-2"]
    driver: keyboard-wedge
"""
SITE_RULES = (
    'SUBSYSTEM=="input", KERNEL=="event*", ENV{ID_VENDOR_ID}=="0627", ENV{ID_SERIAL_SHORT}=="GATE-2", '
    'GROUP="muster", MODE="0660", TAG+="systemd"\n')

# A USB serial device with ids of our choice, through the whole USB core: dummy_hcd is host and device in one.
GADGET = r"""
modprobe dummy_hcd; modprobe libcomposite; modprobe usb_f_acm
mountpoint -q /sys/kernel/config || mount -t configfs none /sys/kernel/config
cd /sys/kernel/config/usb_gadget; mkdir reader; cd reader
echo 0x0400 > idVendor; echo 0xc35a > idProduct
mkdir strings/0x409 configs/c.1 functions/acm.0; echo READER-1 > strings/0x409/serialnumber
ln -s functions/acm.0 configs/c.1/
ls /sys/class/udc | head -n 1 > UDC
for i in $(seq 100); do [ -e /dev/ttyGS0 ] && break; sleep 0.05; done
stty -F /dev/ttyGS0 raw -echo
(timeout 20 head -c 10 /dev/ttyGS0 | od -An -tx1) 2>&1
"""


def expect(is_so, what):
    if not is_so:
        raise Failed(what)


def absent_count(health):
    return sum(row["state"] == "absent" for row in health["devices"])


class Stage:
    TITLE = "virtual machine"

    def __init__(self, image, run_dir, muster):
        self.image, self.run_dir, self.muster = image, run_dir, muster
        self.guest = Guest(os.path.join(run_dir, "guest"))
        self.share = os.path.join(run_dir, "share")
        self.round = 0
        self.known = []         # entries, in order of their sequence, which begins at 1

    # ---- preparation

    def fill_share(self):
        """The files of this site."""
        shutil.rmtree(self.share, ignore_errors=True)
        os.makedirs(self.share)
        self.give({"roster.csv": ROSTER, "site.yaml": SITE_PROFILES, "61-muster-site.rules": SITE_RULES})

    def give(self, texts):
        """File name → text, for the guest."""
        for name, text in texts.items():
            with open(os.path.join(self.share, name), "w") as file:
                file.write(text)

    def install(self):
        self.guest.sh("""set -e; cd /mnt/share
            install -m 644 61-muster-site.rules /etc/udev/rules.d/
            install -o muster -g muster -m 600 site.yaml %s/profiles/
            install -o muster -g muster -m 600 roster.csv %s/
            udevadm control --reload""" % (STATE, STATE), timeout=60)

    # ---- what the guest says

    def health(self):
        """What the service says on its page. To start the program and ask it would cost seconds here."""
        text = self.guest.sh(ASK_HEALTH)
        return json.loads(text[text.index("{"):text.rindex("}") + 1])

    def fresh(self):
        """As `entries`, while the service runs; read again only when there are new ones."""
        return self.entries() if self.health()["ledger_position"] > len(self.known) else self.known

    def entries(self):
        """The whole ledger; what was read before is kept."""
        text = self.guest.sh(
            f"{AS_SERVICE} ledger export --format jsonl --after {len(self.known)} --state {STATE}", timeout=120)
        self.known += [json.loads(line) for line in text.splitlines()]
        expect([entry["sequence"] for entry in self.known[-1:]] == [len(self.known)], "sequences have holes")
        return self.known

    def wait_entries(self, kind, count, timeout=40):
        """Waits until the ledger holds `count` entries of the kind, then returns them; more is wrong too."""
        end = time.monotonic() + timeout
        while True:
            found = [entry for entry in self.fresh() if entry["kind"] == kind]
            if len(found) >= count or time.monotonic() > end:
                break
            time.sleep(0.1)
        expect(len(found) == count, f"{len(found)} entries of kind {kind}, not {count}; {self.journal()}")
        return found

    def wait_health(self, holds, what, timeout=40):
        """Waits until `holds` is true of what the service says of itself."""
        end = time.monotonic() + timeout
        while not holds(self.health()):
            expect(time.monotonic() < end, f"{what}; {self.journal()}")
            time.sleep(0.1)

    def journal(self, lines=12):
        return self.guest.sh(f"journalctl -u muster -o cat --no-pager -n {lines}", check=False)

    def console(self):
        """What keys wrote to the console: the line that somebody reading tty1 got, and the screen itself."""
        screen = self.guest.sh("tr -d '\\0 ' < /dev/vcs1")
        return self.guest.sh("cat /run/tty1.log") + screen

    def plugged_at(self, port):
        """Uptime in seconds at which the kernel saw the plug: its log's last word about this port."""
        mark = f"muster-mark-{time.monotonic_ns()}"
        text = self.guest.sh(f"echo {mark} > /dev/kmsg; cat /proc/uptime; dmesg")
        stamps = {what: float(stamp) for stamp, what in re.findall(
            rf"\[ *([\d.]+)\] ({mark}|usb \d+-{port}: new)", text)}
        seen = [stamp for what, stamp in stamps.items() if what.endswith(": new")]
        expect(seen, f"the kernel says nothing of a device at port {port}")
        return seen[-1] + float(text.split()[0]) - stamps[mark]

    def announced_at(self, node):
        """Uptime in seconds at which udev had the device ready for programs."""
        return int(self.guest.sh(
            f"udevadm info -q property -n {node} | sed -n 's/^USEC_INITIALIZED=//p'")) / 1e6

    # ---- what people do

    def plug(self, name):
        """Plugs one reader. The guest is left alone meanwhile: one emulated CPU does everything there."""
        if name == "serial":
            self.guest.plug_serial("serial", "GATE-1", PORTS["serial"])
        else:
            self.guest.plug_keyboard("keyboard", "GATE-2", PORTS["keyboard"])
        time.sleep(1.5)
        self.guest.sh(f"for i in $(seq 100); do [ -e {NODES[name]} ] && exit 0; sleep 0.1; done; "
                      f"echo no {NODES[name]}; exit 1")

    def gaps(self):
        return len([entry for entry in self.fresh() if entry["kind"] == "readerGap"])

    def pull_and_plug_again(self, name, is_in=True):
        """Returns the seconds from the kernel's sight of the plug, and from udev's, to its service."""
        before = self.gaps() - (0 if is_in else 1)
        if is_in:
            away = absent_count(self.health())
            self.guest.unplug(name)
            self.wait_health(lambda health: absent_count(health) > away, f"nobody saw that {name} was pulled")
        self.plug(name)
        ended = self.wait_entries("readerGap", before + 2)[-1]["clock"]["uptime_ms"] / 1000
        return ended - self.plugged_at(PORTS[name]), ended - self.announced_at(NODES[name])

    def present_serial_card(self, number):
        digits = f"00{number:08X}"
        check = 0
        for index in range(0, 10, 2):
            check ^= int(digits[index:index + 2], 16)
        with contextlib.closing(socket.socket(socket.AF_UNIX)) as far_end:
            far_end.settimeout(10)
            far_end.connect(self.guest.path("serial.sock"))
            far_end.sendall(b"\x02" + f"{digits}{check:02X}".encode() + b"\x03")
            time.sleep(0.5)     # the adapter's far end must not vanish before the bytes have left

    def present_both(self):
        """A card on each reader; both are in the ledger afterwards, and only they are new."""
        before = len([entry for entry in self.fresh() if entry["kind"] == "attendance"])
        position = len(self.known)
        self.present_serial_card(SERIAL_CARDS[self.round % 2])
        self.wait_health(lambda health: health["ledger_position"] > position, "a card gave no entry")
        self.guest.type(KEYBOARD_CARDS[self.round % 2] + "\n")
        found = self.wait_entries("attendance", before + 2)[before:]
        self.round += 1
        expect(all(entry["worker"] for entry in found), f"a card of the roster was not known: {found}")
        expect(len({entry["worker"] for entry in found}) == 2, f"two cards, one worker: {found}")
        expect(all(entry["decision"] == "granted" for entry in found), f"not granted: {found}")
        return found

    # ---- checks, in order; each goes on from the one before

    def check_service_starts_unprivileged(self):
        self.guest.sh("systemctl start muster", timeout=120, check=False)
        state = self.guest.sh("systemctl show -P ActiveState muster")
        expect(state == "active", f"the service is {state}: {self.journal()}")
        facts = self.guest.sh("p=$(systemctl show -P MainPID muster); ps -o user= -p $p; "
                              "grep -E '^(CapEff|Seccomp|NoNewPrivs):' /proc/$p/status | tr -s '\\t\\n' '  '")
        expect(facts.startswith("muster"), f"the service runs as {facts}")
        expect("CapEff: 0000000000000000" in facts and "Seccomp: 2" in facts, facts)
        return " ".join(facts.split())

    def check_roster_comes_in_while_it_runs(self):
        said = self.guest.sh(
            f"{AS_SERVICE} roster import {STATE}/roster.csv --state {STATE} && rm {STATE}/roster.csv", 90)
        return " ".join(said.split())[:120]

    def check_reader_with_known_ids_is_found_by_built_in_profile(self):
        asked = " ".join(self.guest.sh(GADGET, timeout=60).split())
        rights = self.guest.sh("stat -c '%G %a' /dev/ttyACM0; udevadm info -q property -n /dev/ttyACM0 | "
                               "grep -E '^(ID_MM_DEVICE_IGNORE|MUSTER_DRIVER)='").split()
        expect(set(rights) == {"muster", "660", "ID_MM_DEVICE_IGNORE=1", "MUSTER_DRIVER=resident-id-card"},
               f"rights {rights}")
        expect(asked.startswith(FRAME_BEGIN), f"asked {asked!r}; {self.journal()}")
        # The serial line of a gadget that nobody reads would fill up: it goes before the real readers come.
        self.guest.sh("cd /sys/kernel/config/usb_gadget/reader; echo > UDC")
        return f"0400:C35A as /dev/ttyACM0, {rights[0]} {rights[1]}, first frame {asked}"

    def check_plugged_readers_are_read(self):
        self.plug("serial")
        self.plug("keyboard")
        found = self.present_both()
        with open(self.guest.path("trace.log")) as file:
            set_by_driver = [line.split("usb_serial_")[1].strip() for line in file if "_set_" in line]
        baud = [line for line in set_by_driver if line.startswith("set_baud")][-1]
        frame = [line for line in set_by_driver if line.startswith("set_data")][-1]
        expect(baud.endswith("9600") and "parity N, data bits 8, stop bits 1" in frame, f"{baud}; {frame}")
        groups = self.guest.sh("stat -L -c %G " + " ".join(NODES.values()))
        readers = [entry["reader"] for entry in found]
        return f"{readers}, groups {groups.split()}, {baud}, {frame}"

    def check_pulled_plugs_are_recorded(self):
        before = self.gaps()
        for name in PORTS:
            self.guest.unplug(name)
        self.wait_entries("readerGap", before + len(PORTS))
        return "one readerGap each"

    def check_plugged_again_they_serve_within_a_second(self):
        notes = []
        for name in PORTS:
            for attempt in range(3):    # the kernel and udev share one emulated CPU: the best of three counts
                from_plug, from_udev = self.pull_and_plug_again(name, is_in=attempt > 0)
                note = (f"{name} {from_plug * 1000:.0f} ms after the plug, "
                        f"{from_udev * 1000:.0f} ms of it after udev's word")
                expect(from_plug >= 0, f"{note}: the clocks do not fit")
                if from_plug <= 1 or from_udev <= OUR_SHARE_SECONDS:
                    break
            if from_plug > 1 and from_udev <= OUR_SHARE_SECONDS:
                note += " (this emulated machine's kernel and udev left less than one second)"
            else:
                expect(from_plug <= 1, note)
            notes.append(note)
        self.present_both()
        return "; ".join(notes) + "; a card on each recorded"

    def check_keys_reach_no_console(self):
        text = self.console()
        pieces = {card[at:at + 4] for card in KEYBOARD_CARDS for at in range(len(card) - 3)}
        expect(not any(piece in text for piece in pieces), f"keys reached the console: {text!r}")
        expect(self.round >= 2, "no card was typed: nothing is proven")
        return f"{self.round * 11} keys typed, tty1 got none"

    def check_ledger_verifies_and_nothing_restarted(self):
        said = self.guest.sh(f"{AS_SERVICE} ledger verify --state {STATE}", timeout=60)
        restarts = self.guest.sh("systemctl show -P NRestarts muster")
        expect(restarts == "0", f"{restarts} restarts: {self.journal()}")
        return " ".join(said.split())[:120]

    def check_ends_in_order(self):
        self.guest.sh("systemctl stop muster", timeout=60)
        result = self.guest.sh("systemctl show -p Result,ExecMainStatus muster").split()
        expect("Result=success" in result and "ExecMainStatus=0" in result, f"{result}: {self.journal()}")
        last = [entry["kind"] for entry in self.entries()[-2:]]
        expect(last == ["serviceStopped", "checkpoint"], f"the last entries are {last}")
        return "exit status 0, last entries serviceStopped and its signature"

    def check_control_without_the_service_keys_do_reach_the_console(self):
        self.guest.type(KEYBOARD_CARDS[0] + "\n")
        for _ in range(50):
            if KEYBOARD_CARDS[0] in self.console():
                return "the same keyboard, the same console: the number is there"
            time.sleep(0.1)
        raise Failed(f"the console shows {self.console()!r}: the check above proves nothing")

    def check_readers_plugged_before_the_start_are_found(self):
        self.guest.sh("systemctl start muster", timeout=120)
        self.present_both()
        return "coldplug: a card on each recorded"

    CHECKS = [
        check_service_starts_unprivileged, check_roster_comes_in_while_it_runs,
        check_reader_with_known_ids_is_found_by_built_in_profile, check_plugged_readers_are_read,
        check_pulled_plugs_are_recorded, check_plugged_again_they_serve_within_a_second,
        check_keys_reach_no_console, check_ledger_verifies_and_nothing_restarted, check_ends_in_order,
        check_control_without_the_service_keys_do_reach_the_console,
        check_readers_plugged_before_the_start_are_found,
    ]

    def run(self):
        passed, failed, began = 0, 0, time.monotonic()
        try:
            self.fill_share()
            print(f"guest ready after {self.guest.start(self.image, self.share):.1f} s", flush=True)
            self.install()
            # Somebody reads the first console, as a login prompt would.
            self.guest.sh("systemd-run -q --unit=tty1 -p StandardOutput=file:/run/tty1.log cat /dev/tty1")
            for check in self.CHECKS:
                at = time.monotonic()
                try:
                    word, note = "ok  ", check(self)
                    passed += 1
                except (Failed, OSError, LookupError, ValueError) as error:
                    word, note = "FAIL", f"{type(error).__name__}: {error}"
                    failed += 1
                name = check.__name__.removeprefix("check_").replace("_", " ")
                print(f"{word} {name} ({time.monotonic() - at:.1f} s): {note}", flush=True)
                if not passed:
                    print("     the other checks need a running service: not tried")
                    break
        except (Failed, OSError, subprocess.SubprocessError) as error:
            failed += 1
            print(f"FAIL the guest could not be prepared: {type(error).__name__}: {error}", flush=True)
        finally:
            with contextlib.suppress(Failed, OSError):
                if failed:
                    print("---- the service's last words\n" + self.journal(60), flush=True)
            self.guest.power_cut()
        print(f"{self.TITLE}: {passed} passed, {failed} failed, {time.monotonic() - began:.0f} s")
        return 1 if failed or not passed else 0


if __name__ == "__main__":
    if len(sys.argv) != 4:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))     # so that the guest is ended when time is up
    sys.exit(Stage(*map(os.path.abspath, sys.argv[1:4])).run())
