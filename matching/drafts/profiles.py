"""Makes a draft profile of a student's own text: skills, certificates, education, major, intent and wishes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from matching.domain import (
    LONGEST_LABEL,
    LONGEST_TEXT,
    CertificateClaim,
    Intent,
    Kind,
    Preferences,
    Profile,
    SkillClaim,
)
from matching.drafts.demands import SHIFT_LABELS, Span, is_attribute, label_of
from matching.text import Said, read
from matching.text.dates import read_start
from matching.text.facts import read_shifts
from matching.text.pay import read_pay
from matching.vocabulary import Vocabulary

ID = "draft-1"
CLAUSE = 14
_INTENTS = (
    (Intent.STUDY, r"专升本|升本|考研|继续(?:升学|深造|读)|(?:准备|打算|想|计划)(?:升学|深造)|further study"),
    (Intent.ENLIST, r"参军|入伍|当兵|enlist"),
    (Intent.OWN_BUSINESS, r"自主创业|(?:想|准备|打算)创业|自己开(?:店|公司)|own business"),
    (Intent.NOT_SEEKING, r"(?:暂时?)?不(?:想|打算|准备)?(?:就业|找工作)|not (?:looking|seeking)"),
)
_REFUSED = re.compile(r"(?:不|没|无意|放弃|not )(?:想|打算|准备|考虑|要|再|planning to )?\s*$")
_WISH = re.compile(r"想|希望|期望|意向|愿意?|求职|打算|优先|应聘|倾向|prefer|hope|want|would like|looking for|seeking")
_PLANNED = re.compile(
    r"(?:正在|准备|计划|打算|将|拟|明年|下半年|即将|预计)[^,，。;；\n]{0,8}(?:考|报|取|拿|学)[^,，。;；\n]{0,4}$"
)
_ORIGIN = re.compile(r"(?:家住?在?|籍贯|来自|老家|户口|户籍|生源地|毕业于|就读于|出生)[^,，。;；\n]{0,10}$")
_DID = re.compile(r"(?:做过|干过|实习|岗位|担任|从事|当过|worked as|intern(?:ed)? as)[^,，。;；\n]{0,14}$")


@dataclass(frozen=True, slots=True)
class ProfileDraft:
    """A profile as a text proposes it; `confirmed` stays False until the student has looked at it.

    `spans` gives the [start, end) of each field in the text, `skills[0]` for the first skill; `unsure` lists the fields
    to look at twice.
    """

    profile: Profile
    spans: dict[str, Span] = field(default_factory=dict)
    unsure: tuple[str, ...] = ()
    confirmed: bool = False


def draft_profile(text: str, vocabulary: Vocabulary, today: date) -> ProfileDraft:
    """Make a draft of a student's own text; a skill that is denied (不会) has level 0. Never raises.

    When: a student writes instead of filling fields. Certificates are None where the text names none: silence is no
    answer. A certificate that is only planned stands among the planned ones, without a date.
    """
    words = text[:LONGEST_TEXT].replace("\x00", " ")
    said = read(words, vocabulary, "profile")
    spans: dict[str, Span] = {}
    unsure: list[str] = []
    skills = _skills(said, vocabulary, spans)
    held, planned = _certificates(words, said, vocabulary, spans)
    if planned:
        unsure.append("planned_certificates")
    major = _first(said, Kind.MAJOR, "major", spans)
    steps = [one for one in said if one.kind is Kind.EDUCATION and not one.negated]
    education = max(steps, key=lambda one: vocabulary.education_rank(one.concepts[0]), default=None)
    if education is not None:
        spans["education"] = (education.start, education.end)
    done = [
        one
        for one in said
        if one.kind is Kind.OCCUPATION and _DID.search(words[max(0, one.start - CLAUSE) : one.start])
    ]
    intent, found = _intent(words)
    if found is not None:
        spans["intent"] = found
    profile = Profile(
        id=ID,
        education=None if education is None else education.surface[:LONGEST_LABEL],
        major=major,
        skills=skills,
        certificates=held or None,
        planned_certificates=planned,
        occupations=tuple(dict.fromkeys(one.surface[:LONGEST_LABEL] for one in done)),
        intent=intent,
        preferences=_wishes(words, said, spans, done),
        text=words,
    )
    if read_start(words, today) is not None:
        unsure.append("graduates_on")
    return ProfileDraft(profile, spans, tuple(unsure))


def _first(said: tuple[Said, ...], kind: Kind, name: str, spans: dict[str, Span]) -> str | None:
    one = next((one for one in said if one.kind is kind and not one.negated), None)
    if one is None:
        return None
    spans[name] = (one.start, one.end)
    return one.surface[:LONGEST_LABEL]


def _skills(said: tuple[Said, ...], vocabulary: Vocabulary, spans: dict[str, Span]) -> tuple[SkillClaim, ...]:
    """Claim each skill once: the highest level that is said, 0 only where it is denied and nowhere claimed."""
    best: dict[tuple[str, ...], Said] = {}
    for one in said:
        if one.kind is not Kind.SKILL or is_attribute(one, vocabulary):
            continue
        known = best.get(one.concepts)
        if (
            known is None
            or (known.negated and not one.negated)
            or (not one.negated and (one.level or 0) > (known.level or 0))
        ):
            best[one.concepts] = one
    claims = []
    for number, one in enumerate(best.values()):
        spans[f"skills[{number}]"] = (one.start, one.end)
        claims.append(SkillClaim(label_of(one, vocabulary), 0 if one.negated else one.level))
    return tuple(claims)


def _certificates(
    words: str, said: tuple[Said, ...], vocabulary: Vocabulary, spans: dict[str, Span]
) -> tuple[tuple[CertificateClaim, ...], tuple[CertificateClaim, ...]]:
    """Give the certificates held and those only planned, each once."""
    held: dict[str, CertificateClaim] = {}
    planned: dict[str, CertificateClaim] = {}
    for one in said:
        if one.kind is not Kind.CERTIFICATE or one.negated:
            continue
        coming = bool(_PLANNED.search(words[max(0, one.start - CLAUSE) : one.start]))
        target, name = (planned, "planned_certificates") if coming else (held, "certificates")
        label = label_of(one, vocabulary)
        if label not in target:
            spans[f"{name}[{len(target)}]"] = (one.start, one.end)
            target[label] = CertificateClaim(label, one.level)
    return tuple(held.values()), tuple(planned.values())


def _intent(words: str) -> tuple[Intent, Span | None]:
    for intent, pattern in _INTENTS:
        for hit in re.finditer(pattern, words, re.IGNORECASE):
            if not _REFUSED.search(words[max(0, hit.start() - 6) : hit.start()]):
                return intent, hit.span()
    return Intent.EMPLOY, None


def _wishes(words: str, said: tuple[Said, ...], spans: dict[str, Span], done: list[Said]) -> Preferences:
    """Read what a student wishes: places, pay, shifts and occupations of sentences that wish something."""
    places: dict[str, Span] = {}
    occupations: dict[str, Span] = {}
    for one in said:
        before = re.split(r"[。;；\n]", words[max(0, one.start - 40) : one.start])[-1]
        if one.negated or not _WISH.search(before) or _ORIGIN.search(before):
            continue
        if one.kind is Kind.REGION:
            places.setdefault(one.surface[:LONGEST_LABEL], (one.start, one.end))
        elif one.kind is Kind.OCCUPATION and one not in done:
            occupations.setdefault(one.surface[:LONGEST_LABEL], (one.start, one.end))
    pay = read_pay(words)
    shifts = read_shifts(words)
    for name, found in (("wished_places", places), ("wished_occupations", occupations)):
        spans |= {f"{name}[{number}]": span for number, span in enumerate(found.values())}
    spans |= {f"wished_shifts[{number}]": (fact.start, fact.end) for number, fact in enumerate(shifts)}
    if pay is not None and pay.low is not None:
        spans["wished_pay"] = (pay.start, pay.end)
    return Preferences(
        places=tuple(places),
        pay_low=None if pay is None else pay.low,
        shifts=tuple(SHIFT_LABELS[fact.value] for fact in shifts),
        occupations=tuple(occupations),
    )
