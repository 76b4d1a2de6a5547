"""Bring a surface form to its normal form, keep the way back to the original, and compare two forms."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

PLURAL_FROM = 5
OPEN = "open:"
_NOT_IN_KEY = re.compile(r"[^\w+#.]|_")
_BRACKETS = re.compile(r"[(\[【〔《<]([^()\[\]【】〔〕《》<>]*)[)\]】〕》>]")


class _Fold(dict[int, str]):
    """A translation table that folds one character on first sight: NFKC (full width), then case."""

    def __missing__(self, code: int) -> str:
        folded = unicodedata.normalize("NFKC", chr(code)).casefold()
        self[code] = folded
        return folded


_FOLD = _Fold()


def fold(text: str) -> str:
    """Give the normal form used for search: full width to half width and case folded, one character at a time."""
    return text.translate(_FOLD)


def offsets(text: str, folded: str) -> list[int] | None:
    """Map each character of `folded` to the character of `text` that it came from.

    None means that they stand at the same places, which is the usual case: no character folds to nothing, so equal
    lengths say that each folded to one. The list has one more entry, the length of `text`, for the end of a span.
    """
    if len(text) == len(folded):
        return None
    places = [place for place, character in enumerate(text) for _ in _FOLD[ord(character)]]
    places.append(len(text))
    return places


def key(label: str) -> str:
    """Give the form used for look-up: folded, without spaces, brackets and marks; `+`, `#` and `.` are kept."""
    return _NOT_IN_KEY.sub("", fold(label)).rstrip(".")


def open_id(label: str) -> str:
    """Name the made-up concept of a label that the vocabulary does not surely know: the same label, the same name.

    Labels that differ only in width, case, spaces or marks are the same; one of marks alone is kept without spaces.
    """
    return OPEN + (key(label) or "".join(fold(label).split()))


def without_brackets(label: str) -> str:
    """Drop bracketed remarks: `钳工（装配）` gives `钳工`."""
    return _BRACKETS.sub("", fold(label)).strip()


def in_brackets(label: str) -> list[str]:
    """List the bracketed remarks: `特种作业操作证（高处作业）` gives `高处作业`."""
    return [part for part in _BRACKETS.findall(fold(label)) if part]


def is_latin(character: str) -> bool:
    """Tell whether a character belongs to a word or number in an alphabet, so that a form may not break it."""
    return character.isalnum() and ord(character) < 0x2E80


def has_chinese(text: str) -> bool:
    """Tell whether the text has a Chinese character."""
    return any("一" <= character <= "鿿" for character in text)


def stands_alone(text: str, start: int, end: int) -> bool:
    """Tell whether a match has free boundaries where its form begins or ends in Latin letters or digits.

    Chinese has no boundaries and always passes. `C` does not stand alone in `C++`, `C#` or `C-1`; a form of five
    letters or more may carry a plural s.
    """
    if is_latin(text[start]) and start and _blocks(text[start - 1], end - start):
        return False
    if end == len(text) or not is_latin(text[end - 1]):
        return True
    after = text[end]
    if after == "s" and end - start >= PLURAL_FROM and text[end - 1].isalpha():
        return end + 1 == len(text) or not is_latin(text[end + 1])
    return not (after in "+#" or _blocks(after, end - start))


def _blocks(neighbour: str, length: int) -> bool:
    return is_latin(neighbour) or (length == 1 and neighbour in "-/.&_'")


def spellings(form: str) -> Iterable[str]:
    """Give the folded form and, for a Latin one, its variants with a hyphen, a space or nothing between words."""
    folded = fold(form).strip()
    yield folded
    if folded.isascii():
        if " " in folded:
            yield folded.replace(" ", "-")
        elif "-" in folded:
            yield folded.replace("-", " ")


def bigrams(text: str) -> frozenset[str]:
    """Give the pairs of neighbouring characters of a key; a single character is its own pair."""
    return frozenset(text[place : place + 2] for place in range(len(text) - 1)) or frozenset({text})


def dice(one: frozenset[str], other: frozenset[str]) -> float:
    """Compare two sets: twice what they share over the sum of their sizes, 0..1."""
    return 2 * len(one & other) / (len(one) + len(other))


def is_subsequence(short: str, long: str) -> bool:
    """Tell whether `long` is `short` with characters put in, none of them replaced."""
    rest = iter(long)
    return all(character in rest for character in short)


def stems(text: str) -> frozenset[str]:
    """Give the words of a Latin label without their commonest endings: `welding robots` gives `weld`, `robot`."""
    return frozenset(_stem(word) for word in re.findall(r"[a-z0-9+#.]+", fold(text)) if word not in _SMALL_WORDS)


_SMALL_WORDS = frozenset({"and", "of", "the", "a", "an", "for", "in", "to", "with", "on", "or"})
_ENDINGS = ("ings", "ing", "ers", "er", "ors", "or", "ions", "ion", "ies", "ed", "es", "s", "e", "y")


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
