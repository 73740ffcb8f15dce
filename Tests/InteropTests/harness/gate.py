"""A resident ID card reader, a relay, listed and unlisted people."""
import os
import time

import site_plan
from sam import Person, SAMReader
from service import Service, expect
from wire import Line, RelayBoard

LISTED, UNLISTED = 6, 4


def check_gate_byte_by_byte(options, folder, random):
    return gate(options, folder, random, is_paced=True)


def check_gate_in_one_burst(options, folder, random):
    return gate(options, folder, random, is_paced=False)


def gate(options, folder, random, is_paced):
    reader_line, relay_line = Line(os.path.join(folder, "reader")), Line(os.path.join(folder, "relay"))
    reader, relay = SAMReader(reader_line, is_paced), RelayBoard(relay_line)
    service = Service(options.muster, folder, site_plan.configuration(site_plan.lane(
        "north", [(reader_line.path, "resident-id-card", {})], relay_line.path)))
    people = [(Person(f"工人{index}", site_plan.id_number(index)), index < LISTED)
              for index in range(LISTED + UNLISTED)]
    random.shuffle(people)
    try:
        service.start()
        service.import_roster(site_plan.roster(LISTED, with_cards=False))
        expect(relay.wait_count(RelayBoard.OFF, 1, 10), "no OFF when the relay's port was opened")
        delays = [delay for person, is_listed in people
                  for delay in pass_through(reader, relay, person, is_listed)]
        time.sleep(1)
        expect(relay.commands[-1][1] == RelayBoard.OFF, "the relay stayed on after the last pulse")
        took = service.stop()
        records = [(entry["decision"], entry["opened"], entry["reason"], entry["worker"] is not None)
                   for entry in service.attendance()]
        wanted = [("granted", True, None, True) if is_listed else ("denied", False, "unknown", False)
                  for _, is_listed in people]
        expect(records == wanted, f"the ledger holds {records}, not {wanted}")
        workers = {entry["worker"] for entry in service.attendance(decision="granted")}
        expect(len(workers) == LISTED, f"{len(workers)} workers of {LISTED} listed people")
        expect(not relay.garbage, f"the relay got {relay.garbage.hex()}")
        service.command("ledger", "verify")
    finally:
        service.end()
        reader.stop(), relay.stop()
        reader_line.close(), relay_line.close()
    slowest = max(delays) * 1000
    return (f"{LISTED} listed: {len(delays)} pulses A0 01 01 A2, {slowest:.1f} ms after the last byte or "
            f"less; {UNLISTED} unlisted: none; only those in the ledger; ended {took:.2f} s after SIGTERM")


def pass_through(reader, relay, person, is_listed):
    """Shows a card and takes it away; gives the delay from its last byte to the relay's command, if any."""
    before = relay.count(RelayBoard.ON)
    reader.present(person)
    expect(reader.was_read.wait(10), f"a card was not read in 10 s; asked so far: {reader.asked}")
    opened_at = relay.wait_count(RelayBoard.ON, before + 1, 5 if is_listed else 0.7)
    expect((opened_at is not None) == is_listed,
           f"{'no' if is_listed else 'a'} pulse for a person {'on' if is_listed else 'not on'} the roster")
    reader.take_away()
    time.sleep(0.5)                 # the reader is asked in between and says that nobody is there
    return [opened_at - reader.read_at] if is_listed else []
