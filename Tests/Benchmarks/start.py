"""From exec to the first durable swipe, and the memory of a service that waits."""
import time

import site_plan
from figures import median
from service import expect
from wire import RelayBoard, rdm6300_frame

BEFORE_MEMORY = 1.0


def measure_start(site, report, rounds, title, bar=None):
    pulses, readies, anonymous, mapped = [], [], [], []
    for _ in range(rounds):
        report.sample()
        pulse, ready = one_start(site)
        pulses.append(pulse * 1000), readies.append(ready * 1000)
        time.sleep(BEFORE_MEMORY)
        memory = site.memory_kilobytes()
        anonymous.append(memory[0] / 1024), mapped.append(memory[1] / 1024)
        site.service.stop()
    report.line(
        f"start, {title}",
        f"exec to relay byte   median {median(pulses):6.1f} ms   slowest {max(pulses):6.1f} ms",
        f"exec to ready line   median {median(readies):6.1f} ms   slowest {max(readies):6.1f} ms",
        f"memory               anonymous {median(anonymous):.1f} MiB   file-backed {median(mapped):.1f} MiB")
    if bar:
        report.bar(f"exec to first durable swipe, {title}", median(pulses), bar, "ms")
    report.next_measure()


def one_start(site):
    """Seconds from exec to the first pulse and to the ready line.

    Every 2 ms a listed and an unknown card are shown. The relay answers the first listed one that came after
    the port was open; those that waited in the line before are recorded and open nothing. The unknown one
    between two listed ones tells the reader's driver that the card was taken away.
    """
    cards = rdm6300_frame(site_plan.card_number(0)) + rdm6300_frame(site_plan.unknown_card(0))
    site.relay.drain()
    began, got = time.monotonic(), b""
    site.service.launch()
    while RelayBoard.ON not in got:
        expect(time.monotonic() < began + 30, f"no pulse 30 s after exec: {site.service.last_words()}")
        site.gate.write(cards, timeout=0.002)
        got += site.relay.read(0.002)
    pulse = time.monotonic() - began
    expect(site.service.ready.wait(30), f"not ready 30 s after exec: {site.service.last_words()}")
    return pulse, site.service.ready_at - began
