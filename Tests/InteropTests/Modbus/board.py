"""A Modbus RTU relay board with inputs, made by pymodbus: what the gateway's driver must get along with.

usage: board.py LINK
  LINK   symlink to make for the driver's port
stdin, a line each:
  input NUMBER 0|1   refuse 0|1 (every write of a coil: device failure)   mute 0|1 (nothing comes back)
  Numbers count from 0, as in frames.
stdout, JSON: {"ready": true}, {"coil": NUMBER, "is_on": 0|1}, {"refused": NUMBER}, {"inputs": "read"} the first time
Ends with its standard input.
needs: pip install pymodbus==3.16.1 pyserial==3.5
"""

import asyncio
import json
import os
import select
import sys
import threading
import tty

from pymodbus import FramerType
from pymodbus.constants import ExcCodes
from pymodbus.server import StartAsyncSerialServer
from pymodbus.simulator import DataType, SimData, SimDevice

ADDRESS, COILS = 1, 16
WRITE_COIL, READ_INPUTS = 5, 2
inputs = [False] * COILS
state = {"refuse": False, "mute": False, "is_read": False}


def say(**fact):
    print(json.dumps(fact), flush=True)


async def action(function, start, address, count, registers, values):
    """What pymodbus asks before it answers; 16 bits are a register."""
    if function == READ_INPUTS:
        if not state["is_read"]:
            state["is_read"] = True
            say(inputs="read")
        registers[0] = sum(1 << number for number, is_on in enumerate(inputs) if is_on)
    if function == WRITE_COIL and values is not None:
        if state["refuse"]:
            say(refused=address)
            return ExcCodes.DEVICE_FAILURE
        say(coil=address, is_on=int(values[0]))
    return None


def open_terminal():
    master, slave = os.openpty()
    tty.setraw(slave)
    return master, os.ttyname(slave)


def bridge(ours, theirs):
    """The driver's pseudo terminal and pymodbus's are one line."""
    while True:
        for source in select.select([ours, theirs], [], [])[0]:
            data = os.read(source, 4096)
            if source == theirs and state["mute"]:
                continue
            os.write(theirs if source == ours else ours, data)


def obey():
    for line in sys.stdin:
        word, *numbers = line.split()
        if word == "input":
            inputs[int(numbers[0])] = numbers[1] == "1"
        else:
            state[word] = numbers[0] == "1"
    os._exit(0)


async def main(link):
    ours, path = open_terminal()
    theirs, board = open_terminal()
    temporary = f"{link}.{os.getpid()}"
    os.symlink(path, temporary)
    os.replace(temporary, link)
    bits = [SimData(0, count=COILS, values=False, datatype=DataType.BITS)]
    words = [SimData(0, count=COILS, values=0, datatype=DataType.REGISTERS)]
    device = SimDevice(
        id=ADDRESS, simdata=(bits, list(bits), words, list(words)), action=action)
    for work in (lambda: bridge(ours, theirs), obey):
        threading.Thread(target=work, daemon=True).start()
    server = asyncio.create_task(
        StartAsyncSerialServer(device, framer=FramerType.RTU, port=board, baudrate=9600))
    await asyncio.sleep(0)
    say(ready=True)
    await server


asyncio.run(main(sys.argv[1]))
