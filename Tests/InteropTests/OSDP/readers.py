"""Readers of one OSDP line, made by libosdp: what the gateway's panel must get along with.

usage: readers.py LINK BAUD ADDRESS=KIND ...
  LINK   symlink to make for the panel's port
  BAUD   speed that the line is slowed down to, and that readers hear at until they are told another; 0: as fast as
         it goes, and they hear whatever the panel has set
  KIND   plain | install | the reader's key as 32 hexadecimal digits (nothing but the secure channel then)
stdin, a line each:
  ADDRESS card HEX BITS     ADDRESS tamper 0|1     ADDRESS inputs 0|1 ...     ADDRESS state     ADDRESS restart
  hush MILLISECONDS     stats
  A reader keeps the ADDRESS that it was made with here, whatever the panel makes of it.
stdout, JSON: {"ready": true}, {"reader": ADDRESS, "command": {...}, "at": ns}, {"reader": ADDRESS, "secure": ..., "online": ...},
  {"reader": ADDRESS, "card": HEX, "at": nanoseconds since boot}, {"reader": ADDRESS, "asked": times, "longest_ms": pause}
Ends with its standard input.
needs: pip install libosdp==3.2.9
"""

import fcntl
import json
import os
import select
import struct
import sys
import time
import tty

import osdp_sys
from osdp import Capability, CardFormat, Channel, Command, Event, LibFlag, LogLevel, PDCapabilities, PDInfo, StatusReportType
from osdp.helpers import PdId

CAPABILITIES = PDCapabilities([
    (Capability.ContactStatusMonitoring, 1, 2), (Capability.OutputControl, 1, 4), (Capability.CardDataFormat, 1, 1),
    (Capability.LEDControl, 1, 1), (Capability.AudibleControl, 1, 1), (Capability.TextOutput, 1, 1),
    (Capability.Readers, 1, 1)])


# TCGETS2 of <asm-generic/ioctls.h>: struct termios2 of 44 bytes, its output speed last.
TCGETS2, TERMIOS2 = 0x802C542A, "=4I20s2I"


class Line:
    """The master side of a pseudo terminal, as slow as the line it stands for."""

    def __init__(self, link, baud):
        self.baud, self.byte_time = baud, 10 / baud if baud else 0
        self.hushed_until = 0
        self.asked = {}  # address: times, time of the last, longest pause; seconds
        self.master, slave = os.openpty()
        tty.setraw(slave)
        os.set_blocking(self.master, False)
        temporary = f"{link}.{os.getpid()}"
        os.symlink(os.ttyname(slave), temporary)
        os.replace(temporary, link)

    def speed(self):
        """What the panel has set."""
        return struct.unpack(TERMIOS2, fcntl.ioctl(self.master, TCGETS2, bytes(struct.calcsize(TERMIOS2))))[-1]

    def receive(self):
        data = os.read(self.master, 4096)
        now = time.monotonic()
        for piece in data.split(b"\xff\x53")[1:]:
            times, last, longest = self.asked.get(piece[0], (0, now, 0))
            self.asked[piece[0]] = (times + 1, now, max(longest, now - last))
        time.sleep(len(data) * self.byte_time)
        return data

    def send(self, data):
        if time.monotonic() < self.hushed_until:
            return
        time.sleep(len(data) * self.byte_time)
        os.write(self.master, data)


class Wire(Channel):
    """What one reader hears and says."""

    def __init__(self, line, number):
        super().__init__()
        self.line, self.id, self.heard = line, number, bytearray()

    def read(self, max_bytes):
        data = bytes(self.heard[:max_bytes])
        del self.heard[:max_bytes]
        return data

    def write(self, buf):
        self.line.send(bytes(buf))
        return len(buf)

    def flush(self):
        self.heard.clear()


class Reader:
    def __init__(self, line, address, kind):
        self.line, self.address, self.kind = line, address, kind
        self.place, self.baud = address, line.baud
        self.start()

    def start(self):
        self.wire = Wire(self.line, self.address + 1)
        has_key = self.kind not in ("plain", "install")
        flags = [LibFlag.EnforceSecure] if has_key else [LibFlag.InstallMode] if self.kind == "install" else []
        info = PDInfo(
            self.place, self.wire, scbk=bytes.fromhex(self.kind) if has_key else None, flags=flags,
            id=PdId(1, 1, 0x26235C, 0x1000 + self.address, 0x030201))
        self.device = osdp_sys.PeripheralDevice(info.get(), capabilities=CAPABILITIES.get())
        self.device.set_command_callback(self.take)

    def take(self, command):
        say(reader=self.address, command=command, at=now())
        if command["command"] == Command.ComsetDone:
            self.place, self.baud = command["address"], command["baud_rate"]
        if "type" in command and "data" in command and len(command["data"]) == 16:
            self.kind = bytes(command["data"]).hex()  # a new key outlives a restart
        return 0, None

    def work(self):
        for _ in range(4):
            self.device.refresh()
            if not self.wire.heard:
                break

    def do(self, word, arguments):
        if word == "card":
            say(reader=self.address, card=arguments[0], at=now())
            self.device.submit_event({
                "event": Event.CardRead, "reader_no": 0, "direction": 0, "format": CardFormat.Unspecified,
                "length": int(arguments[1]), "data": bytes.fromhex(arguments[0])})
        elif word == "tamper":
            self.device.submit_event({
                "event": Event.Status, "type": StatusReportType.Local, "report": bytes([int(arguments[0]), 0])})
        elif word == "inputs":
            self.device.submit_event({
                "event": Event.Status, "type": StatusReportType.Input, "report": bytes(map(int, arguments))})
        elif word == "state":
            say(reader=self.address, online=bool(self.device.is_online()), secure=bool(self.device.is_sc_active()))
        elif word == "restart":
            self.start()


def now():
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


def say(**facts):
    def plain(value):
        return value.hex() if isinstance(value, (bytes, bytearray)) else str(value)
    print(json.dumps(facts, default=plain), flush=True)


def main():
    osdp_sys.set_loglevel(LogLevel.Critical)
    link, baud, *readers = sys.argv[1:]
    line = Line(link, int(baud))
    there = {}
    for text in readers:
        address, kind = text.split("=")
        there[int(address)] = Reader(line, int(address), kind)
    say(ready=True)
    typed = b""
    while True:
        ready, _, _ = select.select([line.master, 0], [], [], 0.05)
        if line.master in ready:
            data = line.receive()
            for reader in there.values():
                if not line.baud or reader.baud == line.speed():
                    reader.wire.heard += data
        for reader in there.values():
            reader.work()
        if 0 not in ready:
            continue
        new = os.read(0, 65536)
        if not new:
            os.unlink(link)
            return
        *lines, typed = (typed + new).split(b"\n")
        for words in (text.decode().split() for text in lines):
            if words[0] == "hush":
                line.hushed_until = time.monotonic() + int(words[1]) / 1000
            elif words[0] == "stats":
                for address, (times, _, longest) in line.asked.items():
                    say(reader=address, asked=times, longest_ms=round(longest * 1000, 1))
                line.asked = {}
            else:
                there[int(words[0])].do(words[1], words[2:])


main()
