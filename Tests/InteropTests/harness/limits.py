"""No descriptors, no processor, no memory: nobody who was let in is lost, and it goes on by itself."""
import os
import resource
import signal
import socket
import time

from gates import Gates
from service import expect

STOPPED_SECONDS, CARDS = 4, 400


def check_descriptors_exhausted(options, folder, random):
    gates = Gates(options, folder, CARDS)
    service, cards, connections = gates.service, iter(range(CARDS)), []
    try:
        gates.open()
        pid = service.process.pid
        held = len(os.listdir(f"/proc/{pid}/fd"))
        limits = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (max(32, held + 2), limits[1]))
        for _ in range(80):
            connections.append(socket.create_connection(("127.0.0.1", int(service.page.group(1))), timeout=2))
        delays = [gates.pass_through(next(cards)) for _ in range(50)]
        expect(None not in delays, f"{delays.count(None)} of 50 cards without a pulse without descriptors")
        for connection in connections:
            connection.close()
        resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)
        end = time.monotonic() + 10
        while not service.command("status", "--json", may_fail=True):
            expect(time.monotonic() < end, "the status did not come back within 10 s")
            time.sleep(0.2)
        delays += [gates.pass_through(next(cards)) for _ in range(10)]
        expect(None not in delays, "no pulse after the descriptors came back")
        service.stop()
        gates.expect_each_once(range(60))
    finally:
        gates.close()
    return (f"{held} descriptors in use, limit {max(32, held + 2)}, 80 connections: 60 of 60 cards let in, "
            f"slowest {max(delays) * 1000:.0f} ms; status back by itself")


def check_stopped_and_continued(options, folder, random):
    gates = Gates(options, folder, CARDS)
    service = gates.service
    try:
        gates.open()
        expect(gates.pass_through(0) is not None, "no pulse")
        service.process.send_signal(signal.SIGSTOP)
        for card in range(1, 101):
            gates.present(card)
        time.sleep(15 * STOPPED_SECONDS if options.long else STOPPED_SECONDS)
        service.process.send_signal(signal.SIGCONT)
        reads = service.wait_reads(101, 20)
        expect(reads == 101, f"{reads} of 101 cards were read")
        expect(gates.pass_through(101) is not None, "no pulse after it went on")
        service.stop()
        gates.expect_each_once(range(102))
    finally:
        gates.close()
    return "100 cards shown to the stopped service, each recorded once when it went on; then a pulse"


def check_memory_exhausted(options, folder, random):
    gates = Gates(options, folder, CARDS)
    service, opened, deaths = gates.service, [], 0
    try:
        gates.open()
        for card in range(100):
            if card == 10:
                limit(service.process.pid)
            if gates.pass_through(card, timeout=1) is not None:
                opened.append(card)
            if card % 5 == 0:
                service.command("status", "--json", may_fail=True)
            if service.process.poll() is not None:
                deaths += 1
                service.start()             # as systemd would
        service.end()
        service.start()
        service.wait_online(1)
        expect(gates.pass_through(100) is not None, "no pulse after memory came back")
        service.stop()
        gates.expect_each_once(opened + [100])
    finally:
        gates.close()
    return f"no memory beyond what was in use: {len(opened)} of 100 let in, {deaths} deaths, none lost"


def limit(pid):
    """The address space may not grow any more."""
    with open(f"/proc/{pid}/statm") as file:
        size = int(file.read().split()[0]) * resource.getpagesize()
    resource.prlimit(pid, resource.RLIMIT_AS, (size, resource.prlimit(pid, resource.RLIMIT_AS)[1]))
