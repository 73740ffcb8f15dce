"""Cards pushed into four readers at once, as fast as the lines take them: none is lost, memory is bounded."""
import os
import threading
import time

import site_plan
from service import MemoryWatch, Service, expect
from wire import Line, rdm6300_frame

READERS = 4
MEMORY_GROWTH_KILOBYTES = 48 * 1024


def check_volume(options, folder, random):
    lines = [Line(os.path.join(folder, f"reader-{index}")) for index in range(READERS)]
    service = Service(options.muster, folder, site_plan.configuration(*(
        site_plan.lane(f"lane-{index}", [(line.path, "rdm6300", {})]) for index, line in enumerate(lines))))
    cards = list(range(options.cards))
    try:
        service.start()
        service.import_roster(site_plan.roster(options.cards))
        service.wait_online(READERS)
        idle = service.memory_kilobytes()
        watch = MemoryWatch(service)
        writers = []
        for line in lines:
            random.shuffle(cards)
            data = b"".join(rdm6300_frame(site_plan.card_number(card)) for card in cards)
            writers.append(threading.Thread(target=line.write, args=(data, 400), daemon=True))
        began = time.monotonic()
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join(420)
        reads = service.wait_reads(READERS * options.cards, 60)
        service.stop()          # what is accepted is finished
        took = time.monotonic() - began
        peak = watch.stop()
        records = service.attendance(decision="granted")
        pairs = {(entry["worker"], entry["lane"], entry["reader"]) for entry in records}
        expect(len(records) == READERS * options.cards and len(pairs) == len(records),
               f"{READERS * options.cards} cards shown, {reads} read, {len(records)} recorded, "
               f"{len(pairs)} of them different")
        expect(peak - idle < MEMORY_GROWTH_KILOBYTES, f"memory grew from {idle} to {peak} kB")
        service.command("ledger", "verify")
    finally:
        service.end()
        for line in lines:
            line.close()
    return (f"{READERS} x {options.cards} cards, each recorded once, {len(records) / took:.0f} a second, "
            f"anonymous memory {idle} kB idle, {peak} kB at most")
