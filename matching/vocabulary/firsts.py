"""Tell with which characters a regular expression can begin, so that it needs to be tried only there.

Knows what the shipped patterns use: literals, classes, groups, look-around, quantifiers. Anything else counts as
"any character", which costs speed and never a hit.
"""

from __future__ import annotations

import re

ANY = r"\s\S"
_ZERO_WIDTH = re.compile(r"\(\?<?[=!]|\\[bB]|[$^]")
_QUANTIFIER = re.compile(r"([?*]|\{0?,\d*\}|\{0,?\d*\}|\+|\{\d+(?:,\d*)?\})[?+]?")
_CLASS = re.compile(r"\[(\^?)((?:\\.|[^\]\\])+)\]")


def gated(pattern: str) -> str:
    """Put the characters with which a pattern can begin in front of it as a look-ahead, where they are known."""
    first = first_characters(pattern)
    return f"(?:{pattern})" if first == ANY else f"(?=[{first}])(?:{pattern})"


def alternatives(pattern: str) -> list[str]:
    """Split a pattern at the bars that stand in no group: `性 *别|[男女]` gives two."""
    found, depth, start, place = [], 0, 0, 0
    while place < len(pattern):
        if group := _CLASS.match(pattern, place):
            place = group.end()
            continue
        if pattern[place] == "|" and not depth:
            found.append(pattern[start:place])
            start = place + 1
        depth += {"(": 1, ")": -1}.get(pattern[place], 0)
        place += 2 if pattern[place] == "\\" else 1
    return [*found, pattern[start:]]


def first_characters(pattern: str) -> str:
    """Give the first characters of a pattern as the inside of a character class; ANY where they are not known.

    `(?:净|裸)?身高` gives 净, 裸 and 身. A pattern that can be empty gives ANY.
    """
    found, empty, _ = _alternatives(pattern, 0)
    return ANY if empty or ANY in found else "".join(sorted(found))


def _alternatives(pattern: str, place: int) -> tuple[set[str], bool, int]:
    """Read the rest of a group: what its alternatives begin with, whether one can be empty, where the group ends."""
    found: set[str] = set()
    some_empty, open_start = False, True
    while place < len(pattern) and pattern[place] != ")":
        if pattern[place] == "|":
            some_empty, open_start, place = some_empty or open_start, True, place + 1
            continue
        if look := _ZERO_WIDTH.match(pattern, place):
            place = look.end() if look.group()[0] != "(" else _alternatives(pattern, look.end())[2] + 1
            continue
        first, empty, place = _atom(pattern, place)
        if times := _QUANTIFIER.match(pattern, place):
            empty, place = empty or times.group()[0] in "?*" or times.group().startswith(("{0", "{,")), times.end()
        if open_start:
            found |= first
            open_start = empty
    return found, some_empty or open_start, place


def _atom(pattern: str, place: int) -> tuple[set[str], bool, int]:
    """Read one group, class, escape or literal, without its quantifier."""
    if pattern[place] == "(":
        inside = re.compile(r"\((?:\?(?::|>|P<\w+>))?").match(pattern, place)
        first, empty, end = _alternatives(pattern, inside.end() if inside else place + 1)
        return first, empty, end + 1
    if group := _CLASS.match(pattern, place):
        return ({ANY} if group[1] else {group[2]}), False, group.end()
    if pattern[place] == "\\":
        escaped = pattern[place : place + 2]
        return {escaped}, False, place + 2
    return ({ANY} if pattern[place] == "." else {re.escape(pattern[place])}), False, place + 1
