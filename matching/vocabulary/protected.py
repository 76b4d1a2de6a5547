"""Mask protected and identifying wording in texts and labels, so that it never becomes a term or a concept.

Two shipped tables say what to mask. `protected_words.csv` has words and patterns of sex, origin, health, names and so
on. `protected_context.csv` has what surrounds them: `kept` wording in which a protected word means something else
(女儿墙, male connector), the `place`, `nation` and `surname` names that patterns refer to as <place>, <nation> and
<surname>, and `filler` words (我是, 优先) that go too when a clause holds nothing else beside protected wording.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from matching.vocabulary.firsts import alternatives, gated
from matching.vocabulary.forms import fold, offsets
from matching.vocabulary.load import data_folder

HAN_RANGE = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
"""Chinese characters, as the inside of a character class."""
BREAK = "\n"
"""What stands in place of each masked character; it belongs to no term."""
REMEMBERED = 50_000

_MARK = "\0"
_LETTER = rf"[^\W_{HAN_RANGE}]"
_TOKEN = r"[^\W_]"
_END = rf"(?!{_TOKEN})"
_MACROS = {
    "<start>": rf"(?<!{_TOKEN})",
    "<end>": _END,
    "<year>": r"(?:(?:19|20)\d\d|(?<!\d)\d\d|[一二][九〇零][〇零一二三四五六七八九]{2}|[〇零一二三四五六七八九]{2})",
    "<date>": r"(?:(?:19|20)\d\d(?: *[年./-] *\d{1,2}(?: *[月./-] *(?:\d{1,2} *[日号]?)?)? *|年)?(?!\d))",
    "<day>": r"(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|(?:\d{1,2}(?:st|nd|rd|th)? +)?"
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?(?: +\d{1,2}(?!\d)(?:st|nd|rd|th)?)?,? *(?:\d{4})?|"
    r"(?:19|20)\d\d)",
    "<phrase>": r"(?<![^,.;:!?。、()\n])[ \t]*",
    "<stop>": r"[ \t]*(?![^,.;:!?。、()\n])",
}
_STARTS = (_MACROS["<start>"], r"\b", _MACROS["<phrase>"], "(?<![a-z])", "(?<![a-z0-9_.+-])", "")
_SIMPLE = str.maketrans(
    "別歲黨團員戶漢滿離異殘懷單體齡輕優婦來農電話獨眾衆貫濟東島煙濰號碼機證氣質長壯紋視聯廣陝貴雲遼龍鳳臺灣蘇壽縣區鄉鎮"
    "麗賓無產優紹興爾馬張劉陳楊趙黃吳孫鄭馮許鄧蕭傳蔣餘葉閻鍾譚陸韓賈鄒羅髮緣顏從",
    "别岁党团员户汉满离异残怀单体龄轻优妇来农电话独众众贯济东岛烟潍号码机证气质长壮纹视联广陕贵云辽龙凤台湾苏寿县区乡镇"
    "丽宾无产优绍兴尔马张刘陈杨赵黄吴孙郑冯许邓萧传蒋余叶阎钟谭陆韩贾邹罗发缘颜从",
)
_TRADITIONAL = re.compile(f"[{''.join(map(chr, _SIMPLE))}]")
_NAMES = ("place", "nation", "surname", "place_en", "surname_en")
_RUN = re.compile(rf"(?:{_TOKEN}|{_MARK})+")
_GAP = re.compile(f"{_MARK}+")
_EMPTY_BRACKETS = re.compile(r"[(\[【〔（]\s*[)\]】〕）]")
_LOOSE = re.compile(r"^[\s,;:/|、，；：。.·-]+|[\s,;:/|、，；：。·-]+$")


def normalise(text: str) -> str:
    """Give the normal form that terms are made from: NFKC (full width to half width) and case folded."""
    return unicodedata.normalize("NFKC", text).casefold()


def protected_pattern() -> re.Pattern[str]:
    """Give the pattern of protected and identifying wording from the shipped tables, for normal forms of texts.

    When: once; pass it to `mask_protected`. Words of letters are found only where they stand alone, Chinese words
    everywhere, patterns before words and longer words first. Wording of the group `kept` is found and must stay.
    """
    return _protected(str(data_folder()))


def mask_protected(text: str, pattern: re.Pattern[str]) -> str:
    """Give the normal form of a text with a break in place of each protected character, so that none becomes a term.

    Breaks have the length of what they replace. Protected wording that stands as a clause of its own leaves exactly
    the terms that the text has without it, since filler words (我是, 优先) go with it.
    """
    clean = normalise(text)
    marked = _marked(clean, pattern)
    if _MARK not in marked:
        return clean
    if len(marked) == len(clean) and _TRADITIONAL.search(clean):
        return "".join(BREAK if mark == _MARK else own for mark, own in zip(marked, clean, strict=True))
    return marked.replace(_MARK, BREAK)


@lru_cache(maxsize=REMEMBERED)
def mask_label(label: str) -> str:
    """Give a label without its protected wording, otherwise in its own spelling: 女焊工 gives 焊工, 男 gives "".

    When: before a label is looked up or becomes an open concept. A label without protected wording comes back as it
    is; one in which no letter or figure is left comes back empty.
    """
    folded = fold(label)
    marked = _marked(folded, protected_pattern())
    if _MARK not in marked:
        return label
    places = offsets(label, folded) or range(len(label) + 1)
    pieces, start = [], 0
    for gap in _GAP.finditer(marked):
        pieces.append(label[places[start] : places[gap.start()]])
        start = gap.end()
    pieces.append(label[places[start] :])
    rest = _EMPTY_BRACKETS.sub("", _joined(pieces))
    rest = _LOOSE.sub("", " ".join(rest.split()))
    return rest if any(character.isalnum() for character in rest) else ""


def _joined(pieces: Iterable[str]) -> str:
    """Join what is left of a label; a space keeps apart what was not one word before."""
    whole = ""
    for piece in pieces:
        apart = whole and piece and whole[-1].isalnum() and piece[0].isalnum()
        whole += f" {piece}" if apart else piece
    return whole


def _marked(clean: str, pattern: re.Pattern[str]) -> str:
    """Put marks over protected wording, and over clauses in which only filler words stand beside it."""
    simple = clean.translate(_SIMPLE) if _TRADITIONAL.search(clean) else clean
    marked = pattern.sub(_mark, simple)
    if marked == simple:
        return marked
    filler = _filler(str(data_folder()))
    return _RUN.sub(lambda run: _filled(run.group(), filler), marked)


def _mark(found: re.Match[str]) -> str:
    return found.group() if found["kept"] else _MARK * len(found.group())


def _filled(run: str, filler: re.Pattern[str]) -> str:
    return _MARK * len(run) if _MARK in run and filler.fullmatch(run) else run


def _rows(file: Path) -> list[dict[str, str]]:
    with open(file, encoding="utf-8-sig", newline="") as table:
        return list(csv.DictReader(table))


def _context(folder: Path) -> dict[str, list[str]]:
    """Read the wording around protected words by set, with the names of shipped regions among the places."""
    sets: dict[str, list[str]] = {}
    for row in _rows(folder / "protected_context.csv"):
        sets.setdefault(row["set"], []).extend(row["wording"].split(";"))
    for row in _rows(folder / "vocabulary" / "regions.csv"):
        sets["place"] += (row["zh"], *filter(None, row["forms_zh"].split(";")))
        sets["place_en"].append(normalise(row["en"]))
    return sets


@lru_cache(maxsize=4)
def _filler(folder: str) -> re.Pattern[str]:
    """Give the pattern of a clause without any wording of its own; it never tries a reading twice."""
    words = sorted({normalise(word) for word in _context(Path(folder))["filler"]}, key=lambda word: (-len(word), word))
    return re.compile(f"(?:{_MARK}++|(?>{'|'.join(map(re.escape, words))}))++")


@lru_cache(maxsize=4)
def _protected(folder: str) -> re.Pattern[str]:
    sets = _context(Path(folder))
    macros = _MACROS | {
        f"<{name}>": f"(?:{_any_of(sets[name])})" for name in ("place", "nation", "surname", "place_en", "surname_en")
    }
    rows = _rows(Path(folder) / "protected_words.csv")
    patterns = [_expanded(row["word"], macros) for row in rows if row["pattern"] == "yes"]
    words = [normalise(row["word"]) for row in rows if row["pattern"] != "yes"]
    chinese = _any_of(word for word in words if not word.isascii())
    others = _any_of(word for word in words if word.isascii())
    kept = _tried_where_possible([_expanded(wording, macros) for wording in sets["kept"]])
    letters = f"(?<!{_LETTER})(?:{others})(?!{_LETTER})"
    return re.compile(f"(?P<kept>{kept})|{_tried_where_possible(patterns)}|{chinese}|{letters}")


def _tried_where_possible(patterns: Iterable[str]) -> str:
    """Write patterns as one, in groups by how they begin, each behind the characters that it begins with.

    Within a group the order is kept; the ends of clauses and words come before any place.
    """
    groups: dict[str, list[str]] = {start: [] for start in _STARTS}
    for pattern in (branch for whole in patterns for branch in alternatives(whole)):
        place = next(start for start in groups if pattern.startswith(start))
        groups[place].append(gated(pattern.removeprefix(place)))
    return "|".join(place + gated("|".join(group)) for place, group in groups.items() if group)


def _expanded(pattern: str, macros: dict[str, str]) -> str:
    for name, meaning in macros.items():
        pattern = pattern.replace(name, meaning)
    return pattern


def _any_of(words: Iterable[str]) -> str:
    """Write words as one pattern: those of a first character together, the longest first."""
    by_first: dict[str, list[str]] = {}
    for word in sorted(set(words), key=lambda word: (-len(word), word)):
        by_first.setdefault(word[0], []).append(word[1:])
    single = "".join(first for first, rests in by_first.items() if rests == [""])
    branches = [
        f"{re.escape(first)}(?:{'|'.join(map(re.escape, rests))})" for first, rests in by_first.items() if rests != [""]
    ]
    return gated("|".join([*branches, *([f"[{re.escape(single)}]"] if single else [])]))
