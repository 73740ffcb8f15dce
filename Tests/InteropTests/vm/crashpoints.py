"""Every write and flush of one life of the gate machine, and its disk rebuilt as a crash would have left it.

A disk with a volatile cache may keep, lose or tear what was written since the last flush, in any order. The
rebuilt disk is judged by e2fsck and by the real program; nothing is mounted.
"""
import concurrent.futures
import os
import struct
import subprocess
import time

from gate_machine import DISK_MEGABYTES
from wire import Failed

MAGIC, FLUSH, FUA, DISCARD, SECTOR = 0x6A736677736872, 1, 2, 4, 512
MODES = ("kept", "lost", "partly lost", "torn")
SECONDS_OF_CARDS = 10


def check(machine, count, random):
    """Records one life on a new disk, rebuilds `count` moments of it in two of the four ways each."""
    first, log = record(machine)
    requests = list(read_log(log))
    begin = next(index for index, request in enumerate(requests) if request[0] > first)
    points = sorted(random.sample(range(begin, len(requests)), min(count, len(requests) - begin)))
    began, states, failures = time.monotonic(), 0, []
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        running = []
        for point, image, mode, acknowledged in rebuilt(machine, log, requests, points, random):
            states += 1
            folder = os.path.join(machine.dir, f"point{states % 4}")
            if len(running) >= 3:               # each holds a whole disk in memory
                failures += running.pop(0).result()
            running.append(pool.submit(judge, machine, image, folder, acknowledged, f"request {point}, {mode}"))
        for job in running:
            failures += job.result()
    if failures:
        raise Failed(f"{len(failures)} of {states} states: {failures[0]}")
    # The control: a disk of the middle of that life does not hold the people of its end, and this must be seen.
    everybody = [card for card, _ in machine.pulses]
    middle = next(image for _, image, _, cards in rebuilt(machine, log, requests, points, random) if cards)
    if not judge(machine, middle, os.path.join(machine.dir, "control"), everybody, "control"):
        raise Failed("a disk that lost its newest writes was not told from a good one: no proof")
    return (f"{len(requests)} requests recorded, {len(machine.pulses)} people let in; {len(points)} points, "
            f"{states} states ({', '.join(MODES)}), none lost anybody, a lying disk is told, "
            f"{time.monotonic() - began:.0f} s")


def record(machine):
    """One life with a log of the disk; gives the log's size where it began and its path."""
    log = os.path.join(machine.dir, "writes.log")
    machine.new_disk()
    machine.pristine = open(machine.disk, "rb").read()
    machine.pulses = []
    machine.on_pulse = lambda card: machine.pulses.append((card, os.path.getsize(log)))
    machine.power_on("none", log)
    machine.wait_ready()
    first = os.path.getsize(log)
    machine.import_roster()
    machine.show_cards(SECONDS_OF_CARDS)
    machine.guest.sh("systemctl stop muster", timeout=60)
    machine.cut()
    machine.on_pulse = lambda card: None
    if not machine.pulses:
        raise Failed("nobody was let in: no proof")
    return first, log


def read_log(path):
    """(log size after the request, flags, place on the disk, place in the log, length); dm-log-writes, 1."""
    with open(path, "rb") as file:
        magic, version, _, sector = struct.unpack("<QQQI", file.read(28))
        if magic != MAGIC or version != 1:
            raise Failed("not a log of writes")
        size, at = os.path.getsize(path), sector
        while at + sector <= size:
            file.seek(at)
            place, sectors, flags, _ = struct.unpack("<QQQQ", file.read(32))
            data = at + sector
            at = data + (0 if flags & DISCARD else sectors * sector)
            if flags & ~15 or sectors == flags == 0 or at > size:
                return                          # the tail was never written
            yield at, flags, place * sector, data, sectors * sector


def rebuilt(machine, log, requests, points, random):
    """(point, disk, mode, cards whose pulse was seen by then) for each state."""
    base, pending, done = bytearray(machine.pristine), [], 0       # base: what is certainly on the disk
    with open(log, "rb") as source:
        for turn, point in enumerate(points):
            while done <= point:
                request = requests[done]
                if request[1] & FLUSH:
                    for earlier in pending:
                        apply(base, source, earlier)
                    pending = []
                if request[4] and request[1] & FUA:
                    apply(base, source, request)
                elif request[4]:
                    pending.append(request)
                done += 1
            acknowledged = [card for card, size in machine.pulses if size <= requests[point][0]]
            for mode in (MODES[turn % 4], MODES[(turn + 2) % 4]) if pending else MODES[:1]:
                image = bytearray(base)
                for request in pending:
                    if mode == "kept" or mode in MODES[2:] and random.random() < 0.5:
                        apply(image, source, request, random if mode == "torn" else None)
                yield point, image, mode, acknowledged


def apply(image, source, request, torn=None):
    """Writes one request into the disk; with `torn` only some of its sectors."""
    _, flags, place, data, length = request
    if flags & DISCARD:
        image[place:place + length] = bytes(length)
        return
    source.seek(data)
    content = source.read(length)
    for at in range(0, length, SECTOR if torn else length):
        if torn is None or torn.random() < 0.5:
            piece = content[at:at + (SECTOR if torn else length)]
            image[place + at:place + at + len(piece)] = piece


def judge(machine, image, folder, acknowledged, title):
    """What is wrong with that disk: empty when nothing is."""
    os.makedirs(folder, exist_ok=True)
    disk = os.path.join(folder, "disk.img")
    with open(disk, "wb") as file:
        file.write(image)
    try:
        assert len(image) == DISK_MEGABYTES << 20, "the disk has grown"
        machine.examine(disk, folder, acknowledged)
    except (Failed, AssertionError, LookupError, ValueError, subprocess.SubprocessError) as error:
        return [f"{title}, {len(acknowledged)} let in by then: {error}"]
    return []
