"""The words of all pages, zh and en, from words.csv: the only place where a page's text stands.

say = words("zh")
say("demand.submit"), say("list.found", count=12)
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

LANGUAGES = ("zh", "en")
FILE = Path(__file__).with_name("words.csv")
Say = Callable[..., str]


@cache
def table() -> Mapping[str, tuple[str, str]]:
    """Read the table: key -> words in zh and en."""
    with FILE.open(encoding="utf-8", newline="") as stream:
        return {row["key"]: (row["zh"], row["en"]) for row in csv.DictReader(stream)}


def words(lang: str) -> Say:
    """Give the function that says a key in a language; values stand in the words as {name}."""
    side = LANGUAGES.index(lang)
    known = table()

    def say(key: str, **values: object) -> str:
        found = known[key][side]
        return found.format(**values) if values else found

    return say
