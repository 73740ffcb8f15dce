#!/usr/bin/env python3
"""Makes readings.txt from the tables of the PyPI package pypinyin.

    pip download --no-deps pypinyin==0.55.0 && unzip pypinyin-*.whl -d wheel
    ./make_readings.py wheel/pypinyin > readings.txt

The first reading of every character of the block U+4E00..U+9FFF, and of its other readings those that
occur in at least two words and in a twenty-fifth of the words with that character. Tones go, ü is v.
"""
import collections
import json
import sys
import unicodedata

HEADER = """\
# Readings of the CJK unified ideographs U+4E00..U+9FFF without tones, ü as v. Made by make_readings.py;
# README.md says from what and under which licence. One syllable a line, then its characters.
"""


def base(reading):
    letters = unicodedata.normalize("NFD", reading)
    without_tones = "".join(c for c in letters if c not in "\u0300\u0301\u0304\u030c")
    composed = unicodedata.normalize("NFC", without_tones).replace("ü", "v")
    return "".join(c for c in unicodedata.normalize("NFD", composed) if "a" <= c <= "z")


def main(folder):
    with open(folder + "/pinyin_dict.json") as file:
        characters = {int(code): text.split(",") for code, text in json.load(file).items()}
    with open(folder + "/phrases_dict.json") as file:
        words = json.load(file)
    uses = collections.defaultdict(collections.Counter)
    for word, readings in words.items():
        if len(word) == len(readings):
            for character, reading in zip(word, readings):
                uses[ord(character)][base(reading[0])] += 1
    lines = collections.defaultdict(list)
    for code in range(0x4E00, 0xA000):
        readings = list(dict.fromkeys(base(reading) for reading in characters.get(code, [])))
        total = sum(uses[code].values())
        for place, reading in enumerate(readings):
            count = uses[code][reading]
            if reading and (place == 0 or (count >= 2 and count * 25 >= total)):
                lines[reading].append(chr(code))
    print(HEADER + "\n".join(f"{syllable} {''.join(lines[syllable])}" for syllable in sorted(lines)))


main(sys.argv[1])
