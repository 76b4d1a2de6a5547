"""Say what a label (a cell, a tag) stands for: exact form, then variants, then the best partial or similar reading."""

from __future__ import annotations

import heapq
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from matching.domain import Concept, Kind, Link
from matching.vocabulary.certificates import CertificateReader
from matching.vocabulary.forms import (
    bigrams,
    dice,
    fold,
    has_chinese,
    in_brackets,
    is_subsequence,
    key,
    open_id,
    stems,
    without_brackets,
)
from matching.vocabulary.recognise import Recogniser

SIMILAR = 0.6
TYPING_ERROR = 0.85
LEAST_PARTIAL = 0.5
LEAST_HEAD = 1 / 3
MOST_PARTIAL = 0.95
DOUBTFUL = 0.66
"""Share of a label from which a form that needs context is believed in it."""
CANDIDATES = 40
KINDS: Mapping[Kind, tuple[Kind, ...]] = {
    Kind.LICENCE: (Kind.CERTIFICATE,),
    Kind.LANGUAGE: (Kind.CERTIFICATE, Kind.SKILL),
    Kind.EXPERIENCE: (),
}
"""Kinds of label that are looked up among concepts of other kinds."""
_BEFORE = re.compile(r"^(?:熟练掌握|熟练使用|熟悉|掌握|精通|了解|熟练|会|能|使用)(?=.{2})")
_AFTER = re.compile(
    r"(?<=.{2})(?:操作技术|操作工|操作员|技术|操作|基础|作业|应用|使用|能力|技能|知识|软件|系统|工艺|原理|编程|实训|实操|测量|维护|证书|"
    r"证|工|员|skills?|operation|operator|basics|programming|software|system|technology|knowledge|usage|theory)$"
)
_CLASS_NAME = re.compile(
    r"^(?:20)?\d{2}级?|(?:\d+|[一二三四五六七八九十])?班$|^(?:高职|中职|专科|本科|五年制|三二连读|大专)"
)
_MAJOR_ENDS = re.compile(r"(?:等?相关)?(?:专业|方向|班)$")
_FLOOR = re.compile(r"(?:学历)?(?:及|或)?(?:以上|以上学历)|学历|毕业生?|全日制|应届|统招|or above|or higher|degree$")
_TELLS_CERTIFICATE = re.compile(r"证|级|驾照|cet|n1|licen[cs]e|certificate")

REMEMBERED = 50_000


class Resolver:
    """Resolves labels to concepts; every answer is remembered, so that a column of a million cells stays cheap."""

    def __init__(self, concepts: Mapping[str, Concept], recogniser: Recogniser, levels: Mapping[str, int]) -> None:
        self._concepts = concepts
        self._recogniser = recogniser
        self._exact: dict[Kind, dict[str, tuple[str, ...]]] = {kind: {} for kind in Kind}
        self._spelt: dict[Kind, dict[str, str]] = {kind: {} for kind in Kind}
        for concept in concepts.values():
            forms = (concept.zh, concept.en, *concept.forms_zh, *concept.forms_en, *concept.context_forms)
            table, spelt = self._exact[concept.kind], self._spelt[concept.kind]
            for form in forms:
                name = key(form)
                if name and concept.id not in table.get(name, ()):
                    table[name] = (*table.get(name, ()), concept.id)
                    spelt.setdefault(name, form)
        self._similar: dict[Kind, tuple[list[str], dict[str, list[int]]]] = {}
        self._memory: dict[tuple[Kind, str], Link] = {}
        self._certificates = CertificateReader(levels, concepts, self.exact, self.similar, self._certificates_inside)

    def resolve(self, kind: Kind, label: str) -> Link:
        """Give what a label stands for; an unknown one gets an open id, the same for the same label. Never raises."""
        known = self._memory.get((kind, label))
        if known is None:
            if len(self._memory) >= REMEMBERED:
                self._memory.clear()
            known = self._memory[kind, label] = self._read(kind, label)
        return known

    def exact(self, kind: Kind, label: str) -> tuple[str, ...]:
        """List the concepts of a kind that have this very form."""
        return self._exact[kind].get(key(label), ())

    def _read(self, kind: Kind, label: str) -> Link:
        found: Link | None
        if kind in (Kind.CERTIFICATE, Kind.LICENCE):
            found = self._certificates.read(label)
        elif kind is Kind.MAJOR:
            found = self._major(label)
        elif kind is Kind.EDUCATION:
            found = self._name(kind, _FLOOR.sub("", fold(label)), label)
        elif kind is Kind.REGION:
            found = self._region(label)
        elif kind is Kind.SKILL:
            found = self._skill(label)
        else:
            found = next(filter(None, (self._name(other, label) for other in KINDS.get(kind, (kind,)))), None)
        return found or Link((open_id(label),), open=True)

    def _name(self, kind: Kind, *labels: str) -> Link | None:
        """Try every way to read a name: exact, variants, inside the label, similar."""
        ends = ("", "工", "员") if kind is Kind.OCCUPATION else ("",)
        for label in labels:
            for variant in _variants(label):
                for end in ends:
                    if concepts := self._exact[kind].get(variant + end):
                        return Link(concepts)
        readings = [self.inside(kind, labels[0]), self.similar(kind, labels[0])]
        return max((reading for reading in readings if reading), key=lambda link: link.credit, default=None)

    def _skill(self, label: str) -> Link | None:
        if concepts := self.exact(Kind.SKILL, label):
            return Link(concepts)
        if _TELLS_CERTIFICATE.search(fold(label)):
            certificate = self._certificates.read(label)
            if certificate and not certificate.open:
                return certificate
        return self._name(Kind.SKILL, label)

    def _major(self, label: str) -> Link | None:
        plain = without_brackets(label)
        bare = _MAJOR_ENDS.sub("", _CLASS_NAME.sub("", _CLASS_NAME.sub("", plain).strip()).strip())
        for name in (label, plain, bare, bare + "技术", bare + "技术应用", bare.removesuffix("类")):
            if concepts := self.exact(Kind.MAJOR, name):
                return Link(concepts)
        return self._name(Kind.MAJOR, bare or label)

    def _region(self, label: str) -> Link | None:
        if concepts := self.exact(Kind.REGION, label):
            return Link(concepts)
        hits = self._recogniser.label_hits(label, Kind.REGION)
        if not hits:
            return None
        named = [concept for hit in hits for concept in hit[0].concepts]
        wider = {parent for concept in named for parent in self._ancestors(concept)}
        narrow = tuple(dict.fromkeys(concept for concept in named if concept not in wider))
        return Link(narrow or tuple(named))

    def _ancestors(self, concept: str) -> Iterator[str]:
        for parent in self._concepts[concept].broader:
            if parent in self._concepts:
                yield parent
                yield from self._ancestors(parent)

    def inside(self, kind: Kind, label: str) -> Link | None:
        """Read a label by the concept named inside it, with the share that it covers as credit (.5 to .95).

        A compound has its head at the end, so a sure form there wins (焊接识图 is a kind of 识图), otherwise the
        longest. None where less than half of the label is covered, or a third by its head.
        """
        length = len(key(_strip(fold(label))))
        found = self._recogniser.label_hits(label, kind)
        hits = [(hit, sure) for hit, sure in found if sure or len(key(hit.surface)) >= DOUBTFUL * length]
        if not hits or not length:
            return None
        last, sure = max(hits, key=lambda hit: hit[0].end)
        at_end = sure and last.end == len(fold(label).rstrip())
        best = last if at_end else hits[0][0]
        share = len(key(best.surface)) / length
        covered = sum(len(key(hit.surface)) for hit, _ in hits) / length
        if covered < LEAST_PARTIAL and not (at_end and share >= LEAST_HEAD):
            return None
        return Link(best.concepts, min(MOST_PARTIAL, max(LEAST_PARTIAL, share)))

    def _certificates_inside(self, label: str) -> list[tuple[int, tuple[str, ...]]]:
        hits = self._recogniser.label_hits(label, Kind.CERTIFICATE)
        return [(len(key(hit.surface)), hit.concepts) for hit, _ in hits]

    def similar(self, kind: Kind, label: str) -> Link | None:
        """Read a label by the form that shares most character pairs with it (Dice >= .6), with that as credit.

        A Chinese form must be the label with characters put in or left out: 汽油机维修 is not 柴油机维修.
        A Latin one must have the same words, more or fewer, or differ by a typing error.
        """
        asked = key(label)
        if len(asked) < 2:
            return None
        names, by_pair = self._index(kind)
        pairs, chinese = bigrams(asked), has_chinese(asked)
        shared = Counter(place for pair in pairs for place in by_pair.get(pair, ()))
        nearest = heapq.nlargest(CANDIDATES, shared, key=lambda place: (shared[place] / len(names[place]), -place))
        best, credit = "", SIMILAR - 1e-9
        for place in nearest:
            name = names[place]
            if chinese:
                likeness = dice(pairs, bigrams(name)) if _put_in(asked, name) else 0.0
            else:
                likeness = _likeness(asked, name, stems(label), stems(self._spelt[kind][name]))
            if likeness > credit:
                best, credit = name, likeness
        return Link(self._exact[kind][best], min(credit, MOST_PARTIAL)) if best else None

    def _index(self, kind: Kind) -> tuple[list[str], dict[str, list[int]]]:
        """Give the keys of a kind and, for each pair of characters, the places of the keys that have it."""
        if kind not in self._similar:
            names = list(self._exact[kind])
            by_pair: defaultdict[str, list[int]] = defaultdict(list)
            for place, name in enumerate(names):
                for pair in bigrams(name):
                    by_pair[pair].append(place)
            self._similar[kind] = names, by_pair
        return self._similar[kind]

    def forms(self, kind: Kind) -> Mapping[str, tuple[str, ...]]:
        """Give every key of a kind with its concepts."""
        return self._exact[kind]


def _put_in(one: str, other: str) -> bool:
    """Tell whether one form is the other with characters put in, both with the same end, the head of the word."""
    if one[-1] != other[-1]:
        return False
    short, long = sorted((one, other), key=len)
    return is_subsequence(short, long)


def _likeness(asked: str, name: str, words: frozenset[str], others: frozenset[str]) -> float:
    characters = dice(bigrams(asked), bigrams(name))
    if characters >= TYPING_ERROR and min(len(asked), len(name)) >= 6 and asked[0] == name[0]:
        return characters
    if words and others and (words <= others or others <= words):
        return dice(words, others)
    return 0.0


def _variants(label: str) -> Iterable[str]:
    """Give the keys to try: the label, without brackets, what stands in them, each without common words around it."""
    parts = [label, without_brackets(label), *in_brackets(label)]
    names = [key(part) for part in parts]
    yield from names
    for name in names:
        if stripped := _strip(name):
            yield stripped


def _strip(name: str) -> str:
    """Take one common word off each end, where two characters are left."""
    return _AFTER.sub("", _BEFORE.sub("", name.strip())).strip()
