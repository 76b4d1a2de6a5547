"""The claims and words of a profile that stand for what is asked, and those that come too late or run out before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from matching.domain import CertificateClaim, Demand, Kind, Mention, Profile, SkillClaim
from matching.explain.explanation import SOURCE_NAMES, Evidence, Standing
from matching.explain.labels import grade_of
from matching.rules import ANY_TRADE, FOREVER, day_number
from matching.vectorize import Group
from matching.vocabulary import Vocabulary
from matching.vocabulary.forms import key

LEAST_NEAR = 0.6
MOST_SHOWN, MOST_OUT_OF_TIME = 3, 2
SURE = (Standing.HAS, Standing.WILL_HAVE)
WITHOUT_POINTS = (Standing.MISSING, Standing.TO_VERIFY)


@dataclass(frozen=True, slots=True)
class Pair:
    """One demand and one profile, linked, with the day on which they are judged and the skills in the own words."""

    demand: Demand
    profile: Profile
    vocabulary: Vocabulary
    day: int
    reference: int
    mentions: Sequence[Mention]


@dataclass(frozen=True, slots=True)
class Claimed:
    """One claim beside one requirement: how near (0..1), its level, whether it holds on the day, and how it reads."""

    near: float
    level: int
    in_time: bool
    evidence: Evidence


def wanted_by(group: Group) -> frozenset[str]:
    """Name the concepts that a group asks for: `skill:weld.gtaw>=2` asks for `weld.gtaw`."""
    features = (feature.partition(":")[2] for row in group.rows for feature in row.weights)
    return frozenset(feature.rpartition(">=")[0] or feature for feature in features)


def own_words(wanted: frozenset[str], pair: Pair) -> list[Evidence]:
    """Find where the profile's own text names what is wanted, or something that fulfils it."""
    fulfilling = wanted.union(*(pair.vocabulary.satisfied_by(concept) for concept in wanted))
    return [
        Evidence("text", mention.surface, start=mention.start, end=mention.end)
        for mention in pair.mentions
        if fulfilling.intersection(mention.concepts)
    ]


def evidence_of(group: Group, standing: Standing, words: Sequence[Evidence], pair: Pair) -> tuple[Evidence, ...]:
    """Give what stands for a group, nearest first, then what concerns it but does not hold on the day.

    words : what `own_words` found for it.
    """
    profile = pair.profile
    if group.part == "education":
        return (Evidence("education", profile.education),) if profile.education and _counts(standing) else ()
    if group.part == "major":
        return (Evidence("major", profile.major),) if profile.major and _counts(standing) else ()
    wanted = wanted_by(group)
    if group.part == "occupation":
        return tuple(_practised(wanted, pair)) if _counts(standing) else ()
    claims = list(_claims(wanted, pair))
    holding = [claim for claim in claims if claim.in_time]
    best = max((claim.near for claim in holding), default=0.0)
    proof: list[Evidence] = []
    if standing is Standing.EXPECTED and profile.major:
        proof.append(Evidence("major", profile.major))
    elif _counts(standing) and standing is not Standing.MENTIONED:
        proof.extend(claim.evidence for claim in holding if claim.near >= best)
    proof = [*proof, *words][:MOST_SHOWN]
    if standing not in SURE:
        out_of_time = [c.evidence for c in claims if not c.in_time and c.near >= max(best, LEAST_NEAR)]
        proof.extend(out_of_time[:MOST_OUT_OF_TIME])
    return tuple(proof)


def _counts(standing: Standing) -> bool:
    return standing not in WITHOUT_POINTS


def _practised(wanted: frozenset[str], pair: Pair) -> Iterable[Evidence]:
    """Give the post that the student practised in and that is nearest: the same occupation, else the same group."""
    best, nearest = 0, ""
    for name in pair.profile.occupations:
        for concept in pair.vocabulary.resolve(Kind.OCCUPATION, name).concepts:
            near = (concept in wanted) + ((concept.rpartition("-")[0] or concept) in wanted)
            if near > best:
                best, nearest = near, name
    if best:
        yield Evidence("occupation", nearest)


def _claims(wanted: frozenset[str], pair: Pair) -> Iterable[Claimed]:
    """List the claims that concern what is wanted, the nearest and highest first."""
    profile = pair.profile
    found: list[Claimed] = []
    for skill in profile.skills:
        near = _nearness(skill, wanted, pair.vocabulary)
        if near > 0.0:
            in_time = skill.level != 0 and day_number(skill.available_on, 0) <= pair.day
            if skill.level != 0 or near >= LEAST_NEAR:
                found.append(Claimed(near, skill.level or 0, in_time, _skill(skill, pair)))
    for certificate in profile.all_certificates:
        near = _nearness(certificate, wanted, pair.vocabulary)
        if near > 0.0:
            first, last = day_number(certificate.issued_on, 0), day_number(certificate.valid_until, FOREVER)
            level = (certificate.link.level if certificate.link else None) or certificate.level or 0
            found.append(Claimed(near, level, first <= pair.day <= last, _certificate(certificate, level, pair)))
    return sorted(found, key=lambda claim: (-claim.near, -claim.level))


def _nearness(claim: SkillClaim | CertificateClaim, wanted: frozenset[str], vocabulary: Vocabulary) -> float:
    """Give the largest credit that a claim earns for one of the wanted concepts, 0 where it has none."""
    link = claim.link
    if link is None:
        return 0.0
    literal = {key(other.removeprefix("open:")) for other in wanted if other.startswith("open:")}
    near = 1.0 if literal and key(claim.label) in literal else 0.0
    for concept in link.concepts:
        earned = vocabulary.relatives(concept)
        trade = concept.startswith("trade:") and ANY_TRADE in wanted
        own = 1.0 if concept in wanted or trade else max((earned.get(other, 0.0) for other in wanted), default=0.0)
        near = max(near, link.credit * own)
    return near


def _skill(claim: SkillClaim, pair: Pair) -> Evidence:
    source = claim.source if claim.source in SOURCE_NAMES else "claimed"
    if claim.level == 0:
        return Evidence(source, claim.label, "不会", "cannot")
    zh, en = ("未注明级别", "level not stated") if claim.level is None else (f"{claim.level}级", f"level {claim.level}")
    if claim.available_on is not None:
        zh, en = f"{zh}，{claim.available_on}起", f"{en}, from {claim.available_on}"
        if claim.available_on.toordinal() > pair.day:
            late_zh, late_en = _late(pair)
            zh, en = f"{zh}（{late_zh}）", f"{en}, {late_en}"
    return Evidence(source, claim.label, zh, en)


def _certificate(claim: CertificateClaim, level: int, pair: Pair) -> Evidence:
    """Say grade, planned day and validity: `三级，计划 2027-06-20 取得，有效期至2033-06-20`."""
    concepts = claim.link.concepts if claim.link else ()
    notes = [grade_of(claim.label, concepts, level or None, pair.vocabulary), _planned(claim, pair)]
    planned = bool(notes[1][0])
    if claim.valid_until is not None:
        notes.append(_validity(claim.valid_until, planned, pair))
    zh, en = ([note[side] for note in notes if note[side]] for side in (0, 1))
    return Evidence("certificate", claim.label, "，".join(zh), ", ".join(en))


def _planned(claim: CertificateClaim, pair: Pair) -> tuple[str, str]:
    issued = claim.issued_on
    if issued is None:
        undated = claim in pair.profile.planned_certificates
        return ("计划取得，未注明日期", "planned, no date stated") if undated else ("", "")
    if issued.toordinal() <= pair.reference:
        return "", ""
    zh, en = f"计划 {issued} 取得", f"planned for {issued}"
    if issued.toordinal() > pair.day:
        late_zh, late_en = _late(pair)
        return f"{zh}（{late_zh}）", f"{en}, {late_en}"
    return zh, en


def _validity(until: date, planned: bool, pair: Pair) -> tuple[str, str]:
    if until.toordinal() >= pair.day:
        return f"有效期至{until}", f"valid until {until}"
    if until.toordinal() < pair.reference:
        return f"已有，但 {until} 已到期", f"held, but it expired on {until}"
    zh, en = ("", "it") if planned else ("已有，但 ", "held, but it")
    return f"{zh}{until} 到期（到岗前）", f"{en} expires on {until}, before the start"


def _late(pair: Pair) -> tuple[str, str]:
    """Say what a date after the day of judging is: after the start, or still to come where there is no start."""
    return ("晚于到岗", "after the start") if pair.demand.start_on is not None else ("尚未到", "still to come")
