"""Reads the plain facts of an ad: headcount, education, experience, shifts, benefits, kind, each with its place."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Generic, TypeVar

from matching.domain import DemandKind, Importance, Kind
from matching.text.numbers import count
from matching.vocabulary import Vocabulary, data_folder
from matching.vocabulary.forms import fold, offsets

Value = TypeVar("Value")

LARGEST_HEADCOUNT = 10_000
LONGEST_EXPERIENCE = 30
LONGEST_CLAUSE = 80
HEAD = 60
"""Characters at the start of an ad that say what it is about."""
EXACT_ROTATIONS = ("two_shift", "three_shift")
END_OF_CLAUSE = re.compile(r"[,，。;；!?！？|｜\n]")

_NUMBER = r"(?P<low>\d{1,5}|[一二两三四五六七八九十百]{1,4})"
_RANGE = rf"{_NUMBER}(?:\s*[-~—–至到]+\s*(?P<high>\d{{1,5}}|[一二两三四五六七八九十百]{{1,4}}))?"
_HEADCOUNTS = (
    re.compile(
        rf"(?:人数|名额|招聘数量|需求数量|招生计划)\s*[::]?\s*(?:各|约|共)?\s*(?:{_RANGE}\s*[人名个位]?|(?P<some>若干|不限|多))"
    ),
    re.compile(rf"(?:headcount|openings|vacancies|number of (?:openings|positions|posts))\s*[::]\s*{_RANGE}"),
    re.compile(
        rf"(?:招聘?|聘|诚邀|需要?|缺|招募|招收|计划|限额?|拟|共|总计)(?:[^\n,。;::]{{0,12}}?[^\n,。;::\d一二两三四五六七八九十百])??{_RANGE}\s*"
        r"(?:名(?![称字])|人(?!员|间|一|以上|团|的|机)|位(?!置|移)|个(?!月|小时|人|班|岗|工作))"
    ),
    re.compile(rf"(?<![第前\d.])(?<!top ){_RANGE}\s*名(?![称字]|学徒|徒弟)"),
    re.compile(rf"(?<![\d.]){_RANGE}\s*(?:人(?!员|间|一|以上|团|的|机|规模|左右|份|次|才|工)|位(?!置|移|于|数))"),
    re.compile(r"(?<=[\w)])\s*[x×*]\s*(?P<low>\d{1,3})(?P<high>(?!))?(?![\d.]|\s*[a-z薪个天h])"),
    re.compile(
        r"\b(?P<low>\d{1,4}|two|three|four|five|six|seven|eight|ten)(?P<high>(?!))?\s+(?:[a-z/&-]+\s+){0,4}?"
        r"(?:openings?|positions?|vacanc(?:y|ies)|posts?|headcount|seats|places|welders|operators|technicians|engineers|machinists|"
        r"electricians|fitters|apprentices|interns|trainees|assemblers|"
        r"inspectors|students|people|persons)\b"
    ),
    re.compile(r"(?P<some>若干(?:名|人|位)?|数[名位])(?!.{0,2}[年月天])"),
    re.compile(r"(?<=[工员师])(?P<low>[俩仨])(?P<high>(?!))?"),
    re.compile(r"(?<=[\w)])\s*\((?P<low>\d{1,2})\)(?P<high>(?!))?(?=\s|$)"),
    re.compile(r"(?P<some>多)[名位](?!学徒|徒弟)"),
)
_WORDS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "ten": 10, "one": 1, "nine": 9}
_NOT_HIRED = re.compile(
    r"(?:公司|企业|员工|职工|团队|规模|现有|拥有|宿舍|班组|带领?|管理|每班|每组|培养|就餐|容纳|面试|一线|占地|人均|指导|负责|工厂|超|近|过|约|达|"
    r"学员|老师|第|前|录用|已招|top)[^,。;\n]{0,5}$"
)
_NOT_HIRED_AFTER = re.compile(
    r"^\s*(?:左右|以上|余)?\s*(?:的?(?:团队|公司|企业|规模|班组|小组|宿舍|一间|一组|生产线|工厂|家庭)|/间|/组|一班)"
)
_ENGLISH_STEP = re.compile(r"\b(?:(?:college|vocational) )?(?:diploma|undergraduate)\b|college degree|technical school")
_NO_EDUCATION = re.compile(
    r"学历(?:要求)?\s*[::]?\s*(?:不限|无要求|不作?要求|不做要求|没有要求)|不限(?:制)?学历|不(?:看|论|限)学历|(?:不|无)(?:需|要求)学历|"
    r"no (?:degree|education|diploma)[^.;\n]{0,20}(?:required|needed|necessary)"
)
_SCHOOL = re.compile(r"^(?:院校?(?!毕业|及|以上|学历)|学校|学院|教师|老师|师资|生源|部|层次院)")
_NICE = re.compile(r"优先|加分|更佳|更好|为佳|者佳|preferred|a plus|advantage|nice to have|desirable|desired")
_RELAXED = re.compile(r"(?:可|能|适当|酌情)[^,，。;；\n]{0,4}(?:放宽|降低)|放宽|relax")
_RELAXED_TO = re.compile(r"(?:放宽|降低)[^,，。;；\n]{0,6}$")
_FRESH = re.compile(
    r"经验(?:要求)?\s*[::]?\s*(?:均|都)?(?:不限|无要求|不作?要求|不做要求|无)|不限(?:制)?(?:工作|相关)?经验|(?:无需|不需要?|不要求|不用|无须)"
    r"(?:有)?(?:工作|相关|从业)?经验|(?:有无|无|没有?)(?:工作|相关)?经验(?:者)?(?:的)?(?:亦|也|均|都|可|皆|能|欢迎|带|,?公司培|,?可)|"
    r"(?<!非)应届|零基础|零经验|小白|不用会|不会(?:的)?(?:可以|也|没关系|我们|能|包|师傅)|包教|教一教|没[做干]过|新手(?:也|亦|均|可)|在校生|毕业生(?:亦|也|均|都)?可|"
    r"no (?:prior |previous |work )?experience|without experience|(?:fresh|recent|new) graduates?|"
    r"entry[- ]level|freshers?"
)
_NO_EXPERIENCE_BEFORE = re.compile(
    r"(?:成立|建厂|创[办立]|公司|企业|集团|品牌|历史|寿命|质保|保修|合同|协议|合作|服务期?|稳定|长期|有效期?|学制|经营|居住|驾龄|驾照|证|满)干?$"
)
"""What lasts for years and is no experience."""
_YEARS = (
    r"(?P<low>\d{1,2}(?:\.5)?|[一二两三四五六七八九十半]{1,2})"
    r"(?:\s*[-~—–至到]+\s*(?:\d{1,2}|[一二两三四五六七八九十]{1,2}))?"
)
_UNNAMED = (
    re.compile(rf"(?<=[一-鿿a-z)])\s?{_YEARS}\s*(?P<unit>年)(?:及?以上)(?=[,。;、\s)]|$)"),
    re.compile(
        rf"(?<![\d.第]){_YEARS}\s*(?P<unit>年)(?:及?以上)[^,。;\n\d]{{0,12}}?(?:编程|操作|加工|焊接|维修|装配|调试|设计|检[验测])"
    ),
)
"""Years of some work, without the word experience: UG编程3年以上, 3年以上UG编程."""
_EXPERIENCES = (
    *_UNNAMED,
    re.compile(rf"(?:^|(?<=[,。;、·•\s-])){_YEARS}\s*(?P<unit>年)(?:及?以上)(?=[,。;、\s)]|$)"),
    re.compile(
        rf"(?<![\d.第]){_YEARS}\s*(?:个)?(?P<unit>年|个?月)(?:\s*(?:及|或|\()?\s*(?:以上|以内|左右|以下)?\)?)?(?!制|级|届|期|底|度|薪|终|假|合同|一)"
        r"[^,。;\n\d]{0,16}?(?:经验|经历|工龄|工作(?!日|制|时|地)|从业|从事)"
    ),
    re.compile(
        rf"(?:经验|从业|从事|工龄|工作年限|工作满|干过|做过|年限)(?:要求)?[^,。;\n\d一二两三四五六七八九十半]{{0,14}}?{_YEARS}\s*(?P<unit>年|个月)"
        r"(?!制|级|届|合同)"
    ),
    re.compile(
        r"(?<![\d.])(?P<low>\d{1,2}|one|two|three|four|five|six|seven|eight|ten)(?:\s*(?:-|–|to)\s*\w{1,5})?\s*\+?\s*"
        r"(?P<unit>years?|yrs?|months?)(?:['’]s?)?(?! contract| old|-long| agreement)"
    ),
)
_WORKED = re.compile(r"^[^.;\n]{0,40}?\b(?:experience|in|as|working|welding)\b")
_NEGATED = re.compile(
    r"(?:不需要?|无需|无须|不用|不|无|没有|免|非|\bno|\bnot|without)\s*(?:要|上|倒|熬|值|安排|提供|含|包)?\s*$"
)
_UNWILLING = re.compile(r"(?:不接受|不想|不愿意?|拒绝)\s*(?:要|上|倒|熬|值)?\s*$")
_TURNED_AWAY = re.compile(r"^\s*(?:的|者)[^,，。;；\n]{0,4}[勿免不谢]")
_REFUSED_AFTER = re.compile(r"^\s*(?:自理|自行解决|不提供|不包|不含|除外|勿扰|补贴|补助|津贴|费)")


@dataclass(frozen=True, slots=True)
class Fact(Generic[Value]):
    """One fact of a text, [start, end) in its characters; `unsure` where a person should look twice."""

    value: Value
    start: int
    end: int
    importance: Importance = Importance.SHOULD
    unsure: bool = False


class Place:
    """Finds the way back from the folded text to the original; made once for each reading."""

    def __init__(self, text: str) -> None:
        self.folded = fold(text)
        self._offsets = offsets(text, self.folded)

    def fact(
        self,
        value: Value,
        start: int,
        end: int,
        importance: Importance = Importance.SHOULD,
        unsure: bool = False,
    ) -> Fact[Value]:
        """Make a fact of a span of the folded text."""
        if self._offsets is None or end <= start:
            return Fact(value, start, end, importance, unsure)
        return Fact(value, self._offsets[start], self._offsets[end - 1] + 1, importance, unsure)

    def clause(self, start: int, end: int) -> tuple[int, int]:
        """Give the clause around a span: up to the next comma, stop or end of line on both sides."""
        least, most = max(0, start - LONGEST_CLAUSE), min(len(self.folded), end + LONGEST_CLAUSE)
        last = max((hit.end() for hit in END_OF_CLAUSE.finditer(self.folded, least, start)), default=least)
        following = END_OF_CLAUSE.search(self.folded, end, most)
        return last, (following.start() if following else most)


@cache
def fact_patterns() -> dict[str, dict[str, re.Pattern[str]]]:
    """Read `data/text/facts.csv`: for each field (shift, benefit, kind), the pattern of each value."""
    patterns: dict[str, dict[str, re.Pattern[str]]] = {}
    with (data_folder() / "text" / "facts.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            patterns.setdefault(row["field"], {})[row["value"]] = re.compile(row["pattern"])
    return patterns


def read_headcount(text: str) -> Fact[int | None] | None:
    """Find how many are sought: 5名, 招3人, x2, 3 openings; 若干 gives None, a range its lower end, unsure."""
    place = Place(text)
    folded = place.folded
    for pattern in _HEADCOUNTS:
        for hit in pattern.finditer(folded):
            groups = hit.groupdict()
            if groups.get("some"):
                return place.fact(None, hit.start("some"), hit.end())
            first = hit.start("low")
            number = _WORDS.get(hit["low"]) or count(hit["low"])
            before = folded[max(0, first - 10) : first]
            labelled = pattern in _HEADCOUNTS[:2]
            if number is None or not 1 <= number <= LARGEST_HEADCOUNT:
                continue
            if not labelled and (_NOT_HIRED.search(before) or _NOT_HIRED_AFTER.match(folded[hit.end() :])):
                continue
            return place.fact(number, first, hit.end(), unsure=bool(hit["high"]))
    return None


def read_education(text: str, vocabulary: Vocabulary) -> Fact[str | None] | None:
    """Find the lowest education asked for, as written; must unless softened. A fact of None says 学历不限."""
    place = Place(text)
    found: list[tuple[int, Fact[str]]] = []
    for start, end, rank in _steps(place.folded, vocabulary):
        if rank < 0 or _SCHOOL.match(place.folded[end:]):
            continue
        first, last = place.clause(start, end)
        clause = place.folded[first:last]
        if _RELAXED_TO.search(place.folded[first:start]):
            continue
        importance = Importance.MUST
        if _NICE.search(clause):
            importance = Importance.NICE
        elif _RELAXED.search(place.folded[first : last + 30]):
            importance = Importance.SHOULD
        span = place.fact(importance, start, end, importance)
        found.append((rank, Fact(text[span.start : span.end], span.start, span.end, importance)))
    asked = [pair for pair in found if pair[1].importance is not Importance.NICE] or found
    if hit := _NO_EDUCATION.search(place.folded):
        return place.fact(None, hit.start(), hit.end())
    if not asked:
        return None
    lowest = min(asked, key=lambda pair: (pair[0], pair[1].start))[1]
    return Fact(lowest.value, lowest.start, lowest.end, lowest.importance)


def _steps(folded: str, vocabulary: Vocabulary) -> Iterator[tuple[int, int, int]]:
    """Give each step of education named, with its span and rank; English words that need context are believed."""
    found = [
        (mention.start, mention.end, max(vocabulary.education_rank(concept) for concept in mention.concepts))
        for mention in vocabulary.recognise(folded, (Kind.EDUCATION,))
    ]
    for hit in _ENGLISH_STEP.finditer(folded):
        if all(hit.end() <= start or end <= hit.start() for start, end, _ in found):
            link = vocabulary.resolve(Kind.EDUCATION, hit.group())
            found.append((*hit.span(), max(vocabulary.education_rank(concept) for concept in link.concepts)))
    yield from found


def read_experience(text: str) -> Fact[float] | None:
    """Find the least years of experience: 0 where none is needed (经验不限, 应届), the lower end of a range."""
    place = Place(text)
    fresh = _FRESH.search(place.folded)
    if fresh:
        return place.fact(0.0, fresh.start(), fresh.end(), Importance.MUST)
    nice = None
    for pattern in _EXPERIENCES:
        for hit in pattern.finditer(place.folded):
            years = _years(hit)
            if years is None:
                continue
            first, last = place.clause(hit.start(), hit.end())
            clause = place.folded[first:last]
            before = place.folded[max(0, hit.start() - 6) : hit.start()]
            if pattern in _UNNAMED and _NO_EXPERIENCE_BEFORE.search(before):
                continue
            if pattern is _EXPERIENCES[-1] and not _WORKED.search(place.folded[hit.end() : last + 20]):
                continue
            if _NICE.search(clause):
                nice = nice or place.fact(years, hit.start(), hit.end(), Importance.NICE)
                continue
            return place.fact(years, hit.start(), hit.end(), Importance.MUST)
    return nice


def _years(hit: re.Match[str]) -> float | None:
    written = hit["low"]
    months = hit["unit"].startswith("month") or "月" in hit["unit"]
    if written == "半":
        number: float | None = 0.5
    elif re.fullmatch(r"\d+\.5", written):
        number = float(written)
    else:
        number = _WORDS.get(written) or count(written)
    if number is None:
        return None
    years = round(number / 12, 2) if months else float(number)
    return years if 0 <= years <= LONGEST_EXPERIENCE else None


def read_shifts(text: str) -> list[Fact[str]]:
    """List the shifts that a text says; none negated.

    day, two_shift, three_shift, night, six_day_week, flexible, and rotating where 倒班 stands without saying how.
    """
    found = list(_listed(text, "shift"))
    exact = any(fact.value in EXACT_ROTATIONS for fact in found)
    return [fact for fact in found if not (exact and fact.value == "rotating")]


def read_benefits(text: str) -> list[Fact[str]]:
    """List the benefits: social_insurance, housing_fund, dormitory, meals, bus, bonus; none refused."""
    return list(_listed(text, "benefit"))


def _listed(text: str, field: str) -> Iterator[Fact[str]]:
    """Give the first place of each value; what lies inside a longer phrase of the same field is part of it."""
    place = Place(text)
    taken: list[tuple[int, int]] = []
    for value, pattern in fact_patterns()[field].items():
        for hit in pattern.finditer(place.folded):
            start, end = hit.span()
            inside = field == "shift" and any(first <= start and end <= last for first, last in taken)
            before, after = place.folded[max(0, start - 8) : start], place.folded[end : end + 12]
            if inside or _NEGATED.search(before) or (_UNWILLING.search(before) and not _TURNED_AWAY.match(after)):
                continue
            if _REFUSED_AFTER.match(place.folded[end:]) and not (field == "benefit" and value in ("meals", "bonus")):
                continue
            taken.append((start, end))
            yield place.fact(value, start, end)
            break


def read_kind(text: str) -> Fact[DemandKind] | None:
    """Find what is offered where it is no plain post: an internship, order class, apprenticeship, project, training.

    The start of the text decides first, then strong words anywhere; a wish (订单班优先) or a proof of the past
    (实习经历) says nothing. None means a plain post.
    """
    place = Place(text)
    for stretch in (HEAD, len(place.folded)):
        head = place.folded[:stretch]
        for value, pattern in fact_patterns()["kind"].items():
            for hit in pattern.finditer(head):
                first, last = place.clause(hit.start(), hit.end())
                clause = place.folded[first:last]
                if _NICE.search(clause) or re.search(
                    r"经[历验]|带[^,]{0,4}学徒|证明|可接受|接受|亦可|均可|也可", clause
                ):
                    continue
                return place.fact(DemandKind(value), hit.start(), hit.end(), unsure=stretch > HEAD)
    return None
