"""Check a vocabulary: every broken reference, cycle, double form and empty label becomes a Problem."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from matching.domain import Concept, Kind
from matching.errors import Problem
from matching.vocabulary.forms import fold, key
from matching.vocabulary.load import TABLES, WordLists

SHARED_BY_NATURE = (Kind.MAJOR, Kind.CERTIFICATE, Kind.OCCUPATION)
"""Kinds in which one form may stand for several concepts: 计算机网络技术 at two school levels, 电工证, 钳工."""


def check_concepts(concepts: Mapping[str, Concept], words: WordLists) -> list[Problem]:
    """List what is wrong with the concepts and word lists; an empty list means that nothing is.

    Rules: unknown ids in broader, related and covers; cycles of broader; empty labels; an all-digit form without
    context; a context form that is no form; a form of two skills of ours that isn't listed as ambiguous; a sibling
    credit outside 0..1; a false hit whose longer word doesn't contain the form.
    """
    problems = list(_references(concepts))
    problems += _cycles(concepts)
    problems += _forms(concepts, words)
    problems += _shared(concepts, words)
    for longer, forms in words.false_hits.items():
        for form in forms:
            if fold(form).removeprefix("*") not in fold(longer):
                problems.append(
                    _problem(
                        "false_hit",
                        "the longer word does not contain the form",
                        "长词不含该词形",
                        form,
                        "false_hits.csv",
                    )
                )
    return problems


def double_ids(concepts: Iterable[Concept]) -> list[Problem]:
    """List the ids that stand in the tables more than once."""
    seen: set[str] = set()
    problems = []
    for concept in concepts:
        if concept.id in seen:
            problems.append(_problem("double_id", "the id occurs twice", "代号重复", concept.id, _file(concept), "id"))
        seen.add(concept.id)
    return problems


def _file(concept: Concept) -> str:
    if concept.id.startswith("trade:"):
        return "trades.csv"
    return next(name for name, kind in TABLES.items() if kind is concept.kind)


def _problem(
    rule: str, english: str, chinese: str, value: str | None, file: str | None = None, column: str | None = None
) -> Problem:
    return Problem(rule, english, chinese, value, file, None, None, column)


def _references(concepts: Mapping[str, Concept]) -> Iterator[Problem]:
    for concept in concepts.values():
        for column, ids in (("broader", concept.broader), ("related", concept.related), ("covers", concept.covers)):
            for other in ids:
                if other not in concepts:
                    english, chinese = (
                        f"unknown id in {column} of {concept.id}",
                        f"{concept.id} 的 {column} 中的代号不存在",
                    )
                    yield _problem("unknown_id", english, chinese, other, _file(concept), column)


def _cycles(concepts: Mapping[str, Concept]) -> Iterator[Problem]:
    for concept in concepts.values():
        seen: set[str] = set()
        waiting = list(concept.broader)
        while waiting:
            current = waiting.pop()
            if current == concept.id:
                english, chinese = "the concept is broader than itself", "上位关系成环"
                yield _problem("cycle", english, chinese, concept.id, _file(concept), "broader")
                break
            if current not in seen and current in concepts:
                seen.add(current)
                waiting.extend(concepts[current].broader)


def _forms(concepts: Mapping[str, Concept], words: WordLists) -> Iterator[Problem]:
    listed = {fold(form) for form in words.ambiguous}
    for concept in concepts.values():
        file = _file(concept)
        if not (concept.zh or concept.en):
            yield _problem("empty", "the concept has no label", "概念没有名称", concept.id, file, "zh")
        forms = {fold(form) for form in (concept.zh, concept.en, *concept.forms_zh, *concept.forms_en)}
        for form in concept.context_forms:
            if fold(form) not in forms:
                english, chinese = f"not among the forms of {concept.id}", f"不在 {concept.id} 的词形之中"
                yield _problem("context_form", english, chinese, form, file, "context_forms")
        for form in forms:
            if form.isdigit() and form not in listed:
                english, chinese = (
                    f"an all-digit form of {concept.id} needs context words",
                    f"{concept.id} 的纯数字词形须有语境词",
                )
                yield _problem("digits", english, chinese, form, file)
        credit = concept.attributes.get("sibling_credit", "0")
        if not _is_share(credit):
            yield _problem("share", "not a number from 0 to 1", "不是 0 到 1 之间的数", credit, file, "sibling_credit")


def _is_share(text: str) -> bool:
    try:
        return 0 <= float(text) <= 1
    except ValueError:
        return False


def _shared(concepts: Mapping[str, Concept], words: WordLists) -> Iterator[Problem]:
    listed = {key(form) for form in words.ambiguous}
    owners: defaultdict[tuple[Kind, str], list[str]] = defaultdict(list)
    for concept in concepts.values():
        if concept.release != "duikou" or concept.kind in SHARED_BY_NATURE:
            continue
        in_doubt = {key(form) for form in concept.context_forms}
        for form in {key(form) for form in (concept.zh, concept.en, *concept.forms_zh, *concept.forms_en)} - {""}:
            if form not in in_doubt or form not in listed:
                owners[concept.kind, form].append(concept.id)
    for (kind, form), ids in owners.items():
        if len(ids) > 1:
            names = ", ".join(ids)
            english, chinese = f"stands for {names} and is not listed as ambiguous", f"同时表示 {names}，未列入歧义词形"
            yield _problem("ambiguous", english, chinese, form, _file(concepts[ids[0]]), kind.value)
