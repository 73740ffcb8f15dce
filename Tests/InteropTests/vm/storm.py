"""A reader pulled and plugged hundreds of times in the middle of its frames, while cards go on at another."""
import contextlib
import json
import os
import re
import socket
import threading
import time
from collections import Counter

from gate_machine import OFF, ON, card_frame, card_number
from wire import Failed

WHOLE, PERHAPS, HALF, STEADY = range(0, 40), range(40, 60), range(60, 80), range(80, 120)
SERVED_EVERY = 4        # of so many plugs one is left in until a card has opened; the others go in mid-frame
# Of so many one goes at any moment, also while the kernel still asks the device what it is: it waits five
# seconds then for each answer that QEMU's adapter owes it.
EARLY_EVERY = 40
LONGEST_WAIT_SECONDS = 60
# What the adapter is told when the service opens it: the kernel's settings, the service's, DTR and RTS off.
OPENED = re.compile(r"set_baud.*set_baud.*control 0x4001, value 0x300", re.DOTALL)
SETTLE_SECONDS = 0.15   # what arrives earlier may have waited in the line, and opens nothing
PATIENCE_SECONDS = 5
PAUSE_SECONDS = 0.5


class Steady(threading.Thread):
    """Card after card at a reader that nobody touches, two a second; each waits for its pulse.

    More would take the one emulated CPU from the kernel that has to meet a plug.
    """

    def __init__(self, guest, far_end, relay):
        super().__init__(daemon=True)
        self.guest, self.relay, self.sent, self.waits = guest, relay, Counter(), []
        self.enough, self.failure = threading.Event(), None
        self.line = socket.socket(socket.AF_UNIX)
        self.line.connect(guest.path(f"{far_end}.sock"))

    def run(self):
        while not self.enough.is_set() and not self.failure:
            card = STEADY[sum(self.sent.values()) % len(STEADY)]
            pulses, offs, began = self.relay.frames[ON], self.relay.frames[OFF], time.monotonic()
            self.line.sendall(card_frame(card_number(card)))
            self.sent[card] += 1
            if not self.relay.wait(ON, pulses + 1, LONGEST_WAIT_SECONDS):
                self.failure = f"card {sum(self.sent.values())} of the untouched reader opened nothing"
            self.waits.append(time.monotonic() - began)
            self.relay.wait(OFF, offs + 1, LONGEST_WAIT_SECONDS)
            self.enough.wait(PAUSE_SECONDS)

    def end(self):
        self.enough.set()
        self.join(2 * LONGEST_WAIT_SECONDS)
        self.line.close()
        if self.failure:
            raise Failed(self.failure)


class Storm:
    def __init__(self, guest, device, serial, port, relay, random):
        self.guest, self.device, self.serial, self.port = guest, device, serial, port
        self.relay, self.random = relay, random
        self.whole, self.perhaps, self.half_count, self.late = Counter(), Counter(), 0, 0
        # Seconds from a plug to the open line, and from a card to its pulse.
        self.rest, self.opened, self.pulses = b"", [], []

    def run(self, count):
        """Pulls and plugs `count` times; the reader is plugged and serves at the end."""
        for index in range(count):
            self.guest.unplug(self.device)
            time.sleep(self.random.uniform(0.02, 0.1))
            self.guest.plug_serial(self.device, self.serial, self.port)
            plugged_at, words = time.monotonic(), self.words()
            with self.line() as line:
                if index % SERVED_EVERY == SERVED_EVERY - 1 or index == count - 1:
                    self.serve(line, plugged_at, words)
                elif index % EARLY_EVERY == EARLY_EVERY // 2:
                    time.sleep(self.random.uniform(0, 0.6))
                    self.interrupt(line)
                else:
                    self.opened.append(self.wait_open(words) - plugged_at)
                    time.sleep(self.random.uniform(0, 2 * SETTLE_SECONDS))
                    self.interrupt(line)

    @contextlib.contextmanager
    def line(self):
        with contextlib.closing(socket.socket(socket.AF_UNIX)) as line:
            line.connect(self.guest.path(f"{self.device}.sock"))
            yield line

    def words(self):
        """How much adapters were told so far, in bytes of QEMU's trace."""
        return os.path.getsize(self.guest.path("trace.log"))

    def wait_open(self, words):
        """Until the service has the port; returns when that was."""
        end = time.monotonic() + LONGEST_WAIT_SECONDS
        while time.monotonic() < end:
            with open(self.guest.path("trace.log")) as file:
                file.seek(words)
                if OPENED.search(file.read()):
                    return time.monotonic()
            time.sleep(0.005)
        raise Failed(f"not in service {LONGEST_WAIT_SECONDS} s after a plug")

    def serve(self, line, plugged_at, words):
        """The end of the frame that the pull cut, then a whole one, which must open; then half of another."""
        self.opened.append(self.wait_open(words) - plugged_at)
        time.sleep(SETTLE_SECONDS)
        pulses = self.relay.frames[ON]
        for _ in range(LONGEST_WAIT_SECONDS // PATIENCE_SECONDS):
            card, sent_at = WHOLE[sum(self.whole.values()) % len(WHOLE)], time.monotonic()
            self.whole[card] += 1
            line.sendall(self.rest + card_frame(card_number(card)))
            self.rest = b""
            if self.relay.wait(ON, pulses + 1, PATIENCE_SECONDS):
                break
            self.late += 1      # its time is uncertain: recorded like every whole frame, and opens nothing
        else:
            raise Failed(f"whole frames after plug {len(self.opened)} opened nothing")
        self.pulses.append(time.monotonic() - sent_at)
        self.leave_half(line)
        time.sleep(self.random.uniform(0, 0.03))

    def interrupt(self, line):
        """A whole frame comes and half of another, and the plug goes, whatever the service is doing."""
        card = PERHAPS[sum(self.perhaps.values()) % len(PERHAPS)]
        self.perhaps[card] += 1
        line.sendall(self.rest + card_frame(card_number(card)))
        time.sleep(self.random.uniform(0, 0.05))
        self.leave_half(line)

    def leave_half(self, line):
        frame = card_frame(card_number(HALF[self.half_count % len(HALF)]))
        self.half_count += 1
        cut = self.random.randrange(1, len(frame))
        line.sendall(frame[:cut])
        self.rest = frame[cut:]

    # ---- afterwards

    def judge(self, jsonl, steady):
        """Holds the ledger against what was sent; returns what there is to say."""
        entries = [json.loads(line) for line in jsonl.splitlines()]
        index_of = {entry["worker"]: int(re.sub(r"\D", "", entry["name"]) or -1)
                    for entry in entries if entry["kind"] == "personnelChange"}
        attendance = [entry for entry in entries if entry["kind"] == "attendance"]
        strangers = [entry for entry in attendance if not entry["worker"]]
        found = Counter(index_of[entry["worker"]] for entry in attendance if entry["worker"])
        wrong = {card: (found[card], sent) for card, sent in (self.whole + steady.sent).items()
                 if found[card] != sent}
        doubled = {card: (found[card], sent) for card, sent in self.perhaps.items() if found[card] > sent}
        halves = sum(found[card] for card in HALF)
        if strangers or wrong or doubled or halves:
            raise Failed(f"{len(strangers)} unknown, {halves} half frames taken, (recorded, sent) differ for "
                         f"{wrong}, doubled {doubled}")
        gaps = sum(entry["kind"] == "readerGap" for entry in entries)
        return (f"{sum(self.whole.values())} whole frames ({self.late} of uncertain time) and "
                f"{sum(steady.sent.values())} of the untouched reader recorded once each, {self.half_count} "
                f"half ones never, of {sum(self.perhaps.values())} in a pull "
                f"{sum(found[card] for card in self.perhaps)} once, {gaps} gaps")


def spread(seconds):
    """Middle, 95 of 100 and longest, in milliseconds."""
    ordered = sorted(seconds)
    at = [ordered[len(ordered) // 2], ordered[len(ordered) * 95 // 100], ordered[-1]]
    return "/".join(f"{value * 1000:.0f}" for value in at) + " ms"
