"""The other side of OSDP lines as a process: `readers.py` or `panel.py`, in the Python that has libosdp."""
import json
import os
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = os.environ.get("MUSTER_INTEROP_PYTHON", sys.executable)
SITE_KEY = bytes(range(0x40, 0x50))


def is_there():
    """Whether that Python has libosdp."""
    return subprocess.run([PYTHON, "-c", "import osdp_sys, osdp"], stderr=subprocess.DEVNULL).returncode == 0


def reader_key(address):
    """As the driver derives it, over the unique id that libosdp makes of what readers.py says of a reader."""
    unique = bytes([0x5C, 0x23, 0x01, 0x00, address, 0x10, 0x00, 0x00])
    done = subprocess.run(
        ["openssl", "enc", "-aes-128-ecb", "-nopad", "-K", SITE_KEY.hex()],
        input=unique + bytes(255 - byte for byte in unique), stdout=subprocess.PIPE, check=True)
    return done.stdout.hex()


class Peer:
    """Its lines are facts."""

    def __init__(self, script, *arguments):
        self.process = subprocess.Popen(
            [PYTHON, os.path.join(HERE, script), *map(str, arguments)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True, bufsize=1)
        self.facts = []
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self):
        for line in self.process.stdout:
            fact = json.loads(line)
            self.facts.append(fact)

    def say(self, words):
        self.process.stdin.write(words + "\n")
        self.process.stdin.flush()

    def wait_ready(self, timeout=60):
        end = time.monotonic() + timeout
        while not any("ready" in fact for fact in self.facts):
            if self.process.poll() is not None or time.monotonic() > end:
                raise OSError("the other side of the line did not become ready")
            time.sleep(0.01)

    def end(self):
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
