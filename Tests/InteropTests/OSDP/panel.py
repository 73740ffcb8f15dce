"""libosdp's own control panel, to compare ours with: the same lines, the same readers. It answers each card with
a green lamp.

usage: panel.py READERS_PER_LINE KEY[,KEY ...] LINK ...      KEY: plain, or the key of address 0, 1, … in hexadecimal
stdout, JSON: {"ready": true} when every reader is online, {"card": HEX, "at": nanoseconds since boot}
Ends with its standard input.
needs: pip install libosdp==3.2.9
"""

import json
import os
import select
import sys
import time
import tty

import osdp_sys
from osdp import Channel, Command, CommandLEDColor, LogLevel, PDInfo

GREEN = {
    "command": Command.LED, "reader": 0, "led_number": 0, "control_code": 2, "on_count": 1, "off_count": 0,
    "on_color": CommandLEDColor.Green, "off_color": CommandLEDColor.Black, "timer_count": 30, "temporary": True}


class Port(Channel):
    def __init__(self, link, number):
        super().__init__()
        self.id = number
        self.fd = os.open(link, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(self.fd)

    def read(self, max_bytes):
        try:
            return os.read(self.fd, max_bytes)
        except BlockingIOError:
            return b""

    def write(self, buf):
        return os.write(self.fd, bytes(buf))

    def flush(self):
        pass


def main():
    osdp_sys.set_loglevel(LogLevel.Critical)
    count, keys, links = int(sys.argv[1]), sys.argv[2].split(","), sys.argv[3:]
    panels = []
    for number, link in enumerate(links):
        port = Port(link, number + 1)
        readers = [
            PDInfo(address, port, scbk=None if keys[0] == "plain" else bytes.fromhex(keys[address])).get()
            for address in range(count)]
        panel = osdp_sys.ControlPanel(readers)
        panel.set_event_callback(lambda reader, event, panel=panel: take(panel, reader, event))
        panels.append(panel)
    is_ready, all_online = False, (1 << count) - 1
    while True:
        for panel in panels:
            panel.refresh()
        if not is_ready and all(panel.status() == all_online for panel in panels):
            is_ready = True
            say(ready=True)
        if select.select([0], [], [], 0.0005)[0] and not os.read(0, 4096):
            return


def take(panel, reader, event):
    if "data" in event:
        say(card=bytes(event["data"]).hex(), at=time.clock_gettime_ns(time.CLOCK_BOOTTIME))
        panel.submit_command(reader, GREEN)
    return 0


def say(**facts):
    print(json.dumps(facts), flush=True)


main()
