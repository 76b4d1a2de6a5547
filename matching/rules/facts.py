"""What hard conditions may look at, as columns over many profiles: claims, education, major, ages, intent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from matching.domain import AutomatedDecision, CertificateClaim, Kind, Link, Profile, SkillClaim
from matching.vocabulary.forms import open_id

if TYPE_CHECKING:
    from matching.vocabulary import Vocabulary

FOREVER = 2**30
ANY_TRADE, SOME_TRADE = "trade:*", "trade:?"
MAYBE, UNREAD, ONE_OF, JOINT = "maybe:", "unread:*", "one_of:", "|"
UNLEVELLED = -1
UNRECORDED = 0

Column = NDArray[np.int32]


def day_number(day: date | None, default: int) -> int:
    """Turn a date into days since year 1, or give the default where none is recorded."""
    return default if day is None else day.toordinal()


@dataclass(frozen=True, slots=True)
class Entries:
    """Claims of many profiles as columns sorted by concept: row, level, first and last day on which the claim holds."""

    names: Mapping[str, int]
    starts: NDArray[np.int64]
    row: Column
    level: Column
    first: Column
    last: Column

    @classmethod
    def build(cls, claims: Iterable[tuple[str, int, int, int, int]]) -> Entries:
        """Sort (concept, row, level, first day, last day) tuples into columns."""
        ordered = sorted(claims)
        names: dict[str, int] = {}
        counts: list[int] = []
        for concept, *_ in ordered:
            if concept not in names:
                names[concept] = len(names)
                counts.append(0)
            counts[names[concept]] += 1
        table = np.array([claim[1:] for claim in ordered], dtype=np.int32).reshape(len(ordered), 4)
        starts = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]).astype(np.int64)
        return cls(names, starts, table[:, 0], table[:, 1], table[:, 2], table[:, 3])

    def of(self, concept: str) -> slice:
        """Give the slice of entries that name the concept (empty where there is none)."""
        number = self.names.get(concept)
        return slice(0, 0) if number is None else slice(int(self.starts[number]), int(self.starts[number + 1]))


@dataclass(frozen=True, slots=True)
class Facts:
    """What rules may look at, as arrays over profiles; -1 means "not recorded" in `education` and an empty `major`.

    `sixteen`, `eighteen` and `graduates` are days since year 1; 0 means "already" for the first two and "not recorded"
    for the last.
    """

    size: int
    education: Column
    major: NDArray[np.str_]
    certificates_known: NDArray[np.bool_]
    skills: Entries
    certificates: Entries
    sixteen: Column
    eighteen: Column
    graduates: Column
    seeking: NDArray[np.bool_]
    refused: NDArray[np.bool_]

    @classmethod
    def build(cls, profiles: Sequence[Profile], vocabulary: Vocabulary) -> Facts:
        """Read the facts of linked profiles, in their order."""
        ranks = [
            max((vocabulary.education_rank(rung) for rung in p.links.get("education", ())), default=-1)
            for p in profiles
        ]
        return cls(
            size=len(profiles),
            education=np.array(ranks, dtype=np.int32),
            major=np.array([next(iter(p.links.get("major", ())), "") for p in profiles], dtype=np.str_),
            certificates_known=np.array([p.certificates is not None for p in profiles], dtype=bool),
            skills=Entries.build(_skill_claims(profiles, vocabulary)),
            certificates=Entries.build(_certificate_claims(profiles)),
            sixteen=np.array([day_number(p.turns_16_on, 0) for p in profiles], dtype=np.int32),
            eighteen=np.array([day_number(p.turns_18_on, 0) for p in profiles], dtype=np.int32),
            seeking=np.array([p.intent.seeking for p in profiles], dtype=bool),
            graduates=np.array([day_number(p.graduates_on, UNRECORDED) for p in profiles], dtype=np.int32),
            refused=np.array([p.automated_decision is AutomatedDecision.REFUSE for p in profiles], dtype=bool),
        )


def _skill_claims(profiles: Sequence[Profile], vocabulary: Vocabulary) -> Iterable[tuple[str, int, int, int, int]]:
    """Give the claims of skills, and the skills that certificates prove (CET-4: English, without a level)."""
    for row, profile in enumerate(profiles):
        for certificate in profile.all_certificates:
            first, last = day_number(certificate.issued_on, 0), day_number(certificate.valid_until, FOREVER)
            for concept in _named(certificate):
                known = vocabulary.concepts.get(concept)
                for covered in known.covers if known else ():
                    if vocabulary.concepts[covered].kind is Kind.SKILL:
                        yield covered, row, UNLEVELLED, first, last
        for claim in profile.skills:
            level = UNLEVELLED if claim.level is None else claim.level
            for concept in _named(claim):
                yield concept, row, level, day_number(claim.available_on, 0), FOREVER


def _certificate_claims(profiles: Sequence[Profile]) -> Iterable[tuple[str, int, int, int, int]]:
    for row, profile in enumerate(profiles):
        for claim in profile.all_certificates:
            level = claim.link.level if claim.link else claim.level
            first, last = day_number(claim.issued_on, 0), day_number(claim.valid_until, FOREVER)
            for concept in _with_any_trade(_named(claim)):
                yield concept, row, UNLEVELLED if level is None else level, first, last


def is_sure(link: Link | None) -> bool:
    """Tell whether a label was read beyond doubt; only then may it decide a hard condition.

    A trade is known by its name, also one that the vocabulary does not list.
    """
    named = link is not None and (not link.open or all(concept.startswith("trade:") for concept in link.concepts))
    return link is not None and link.credit >= 1.0 and named


def _named(claim: SkillClaim | CertificateClaim) -> Sequence[str]:
    """Give what a claim surely stands for; of an unsure reading the very label, and its concepts marked as possible.

    A certificate whose name stands for several (电工证) is one of them: it fulfils only what all of them fulfil.
    """
    if claim.link is None:
        return (open_id(claim.label),)
    if not is_sure(claim.link):
        return (open_id(claim.label), UNREAD, *(MAYBE + concept for concept in claim.link.concepts))
    if len(claim.link.concepts) == 1 or isinstance(claim, SkillClaim):
        return claim.link.concepts
    joint = ONE_OF + JOINT.join(sorted(claim.link.concepts))
    return (joint, *(MAYBE + concept for concept in claim.link.concepts))


def _with_any_trade(concepts: Sequence[str]) -> Sequence[str]:
    """Let a certificate of one trade also answer "any trade", and mark the one that names no trade."""
    if not any(concept.startswith("trade:") for concept in concepts):
        return concepts
    return (ANY_TRADE, SOME_TRADE) if ANY_TRADE in concepts else (*concepts, ANY_TRADE)
