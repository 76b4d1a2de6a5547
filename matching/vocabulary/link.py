"""Link records to concepts: what each label of a demand or profile stands for, put where it belongs.

Labels are read without protected wording; one that holds nothing else is left out. A certificate written among the
skills goes to the certificates, a language that is a skill to the skills, "can't weld" becomes level 0, and a
certificate that is only being prepared for is never read with certainty.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from matching.domain import (
    CERTIFICATE_KINDS,
    CertificateClaim,
    Demand,
    Kind,
    Link,
    Profile,
    Requirement,
    SkillClaim,
)
from matching.vocabulary.forms import open_id
from matching.vocabulary.protected import mask_label

if TYPE_CHECKING:
    from matching.vocabulary.vocabulary import Vocabulary

TITLE_CREDIT = 0.6
"""How sure the reading of a whole title must be to say its occupation."""
PENDING_CREDIT = 0.4
GRADES = "五四三二一"
_PENDING = re.compile(r"在考|待考|备考|报考|考取中|待取得|未出证|办理中|in progress|pending", re.IGNORECASE)
_DENIED = re.compile(r"^(?:没有|没|无|未|不持|已?过期|失效|expired|no |without )", re.IGNORECASE)
_CANNOT = re.compile(
    r"^(?:不会|没学过|没做过|没接触过|未学过?|不懂|不熟悉|没有学过|cannot |can't |never used )", re.IGNORECASE
)


class Linker:
    """Fill the links of records with one vocabulary; asking again for a linked record gives the same."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def demand(self, demand: Demand) -> Demand:
        """Fill each requirement's link, and `links` with "occupation", "place" and "place_in" where they apply."""
        places = self._known(Kind.REGION, demand.places)
        links = {
            "occupation": self._known(Kind.OCCUPATION, demand.occupations) or self._title(demand.title),
            "place": places,
            "place_in": self._around(places),
        }
        requirements = (self._requirement(asked) for asked in demand.requirements)
        return replace(demand, requirements=tuple(r for r in requirements if r is not None), links=_filled(links))

    def profile(self, profile: Profile) -> Profile:
        """Fill each claim's link, and `links` with what applies of major, education, occupation and wishes."""
        wishes = profile.preferences
        wished = self._known(Kind.REGION, wishes.places)
        links = {
            "major": self._sure(Kind.MAJOR, profile.major),
            "education": self._sure(Kind.EDUCATION, profile.education),
            "occupation": self._known(Kind.OCCUPATION, profile.occupations),
            "wished_place": wished,
            "wished_place_in": self._around(wished),
            "wished_occupation": self._known(Kind.OCCUPATION, wishes.occupations),
        }
        read = [self._skill(claim) for claim in profile.skills]
        moved = tuple(claim for claim in read if isinstance(claim, CertificateClaim))
        held = self._certificates(profile.certificates or ())
        planned = self._certificates(profile.planned_certificates)
        return replace(
            profile,
            skills=tuple(claim for claim in read if isinstance(claim, SkillClaim)),
            certificates=None if profile.certificates is None else (*held, *moved),
            planned_certificates=planned if profile.certificates is not None else (*planned, *moved),
            links=_filled(links),
        )

    def _requirement(self, asked: Requirement) -> Requirement | None:
        label = mask_label(asked.label)
        if not label:
            return None
        link = self._read(asked.kind, label, asked.level)
        kind = asked.kind
        if kind is Kind.SKILL and self._is_certificate(link):
            kind = Kind.CERTIFICATE
        elif kind in CERTIFICATE_KINDS and not link.open and not self._is_certificate(link):
            kind = Kind.SKILL
        return replace(asked, kind=kind, label=label, link=link)

    def _skill(self, claim: SkillClaim) -> SkillClaim | CertificateClaim | None:
        label = mask_label(claim.label)
        if not label:
            return None
        cannot = _CANNOT.sub("", label)
        if cannot != label and cannot:
            return replace(claim, label=label, level=0, link=self._vocabulary.resolve(Kind.SKILL, cannot))
        link = self._vocabulary.resolve(Kind.SKILL, label)
        if claim.level != 0 and self._is_certificate(link):
            return CertificateClaim(label, issued_on=claim.available_on, link=self._read(Kind.CERTIFICATE, label, None))
        return replace(claim, label=label, link=link)

    def _certificates(self, claims: Iterable[CertificateClaim]) -> tuple[CertificateClaim, ...]:
        labels = ((claim, mask_label(claim.label)) for claim in claims)
        return tuple(
            replace(claim, label=label, link=self._read(Kind.CERTIFICATE, label, claim.level))
            for claim, label in labels
            if label and not _DENIED.match(label)
        )

    def _read(self, kind: Kind, label: str, level: int | None) -> Link:
        """Read a label; for certificates with the level that stands beside it (英语 and 四级 are CET-4 together)."""
        link = self._vocabulary.resolve(kind, label)
        if kind not in CERTIFICATE_KINDS:
            return link
        if level is not None and link.level is None:
            together = self._vocabulary.resolve(kind, f"{label}{GRADES[level - 1]}级")
            read = not together.open or together.level is not None
            link = together if read else replace(link, level=level)
        return replace(link, credit=min(link.credit, PENDING_CREDIT)) if _PENDING.search(label) else link

    def _is_certificate(self, link: Link) -> bool:
        """Tell whether a label stands for certificates only (a trade with its grade is one)."""
        kinds = {concept.kind for c in link.concepts if (concept := self._vocabulary.concepts.get(c)) is not None}
        return kinds == {Kind.CERTIFICATE} or all(concept.startswith("trade:") for concept in link.concepts)

    def _sure(self, kind: Kind, label: str | None) -> tuple[str, ...]:
        """Give the concepts of a label that is read beyond doubt, else its open id: only equal labels then agree."""
        if not label or not mask_label(label):
            return ()
        link = self._vocabulary.resolve(kind, mask_label(label))
        return link.concepts if link.credit >= 1.0 and not link.open else (open_id(label),)

    def _known(self, kind: Kind, labels: Iterable[str]) -> tuple[str, ...]:
        """List the concepts of labels, without those the vocabulary doesn't have."""
        found = (self._vocabulary.resolve(kind, mask_label(label)) for label in labels if mask_label(label))
        return tuple(dict.fromkeys(concept for link in found if not link.open for concept in link.concepts))

    def _around(self, places: Iterable[str]) -> tuple[str, ...]:
        """List the regions that the places lie in (a district's city, its province), without the places."""
        around: dict[str, None] = {}
        waiting = list(places)
        while waiting:
            concept = self._vocabulary.concepts.get(waiting.pop())
            fresh = [wider for wider in (concept.broader if concept else ()) if wider not in around]
            around.update(dict.fromkeys(fresh))
            waiting.extend(fresh)
        return tuple(around)

    def _title(self, title: str) -> tuple[str, ...]:
        mentions = self._vocabulary.recognise(title, (Kind.OCCUPATION,))
        if mentions:
            return tuple(dict.fromkeys(concept for mention in mentions for concept in mention.concepts))
        link = self._vocabulary.resolve(Kind.OCCUPATION, title)
        return () if link.open or link.credit < TITLE_CREDIT else link.concepts


def _filled(links: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {name: ids for name, ids in links.items() if ids}
