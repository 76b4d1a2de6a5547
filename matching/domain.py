"""The types that records, results and vocabulary are made of: frozen, without protected attributes or contacts.

A `Demand` asks, a `Profile` offers. Both carry what their writer wrote (`label`) and, once linked by the vocabulary,
the concepts that the label stands for. Levels run 1 (knows it, works under guidance) to 5 (teaches others); a level of
0 on a profile says "can't". Certificate levels run 1 (五级/初级工) to 5 (一级/高级技师): the larger number is higher.
`None` means "not recorded", an empty tuple means "recorded: none".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from annotated_types import Ge, Interval, Len

LEVEL_MAX = 5
LONGEST_TEXT = 20_000
LONGEST_LABEL = 200

Identifier = Annotated[str, Len(1, LONGEST_LABEL)]
Label = Annotated[str, Len(1, LONGEST_LABEL)]
Text = Annotated[str, Len(0, LONGEST_TEXT)]
Level = Annotated[int, Interval(ge=1, le=LEVEL_MAX)]
HeldLevel = Annotated[int, Interval(ge=0, le=LEVEL_MAX)]
Count = Annotated[int, Ge(1)]
Amount = Annotated[int, Ge(0)]
STRICT: Mapping[str, str] = {"extra": "forbid"}


class Kind(StrEnum):
    """What a vocabulary concept or a requirement is about."""

    SKILL = "skill"
    CERTIFICATE = "certificate"
    MAJOR = "major"
    EDUCATION = "education"
    OCCUPATION = "occupation"
    REGION = "region"
    LANGUAGE = "language"
    LICENCE = "licence"
    EXPERIENCE = "experience"


CERTIFICATE_KINDS = frozenset({Kind.CERTIFICATE, Kind.LANGUAGE, Kind.LICENCE})


class Importance(StrEnum):
    """Hard (`must`, a rule) or soft (`should`, `nice`: weights)."""

    MUST = "must"
    SHOULD = "should"
    NICE = "nice"


class DemandKind(StrEnum):
    """What an enterprise offers (岗位、岗位实习、订单班、学徒制、项目、培训)."""

    HIRE = "hire"
    INTERNSHIP = "internship"
    ORDER_CLASS = "order_class"
    APPRENTICESHIP = "apprenticeship"
    PROJECT = "project"
    TRAINING = "training"


class Intent(StrEnum):
    """What a student wants after graduation; only the first two are seeking work."""

    EMPLOY = "employ"
    UNDECIDED = "undecided"
    STUDY = "study"
    ENLIST = "enlist"
    OWN_BUSINESS = "own_business"
    NOT_SEEKING = "not_seeking"

    @property
    def seeking(self) -> bool:
        """Tell whether a shortlist may contain this student."""
        return self in (Intent.EMPLOY, Intent.UNDECIDED)


class AutomatedDecision(StrEnum):
    """A student's choice about ranking by machine: `refuse` puts the student in the unscored list."""

    ALLOW = "allow"
    EXPLAIN_ONLY = "explain_only"
    REFUSE = "refuse"


class Verdict(StrEnum):
    """The three answers to a hard requirement; unknown stays in the list, marked 待核实."""

    MET = "met"
    UNKNOWN = "unknown"
    NOT_MET = "not_met"


@dataclass(frozen=True, slots=True)
class Concept:
    """One entry of the vocabulary: a skill, major, certificate, occupation, region or rung of education.

    `forms_*` are the other ways to write it, `context_forms` those of them that need context to be believed.
    `broader` are ids of more general concepts, `related` of neighbours, `covers` of concepts that whoever has this one
    satisfies too (驾照 A2 covers B2). `attributes` holds facts of one kind only: code, class_code, rank, validity.
    """

    id: str
    kind: Kind
    zh: str
    en: str = ""
    forms_zh: tuple[str, ...] = ()
    forms_en: tuple[str, ...] = ()
    context_forms: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    verified: bool = False
    release: str = "duikou"

    def name(self, lang: str = "zh") -> str:
        """Give the label in zh or en, whichever exists."""
        return (self.en or self.zh) if lang == "en" else (self.zh or self.en)


@dataclass(frozen=True, slots=True)
class Mention:
    """A place in a text, [start, end) in characters of the original, that stands for one or more concepts."""

    start: int
    end: int
    surface: str
    kind: Kind
    concepts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """What a label stands for: alternative concepts (any of them), and how sure the reading is, 0 < credit <= 1.

    `open` is True where the vocabulary has no concept: `concepts` then holds one made-up id, the same for the same
    label.
    """

    concepts: tuple[str, ...]
    credit: float = 1.0
    level: int | None = None
    open: bool = False


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing that a demand asks for.

    `level` is 1..5 (for certificates the ladder of the module docstring), None where none is asked. Requirements of one
    demand that share an `any_of` name are alternatives: the best one counts. `exclude_unknown` lets a must also remove
    whoever's verdict is unknown. `link` is filled by the vocabulary.
    """

    __pydantic_config__: ClassVar[Mapping[str, str]] = STRICT

    kind: Kind
    label: Label
    level: Level | None = None
    importance: Importance = Importance.SHOULD
    weight: Annotated[float, Interval(ge=0, le=100)] = 1.0
    any_of: str | None = None
    exclude_unknown: bool = False
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class Pay:
    """Monthly pay before tax in CNY; either end may be open."""

    __pydantic_config__: ClassVar[Mapping[str, str]] = STRICT

    low: Amount | None = None
    high: Amount | None = None


@dataclass(frozen=True, slots=True)
class Demand:
    """A post, internship, order class or project that an enterprise offers (岗位需求).

    `valid_until` is the last day on which students may apply; the engine shows it to nobody and ranks without it.
    """

    __pydantic_config__: ClassVar[Mapping[str, str]] = STRICT

    id: Identifier
    title: Annotated[str, Len(0, LONGEST_LABEL * 5)]
    text: Text = ""
    kind: DemandKind = DemandKind.HIRE
    requirements: tuple[Requirement, ...] = ()
    headcount: Count | None = None
    employer: str | None = None
    occupations: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    pay: Pay | None = None
    shifts: tuple[str, ...] = ()
    start_on: date | None = None
    valid_until: date | None = None
    links: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SkillClaim:
    """A skill on a profile; `available_on` is set where the curriculum will give it (planned)."""

    __pydantic_config__: ClassVar[Mapping[str, str]] = STRICT

    label: Label
    level: HeldLevel | None = None
    source: str = "claimed"
    available_on: date | None = None
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class CertificateClaim:
    """A certificate on a profile, held or planned (`issued_on` in the future); `valid_until` None never expires."""

    __pydantic_config__: ClassVar[Mapping[str, str]] = STRICT

    label: Label
    level: Level | None = None
    issued_on: date | None = None
    valid_until: date | None = None
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a student asks of a demand; empty means "no wish stated"."""

    __pydantic_config__: ClassVar[Mapping[str, str]] = STRICT

    places: tuple[str, ...] = ()
    pay_low: Amount | None = None
    shifts: tuple[str, ...] = ()
    occupations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """A student's skill profile (技能画像). It has no name, no contact and no protected attribute.

    `certificates` None means that nobody recorded them, so that a must on one is unknown and not failed.

    `entry_year` is the year in which the student entered the college; it finds the curriculum.
    `turns_16_on` and `turns_18_on` are kept only while they lie in the future; None means "already".
    """

    __pydantic_config__: ClassVar[Mapping[str, str]] = STRICT

    id: Identifier
    college: str | None = None
    education: str | None = None
    major: str | None = None
    entry_year: Annotated[int, Interval(ge=1990, le=2100)] | None = None
    graduates_on: date | None = None
    skills: tuple[SkillClaim, ...] = ()
    certificates: tuple[CertificateClaim, ...] | None = None
    planned_certificates: tuple[CertificateClaim, ...] = ()
    occupations: tuple[str, ...] = ()
    intent: Intent = Intent.EMPLOY
    preferences: Preferences = Preferences()
    text: Text = ""
    turns_16_on: date | None = None
    turns_18_on: date | None = None
    automated_decision: AutomatedDecision = AutomatedDecision.ALLOW
    links: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def all_certificates(self) -> tuple[CertificateClaim, ...]:
        """Give held and planned certificates together."""
        return (*(self.certificates or ()), *self.planned_certificates)
