"""From the last byte of a card to the relay's byte, beside one bare commit on the same disk."""
import os
import subprocess

from bench_site import frames
from figures import median, percentile
from service import expect

PERIOD_MICROSECONDS = 20_000
WARM_UP = 5
BAR_MILLISECONDS = 0.3


def measure_latency(site, bare, report, rounds, cards):
    found = []
    for number in range(rounds):
        report.sample()
        found.append(one_round(site, bare, number * (cards + WARM_UP), cards))
    kinds = ("gateway", "floor", "bare")
    p50 = {kind: median([percentile(run[kind], 0.50) for run in found]) for kind in kinds}
    p99 = {kind: median([percentile(run[kind], 0.99) for run in found]) for kind in kinds}
    ratio = median([percentile(run["gateway"], 0.5) / percentile(run["bare"], 0.5) for run in found])
    beyond = median([percentile(run["gateway"], 0.5) - percentile(run["bare"], 0.5) for run in found])
    tail = median([percentile(run["gateway"], 0.99) / percentile(run["bare"], 0.99) for run in found])
    report.line(
        f"latency, last byte of a card to relay byte, {cards} cards a round at 50 a second, "
        f"{site.worker_count} workers",
        *(f"{words:38} p50 {p50[kind]:6.3f} ms   p99 {p99[kind]:6.3f} ms" for words, kind in [
            ("gateway", "gateway"), ("floor (C: read, bare commit, write)", "floor"),
            ("one bare commit", "bare")]),
        f"gateway / bare commit: p50 {ratio:.2f}, p99 {tail:.2f}; gateway - bare commit: p50 {beyond:.3f} ms")
    report.bar("latency beyond one bare commit, p50", beyond, BAR_MILLISECONDS, "ms")
    report.next_measure()


def one_round(site, bare, first, cards):
    """Milliseconds of every card of a round."""
    indexes = [(first + offset) % site.worker_count for offset in range(cards + WARM_UP)]
    path = bare.new_path()
    with open(path + "-frames", "wb") as file:
        file.write(frames(indexes))
    ends = (site.gate.device, site.relay.device)
    before = site.position()
    done = subprocess.run(
        [bare.programs["latency"], *map(str, ends), path + "-frames", str(PERIOD_MICROSECONDS), path,
         bare.schema, str(bare.body_byte_count)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=ends, timeout=120)
    expect(done.returncode == 0, f"latency: {done.stderr.decode()}")
    granted = site.grants_after(before)
    expect(granted == len(indexes), f"{len(indexes)} pulses, but {granted} granted swipes in the ledger")
    rows = [[int(word) / 1e6 for word in line.split()] for line in done.stdout.splitlines()][WARM_UP:]
    return dict(zip(("gateway", "floor", "bare"), zip(*rows)))
