"""Takes one pair apart: the same index code that ranked it, run on this one profile, now and on the start day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from matching.domain import Demand, Importance, Kind, Mention, Profile, Verdict
from matching.explain.evidence import Pair, evidence_of, own_words, wanted_by
from matching.explain.explanation import Evidence, Explanation, Reason, Standing
from matching.explain.labels import labels_of
from matching.explain.wording import alike, shared_wording
from matching.index import LocalIndex
from matching.rules import VERDICTS, Facts, Filter, musts_of
from matching.score import PARTS, VALUE_ONE, Integers
from matching.text import negated_spans
from matching.vectorize import IMPLIED, TEXT, Group, Query, Vector, Vectorizer
from matching.vectorize.features import is_attitude, refused_skills

NEARLY_ALL = 0.98


@dataclass(frozen=True, slots=True)
class Points:
    """What one group earns on the start day and today, what the major alone would give, and the most it can give."""

    total: int
    now: int
    bare: int
    most: int


def explain(
    demand: Demand,
    profile: Profile,
    query: Query,
    vector: Vector,
    vectorizer: Vectorizer,
    conditions: Filter,
    weights: Integers,
) -> Explanation:
    """Take one linked pair apart; the score equals the one in the ranking with the same weights.

    query, vector : what `vectorizer` makes of the two.
    """
    vocabulary = vectorizer.vocabulary_
    facts = Facts.build([profile], vocabulary)
    judged = conditions.apply(facts).verdicts[:, 0].tolist()
    verdicts = {rule.key: VERDICTS[code] for rule, code in zip(conditions.rules, judged, strict=True)}
    mentions = _affirmed(vocabulary.recognise(profile.text, (Kind.SKILL,)), negated_spans(profile.text))
    posts = tuple(mention.surface for mention in vocabulary.recognise(demand.title, (Kind.OCCUPATION,)))
    pair = Pair(demand, profile, vocabulary, query.day, vectorizer.reference_, mentions)
    in_fields = any(requirement.kind is Kind.SKILL for requirement in demand.requirements)
    parts = dict.fromkeys(PARTS, 0)
    reasons: list[Reason] = []
    measured = _measured(query, vector, vectorizer, facts)
    for group, part, points in zip(query.groups, query.part_of_group.tolist(), measured, strict=True):
        total, most = int(weights[part]) * points.total, int(weights[part]) * points.most
        parts[group.part] += total
        if group.sources[0] == TEXT:
            continue
        words = _words(group, pair)
        standing = _standing(group, points, words)
        if standing in (Standing.MISSING, Standing.HAS) and _is_undecided(group, pair, verdicts):
            standing = Standing.TO_VERIFY if standing is Standing.MISSING else Standing.PARTLY
        if group.sources[0] == IMPLIED and standing is Standing.MISSING and in_fields:
            continue
        evidence = evidence_of(group, standing, words, pair)
        labels = labels_of(group, demand, posts, vocabulary)
        reasons.append(Reason(*labels, group.part, total, most, standing, evidence))
    return Explanation(
        demand=demand.id,
        profile=profile.id,
        title=demand.title,
        score=sum(parts.values()),
        parts=parts,
        reasons=tuple(reasons),
        verdicts=tuple((rule.label_zh, rule.label_en, verdicts[rule.key], rule.source) for rule in conditions.rules),
        wording=shared_wording(demand, profile, query, vector, vectorizer),
        notes=tuple(_notes(pair)),
        alike=alike(query, vector, vectorizer),
    )


def _measured(query: Query, vector: Vector, vectorizer: Vectorizer, facts: Facts) -> list[Points]:
    """Ask the index for this one profile, on the start day and today."""
    base = {vector.base: vectorizer.base(vector.base)}
    single = LocalIndex.build([""], [vector], base, facts)
    totals, bare = single.group_totals(query)
    changes = bool((vector.days > 0).any())
    today = single.group_totals(replace(query, day=vectorizer.reference_))[0] if changes else totals
    return [
        Points(int(totals[number][0]), int(today[number][0]), int(bare[number][0]), _most(query, number))
        for number in range(len(query.groups))
    ]


def _most(query: Query, group: int) -> int:
    rows = [row for row, number in enumerate(query.group_of_row.tolist()) if number == group]
    sums = [int(query.weights[query.starts[row] : query.starts[row + 1]].sum()) for row in rows]
    return max(sums, default=0) * VALUE_ONE


def _affirmed(mentions: Sequence[Mention], denied: Sequence[tuple[int, int]]) -> list[Mention]:
    return [m for m in mentions if not any(m.start < end and start < m.end for start, end in denied)]


def _words(group: Group, pair: Pair) -> list[Evidence]:
    """Give what the own words say of a skill, nothing where a field says that the student can't."""
    if group.part != "skills" or not pair.mentions:
        return []
    wanted = wanted_by(group)
    return [] if wanted & refused_skills(pair.profile) else own_words(wanted, pair)


def _standing(group: Group, points: Points, words: list[Evidence]) -> Standing:
    """Tell the standing; something is there (or will be) only where nearly all of its possible points are reached."""
    if points.total <= 0:
        return Standing.MENTIONED if words else Standing.MISSING
    if points.total == points.bare and group.part == "skills":
        return Standing.MENTIONED if words else Standing.EXPECTED
    if points.total < NEARLY_ALL * points.most:
        return Standing.PARTLY
    return Standing.HAS if points.now >= NEARLY_ALL * points.most else Standing.WILL_HAVE


def _is_undecided(group: Group, pair: Pair, judged: Mapping[str, Verdict]) -> bool:
    """Tell whether the must that a group's requirements make is one that nothing recorded decides."""
    numbers = [number for number in group.sources if number >= 0]
    asked = tuple(pair.demand.requirements[number] for number in numbers)
    if not any(requirement.importance is Importance.MUST for requirement in asked):
        return False
    rules = musts_of(replace(pair.demand, requirements=asked), pair.vocabulary)
    return any(judged.get(rule.key) is Verdict.UNKNOWN for rule in rules)


def _notes(pair: Pair) -> Iterable[tuple[str, str]]:
    demand, profile = pair.demand, pair.profile
    start = demand.start_on if demand.start_on is not None and demand.start_on.toordinal() >= pair.day else None
    if not profile.intent.seeking:
        yield "该生目前不求职（升学、入伍或其他打算），不进入排序名单。", "Not seeking work now: not in ranked lists."
    if profile.automated_decision.value == "refuse":
        yield "该生拒绝由机器自动排序，应由人工查看。", "Refused ranking by machine: a person must judge."
    if _after(profile.turns_18_on, pair.day):
        zh, en = ("到岗时", "on the start date") if start is not None else ("目前", "now")
        yield f"{zh}未满18周岁，须监护人同意。", f"Under 18 {en}: guardian consent needed."
    if start is not None and _after(profile.graduates_on, pair.day):
        graduates = profile.graduates_on
        yield f"到岗时尚未毕业（{graduates} 毕业）。", f"Graduates on {graduates}, after the start."
    attitudes = [r.label for r in demand.requirements if is_attitude(r, pair.vocabulary)]
    if attitudes:
        zh, en = "、".join(attitudes), ", ".join(attitudes)
        yield f"态度类要求不计分，请面谈了解：{zh}。", f"Attitudes earn no points; ask in the interview: {en}."


def _after(day: date | None, other: int) -> bool:
    return day is not None and day.toordinal() > other
