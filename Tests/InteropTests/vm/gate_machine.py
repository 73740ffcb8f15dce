"""The real program on a machine whose state lies on a disk of its own: started, fed, cut off, examined."""
import json
import os
import re
import shutil
import socket
import subprocess
import threading
import time
from collections import Counter

from program import link_image
from stage import Stage, STATE
from wire import Failed

DISK_MEGABYTES, CARDS = 48, 1_200
ON, OFF = bytes.fromhex("A00101A2"), bytes.fromhex("A00100A1")
NODE = "/dev/serial/by-id/usb-QEMU_QEMU_USB_SERIAL_{}-if00-port0"
CONFIGURATION = f"""site: {{project_code: POWER-1, name: Power, timezone: Asia/Shanghai}}
node: power
lanes:
  - name: north
    direction: entering
    readers:
      - port: {NODE.format("GATE-1")}
        driver: rdm6300
    barrier:
      port: {NODE.format("GATE-2")}
      driver: lcus-relay
      options: {{channel: 1, pulse: 500ms}}
"""
# A restored machine has the boot id that was kept; a real one draws a new id at each start.
NEW_BOOT = ("cat /proc/sys/kernel/random/uuid > /run/boot_id; "
            "mount --bind /run/boot_id /proc/sys/kernel/random/boot_id")
DROP_IN = "[Service]\nProtectProc=default\nProtectKernelTunables=no\n"


def card_number(index):
    return 0x00200000 + index * 7


def card_frame(number):
    digits = f"0A{number:08X}"
    check = 0
    for index in range(0, 10, 2):
        check ^= int(digits[index:index + 2], 16)
    return b"\x02" + f"{digits}{check:02X}".encode() + b"\x03"


def identity(index):
    """A valid number of an invented person."""
    digits = f"110101{1960 + index % 40}0101{index // 40:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return digits + "10X98765432"[sum(int(a) * b for a, b in zip(digits, weights)) % 11]


def roster(cards):
    rows = ["姓名,证件号码,班组,考勤卡号,card_format"]
    rows += [f"工人{index},{identity(index)},钢筋班,{card_number(index):010d},8H10D" for index in cards]
    return "\n".join(rows) + "\n"


class Relay(threading.Thread):
    """The far end of the relay's line. A pulse seen here is a person let in, whatever the machine forgets."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.socket, self.frames, self.arrived = socket.socket(socket.AF_UNIX), Counter(), threading.Condition()
        self.socket.connect(path)
        self.start()

    def run(self):
        pending = b""
        while True:
            try:
                got = self.socket.recv(4096)
            except OSError:
                return
            if not got:
                return
            pending += got
            with self.arrived:
                while len(pending) >= 4:
                    self.frames[pending[:4]] += 1
                    pending = pending[4:]
                self.arrived.notify_all()

    def wait(self, frame, count, timeout):
        with self.arrived:
            return self.arrived.wait_for(lambda: self.frames[frame] >= count, max(0, timeout))


class GateMachine:
    def __init__(self, image, run_dir, muster):
        self.stage = Stage(image, run_dir, muster)
        self.guest, self.muster, self.dir = self.stage.guest, muster, run_dir
        self.image, self.share = os.path.join(run_dir, "installed"), self.stage.share
        self.disk = os.path.join(run_dir, "state.img")
        self.cards, self.opened = iter(range(CARDS)), []
        self.on_pulse = lambda card: None

    def prepare(self, image):
        """Installs this site once and keeps that state; every start goes on from there."""
        os.makedirs(self.share)
        self.stage.give({"muster.yaml": CONFIGURATION, "cards.csv": roster(range(CARDS))})
        link_image(image, self.image)
        self.guest.start(image, self.share)
        self.guest.sh(f"""set -e; install -D -m 644 /mnt/share/muster.yaml /etc/muster/muster.yaml
            install -D -m 644 /mnt/share/cards.csv /opt/muster/cards.csv
            mkdir -p /etc/systemd/system/muster.service.d
            printf '{DROP_IN}' > /etc/systemd/system/muster.service.d/restored.conf
            systemctl daemon-reload; rm -rf {STATE}/*
            umount /mnt/share; sync""", timeout=120)
        self.guest.keep(self.image)
        self.new_disk()

    def new_disk(self):
        with open(self.disk, "wb") as file:
            file.truncate(DISK_MEGABYTES << 20)
        quiet("mke2fs", "-q", "-t", "ext4", "-E", "lazy_itable_init=0", self.disk)

    # ---- one life

    def power_on(self, cache, log=None):
        """The machine with its disk and devices; the service is on its way, nobody waits for it."""
        self.guest.start(self.image, self.share)
        node = self.guest.plug_disk("state", self.disk, cache, log)
        self.guest.plug_serial("reader", "GATE-1", "1")
        self.guest.plug_serial("relay", "GATE-2", "2")
        self.relay = Relay(self.guest.path("relay.sock"))
        self.reader = socket.socket(socket.AF_UNIX)
        self.reader.connect(self.guest.path("reader.sock"))
        self.guest.sh(f"""{NEW_BOOT}
            for i in $(seq 200); do
              [ -e {node} -a -e {NODE.format("GATE-1")} -a -e {NODE.format("GATE-2")} ] && break; sleep 0.05
            done
            mount -o noatime {node} {STATE} && chown muster:muster {STATE} && chmod 700 {STATE} &&
            systemctl start --no-block muster""", timeout=60)

    def wait_ready(self, timeout=60):
        """Until the relay is switched off for the first time: the ports are open."""
        if not self.relay.wait(OFF, 1, timeout):
            raise Failed("the service did not start by itself: " + self.stage.journal())

    def import_roster(self):
        self.guest.sh("runuser -u muster -- muster roster import /opt/muster/cards.csv "
                      f"--state {STATE} --config /etc/muster/muster.yaml", timeout=180)

    def show_cards(self, seconds):
        """Card after card until the time is over; each waits for its pulse, so a pulse is this card's."""
        end, unknown = time.monotonic() + seconds, 0x90000000
        while (left := end - time.monotonic()) > 0:
            before, card = self.relay.frames[ON], next(self.cards)
            # Strangers before and behind: what arrives together is committed together.
            frames = card_frame(unknown) + card_frame(card_number(card)) + card_frame(unknown + 1)
            unknown += 2
            try:
                self.reader.sendall(frames)
            except OSError:
                return
            if self.relay.wait(ON, before + 1, min(left, 5)):
                self.opened.append(card)
                self.on_pulse(card)

    def cut(self):
        """Power off, now. What left the relay's line before is counted."""
        self.guest.power_cut()
        self.relay.join(5)
        self.relay.socket.close()
        self.reader.close()

    # ---- the disk, looked at from outside

    def extract(self, disk, folder):
        """The state folder as the file system gives it after its journal was replayed."""
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(os.path.join(folder, "state"))
        code = subprocess.run(["e2fsck", "-fy", disk], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=60)
        if code.returncode & ~1:
            raise Failed(f"e2fsck: exit code {code.returncode}")
        quiet("debugfs", "-R", f"rdump / {folder}/state", disk)
        return os.path.join(folder, "state")

    def examine(self, disk, folder, opened):
        """The real program over that state: it verifies, and whoever was let in stands there once."""
        copy = os.path.join(folder, "disk.img")
        os.makedirs(folder, exist_ok=True)
        state = self.extract(quiet_copy(disk, copy) if disk != copy else disk, folder + "/x")
        self.program("verify", state)
        found = self.recorded(self.program("export", state, "--reveal"))
        wrong = [card for card in opened if found[card] != 1]
        if wrong:
            raise Failed(f"{len(wrong)} of {len(opened)} let in do not stand in the ledger once: {wrong[:5]}")

    def program(self, what, state, *flags):
        done = subprocess.run([self.muster, "ledger", what, "--state", state, *flags], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
        if done.returncode:
            said = (done.stdout + done.stderr).decode()[-300:]
            raise Failed(f"ledger {what}: exit code {done.returncode}: {said}")
        return done.stdout

    @staticmethod
    def recorded(text):
        """Card → how often it was let in by the ledger."""
        entries = [json.loads(line) for line in text.splitlines()]
        card_of = {entry["worker"]: int(re.sub(r"\D", "", entry["name"]))
                   for entry in entries if entry["kind"] == "personnelChange"}
        return Counter(card_of[entry["worker"]] for entry in entries
                       if entry["kind"] == "attendance" and entry["opened"])


def quiet_copy(source, target):
    quiet("cp", "--sparse=always", source, target)
    return target


def quiet(*command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=60)
    if done.returncode:
        raise Failed(f"{command[0]}: {done.stdout.decode(errors='replace')[-300:]}")
