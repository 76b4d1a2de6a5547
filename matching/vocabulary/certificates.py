"""Read what a certificate label says: which certificate, or which trade and level of the skill ladder."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from matching.domain import Concept, Kind, Link
from matching.vocabulary.forms import fold, has_chinese, in_brackets, key, without_brackets

ANY_TRADE = "trade:*"
EXACT_SHARE = 0.75
LEAST_SHARE = 0.5
_OWN_LEVELS = ((3, ("iii级", "iii", "三级", "3级", "高级")), (2, ("ii级", "ii", "二级", "2级", "中级")))
_OWN_LEVEL = re.compile(r"[\s(-]*(?:i{1,3}级?|[一二三123]级|[初中高]级)[\s)]*(?:证书?)?$")
_OWN_LOWEST = ("i级", "一级", "1级", "初级")
_LADDER_WORDS = re.compile(
    r"国家职业技能等级证书?|职业技能等级(?:证书?)?|国家职业资格证?书?|职业资格(?:证书?)?|技能等级(?:证书?)?|资格证书?|等级证书?|"
    r"证书|证|及以上|以上|或以上|以下|同等水平|国家|工种|技能|vocational|skill|qualification|certificate|certified|"
    r"or above|or higher|grade|worker|"
    r"职业|等级|资格|持有?|具备|具有|取得|要求|须|需"
)
_MARKS = re.compile(r"[\s/\\、,，。;:·\-()\[\]【】《》<>|]+")

Exact = Callable[[Kind, str], tuple[str, ...]]
Similar = Callable[[Kind, str], Link | None]
Inside = Callable[[str], list[tuple[int, tuple[str, ...]]]]


class CertificateReader:
    """Reads labels of certificates: exact names first, then the ladder of skill levels, then the nearest name.

    The ladder runs backwards in words (五级 is the lowest), forwards in numbers: 1 = 五级/初级工 .. 5 = 一级/高级技师.
    Certificates with a ladder of their own (1+X, 无损检测) keep their level as it is written: 初级/I = 1, 中级/II = 2,
    高级/III = 3; it is never equated with the other one.
    """

    def __init__(
        self, levels: Mapping[str, int], concepts: Mapping[str, Concept], exact: Exact, similar: Similar, inside: Inside
    ):
        self._levels = {fold(form): level for form, level in levels.items()}
        ordered = sorted(self._levels, key=len, reverse=True)
        self._level = re.compile("|".join(re.escape(form) for form in ordered))
        self._concepts = concepts
        self._exact = exact
        self._similar = similar
        self._inside = inside

    def level(self, text: str) -> int | None:
        """Give the level 1..5 that a text names on the ladder of skill levels, the first one, or None."""
        found = self._level.search(fold(text))
        return self._levels[found.group()] if found else None

    def read(self, label: str) -> Link | None:
        """Give the link of a certificate label, None where nothing in the vocabulary fits.

        Several concepts are alternatives: 焊工证 may be any of three. The level is on the ladder of skill levels, or on
        the certificate's own one. A level with an unknown trade gives an open link `trade:<trade>`.
        """
        plain = without_brackets(label)
        for part in (label, *in_brackets(label), plain):
            if named := self._exact(Kind.CERTIFICATE, part):
                return self._named((*named, *self._also_trade(part, named)), label)
        laddered = self._exact(Kind.CERTIFICATE, _OWN_LEVEL.sub("", fold(label).strip()))
        if any("ladder" in self._concepts[concept].attributes for concept in laddered):
            return self._named(laddered, label)
        own = self._own(label)
        if own and own[0] >= EXACT_SHARE:
            return self._named(own[1], label, own[0])
        level = self.level(label)
        trade = self._trade(plain if self._trade_words(plain) else label)
        if level is not None and trade is not None:
            return Link(trade.concepts, trade.credit, level, trade.open)
        if own and own[0] >= LEAST_SHARE:
            return self._named(own[1], label, own[0])
        if trade is not None and not trade.open:
            return Link(trade.concepts, trade.credit, level)
        near = self._similar(Kind.CERTIFICATE, label)
        return self._named(near.concepts, label, near.credit) if near else None

    def _also_trade(self, label: str, named: tuple[str, ...]) -> tuple[str, ...]:
        """Give the trade of a label such as 焊工证, which people say of a skill level certificate too."""
        trades = self._exact(Kind.CERTIFICATE, key(label).removesuffix("证"))
        return tuple(trade for trade in trades if trade.startswith("trade:") and trade not in named)

    def _named(self, concepts: tuple[str, ...], label: str, credit: float = 1.0) -> Link:
        """Make the link, with the level where one of the concepts has levels."""
        if any("ladder" in self._concepts[concept].attributes for concept in concepts):
            return Link(concepts, credit, _own_level(fold(label)))
        if all(concept.startswith("trade:") for concept in concepts):
            return Link(concepts, credit, self.level(label))
        return Link(concepts, credit)

    def _own(self, label: str) -> tuple[float, tuple[str, ...]] | None:
        """Find the longest certificate name inside a label and the share of the label that it covers."""
        found = [(length, ids) for length, ids in self._inside(label) if not ids[0].startswith("trade:")]
        if not found:
            return None
        rest = _own_words(label)
        length, concepts = max(found, key=lambda hit: hit[0])
        for other, narrower in found:
            special = any(parent in concepts for concept in narrower for parent in self._concepts[concept].broader)
            if special or set(narrower) < set(concepts):
                length, concepts = length + other, narrower
        return min(1.0, length / max(len(rest), 1)), concepts

    def _trade_words(self, label: str) -> str:
        """Give what is left of a label without level, bracket marks and the words that all such certificates share."""
        rest = self._level.sub(" ", fold(label))
        return _MARKS.sub(" ", _LADDER_WORDS.sub(" ", rest)).strip()

    def _trade(self, label: str) -> Link | None:
        rest = self._trade_words(label)
        if not rest:
            return Link((ANY_TRADE,))
        joined = rest.replace(" ", "") if has_chinese(rest) else rest
        for word in (joined, joined + "工", *rest.split()):
            trades = tuple(found for found in self._exact(Kind.CERTIFICATE, word) if found.startswith("trade:"))
            if trades:
                return Link(trades)
        inside = [(length, ids) for length, ids in self._inside(joined) if ids[0].startswith("trade:")]
        if inside:
            length, concepts = max(inside, key=lambda hit: hit[0])
            if length / len(key(joined)) >= LEAST_SHARE:
                return Link(concepts, max(LEAST_SHARE, length / len(key(joined))))
        return Link((f"trade:{key(joined)}",), open=True)


def _own_words(label: str) -> str:
    """Give the key of a label without the words that say only that it is a certificate."""
    return key(re.sub(r"特种作业操作证|特种设备作业人员证|特种设备|证书|1\+x", "", fold(label)))


def _own_level(label: str) -> int | None:
    """Read a level as it is written: 初级/I/一级 = 1, 中级/II/二级 = 2, 高级/III/三级 = 3."""
    for level, words in _OWN_LEVELS:
        if any(word in label for word in words):
            return level
    return 1 if any(word in label for word in _OWN_LOWEST) or re.search(r"[-\s]i$", label) else None
