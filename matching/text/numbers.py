"""Reads numbers as people write them: digits, full width, Chinese numerals, 6k, 0.8万, 八千五, 1万2."""

from __future__ import annotations

import re

DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {
    "两": 2,
    "〇": 0,
    "俩": 2,
    "仨": 3,
}
UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
LONGEST = 12
"""Characters that a numeral has at most; more are no amount of anything here."""
FACTORS = {"k": 1000, "千": 1000, "w": 10_000, "万": 10_000, "百": 100}
CHINESE = r"[一二两三四五六七八九十](?:[一二两三四五六七八九十百千万零〇]*[一二两三四五六七八九十百千万])?"
PLAIN = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_MIXED = re.compile(rf"(?P<number>{PLAIN})\s?(?:(?P<unit>[kw](?![a-z])|[千万百])(?P<tail>\d(?!\d))?)?")


def chinese_number(text: str) -> int | None:
    """Read a whole Chinese numeral; 八千五 is 8500 and 一万二 is 12000, as spoken. None where it is none."""
    if not text or len(text) > LONGEST or any(character not in DIGITS and character not in UNITS for character in text):
        return None
    if all(character in DIGITS for character in text):
        return int("".join(str(DIGITS[character]) for character in text))
    total = section = digit = 0
    last = 0
    for character in text:
        if character in DIGITS:
            if digit and last:
                return None
            digit = DIGITS[character]
            last = 0 if character in "零〇" else last
            continue
        unit = UNITS[character]
        if unit == UNITS["万"]:
            total, section = total + (section + digit) * unit, 0
        else:
            section += (digit or 1) * unit
        digit, last = 0, unit
    return total + section + digit * (last // 10 if last >= UNITS["百"] else 1)


def plain_number(text: str) -> tuple[float, int] | None:
    """Read digits with an optional unit (6k, 0.8万, 1万2, 6,000): the value and its unit's factor (1 where none)."""
    found = _MIXED.fullmatch(text.strip()) if len(text) <= 2 * LONGEST else None
    if found is None:
        return None
    factor = FACTORS[found["unit"]] if found["unit"] else 1
    tail = int(found["tail"]) * factor / 10 if found["tail"] else 0
    return float(found["number"].replace(",", "")) * factor + tail, factor


def count(text: str) -> int | None:
    """Read a small whole number in digits or Chinese; None where it is none or has more than 9 digits."""
    plain = text.strip()
    if plain.isdecimal():
        return int(plain) if len(plain) <= 9 else None
    return chinese_number(plain)
