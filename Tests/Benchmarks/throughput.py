"""Cards pushed as fast as the lines take them: durable swipes a second, and the processor time of one."""
import threading
import time

from bench_site import frames
from figures import median
from service import expect

BARE_MILLISECONDS = 400


class FlatOut:
    """One round: `lines` full of cards, from the first byte until the last swipe is on disk."""

    def __init__(self, site, line_count, cards, first):
        indexes = [[(first + line * cards + offset) % site.worker_count for offset in range(cards)]
                   for line in range(line_count)]
        total = line_count * cards
        writers = [threading.Thread(target=line.write, args=(frames(part), 60), daemon=True)
                   for line, part in zip(site.bulk, indexes)]
        base, commits, processor = site.position(), site.commit_count(), site.processor_seconds()
        began = time.monotonic()
        for writer in writers:
            writer.start()
        took = site.wait_position(base + total, 60) - began
        processor = site.processor_seconds() - processor
        commits = site.commit_count() - commits
        for writer in writers:
            writer.join(1)
        granted = site.grants_after(base)
        expect(granted == total, f"{total} cards shown, {granted} granted swipes in the ledger")
        self.rate = total / took
        self.group_size = max(1, round(total / commits))
        self.processor_microseconds = processor * 1e6 / total


def measure_throughput(site, bare, report, rounds, cards):
    first = 0
    for line_count in (1, site.BULK_LINES):
        runs = []
        for _ in range(rounds):
            report.sample()
            single = bare.commits(1, BARE_MILLISECONDS)
            flat = FlatOut(site, line_count, cards // line_count, first)
            group = bare.commits(flat.group_size, BARE_MILLISECONDS)
            first += cards
            runs.append((flat, single, group))
        describe(line_count, cards, runs, report)
        report.next_measure()


def describe(line_count, cards, runs, report):
    flats, singles, groups = zip(*runs)
    rate = median([flat.rate for flat in flats])
    size = median([flat.group_size for flat in flats])
    processor = median([flat.processor_microseconds for flat in flats])
    bare_processor = median([group.processor_microseconds_per_row for group in groups])
    report.line(
        f"durable swipes, {line_count} line{'s' * (line_count > 1)} flat out, {cards:,} cards a round",
        f"gateway               {rate:9,.0f} rows/s, {size:.0f} in a commit",
        f"bare, 1 in a commit   {beside(singles, flats)}",
        f"bare, {size:.0f} in a commit {beside(groups, flats)}",
        f"CPU a swipe {processor:.1f} us; of a bare row in commits as large {bare_processor:.1f} us")


def beside(bares, flats):
    """Medians of bare commits, and of the ratios of the gateway to them, round by round."""
    rate = median([bare.rows_per_second for bare in bares])
    p50 = median([bare.p50_milliseconds for bare in bares])
    p99 = median([bare.p99_milliseconds for bare in bares])
    ratio = median([flat.rate / bare.rows_per_second for flat, bare in zip(flats, bares)])
    return f"{rate:9,.0f} rows/s, commit p50 {p50:.3f} ms, p99 {p99:.3f} ms; gateway / bare {ratio:.2f}"
