"""Compares draft demands with the expected ones of tests/material/ads, field by field, and pay phrases likewise."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from matching import Vocabulary
from matching.domain import Kind, Requirement
from matching.drafts import Draft, draft_demands
from matching.text.pay import PaySaid, read_pay
from tests.conftest import TODAY

FOLDER = Path(__file__).parent / "material" / "ads"
SEED = 20261124
NO_WORD_FOR = "rotating"
"""A shift that the authors of the ads had no word for: where an ad says 倒班 and no more, they wrote none."""
Case = dict[str, Any]
Marks = dict[str, list[tuple[bool, str]]]


def cases(name: str) -> list[Case]:
    """Read one file of cases."""
    return [json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()]


def halves(all_cases: list[Case]) -> tuple[list[Case], list[Case]]:
    """Split cases into the half whose errors were looked at and the half that was held back."""
    order = list(range(len(all_cases)))
    random.Random(SEED).shuffle(order)
    seen = set(order[: len(order) // 2])
    return [one for n, one in enumerate(all_cases) if n in seen], [
        one for n, one in enumerate(all_cases) if n not in seen
    ]


def pay_is_right(case: Case, said: PaySaid | None) -> bool:
    """Tell whether a phrase of pay was read as expected; for a trap, that no figure was read."""
    wanted = case["expected"]
    if not wanted["understood"]:
        return said is None or not said.figures
    if said is None:
        return False
    bases = {wanted["basis"], *wanted.get("basis_also", ())}
    return (said.low, said.high) == (wanted["low"], wanted["high"]) and said.basis in bases


def pay_is_wrong(case: Case, said: PaySaid | None) -> bool:
    """Tell whether figures were read that nobody meant, which is worse than none."""
    return said is not None and said.figures and not pay_is_right(case, said)


def same(kind: Kind, one: str, other: str, vocabulary: Vocabulary) -> bool:
    """Compare two labels by meaning: containment, or a concept of the vocabulary in common."""
    first, second = ("".join(label.lower().split()) for label in (one, other))
    if first in second or second in first:
        return True
    links = [vocabulary.resolve(kind, label) for label in (one, other)]
    return bool(set(links[0].concepts) & set(links[1].concepts))


def score(all_cases: Iterable[Case], vocabulary: Vocabulary) -> Marks:
    """Compare every case: for each field, whether it is right and what was wanted and found."""
    marks: Marks = defaultdict(list)
    for case in all_cases:
        drafts = draft_demands(case["text"], vocabulary, TODAY)
        for field, right, shown in _compare(case, drafts, vocabulary):
            marks[field].append((right, f"{case['id']}: {shown}"))
    return marks


def shares(marks: Marks) -> dict[str, tuple[int, int]]:
    """Count what is right and all, by field."""
    return {field: (sum(right for right, _ in found), len(found)) for field, found in marks.items()}


def _compare(case: Case, drafts: list[Draft], vocabulary: Vocabulary) -> Iterator[tuple[str, bool, str]]:
    wanted = case["expected"]
    draft = drafts[0]
    demand = draft.demand
    yield "several", bool(case.get("several")) == (len(drafts) > 1), f"{len(drafts)} posts"
    yield (
        "title",
        same(Kind.OCCUPATION, demand.title, wanted["title"], vocabulary),
        f"{demand.title!r} for {wanted['title']!r}",
    )
    for name, value in (
        ("kind", demand.kind.value),
        ("headcount", demand.headcount),
        ("experience_years", draft.experience_years),
        ("start_on", None if demand.start_on is None else demand.start_on.isoformat()),
        ("deadline", None if draft.deadline is None else draft.deadline.isoformat()),
    ):
        yield name, value == wanted[name], f"{value} for {wanted[name]}"
    pay = wanted["pay"]
    figures = (demand.pay.low, demand.pay.high) if demand.pay else (None, None)
    bases = {pay["basis"], *pay.get("basis_also", ())}
    yield (
        "pay",
        figures == (pay["low"], pay["high"]) and draft.pay_basis in bases,
        f"{figures} {draft.pay_basis} for {pay}",
    )
    shifts = [shift for shift in draft.shifts if shift != NO_WORD_FOR]
    for name, found in (("shifts", shifts), ("benefits", draft.benefits)):
        yield name, set(found) == set(wanted[name]), f"{sorted(found)} for {sorted(wanted[name])}"
    places = wanted["places"]
    yield (
        "places",
        all(any(same(Kind.REGION, place, got, vocabulary) for got in demand.places) for place in places)
        and all(any(same(Kind.REGION, place, got, vocabulary) for place in places) for got in demand.places),
        f"{demand.places} for {places}",
    )
    yield from _education(wanted["education"], demand.requirements, vocabulary)
    for kind in (Kind.MAJOR, Kind.CERTIFICATE, Kind.SKILL):
        yield from _labels(kind, wanted, demand.requirements, vocabulary, bool(case.get("heading_requires")))


def _education(
    wanted: Case | None, requirements: tuple[Requirement, ...], vocabulary: Vocabulary
) -> Iterator[tuple[str, bool, str]]:
    found = next((asked for asked in requirements if asked.kind is Kind.EDUCATION), None)
    shown = f"{found and (found.label, found.importance.value)} for {wanted}"
    if wanted is None or found is None:
        yield "education", wanted is None and found is None, shown
        return
    yield "education", same(Kind.EDUCATION, found.label, wanted["label"], vocabulary), shown
    yield "education importance", found.importance.value == wanted["importance"], shown


def _labels(
    kind: Kind, wanted: Case, requirements: tuple[Requirement, ...], vocabulary: Vocabulary, heading: bool
) -> Iterator[tuple[str, bool, str]]:
    """Compare one list item by item: found, and where found its level and importance."""
    name = {Kind.MAJOR: "majors", Kind.CERTIFICATE: "certificates", Kind.SKILL: "skills"}[kind]
    got = [asked for asked in requirements if asked.kind is kind]
    for item in wanted[name]:
        label = item if isinstance(item, str) else item["label"]
        near = [asked for asked in got if same(kind, asked.label, label, vocabulary)]
        yield name, bool(near), f"{label} in {[asked.label for asked in got]}"
        if not near or isinstance(item, str):
            continue
        accepted = {item["importance"]} | ({"must"} if heading and item["importance"] == "should" else set())
        yield (
            "importance",
            any(asked.importance.value in accepted for asked in near),
            f"{label} {[asked.importance.value for asked in near]} for {item['importance']}",
        )
        if kind is Kind.SKILL:
            yield (
                "level",
                any(asked.level == item["level"] for asked in near),
                f"{label} {[asked.level for asked in near]} for {item['level']}",
            )


def read_phrase(case: Case) -> PaySaid | None:
    """Read the pay of a case."""
    return read_pay(case["text"])


def precision(all_cases: Iterable[Case], vocabulary: Vocabulary) -> str:
    """Count the drafted skills, majors and certificates of first posts that an expected label or the title covers."""
    good = total = 0
    for case in all_cases:
        wanted = case["expected"]
        for asked in draft_demands(case["text"], vocabulary, TODAY)[0].demand.requirements:
            if asked.kind is Kind.EDUCATION:
                continue
            labels = [wanted["title"], *wanted["majors"]]
            labels += [item["label"] for name in ("skills", "certificates") for item in wanted[name]]
            total += 1
            good += any(same(asked.kind, asked.label, label, vocabulary) for label in labels)
    return f"{good} of {total}"
