"""Random bytes on every serial driver: no false credential, no growth, the next good card is read."""
import os
import threading
import time

import site_plan
from sam import Person, SAMReader
from service import MemoryWatch, Service, expect
from wire import Line, RelayBoard, line_frame, rdm6300_frame

MEGABYTE = 1 << 20
MEMORY_GROWTH_KILOBYTES = 16 * 1024


def check_C2_garbage(options, folder, random):
    lines = {name: Line(os.path.join(folder, name)) for name in ("sam", "rdm", "text", "relay")}
    relay = RelayBoard(lines["relay"])
    service = Service(options.muster, folder, site_plan.configuration(site_plan.lane("north", [
        (lines["sam"].path, "resident-id-card", {}), (lines["rdm"].path, "rdm6300", {}),
        (lines["text"].path, "ascii-line", {"length": 10})], lines["relay"].path)))
    reader = None
    try:
        service.start()
        service.import_roster(site_plan.roster(4))
        service.wait_online(4)
        pour(lines, 1, random)                      # what a driver ever takes, it takes now
        idle = service.memory_kilobytes()
        watch = MemoryWatch(service)
        began = time.monotonic()
        pour(lines, options.garbage_megabytes, random)
        speed = len(lines) * options.garbage_megabytes / (time.monotonic() - began)
        time.sleep(1)
        peak = watch.stop()
        expect(peak - idle < MEMORY_GROWTH_KILOBYTES, f"memory grew from {idle} to {peak} kB")
        expect(service.wait_reads(1, 0) == 0, "random bytes gave a credential")
        lines["sam"].drain()
        reader = SAMReader(lines["sam"], is_paced=False)
        show_good_cards(service, lines, reader)
        devices = service.devices()
        passed_over = {name: sum(device["discards"].values()) for name, device in devices.items()}
        poured = (options.garbage_megabytes + 1) * MEGABYTE
        for name, count in passed_over.items():
            # A line end by itself is an empty line, no garbage: 2 of 256 bytes.
            expect(poured * 0.98 <= count, f"{name} counts {count} discarded bytes of {poured}")
        service.stop()
        records = service.attendance(decision="granted")
        expect(len(service.attendance()) == len(records) == 4, f"{len(records)} records, not 4")
        service.command("ledger", "verify")
    finally:
        service.end()
        if reader:
            reader.stop()
        relay.stop()
        for line in lines.values():
            line.close()
    return (f"{options.garbage_megabytes} MB on each of {len(lines)} lines at {speed:.1f} MB/s together, "
            f"no credential; anonymous memory {idle} kB before, {peak} kB at most; then 4 good cards of 4; "
            f"discards counted: {passed_over}")


def pour(lines, megabytes, random):
    """Writes that much into every line at once; returns when all of it was taken."""
    pieces = [random.randbytes(MEGABYTE) for _ in range(2)]
    results = []

    def work(line):
        results.append(all(line.write(pieces[index % 2], timeout=120) for index in range(megabytes)))
    writers = [threading.Thread(target=work, args=(line,), daemon=True) for line in lines.values()]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    expect(all(results), "a line was not read for two minutes")


def show_good_cards(service, lines, reader):
    """A good card on each reader; on the RDM6300 after a truncated frame, and merged with another's."""
    frames = [rdm6300_frame(site_plan.card_number(card)) for card in (1, 2)]
    lines["rdm"].write(frames[1][:9] + frames[0] + frames[1][:5] + frames[1])
    lines["text"].write(b"\r\n" + line_frame(site_plan.card_number(3)))
    reader.present(Person("工人0", site_plan.id_number(0)))
    expect(reader.was_read.wait(15), f"the ID card was not read after the garbage; asked: {reader.asked}")
    reads = service.wait_reads(4, 15)
    expect(reads == 4, f"{reads} of 4 good cards were read after the garbage")
