"""What a thief finds in the state folder without the site key: nothing about any person."""
import os
import shutil

import site_plan
from gates import Gates
from service import expect
from wire import rdm6300_frame

PEOPLE = 60
STRANGER = 0xC3A55B1D


def check_privacy(options, folder, random):
    gates = Gates(options, folder, PEOPLE)
    service = gates.service
    gates.card_number = card_number
    gates.roster = "姓名,证件号码,班组,手机,考勤卡号,card_format\n" + "".join(
        f"{name},{number},钢筋班,{phone},{card:010d},8H10D\n" for name, number, phone, card in people())
    sought = patterns()
    try:
        gates.open()
        for card in range(PEOPLE // 2):
            expect(gates.pass_through(card) is not None, "no pulse")
        gates.readers[0].write(rdm6300_frame(STRANGER))
        service.wait_reads(PEOPLE // 2 + 1, 10)
        service.command("ledger", "backup", os.path.join(service.state, "copy"), "--with-keys", may_fail=True)
        running, files = search(service.state, sought)
        service.kill()                      # as a pulled plug does: the newest rows are in the log only
        killed, _ = search(service.state, sought)
        service.start()
        service.stop()
        stopped, after = search(service.state, sought)
        control = os.path.join(folder, "control")
        os.mkdir(control)
        shutil.copy(os.path.join(folder, "roster.csv"), control)
        expect(len(search(control, sought)[0]) >= PEOPLE * 4, "the search does not find what is there")
        found = running + killed + stopped
        expect(not found, f"{len(found)} finds: {sorted(set(found))[:6]}")
        said = thief(service, folder)
        leaked = [what for what, pattern in sought if what.startswith("utf-8") and pattern in said]
        expect(not leaked, f"a copy without the key shows {leaked[:4]}")
        revealed = service.command("roster", "list", "--reveal").encode()
        expect(site_plan.id_number(3).encode() in revealed, "with the key the roster must be readable")
    finally:
        gates.close()
    return (f"{len(sought)} byte patterns of {PEOPLE} people and a stranger's card in {files} to {after} files, "
            "running, killed and stopped: none; a copy without site.key shows none either")


def people():
    """(name, identity number, phone, card number)."""
    return [(f"工人{index}", site_plan.id_number(index), f"139{10_000_000 + index * 7919:08d}",
             card_number(index)) for index in range(PEOPLE)]


def card_number(index):
    """No small number: eight bytes of it must not come about by themselves."""
    return 0x5A3C1E07 + index * 7919


def patterns():
    """(words, bytes) of every form in which something about a person could lie there."""
    found = []
    for name, number, phone, card in people():
        texts = [name, number, number[:17], phone, f"{card:010d}", f"{card:08X}", f"{card:08x}"]
        numbers = [int(number[:17]), int(phone), card, (32 << 56) + card]
        found += forms(texts, numbers)
    found += forms([f"{STRANGER:010d}", f"{STRANGER:08X}"], [STRANGER, (32 << 56) + STRANGER])
    return sorted(set(found))


def forms(texts, numbers):
    return [(f"{coding} {len(text)} characters", text.encode(coding)) for text in texts
            for coding in ("utf-8", "gb18030", "utf-16-le", "utf-16-be")] + [
        (f"packed {order}-endian", number.to_bytes(8, order))
        for number in numbers for order in ("big", "little")]


def search(state, sought):
    """(finds, number of files) over all files of the folder but the site key."""
    finds, files = [], 0
    for where, _, names in os.walk(state):
        for name in names:
            if name == "site.key" or not os.path.isfile(os.path.join(where, name)):
                continue
            with open(os.path.join(where, name), "rb") as file:
                content = file.read()
            files += 1
            finds += [f"{name}: {words}" for words, pattern in sought if pattern in content]
    return finds, files


def thief(service, folder):
    """What a copy of the state folder without the site key tells by our own commands."""
    copy, own = os.path.join(folder, "stolen"), service.state
    shutil.copytree(own, copy, ignore=shutil.ignore_patterns("site.key", "*.sock"))
    service.state = copy
    try:
        return "".join(service.command(*words, may_fail=True) for words in (
            ("ledger", "export", "--reveal"), ("roster", "list", "--all", "--reveal"),
            ("roster", "export"))).encode()
    finally:
        service.state = own
