"""Devices on pseudo terminals, written from the device documents alone; nothing of Muster is used here."""
import os
import select
import threading
import time
import tty


def uptime():
    """The clock that ledger entries carry, in seconds."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Line:
    """A serial line: the gateway opens `path`, the device speaks at the other end.

    The gateway's end is held open here too, so that bytes wait in the line while no service runs, as they
    wait in the buffer of a real port.
    """

    def __init__(self, path):
        self.path = path
        self.device, self.held = os.openpty()
        tty.setraw(self.held)
        os.set_blocking(self.device, False)
        os.symlink(os.ttyname(self.held), path)

    def write(self, data, timeout=60):
        """Writes everything as fast as it is taken; false when it was not taken in time."""
        view, end = memoryview(data), time.monotonic() + timeout
        while view:
            try:
                view = view[os.write(self.device, view):]
            except BlockingIOError:
                left = end - time.monotonic()
                if left <= 0:
                    return False
                select.select([], [self.device], [], left)
        return True

    def write_paced(self, data, baud=115_200):
        """Byte by byte at the pace of a real line: ten bits a byte."""
        due = time.monotonic()
        for byte in data:
            while time.monotonic() < due:
                pass                    # a sleep is coarser than the 87 microseconds of one byte
            self.write(bytes([byte]))
            due += 10 / baud

    def read(self, timeout):
        """Bytes that the gateway sent; empty when none came in time."""
        readable, _, _ = select.select([self.device], [], [], timeout)
        if not readable:
            return b""
        try:
            return os.read(self.device, 65536)
        except (BlockingIOError, OSError):
            return b""

    def drain(self):
        """Forgets what the gateway asked while no device was there."""
        while self.read(0):
            pass

    def close(self):
        os.unlink(self.path)
        os.close(self.device)
        os.close(self.held)


class Device(threading.Thread):
    """A device that answers in a thread of its own until `stop`."""

    def __init__(self, line):
        super().__init__(daemon=True)
        self.line = line
        self.is_stopped = threading.Event()
        self.start()

    def run(self):
        while not self.is_stopped.is_set():
            data = self.line.read(0.05)
            if data:
                self.receive(data, uptime())

    def stop(self):
        self.is_stopped.set()
        self.join(5)


class RelayBoard(Device):
    """LCUS board, basic type: takes `A0 channel state sum`, answers nothing."""

    ON, OFF = bytes.fromhex("A00101A2"), bytes.fromhex("A00100A1")

    def __init__(self, line):
        self.pending = b""
        self.commands = []          # (uptime, frame), in order
        self.moments = {}           # frame → when each came
        self.garbage = b""
        self.arrived = threading.Condition()
        super().__init__(line)

    def receive(self, data, at):
        self.pending += data
        with self.arrived:
            while len(self.pending) >= 4:
                frame = self.pending[:4]
                if frame[0] == 0xA0 and sum(frame[:3]) % 256 == frame[3]:
                    self.commands.append((at, frame))
                    self.moments.setdefault(frame, []).append(at)
                    self.pending = self.pending[4:]
                else:
                    self.garbage += self.pending[:1]
                    self.pending = self.pending[1:]
            self.arrived.notify_all()

    def count(self, frame):
        with self.arrived:
            return len(self.moments.get(frame, []))

    def wait_count(self, frame, count, timeout):
        """Waits until `count` such commands came; returns when the last of them did, or None."""
        with self.arrived:
            self.arrived.wait_for(lambda: len(self.moments.get(frame, [])) >= count, timeout)
            moments = self.moments.get(frame, [])
            return moments[count - 1] if len(moments) >= count else None


def rdm6300_frame(number):
    """STX, version and 4 tag bytes and their XOR as upper-case hex, ETX."""
    tag = bytes([0x0A]) + number.to_bytes(4, "big")
    check = 0
    for byte in tag:
        check ^= byte
    return b"\x02" + (tag + bytes([check])).hex().upper().encode() + b"\x03"


def line_frame(number):
    """Ten decimal digits (8H10D), CR LF."""
    return b"%010d\r\n" % number
