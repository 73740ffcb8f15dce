#!/usr/bin/env python3
"""Checks a bundle of evidence; written from the page "Ledger format" alone (FORMAT.md in the bundle).

usage: verify_bundle.py BUNDLE.zip [--against CHECKPOINT.json]
Says in one line: accepted with counts, or the first place (file, sequence; 0: the whole file) and why.
exit: 0 accepted, 1 rejected, 2 usage
"""
import argparse, datetime, hashlib, itertools, json, re, sys, zipfile
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEYS = {"format", "origin", "public_key", "worker", "worker_key", "from", "to", "head", "files", "signature"}
SEGMENT, SHOWN, HIDDEN = {"after", "hash"}, {"sequence", "canonical", "hash"}, {"sequence", "digest"}
ELSEWHERE, RECEIPT = {"format", "origin", "public_key"}, {"sequence", "platform", "receipt", "proof"}
CHECKPOINT = {"sequence", "hash", "signed_at", "statement", "signature"}
ENTRY_FORM = [int, str, int, int, (int, type(None)), int, int, bytes, int, int, bytes]
SIMPLE, STATEMENT_FORM = {(7, 20): False, (7, 21): True, (7, 22): None}, [str, str, int, bytes, int, int, bytes]

class Rejected(Exception):
    def __init__(self, *place):
        self.file, self.sequence, self.rule, self.reason = place
def need(is_so, place, rule, reason):
    if not is_so:
        raise Rejected(*place, rule, reason)

def encode(value):
    """CBOR, core deterministic encoding."""
    def head(kind, argument):
        if argument < 24:
            return bytes([kind * 32 + argument])
        power = next(power for power in range(4) if argument < 1 << (8 << power))
        return bytes([kind * 32 + 24 + power]) + argument.to_bytes(1 << power, "big")
    if value is None or isinstance(value, bool):
        return {None: b"\xf6", False: b"\xf4", True: b"\xf5"}[value]
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, (bytes, str)):
        piece = value.encode() if isinstance(value, str) else value
        return head(3 if isinstance(value, str) else 2, len(piece)) + piece
    return head(4, len(value)) + b"".join(map(encode, value))

def decode(data, at=0, depth=0):
    """The value at `at` and where it ends; ValueError when it is encoded in another way than it must be."""
    if at >= len(data) or depth > 8:
        raise ValueError("it is cut or nests too deep")
    kind, argument, at = data[at] // 32, data[at] % 32, at + 1
    if (kind, argument) in SIMPLE:
        return SIMPLE[kind, argument], at
    if kind > 4 or argument > 27:
        raise ValueError("a form that does not appear here")
    if argument >= 24:
        width = 1 << argument - 24
        argument, at = int.from_bytes(data[at:at + width], "big"), at + width
        if at > len(data) or argument < (24 if width == 1 else 1 << 4 * width):
            raise ValueError("an argument that is cut or in too many bytes")
    if kind < 2:
        return (-1 - argument if kind else argument), at
    if kind == 4:
        elements = []
        for _ in range(argument):       # each takes a byte at least: a wrong count ends with the data
            element, at = decode(data, at, depth + 1)
            elements.append(element)
        return elements, at
    piece, at = data[at:at + argument], at + argument
    if at > len(data):
        raise ValueError("a string that is cut")
    return (piece.decode() if kind == 3 else piece), at
def decode_as(form, data, place, rule):
    """The array in `data`, whose elements have the types of `form`."""
    try:
        values, end = decode(data)
    except ValueError as error:
        raise Rejected(*place, rule, f"not in canonical form: {error}") from None
    fits = isinstance(values, list) and len(values) == len(form) and end == len(data) and all(
        isinstance(value, types) and not isinstance(value, bool) for value, types in zip(values, form))
    need(fits, place, rule, "not the values that belong here")
    return values
def load(text, forms, place):
    """A JSON object with no key twice and exactly the keys of one of the forms."""
    def once(pairs):
        need(len(dict(pairs)) == len(pairs), place, 0, "a key stands there twice")
        return dict(pairs)
    try:
        found = json.loads(text.decode(), object_pairs_hook=once)
    except (ValueError, RecursionError):
        raise Rejected(*place, 0, "not JSON as it should be") from None
    need(isinstance(found, dict) and set(found) in forms, place, 0, "other keys than it should have")
    return found
def raw(text, count, place):
    """Bytes from hexadecimal digits; `count` of them unless None."""
    is_raw = isinstance(text, str) and re.fullmatch("([0-9a-fA-F]{2})*", text)
    need(is_raw and count in (None, len(text) // 2), place, 0, "not the hexadecimal digits there must be")
    return bytes.fromhex(text)
def number(value, place):
    need(type(value) is int and 0 <= value < 1 << 63, place, 0, "no sequence")
    return value
def need_signature(key, signature, signed, place, rule):
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, signed)
    except (InvalidSignature, ValueError):
        raise Rejected(*place, rule, "the signature does not hold") from None

class Keys:
    """keys.json by its form; whether it is the node's is rule 5, checked last."""
    def __init__(self, content):
        place = ("keys.json", 0)
        found = load(content, [KEYS], place)
        worker = re.fullmatch("([0-9a-f]{6})-(0|[1-9][0-9]*)", str(found["worker"]))
        self.origin, self.days, head = found["origin"], [found["from"], found["to"]], found["head"]
        need(worker and all(re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", str(day)) for day in self.days)
             and isinstance(self.origin, str) and isinstance(head, dict) and set(head) == {"sequence", "hash"}
             and isinstance(found["files"], dict) and found["format"] == "muster-evidence-1",
             place, 0, "a value that is not of its form")
        self.worker = (int(worker[1], 16) << 40) + int(worker[2])
        self.public_key = raw(found["public_key"], 32, place)
        self.signature = raw(found["signature"], 64, place)
        self.worker_key = None if found["worker_key"] is None else raw(found["worker_key"], 32, place)
        self.head = [number(head["sequence"], place), raw(head["hash"], 32, place)]
        self.files = {name: raw(digest, 32, place) for name, digest in found["files"].items()}
    def signed(self):
        files = [[name, self.files[name]] for name in sorted(self.files, key=str.encode)]
        about = [self.origin, self.public_key, self.worker, self.worker_key, *self.days]
        return encode(["muster evidence 1", *about, *self.head, files])

class Chain:
    """entries.jsonl: rules 1, 2, 4. Keeps the hash of every sequence it passes, and what rule 6 asks for."""
    def __init__(self, content, keys, marks):
        self.passes, self.proofs = set(), {}
        self.hashes, self.segments, self.shown, self.hidden, self.opened, last = {}, 0, 0, 0, 0, -1
        for line in content.splitlines():
            place = ("entries.jsonl", last + 1)
            item = load(line, [SEGMENT, SHOWN, HIDDEN], place)
            if "after" in item:
                need(last in marks or last < 0, ("entries.jsonl", last), 3, "no checkpoint vouches for it")
                after = number(item["after"], place)
                need(after >= last, ("entries.jsonl", after + 1), 1, "segments overlap")
                last, hash_, self.segments = after, raw(item["hash"], 32, place), self.segments + 1
                need(after or hash_ == keys.public_key, ("entries.jsonl", 0), 1, "not the public key")
            else:
                need(number(item["sequence"], place) == last + 1 > 0, place, 1, "another entry belongs here")
                is_hidden = "digest" in item
                digest = raw(item["digest"], 32, place) if is_hidden else self.check_entry(item, keys, place)
                hash_ = hashlib.sha256(self.hashes[last] + digest).digest()
                need(is_hidden or raw(item["hash"], 32, place) == hash_, place, 1, "not the chain's hash")
                self.hidden, self.shown, last = self.hidden + is_hidden, self.shown + (not is_hidden), last + 1
            self.hashes[last] = hash_
            claimed = marks[last]["hash"].lower() if last in marks else hash_.hex()
            need(claimed == hash_.hex(), ("checkpoints.jsonl", last), 3, "the entry has another hash")
        need(last in marks or last < 0, ("entries.jsonl", last), 3, "no checkpoint vouches for it")
    def check_entry(self, item, keys, place):
        canonical = raw(item["canonical"], None, place)
        values = decode_as(ENTRY_FORM, canonical, place, 2)
        need(values[0] == 2 and len(values[7]) == 16 and (values[4] or 0) >= 0, place, 2, "not an entry")
        need(values[1:3] == [keys.origin, item["sequence"]], place, 2, "it names another origin or sequence")
        self.passes |= {values[2]} if values[3] == 1 and values[4] == keys.worker else set()
        self.proofs |= {values[2]: values[10]} if values[3] == 40 else {}
        if keys.worker_key and values[4] == keys.worker and values[9] == 1:
            try:
                AESGCM(keys.worker_key).decrypt(values[10][:12], values[10][12:], encode(values[:10] + [b""]))
            except (InvalidTag, ValueError):
                raise Rejected(*place, 4, "the sealed body does not open") from None
            self.opened += 1
        return hashlib.sha256(canonical).digest()
def read_statement(item, keys, place):
    """The seven values that are signed, by the node of `keys`."""
    signed, signature = raw(item["statement"], None, place), raw(item["signature"], 64, place)
    values = decode_as(STATEMENT_FORM, signed, place, 3)
    need(values[0] == "muster checkpoint 1" and [values[1], values[6]] == [keys.origin, keys.public_key],
         place, 3, "not a checkpoint of this origin and key")
    need_signature(values[6], signature, signed, place, 3)
    return values
def read_marks(content):
    marks, last = {}, 0
    for line in content.splitlines():
        item = load(line, [CHECKPOINT], ("checkpoints.jsonl", 0))
        place = ("checkpoints.jsonl", number(item["sequence"], ("checkpoints.jsonl", 0)))
        need(place[1] > last and raw(item["hash"], 32, place), place, 3, "it is out of order")
        last, marks[place[1]] = place[1], item
    return marks
def check_mark(item, keys):
    place = ("checkpoints.jsonl", item["sequence"])
    values = read_statement(item, keys, place)
    moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=values[4])
    need(item["signed_at"] == moment.isoformat(timespec="milliseconds") + "Z"
         and values[2:4] == [place[1], raw(item["hash"], 32, place)], place, 3, "not what it signs")
def proven(chain):
    """The lines that the entries of kind 40 prove."""
    for proof, body in chain.proofs.items():
        (platform, receipt, runs, *_), end = decode(body)[0], 0
        for distance, count in zip(runs[::2], runs[1::2]):
            first, end = end + distance, end + distance + count
            yield from ({"sequence": one, "platform": platform, "receipt": receipt, "proof": proof}
                        for one in chain.passes if first <= one < min(end, proof))
def check_receipts(content, chain):
    """receipts.jsonl: rule 6."""
    try:
        expected = sorted(proven(chain), key=lambda line: (line["sequence"], line["proof"]))
    except (ValueError, TypeError) as error:
        raise Rejected("entries.jsonl", 0, 6, f"an entry of kind 40 cannot be read: {error}") from None
    for line, text in itertools.zip_longest(expected, content.splitlines()):
        place = ("receipts.jsonl", line["sequence"] if line else 0)
        need(line and text and load(text, [RECEIPT], place) == line, place, 6, "not what the entries prove")
def check_against(content, keys, chain):
    """A checkpoint kept elsewhere: same origin and key and, where the bundle reaches it, the same hash."""
    place = ("checkpoint kept elsewhere", 0)
    values = read_statement(load(content, [CHECKPOINT | ELSEWHERE], place), keys, place)
    need(chain.hashes.get(values[2], values[3]) == values[3], ("entries.jsonl", values[2]), 3, "not its hash")
    return f", key of the checkpoint at {values[2]}" + (" and its hash" if values[2] in chain.hashes else "")

def verify(contents, against=None):
    """`contents` are the files by name; gives the words of acceptance."""
    for name in {"keys.json", "checkpoints.jsonl", "entries.jsonl", "receipts.jsonl"} - set(contents):
        raise Rejected(name, 0, 5, "the file is missing")
    keys, marks = Keys(contents["keys.json"]), read_marks(contents["checkpoints.jsonl"])
    chain = Chain(contents["entries.jsonl"], keys, marks)
    for one in marks:
        need(one in chain.hashes, ("checkpoints.jsonl", one), 3, "no entry here has that sequence")
    for item in marks.values():
        check_mark(item, keys)
    check_receipts(contents["receipts.jsonl"], chain)
    for name in sorted(keys.files) + sorted(set(contents) - {"keys.json"}):
        digest = hashlib.sha256(contents.get(name, b"")).digest()
        need(name in contents and keys.files.get(name) == digest, (name, 0), 5, "not a file that was signed")
    need_signature(keys.public_key, keys.signature, keys.signed(), ("keys.json", 0), 5)
    need(marks and keys.head == [max(marks), chain.hashes[max(marks)]], ("keys.json", 0), 3, "another head")
    against = against and check_against(against, keys, chain)
    return (f"{chain.shown} entries shown, {chain.hidden} hidden, {chain.segments} segments, {len(marks)} "
            f"checkpoints, {chain.opened} sealed bodies opened{against or ''}")
def read(path):
    try:
        with zipfile.ZipFile(path) as archive:
            contents = {name: archive.read(name) for name in archive.namelist()}
            need(len(contents) == len(archive.namelist()), ("bundle", 0), 5, "a file stands there twice")
            return contents
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise Rejected("bundle", 0, 0, f"it cannot be read: {error}") from None
def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("bundle")
    parser.add_argument("--against", type=argparse.FileType("rb"))
    options = parser.parse_args()
    try:
        print("accepted: " + verify(read(options.bundle), options.against and options.against.read()))
    except Rejected as rejected:
        sys.exit("rejected: {}, sequence {}, rule {}: {}".format(*rejected.args))

if __name__ == "__main__":
    main()
