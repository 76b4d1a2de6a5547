"""Knows the fixed words of our tables and brings words and numerals to one form."""

from __future__ import annotations

import csv
import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from matching.vocabulary import data_folder

DROPPED = re.compile(r"[\s*\u200b-\u200f\ufeff]+")
REMEMBERED = 50_000
DIGITS = {sign: number for number, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}


@lru_cache(maxsize=REMEMBERED)
def plain_form(text: str) -> str:
    """Bring a header or word to the form that is compared: half width, lower case, no blanks, no asterisk."""
    return DROPPED.sub("", unicodedata.normalize("NFKC", text)).casefold()


@cache
def known_words(field: str) -> Mapping[str, str]:
    """Give the words of a field with a fixed set of values: compared form -> value."""
    with (data_folder() / "words.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["field"] == field]
    return {plain_form(row["word"]): row["value"] for row in rows}


@cache
def education_words() -> frozenset[str]:
    """Give all names of rungs of education in the shipped vocabulary, and those of the rules' own words."""
    words = set(known_words("education"))
    with (data_folder() / "vocabulary" / "education.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            forms = f"{row['zh']};{row['en']};{row['forms_zh']};{row['forms_en']}".split(";")
            words.update(plain_form(form) for form in forms if form)
    return frozenset(words)


def closest(text: str, known: Sequence[str]) -> str:
    """Give the known word that looks most like a text."""
    return difflib.get_close_matches(text, known, n=1, cutoff=0.0)[0]


def numeral(text: str) -> int | None:
    """Read a number in Chinese or other digits: 二〇二七 = 2027, 十二 = 12, 三十 = 30; None for anything else."""
    if text.isascii() and text.isdecimal():
        return int(text) if len(text) <= 15 else None
    if text and all(sign in DIGITS or sign.isdecimal() for sign in text):
        digits = [str(DIGITS.get(sign, sign)) for sign in text]
        return int("".join(digits)) if len(digits) <= 15 else None
    if text.count("十") != 1 or len(text) > 3:
        return None
    tens, _, ones = text.partition("十")
    if any(len(part) > 1 or (part and part not in DIGITS) for part in (tens, ones)):
        return None
    return 10 * (DIGITS[tens] if tens else 1) + (DIGITS[ones] if ones else 0)
