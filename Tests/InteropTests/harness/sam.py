"""A resident ID card reader with its security module, written from the module's command description."""
import threading

from wire import Device, uptime

PREAMBLE = bytes.fromhex("AAAAAA9669")
MODULE_NUMBER = bytes.fromhex("0500030051B8320187D6120015CD5B07")    # 05.03-20101201-0001234567-0123456789


def checked(body):
    """Length (big-endian, check included), body, XOR over both."""
    counted = (len(body) + 1).to_bytes(2, "big") + body
    check = 0
    for byte in counted:
        check ^= byte
    return PREAMBLE + counted + bytes([check])


def status(word, data=b""):
    return checked(b"\x00\x00" + bytes([word]) + data)


# Frames as the description prints them: they hold `checked` right.
assert status(0x9F, bytes(4)).hex() == "aaaaaa9669000800009f0000000097"
assert status(0x80).hex() == "aaaaaa96690004000080" + "84"
assert status(0x90, bytes(8)).hex() == "aaaaaa9669000c00009000000000000000009c"


class Person:
    """Somebody invented, as the 256 bytes of text that the chip holds."""

    def __init__(self, name, number):
        self.name, self.number = name, number

    @property
    def text(self):
        sex = "1" if int(self.number[16]) % 2 else "2"
        fields = [(self.name, 15), (sex, 1), ("01", 2), (self.number[6:14], 8), ("测试路1号", 35),
                  (self.number, 18), ("测试公安局", 15), ("20200102", 8), ("长期", 8), ("", 18)]
        text = "".join(value.ljust(length) for value, length in fields).encode("utf-16-le")
        assert len(text) == 256
        return text


class SAMReader(Device):
    """Answers find, select and read in this order only; a card is read once until it is taken away."""

    def __init__(self, line, is_paced):
        self.is_paced = is_paced
        self.pending = b""
        self.card = None
        self.is_found = self.is_selected = self.is_read = False
        self.was_read = threading.Event()
        self.last_byte_at = self.read_at = None     # the latter: of the frame that carried the last card
        self.asked = {}             # command and parameter → how often
        super().__init__(line)

    def present(self, person):
        self.is_found = self.is_selected = self.is_read = False
        self.was_read.clear()
        self.card = person

    def take_away(self):
        self.card = None

    def receive(self, data, at):
        self.pending += data
        while True:
            start = self.pending.find(PREAMBLE)
            if start < 0 or len(self.pending) < start + 10:
                return
            frame, self.pending = self.pending[start:start + 10], self.pending[start + 10:]
            assert checked(frame[7:9]) == frame, f"a request with a wrong check: {frame.hex()}"
            self.asked[frame[7:9].hex()] = self.asked.get(frame[7:9].hex(), 0) + 1
            self.answer(frame[7:9])

    def answer(self, request):
        if request == b"\x12\xff":
            return self.send(status(0x90, MODULE_NUMBER))
        if request == b"\x11\xff":
            return self.send(status(0x90))
        if request == b"\x20\x01":
            self.is_found, self.is_selected = self.card is not None and not self.is_read, False
            return self.send(status(0x9F, bytes(4)) if self.is_found else status(0x80))
        if request == b"\x20\x02":
            self.is_selected = self.is_found
            return self.send(status(0x90, bytes(8)) if self.is_selected else status(0x81))
        if request == b"\x30\x01":
            if not self.is_selected or self.card is None:
                return self.send(status(0x23))
            photo = bytes(1024)
            # A find that is asked for later than this must meet a card that was read.
            self.is_read = True
            self.send(status(0x90, b"\x01\x00\x04\x00" + self.card.text + photo))
            self.read_at = self.last_byte_at
            return self.was_read.set()
        return self.send(status(0x21))

    def send(self, frame):
        """Sends one frame and keeps the moment just before its last byte left."""
        body, last = (frame[:-1], frame[-1:]) if self.is_paced else (b"", frame)
        self.line.write_paced(body)
        self.last_byte_at = uptime()
        self.line.write(last)
