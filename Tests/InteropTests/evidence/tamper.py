#!/usr/bin/env python3
"""Tampers with a bundle of evidence in many ways; every variant must be rejected, with its place.

usage: tamper.py [BUNDLE.zip CHECKPOINT.json] [--count N] [--seed N] [--muster PROGRAM]
Without a bundle one is made from the format page. With --muster the program judges too, and must name the
same file and sequence. exit: 0 all rejected, 1 not, 2 usage
"""
import argparse
import collections
import json
import os
import random
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import make_bundle
from verify_bundle import Rejected, decode, encode, read, verify


class Bundle:
    """The files of a bundle with their lines read; `files()` writes them again."""

    def __init__(self, files, random):
        self.all, self.random = dict(files), random
        self.keys = json.loads(files["keys.json"])
        self.entries = [json.loads(line) for line in files["entries.jsonl"].splitlines()]
        self.checkpoints = [json.loads(line) for line in files["checkpoints.jsonl"].splitlines()]
        self.receipts = [json.loads(line) for line in files["receipts.jsonl"].splitlines()]
        self.written = {json.dumps(item): line for name, items in self.lines().items()
                        for item, line in zip(items, files[name].splitlines())}

    def lines(self):
        return {"entries.jsonl": self.entries, "checkpoints.jsonl": self.checkpoints,
                "receipts.jsonl": self.receipts}

    def files(self, is_listed):
        """With `is_listed` the digests in keys.json follow what was changed, as a careful forger's would.

        A line that was not changed is written as it was, byte by byte.
        """
        for name, items in self.lines().items():
            if name not in self.all:
                continue
            lines = [self.written.get(json.dumps(item), json.dumps(item).encode()) for item in items]
            self.all[name] = b"".join(line + b"\n" for line in lines)
        if is_listed:
            self.keys["files"] = {name: make_bundle.digest(content).hex()
                                  for name, content in self.all.items() if name != "keys.json"}
        return {**self.all, "keys.json": json.dumps(self.keys).encode()}

    def pick(self, key):
        return self.random.choice([item for item in self.entries if key in item])

    def pick_a_receipt(self):
        """A line of receipts.jsonl; one that somebody makes up where there is none."""
        if not self.receipts:
            shown = [item["sequence"] for item in self.entries if "canonical" in item]
            self.receipts.append({"sequence": shown[0], "platform": "city", "receipt": "", "proof": shown[-1]})
        return self.random.choice(self.receipts)

    def sealed(self):
        """Entries of the worker whose body is sealed, with their values."""
        shown = [item for item in self.entries if "canonical" in item]
        pairs = [(item, decode(bytes.fromhex(item["canonical"]))[0]) for item in shown]
        return [(item, values) for item, values in pairs if values[9] == 1]

    def rehash(self):
        """Computes every hash anew from what the lines say now, as somebody without the node's key can."""
        hash_ = b""
        for item in self.entries:
            if "after" in item:
                hash_ = bytes.fromhex(item["hash"])
                continue
            inner = make_bundle.digest(bytes.fromhex(item["canonical"])) if "canonical" in item \
                else bytes.fromhex(item["digest"])
            hash_ = make_bundle.digest(hash_ + inner)
            if "hash" in item:
                item["hash"] = hash_.hex()


def flipped(text, random):
    """Hexadecimal digits with one bit of one byte changed."""
    data = bytearray.fromhex(text)
    data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return data.hex()


def change_a_byte_of_a_line(bundle):
    item = bundle.random.choice(bundle.entries)
    key = bundle.random.choice([key for key in item if isinstance(item[key], str)])
    item[key] = flipped(item[key], bundle.random)


def change_a_sequence(bundle):
    item = bundle.random.choice(bundle.entries[1:])
    key = "after" if "after" in item else "sequence"
    item[key] += bundle.random.choice((-1, 1))


def change_a_byte_of_a_checkpoint(bundle):
    item = bundle.random.choice(bundle.checkpoints)
    key = bundle.random.choice(("hash", "statement", "signature"))
    item[key] = flipped(item[key], bundle.random)


def change_when_a_checkpoint_was_signed(bundle):
    line = bundle.random.choice(bundle.checkpoints)
    line["signed_at"] = make_bundle.moment(bundle.random.randrange(1 << 40))


def remove_a_line(bundle):
    del bundle.entries[bundle.random.randrange(len(bundle.entries))]


def double_a_line(bundle):
    index = bundle.random.randrange(len(bundle.entries))
    bundle.entries.insert(index, bundle.entries[index])


def swap_two_lines(bundle):
    index = bundle.random.randrange(len(bundle.entries) - 1)
    bundle.entries[index:index + 2] = bundle.entries[index:index + 2][::-1]


def remove_a_segment(bundle):
    starts = [index for index, item in enumerate(bundle.entries) if "after" in item] + [len(bundle.entries)]
    index = bundle.random.randrange(len(starts) - 1)
    del bundle.entries[starts[index]:starts[index + 1]]


def cut_the_tail(bundle):
    del bundle.entries[-bundle.random.randrange(1, min(8, len(bundle.entries))):]


def cut_back_to_a_checkpoint(bundle):
    """A whole bundle as of an earlier day: everything fits but the signature over the head."""
    bundle.checkpoints.pop()
    newest = bundle.checkpoints[-1]["sequence"]
    while bundle.entries and bundle.entries[-1].get("sequence", bundle.entries[-1].get("after")) > newest:
        bundle.entries.pop()
    while "after" in bundle.entries[-1]:
        bundle.entries.pop()
    bundle.keys["head"] = {"sequence": newest, "hash": bundle.checkpoints[-1]["hash"]}


def remove_a_checkpoint(bundle):
    del bundle.checkpoints[bundle.random.randrange(len(bundle.checkpoints))]


def put_a_stale_checkpoint_last(bundle):
    bundle.checkpoints[-1] = bundle.checkpoints[0]


def make_an_entry_another_and_rehash(bundle):
    item = bundle.pick("canonical")
    values = decode(bytes.fromhex(item["canonical"]))[0]
    values[5] += bundle.random.choice((-3_600_000, 3_600_000))
    item["canonical"] = encode(values).hex()
    bundle.rehash()


def hide_an_entry_under_another_digest_and_rehash(bundle):
    index = bundle.entries.index(bundle.pick("canonical"))
    sequence = bundle.entries[index]["sequence"]
    bundle.entries[index] = {"sequence": sequence, "digest": bundle.random.randbytes(32).hex()}
    bundle.rehash()


def encode_an_entry_in_a_longer_way(bundle):
    item = bundle.pick("canonical")
    data = item["canonical"]
    item["canonical"] = data[:2] + "1802" + data[4:]       # the version in two bytes
    bundle.rehash()


def move_a_sealed_body(bundle):
    sealed = bundle.sealed()
    one, other = bundle.random.sample(sealed, 2)
    one[1][10] = other[1][10]
    one[0]["canonical"] = encode(one[1]).hex()
    bundle.rehash()


def change_a_sealed_body(bundle):
    item, values = bundle.random.choice(bundle.sealed())
    values[10] = bytes.fromhex(flipped(values[10].hex(), bundle.random))
    item["canonical"] = encode(values).hex()
    bundle.rehash()


def change_the_worker_key(bundle):
    another = flipped(bundle.keys["worker_key"], bundle.random)
    bundle.keys["worker_key"] = bundle.random.choice((None, another))


def change_the_worker(bundle):
    bundle.keys["worker"] = bundle.random.choice(("cc0eee-5", "cc0eed-2", "CC0EEE-2", "cc0eee-02"))


def change_a_byte_of_the_keys(bundle):
    key = bundle.random.choice(("public_key", "signature"))
    bundle.keys[key] = flipped(bundle.keys[key], bundle.random)


def change_the_days_or_the_origin(bundle):
    key, value = bundle.random.choice((("from", "2026-10-01"), ("to", "2026-12-01"), ("origin", "south-gate"),
                                       ("format", "muster-evidence-2"), ("extra", 1)))
    bundle.keys[key] = value


def change_the_head(bundle):
    bundle.keys["head"] = {key: bundle.checkpoints[0][key] for key in ("sequence", "hash")}


def change_the_page_for_people(bundle):
    bundle.all["index.html"] += b"<p>paid</p>"


def change_another_file(bundle):
    bundle.all["FORMAT.md"] += b"{}\n"


def add_a_line_to_the_receipts(bundle):
    bundle.receipts.append(bundle.random.choice(({}, dict(bundle.pick_a_receipt()))))


def alter_a_receipt(bundle):
    bundle.pick_a_receipt()[bundle.random.choice(("platform", "receipt"))] += "0"


def make_a_receipt_about_another_pass(bundle):
    line, shown = bundle.pick_a_receipt(), [item["sequence"] for item in bundle.entries if "canonical" in item]
    line["sequence"] = bundle.random.choice([one for one in shown if one != line["sequence"]])


def make_a_receipt_of_another_proof(bundle):
    bundle.pick_a_receipt()["proof"] += bundle.random.choice((-1, 1))


def drop_a_receipt(bundle):
    is_there = bool(bundle.receipts)
    line = bundle.pick_a_receipt()
    if is_there:
        bundle.receipts.remove(line)


def swap_two_receipts(bundle):
    line = bundle.pick_a_receipt()
    bundle.receipts[-2:] = bundle.receipts[-2:][::-1] if len(bundle.receipts) > 1 else [line, line]


def add_a_file(bundle):
    bundle.all["notes.txt"] = b"paid in full"


def drop_a_file(bundle):
    del bundle.all[bundle.random.choice(("receipts.jsonl", "index.html", "FORMAT.md"))]


def sign_with_another_key(bundle):
    other = make_bundle.Node(bundle.random.randbytes(32))
    bundle.keys["signature"] = other.key.sign(b"anything").hex()


TAMPERINGS = [value for value in list(globals().values())
              if callable(value) and getattr(value, "__module__", None) == __name__
              and value not in (Bundle, flipped)]


def variants(files, count, seed):
    """(name, files) of `count` tampered bundles; every way of tampering comes in turn."""
    for index in range(count):
        draw = random.Random(f"{seed}/{index}")
        bundle, tampering = Bundle(files, draw), TAMPERINGS[index % len(TAMPERINGS)]
        tampering(bundle)
        tampered = bundle.files(is_listed=draw.random() < 0.5)
        yield tampering.__name__, tampered


def judged(files, against=None):
    """(file, sequence, rule) where the independent verifier rejects; None when it accepts."""
    try:
        verify(files, against)
        return None
    except Rejected as rejected:
        return rejected.file, rejected.sequence, rejected.rule


def judged_by_program(program, path):
    """(file, sequence) that `muster ledger verify --bundle` names, "accepted" or what it said instead."""
    done = subprocess.run([program, "ledger", "verify", "--bundle", path, "--json"], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    if done.returncode == 0:
        return "accepted"
    try:
        found = json.loads(done.stdout)
        return found["file"], found["sequence"] or 0
    except (ValueError, LookupError, TypeError):
        return f"exit code {done.returncode}: {(done.stderr or done.stdout).decode()[:200]}"


def attack(files, checkpoint, count, seed, program=None):
    """Runs all variants; gives a line of figures, throws AssertionError with the first that got through."""
    assert judged(files, checkpoint) is None, f"the bundle itself is rejected: {judged(files, checkpoint)}"
    rules, agreed, differing = collections.Counter(), 0, []
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "bundle.zip")
        for name, tampered in variants(files, count, seed):
            verdict = judged(tampered)
            assert verdict, f"seed {seed}: accepted although somebody did: {name}"
            rules[verdict[2]] += 1
            if program:
                make_bundle.write(tampered, path)
                said = judged_by_program(program, path)
                if said == verdict[:2]:
                    agreed += 1
                else:
                    differing.append(f"{name}: {verdict} here, {said} there")
    assert not differing, f"seed {seed}: {len(differing)} of {count} judged otherwise by the program: {differing[:6]}"
    caught = ", ".join(f"{f'rule {rule}' if rule else 'form'}: {rules[rule]}" for rule in sorted(rules))
    also = f"; muster rejected {agreed} at the same places" if program else ""
    return f"seed {seed}: {count} tampered bundles, {len(TAMPERINGS)} kinds, all rejected ({caught}){also}"


def another_node_s_bundle(random):
    """Whole and well signed, but by a key that somebody made for it: only a checkpoint elsewhere tells."""
    node = make_bundle.Node(random.randbytes(32))
    node.append(9, make_bundle.WORKER, make_bundle.PERSON, nonce=random.randbytes(12))
    make_bundle.grow(node, 20, random)
    return make_bundle.bundle(node, range(0))


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("bundle", nargs="?")
    parser.add_argument("checkpoint", nargs="?")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    parser.add_argument("--muster")
    options = parser.parse_args()
    if options.bundle:
        files, checkpoint = read(options.bundle), None
        if options.checkpoint:
            with open(options.checkpoint, "rb") as file:
                checkpoint = file.read()
    else:
        files, checkpoint = make_bundle.make(random.Random(options.seed))
        forged = another_node_s_bundle(random.Random(options.seed))
        elsewhere = "checkpoint kept elsewhere"
        assert judged(forged) is None, "another key's bundle cannot be told by itself"
        assert judged(forged, checkpoint) == (elsewhere, 0, 3), "another key's bundle must be told"
    print(attack(files, checkpoint, options.count, options.seed, options.muster))


if __name__ == "__main__":
    main()
