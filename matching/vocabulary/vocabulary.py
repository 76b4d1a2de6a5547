"""The Vocabulary: concepts of every kind, read from tables and releases, and all questions that can be put to them."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from matching.domain import Concept, Demand, Kind, Link, Mention, Profile
from matching.errors import Problem, VocabularyError
from matching.vocabulary.check import check_concepts, double_ids
from matching.vocabulary.expectations import read_expectations
from matching.vocabulary.link import Linker
from matching.vocabulary.load import WordLists, data_folder, digest, read_concepts, read_word_lists
from matching.vocabulary.recognise import Recogniser
from matching.vocabulary.relations import Relations
from matching.vocabulary.release import release_name
from matching.vocabulary.resolve import Resolver
from matching.vocabulary.search import search_forms


class Vocabulary:
    """Skills, majors, certificates, education, occupations and regions with their forms and relations.

    When: once per process, `Vocabulary.load()`; it is immutable, `merged` gives a new one. What costs time (the
    automaton, the index of similar forms) is built on first use.
    """

    def __init__(
        self, concepts: Iterable[Concept], words: WordLists, version: str, folder: Path, releases: Sequence[str] = ()
    ) -> None:
        members = list(concepts)
        if doubles := double_ids(members):
            raise VocabularyError(doubles)
        self.concepts: Mapping[str, Concept] = MappingProxyType({concept.id: concept for concept in members})
        self.version = version
        self.releases = tuple(releases)
        self._words = words
        self._folder = folder

    @classmethod
    def load(cls, folder: Path | None = None, releases: Sequence[Path] = ()) -> Vocabulary:
        """Read the shipped tables (or those of another data folder) and add imported release folders.

        `folder` holds `vocabulary/` and, where known, `expectations.csv`. Raises VocabularyError with file, row, column
        and value.
        """
        data = folder or data_folder()
        tables = data / "vocabulary"
        concepts = read_concepts(tables, "duikou")
        words = read_word_lists(tables)
        names = []
        paths = [*tables.glob("*.csv"), *data.glob("expectations.csv")]
        for release in releases:
            name = release_name(release)
            concepts += read_concepts(release, name)
            names.append(name)
            paths += release.glob("*.csv")
        return cls(concepts, words, digest(paths), data, names)

    def __deepcopy__(self, memo: object) -> Vocabulary:
        """Give itself: a vocabulary never changes, so that copies of what holds one stay cheap."""
        return self

    def merged(self, concepts: Iterable[Concept], release: str) -> Vocabulary:
        """Give a vocabulary with the concepts of an imported release added; ids must be new."""
        added = [replace(concept, release=release) for concept in concepts]
        version = hashlib.sha256(self.version.encode())
        for concept in added:
            version.update(repr(concept).encode())
        everything = [*self.concepts.values(), *added]
        return Vocabulary(everything, self._words, version.hexdigest()[:12], self._folder, (*self.releases, release))

    @cached_property
    def _recogniser(self) -> Recogniser:
        return Recogniser(self.concepts.values(), self._words)

    @cached_property
    def _resolver(self) -> Resolver:
        return Resolver(self.concepts, self._recogniser, self._words.levels)

    @cached_property
    def _relations(self) -> Relations:
        return Relations(self.concepts)

    @cached_property
    def _linker(self) -> Linker:
        return Linker(self)

    @cached_property
    def _expectations(self) -> Mapping[str, Mapping[str, tuple[float, ...]]]:
        return read_expectations(self._folder / "expectations.csv")

    def resolve(self, kind: Kind, label: str) -> Link:
        """Say what a label (a cell, a tag) of a kind stands for; never raises, remembered."""
        return self._resolver.resolve(kind, label)

    def recognise(self, text: str, kinds: Container[Kind] | None = None) -> list[Mention]:
        """Find the concepts in free text, with their spans in the original."""
        return self._recogniser.recognise(text, kinds)

    def relatives(self, concept_id: str) -> Mapping[str, float]:
        """Give the credit in (0, 1) that whoever has `concept_id` earns for a demand for each other concept."""
        return self._relations.relatives(concept_id)

    def satisfied_by(self, concept_id: str) -> frozenset[str]:
        """Give the ids that fulfil a hard demand for a concept: itself, narrower ones, those that cover it."""
        return self._relations.satisfied_by(concept_id)

    def education_rank(self, concept_id: str) -> int:
        """Give 初中 0 < 中职 1 < 高职专科 2 < 本科 3 < 硕士 4 < 博士 5; -1 for what is no rung of education."""
        return self._relations.education_rank(concept_id)

    def expectations(self, major_id: str | None) -> Mapping[str, tuple[float, ...]]:
        """Give skill id -> (P(level >= 1), ..., P(level >= 5)) typical of a major: its own row, else its class's.

        Empty where the major is unknown, open or has no row.
        """
        concept = self.concepts.get(major_id or "")
        if concept is None:
            return {}
        own = self._expectations.get(concept.attributes.get("code", "") or concept.zh)
        return own or self._expectations.get(concept.attributes.get("class_code", ""), {})

    def search(self, query: str, kind: Kind | None = None, limit: int = 10) -> list[tuple[Concept, float]]:
        """Find concepts by a part of any form: exact before prefix, substring and similar; score in (0, 1]."""
        kinds = Kind if kind is None else (kind,)
        found = search_forms(query, (self._resolver.forms(one) for one in kinds), limit)
        return [(self.concepts[concept], score) for concept, score in found]

    def check(self) -> list[Problem]:
        """List what is wrong with the tables; empty means nothing."""
        problems = check_concepts(self.concepts, self._words)
        asked = {skill for row in self._expectations.values() for skill in row}
        for skill in sorted(asked - self.concepts.keys()):
            english, chinese = "unknown skill id", "技能代号不存在"
            problems.append(Problem("unknown_id", english, chinese, skill, file="expectations.csv", column="skill_id"))
        return problems

    def link_demand(self, demand: Demand) -> Demand:
        """Fill the link of each requirement, and `links` of the demand; see `Linker`."""
        return self._linker.demand(demand)

    def link_profile(self, profile: Profile) -> Profile:
        """Fill the link of each claim, and `links` of the profile; see `Linker`."""
        return self._linker.profile(profile)
