"""Preload libraries that change the machine around the program: a slow disk, a jumping clock."""
import os
import struct
import subprocess

from service import expect

SOURCES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "shims")


class Shim:
    """One library, built into `folder`, and the number it reads while the program runs."""

    def __init__(self, name, variable, folder):
        library, self.path = os.path.join(folder, f"{name}.so"), os.path.join(folder, f"{name}.value")
        built = subprocess.run(
            ["cc", "-O2", "-shared", "-fPIC", "-o", library, os.path.join(SOURCES, f"{name}.c"), "-ldl"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        expect(built.returncode == 0, f"{name}.c does not compile: {built.stdout.decode()[-500:]}")
        with open(self.path, "wb") as file:
            file.write(bytes(8))
        self.environment = {"LD_PRELOAD": library, variable: self.path}

    def set(self, number):
        descriptor = os.open(self.path, os.O_WRONLY)        # in place: the file is mapped
        os.pwrite(descriptor, struct.pack("<q", int(number)), 0)
        os.close(descriptor)


def slow_sync(folder):
    """A disk whose syncs take microseconds more: `set(20_000)`."""
    return Shim("slowsync", "SLOW_SYNC", folder)


def wall_clock(folder):
    """A wall clock that is off by nanoseconds: `set(3_600_000_000_000)`."""
    return Shim("wallclock", "WALL_CLOCK", folder)
