"""Medians, and lines that say under which conditions they were measured."""
import os
import statistics
import time


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def median(values):
    return statistics.median(values)


class Report:
    """Prints one line a measure, with the machine's load and the disk's sync time while it was taken."""

    def __init__(self, folder):
        self.folder = folder
        self.conditions = []
        self.bars = []

    def sample(self):
        """Once a round, just before it."""
        self.conditions.append((os.getloadavg()[0], sync_milliseconds(self.folder)))

    def line(self, title, *figures):
        loads, syncs = zip(*self.conditions)
        print(f"{title}\n" + "".join(f"    {figure}\n" for figure in figures)
              + f"    [{len(loads)} rounds, load {min(loads):.1f} to {max(loads):.1f}, "
              f"write + fdatasync {min(syncs):.2f} to {max(syncs):.2f} ms]", flush=True)

    def next_measure(self):
        self.conditions = []

    def bar(self, title, value, limit, unit):
        verdict = "met" if value <= limit else "MISSED"
        self.bars.append(f"{verdict:6}  {title}: {value:.2f} {unit} (bar {limit:g})")

    def close(self):
        print("bars\n" + "\n".join(f"    {bar}" for bar in self.bars))


def sync_milliseconds(folder, count=30):
    """This disk's own append of 4 KiB with fdatasync, right now: the yardstick of everything durable."""
    path, took = os.path.join(folder, "sync"), []
    descriptor = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY)
    try:
        for _ in range(count):
            began = time.perf_counter()
            os.write(descriptor, bytes(4096))
            os.fdatasync(descriptor)
            took.append(time.perf_counter() - began)
    finally:
        os.close(descriptor)
        os.unlink(path)
    return median(took) * 1000
