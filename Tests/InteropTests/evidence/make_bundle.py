#!/usr/bin/env python3
"""Makes a bundle of evidence about an invented worker, from the page "Ledger format" alone.

usage: make_bundle.py BUNDLE.zip CHECKPOINT.json [--entries N] [--seed N]
Keys, origin, boot and the first four entries are the page's worked example; before anything is made, the
page is held against this code byte by byte. exit: 0 made, 1 the page's example does not come out
"""
import argparse
import datetime
import hashlib
import json
import os
import random
import re
import sys
import zipfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from verify_bundle import decode, encode

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                    "../../../Sources/GatewayService/Gateway.docc/LedgerFormat.md")
ORIGIN, BOOT = "north-gate-7f3a9c21", bytes.fromhex("6b1f2e0c9a3d4f58b7c6d5e4f3a2b190")
WORKER, OTHER = (0xCC0EEE << 40) + 2, (0xCC0EEE << 40) + 5
WORKER_KEY, NONCE = bytes(range(0x20, 0x40)), bytes(range(0x40, 0x4C))
PERSON = [1, 1795244461500, 1795330861500, 11010119000101001, (32 << 56) + 15219292, 20778, None, "木工班",
          "测试建筑", 20, "木工", "01", "测试甲", "", "import roster.csv", None, False, False]
PASS = ["north", "north-in", 1, 1, 0, 5, 2, 0, None]


class Node:
    """A node that writes its chain: canonical bytes of each entry, the hash after it, the checkpoints."""

    def __init__(self, private_key=bytes(range(32))):
        self.key = Ed25519PrivateKey.from_private_bytes(private_key)
        self.public_key = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.subjects, self.canonical, self.hashes, self.checkpoints = [None], [b""], [self.public_key], []
        self.kinds, self.wall, self.uptime = [0], 1795244400000, 9250

    def append(self, kind, subject, body, after=0, synchronisation=1, nonce=None):
        """One entry, `after` milliseconds later; sealed under the worker's key where a nonce is given."""
        self.wall, self.uptime = self.wall + after, self.uptime + after
        values = [2, ORIGIN, len(self.hashes), kind, subject, self.wall, self.uptime, BOOT, synchronisation,
                  0 if nonce is None else 1, b""]
        sealed = nonce and nonce + AESGCM(WORKER_KEY).encrypt(nonce, encode(body), encode(values))
        values[10] = sealed or encode(body)
        self.subjects.append(subject)
        self.kinds.append(kind)
        self.canonical.append(encode(values))
        self.hashes.append(hashlib.sha256(self.hashes[-1] + digest(self.canonical[-1])).digest())

    def checkpoint(self, after=0):
        wall, newest = self.wall + after, len(self.hashes) - 1
        signed = encode(["muster checkpoint 1", ORIGIN, newest, self.hashes[-1], wall, 1, self.public_key])
        signature = self.key.sign(signed)
        self.checkpoints.append({
            "sequence": newest, "hash": self.hashes[-1].hex(), "signed_at": moment(wall),
            "statement": signed.hex(), "signature": signature.hex()})
        self.append(13, None, [signed, signature], after)


def digest(data):
    return hashlib.sha256(data).digest()


def moment(milliseconds):
    at = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=milliseconds)
    return at.isoformat(timespec="milliseconds") + "Z"


def worked_example():
    """The four entries of the page, held against the page."""
    node = Node()
    node.append(7, None, ["muster 0.1.0"], synchronisation=0)
    node.append(9, WORKER, PERSON, 61_500, nonce=NONCE)
    node.append(1, WORKER, PASS, 33_623)
    node.checkpoint(877)
    with open(PAGE, encoding="utf-8") as file:
        part = file.read().split("## Worked example")[1]
    printed = [block.replace("\n", "") for block in re.findall(r"```\n([0-9a-f\n]+)\n```", part)]
    ours = [node.canonical[index].hex() for index in (1, 2, 3, 4)] + [value.hex() for value in node.hashes]
    missing = [value[:24] for value in ours if value not in printed]
    if missing:
        sys.exit(f"the page's example does not come out: {missing}")
    return node


def prove(node, random, after):
    """A platform took the passes since the last proof, in one entry, runs as the page says."""
    first = max((sequence for sequence, kind in enumerate(node.kinds) if kind == 40), default=0) + 1
    passes, runs, end = [one for one in range(first, len(node.kinds)) if node.kinds[one] == 1], [], 0
    for sequence in passes:
        if runs and sequence == end:
            runs[-1] += 1
        else:
            runs += [sequence - end, 1]
        end = sequence + 1
    if runs:
        node.append(40, None, ["city", random.choice(("", "receipt-%d" % end)), runs], after)


def receipts(node, sequences):
    """Lines of receipts.jsonl, and the proofs they stand in, of the worker's passes among `sequences`."""
    lines = []
    for proof in (one for one in sequences if node.kinds[one] == 40):
        (platform, receipt, runs), end = decode(decode(node.canonical[proof])[0][10])[0], 0
        for distance, count in zip(runs[::2], runs[1::2]):
            first, end = end + distance, end + distance + count
            lines += [{"sequence": one, "platform": platform, "receipt": receipt, "proof": proof}
                      for one in range(first, end)
                      if one in sequences and (node.kinds[one], node.subjects[one]) == (1, WORKER)]
    return sorted(lines, key=lambda line: line["sequence"]), {line["proof"] for line in lines}


def grow(node, count, random):
    """Goes on with passes of the worker and of others, corrections, gaps and a checkpoint now and then; a pass,
    a correction (a sealed body) and a checkpoint at the end."""
    for index in range(count):
        draw, later = random.random(), random.randrange(500, 90_000)
        if draw < 0.35:
            node.append(1, WORKER, PASS, later)
        elif draw < 0.8:
            node.append(1, OTHER, PASS, later)
        elif draw < 0.88:
            correction = [1, None, 0, [[1, node.wall]], "安全员", "终端停机"]
            node.append(14, WORKER, correction, later, nonce=random.randbytes(12))
        elif draw < 0.95:
            node.append(4, None, ["north", "north-in", 1, node.wall, node.uptime, node.uptime + later], later)
        elif draw < 0.975:
            prove(node, random, later)
        else:
            node.checkpoint(later)
    node.append(1, WORKER, PASS, 900)
    prove(node, random, 200)
    node.append(14, WORKER, [1, None, 0, [[1, node.wall]], "安全员", "终端停机"], 300, nonce=random.randbytes(12))
    node.checkpoint(600)


def bundle(node, left_out):
    """The files of a bundle over the whole chain but for `left_out`, a range after a checkpoint."""
    lines, newest = [], len(node.hashes) - 2
    proven, proofs = receipts(node, [one for one in range(1, newest + 1) if one not in left_out])
    lines.append({"after": 0, "hash": node.public_key.hex()})
    for sequence in range(1, newest + 1):
        if sequence in left_out:
            if sequence == left_out[-1]:
                lines.append({"after": sequence, "hash": node.hashes[sequence].hex()})
        elif sequence in proofs if node.kinds[sequence] == 40 else node.subjects[sequence] in (None, WORKER):
            lines.append({"sequence": sequence, "canonical": node.canonical[sequence].hex(),
                          "hash": node.hashes[sequence].hex()})
        else:
            lines.append({"sequence": sequence, "digest": digest(node.canonical[sequence]).hex()})
    hidden = range(left_out[0], left_out[-1]) if left_out else range(0)
    checkpoints = [line for line in node.checkpoints if line["sequence"] not in hidden]
    files = {"entries.jsonl": jsonl(lines), "checkpoints.jsonl": jsonl(checkpoints),
             "receipts.jsonl": jsonl(proven), "index.html": "<p>测试甲</p>\n".encode(), "FORMAT.md": b"# Ledger format\n"}
    return sign(node, files)


def sign(node, files, worker_key=WORKER_KEY):
    head = json.loads(files["checkpoints.jsonl"].splitlines()[-1])
    digests = {name: digest(content).hex() for name, content in files.items() if name != "keys.json"}
    days = ["2026-11-21", "2026-11-30"]
    signed = encode([
        "muster evidence 1", ORIGIN, node.public_key, WORKER, worker_key, *days, head["sequence"],
        bytes.fromhex(head["hash"]),
        [[name, bytes.fromhex(digests[name])] for name in sorted(digests, key=str.encode)]])
    keys = {"format": "muster-evidence-1", "origin": ORIGIN, "public_key": node.public_key.hex(),
            "worker": "cc0eee-2", "worker_key": worker_key and worker_key.hex(),
            "from": days[0], "to": days[1], "head": {"sequence": head["sequence"], "hash": head["hash"]}, "files": digests,
            "signature": node.key.sign(signed).hex()}
    return {"keys.json": json.dumps(keys, indent=1).encode(), **files}


def jsonl(objects):
    return "".join(json.dumps(value) + "\n" for value in objects).encode()


def kept_elsewhere(node, line):
    return json.dumps({"format": "muster-checkpoint-1", "origin": ORIGIN, "public_key": node.public_key.hex(),
                       **line}).encode()


def make(random, count=120):
    """Files of a bundle in two segments, and the bytes of a checkpoint that was kept elsewhere."""
    node = worked_example()
    while len(node.checkpoints) < 5:
        grow(node, count // 4, random)
    first, second = (node.checkpoints[index]["sequence"] for index in (1, 3))
    return bundle(node, range(first + 1, second + 1)), kept_elsewhere(node, node.checkpoints[1])


def write(files, path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("bundle")
    parser.add_argument("checkpoint")
    parser.add_argument("--entries", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    files, checkpoint = make(random.Random(options.seed), options.entries)
    write(files, options.bundle)
    with open(options.checkpoint, "wb") as file:
        file.write(checkpoint)
    print("made: the page's worked example comes out byte by byte")


if __name__ == "__main__":
    main()
