"""An invented site: people, cards, roster, configuration."""


def checked(digits):
    """17 digits and the check character of GB 11643."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(digits, weights))
    return digits + "10X98765432"[total % 11]


assert checked("11010519491231002") == "11010519491231002X"     # the example that the standard prints


def id_number(index):
    """A valid number of an invented person born 1960 to 1999; indexes below 40,000 differ."""
    return checked(f"110101{1960 + index % 40}0101{index // 40:03d}")




def card_number(index):
    """32 bits, different for every index; unknown cards come from the upper half."""
    return 0x00100000 + index * 7


def unknown_card(index):
    return 0x80000000 + index * 11


def roster(count, with_cards=True):
    rows = ["姓名,证件号码,班组,考勤卡号,card_format"]
    for index in range(count):
        card = f"{card_number(index):010d},8H10D" if with_cards else ","
        rows.append(f"工人{index},{id_number(index)},{'钢筋木工电工'[index % 3 * 2:][:2]}班,{card}")
    return "\n".join(rows) + "\n"


def lane(name, readers, barrier=None):
    """Lines of the configuration; `readers` are (path, driver, options)."""
    lines = [f"  - name: {name}", "    direction: entering", "    readers:"]
    for path, driver, options in readers:
        lines.append(f"      - port: {path}")
        lines.append(f"        driver: {driver}")
        if options:
            lines.append("        options: {" + ", ".join(f"{k}: {v}" for k, v in options.items()) + "}")
    if barrier:
        lines += ["    barrier:", f"      port: {barrier}", "      driver: lcus-relay",
                  "      options: {channel: 1, pulse: 500ms}"]
    return "\n".join(lines)


def configuration(*lanes):
    return "\n".join([
        "site: {project_code: HARNESS-1, name: Harness, timezone: Asia/Shanghai}", "node: harness",
        "lanes:", *lanes]) + "\n"
