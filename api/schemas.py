"""What requests and answers look like, for checking the outer fields and for the generated documentation.

The records inside a request (`DemandRecord`, `ProfileRecord`) only document: `matching.records` reads them, so that a
wrong field is named as `demand.requirements[2].level` here as everywhere else.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SkipValidation

from api.examples import DEMANDS_BODY, MATCH_BODY, PROBLEM_BODY
from matching.domain import (
    Amount,
    AutomatedDecision,
    Count,
    DemandKind,
    HeldLevel,
    Identifier,
    Importance,
    Intent,
    Kind,
    Label,
    Level,
    Text,
    Verdict,
)
from matching.explain import Standing

MOST_PROFILES = 2000
MOST_DEMANDS = 200
MOST_EXPLAINED = 2000
LONGEST_ANSWER = 1000
Weight = Annotated[float, Field(strict=True, ge=0, le=1000, allow_inf_nan=False)]


class Given(BaseModel):
    """Something a caller sends: a field that is not listed is an error."""

    model_config = ConfigDict(extra="forbid")


class Answer(BaseModel):
    """Something the service answers."""

    model_config = ConfigDict(extra="forbid")


class RequirementRecord(Given):
    """One thing that a demand asks for. 一项要求。"""

    kind: Kind = Field(description="What it is about 类别", examples=["skill"])
    label: Label = Field(description="In the employer's words, zh or en 名称（中英文均可）", examples=["氩弧焊", "TIG"])
    level: Level | None = Field(
        None, description="1..5; certificates: 1 = 五级 (lowest) .. 5 = 一级 等级", examples=[2]
    )
    importance: Importance = Field(Importance.SHOULD, description="must 硬性条件 / should 希望 / nice 加分")
    weight: float = Field(1.0, ge=0, le=100, description="How much it counts within its part 权重")
    any_of: str | None = Field(None, description="Requirements with the same name are alternatives 同名者满足其一即可")
    exclude_unknown: bool = Field(False, description="A must that also removes who is unknown 待核实者也排除")


class PayRecord(Given):
    """Monthly pay before tax in CNY, either end open. 税前月薪（元）。"""

    low: Amount | None = Field(None, examples=[6000])
    high: Amount | None = Field(None, examples=[9000])


class DemandDetails(Given):
    """What a post, internship, order class or project asks and offers (岗位需求)."""

    title: str = Field(max_length=1000, description="岗位名称", examples=["氩弧焊工"])
    text: Text = Field("", description="Free description, zh or en 岗位描述")
    kind: DemandKind = Field(DemandKind.HIRE, description="招聘、岗位实习、订单班、学徒制、项目、培训")
    requirements: tuple[RequirementRecord, ...] = Field((), description="要求")
    headcount: Count | None = Field(None, description="人数")
    employer: str | None = Field(None, description="企业名称")
    occupations: tuple[str, ...] = Field((), description="Occupations it belongs to 职业", examples=[["氩弧焊工"]])
    places: tuple[str, ...] = Field((), description="工作地点", examples=[["长清区"]])
    pay: PayRecord | None = None
    shifts: tuple[str, ...] = Field((), description="班次", examples=[["两班倒"]])
    start_on: date | None = Field(None, description="First day of work; musts are judged on it 到岗日期")
    valid_until: date | None = Field(None, description="Last day on which students may apply 截止日期")


class DemandRecord(DemandDetails):
    """A demand with a code for it. 带编号的岗位需求。"""

    id: Identifier = Field(description="Your own code for it 岗位编号", examples=["D001"])


class SkillRecord(Given):
    """A skill on a profile. 技能。"""

    label: Label = Field(examples=["氩弧焊", "CNC milling"])
    level: HeldLevel | None = Field(None, description="1..5; 0 = can't 等级，0 表示不会")
    source: str = Field("claimed", description="claimed 本人填写 / course 课程 / verified 已核验")
    available_on: date | None = Field(None, description="When the curriculum will have given it 计划习得日期")


class CertificateRecord(Given):
    """A certificate on a profile. 证书。"""

    label: Label = Field(examples=["焊工四级", "CET4"])
    level: Level | None = Field(None, description="1 = 五级 (lowest) .. 5 = 一级")
    issued_on: date | None = Field(None, description="发证日期")
    valid_until: date | None = Field(None, description="有效期至")


class PreferencesRecord(Given):
    """What a student asks of a demand; empty = no wish. 学生的意向。"""

    places: tuple[str, ...] = Field((), description="意向地点")
    pay_low: Amount | None = Field(None, description="期望月薪（元）")
    shifts: tuple[str, ...] = Field((), description="可接受班次")
    occupations: tuple[str, ...] = Field((), description="意向岗位")


class ProfileRecord(Given):
    """A student's skill profile (技能画像): no name, no contact, no protected attribute."""

    id: Identifier = Field(description="A code, never a name 代号，不得填写姓名", examples=["S0001"])
    college: str | None = Field(None, description="院校")
    education: str | None = Field(None, description="学历层次", examples=["高职专科"])
    major: str | None = Field(None, description="专业名称", examples=["智能焊接技术"])
    entry_year: int | None = Field(None, ge=1990, le=2100, description="Year of entering the college 入学年份")
    graduates_on: date | None = Field(None, description="毕业日期")
    skills: tuple[SkillRecord, ...] = Field((), description="技能")
    certificates: tuple[CertificateRecord, ...] | None = Field(
        None, description="null = nobody recorded them, [] = has none 证书；null 表示未登记，[] 表示没有"
    )
    planned_certificates: tuple[CertificateRecord, ...] = Field((), description="计划取得的证书")
    occupations: tuple[str, ...] = Field((), description="Practised 实践岗位")
    intent: Intent = Field(Intent.EMPLOY, description="Who isn't seeking work is not listed 就业意向")
    preferences: PreferencesRecord = Field(
        default_factory=lambda: PreferencesRecord.model_validate({}), description="意向"
    )
    text: Text = Field("", description="自我描述")
    turns_16_on: date | None = Field(None, description="Only while in the future 满16周岁日期（仅限未来）")
    turns_18_on: date | None = Field(None, description="Only while in the future 满18周岁日期（仅限未来）")
    automated_decision: AutomatedDecision = Field(
        AutomatedDecision.ALLOW, description="refuse: listed unscored, for a person to judge 是否同意自动排序"
    )


class MatchRequest(Given):
    """What to rank: `demand` or `demands` with `profiles`, or `profile` with `demands`. 三种组合任选其一。"""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [MATCH_BODY, DEMANDS_BODY]})

    demand: SkipValidation[DemandRecord] | None = Field(None, description="Rank the profiles for it 为该岗位排序学生")
    demands: Annotated[list[SkipValidation[DemandRecord]], Field(min_length=1, max_length=MOST_DEMANDS)] | None = Field(
        None, description="With profiles: one list each; with profile: what is ranked 岗位列表"
    )
    profile: SkipValidation[ProfileRecord] | None = Field(None, description="Rank the demands for it 为该学生排序岗位")
    profiles: Annotated[list[SkipValidation[ProfileRecord]], Field(min_length=1, max_length=MOST_PROFILES)] | None = (
        Field(None, description="Who is ranked 学生列表")
    )
    k: int = Field(20, strict=True, ge=1, le=LONGEST_ANSWER, description="Length of each list 每个列表的长度")
    order: Literal["forward", "reciprocal"] = Field(
        "forward", description="reciprocal also counts the student's wishes 双向排序"
    )
    weights: dict[str, Weight] = Field(
        default_factory=dict,
        description="How much a part counts; what is not named keeps its default 各项权重",
        examples=[{"skills": 0.6, "text": 0.1}],
    )
    today: date | None = Field(None, description="The day that counts as today; default: the server's 视为今天的日期")
    explain: bool = Field(
        True, strict=True, description=f"Explain each result, at most {MOST_EXPLAINED} 是否附匹配解释"
    )


class Evidence(Answer):
    """The phrase of the profile that says so. 依据。"""

    source: str
    phrase: str
    start: int | None = Field(description="Place in the profile's text, None for fields 在自述中的位置")
    end: int | None


class Reason(Answer):
    """One thing that is asked, and how the profile stands to it. 一项要求的符合情况。"""

    label_zh: str
    label_en: str
    part: str
    points: float = Field(description="What it adds to the score 得分")
    possible: float = Field(description="What it could add at most 满分")
    standing: Standing
    evidence: list[Evidence]


class Condition(Answer):
    """The verdict on one hard condition. 一条硬性条件的结论。"""

    label_zh: str
    label_en: str
    verdict: Verdict
    source: str | None = Field(description="The law, for legal limits 法律依据")


class Note(Answer):
    """Something a person should know. 提示。"""

    zh: str
    en: str


class ExplanationAnswer(Answer):
    """Why a pair scores what it scores; parts sum to the score up to rounding. 匹配解释。"""

    demand: str
    profile: str
    title: str
    score: float
    parts: dict[str, float]
    reasons: list[Reason]
    verdicts: list[Condition]
    shared_wording: list[str]
    notes: list[Note]
    text_zh: str
    text_en: str


class Result(Answer):
    """One place of a list. 列表中的一条。"""

    rank: int
    id: str
    score: float = Field(ge=0, le=1, description="分数")
    parts: dict[str, float] = Field(description="Sum to the score 各项得分，合计为分数")
    verdicts: dict[str, Verdict] = Field(description="硬性条件的结论")
    confidence: float = Field(ge=0, le=1, description="Share of what was asked that rests on evidence 依据充分程度")
    backward: float | None = Field(
        None, description="How far the student's wishes are met, reciprocal order only 意愿满足度"
    )
    explanation: ExplanationAnswer | None = None


class Removed(Answer):
    """How many one condition takes out on its own. 某条件单独排除的人数。"""

    key: str
    label_zh: str
    label_en: str
    count: int


class ListAnswer(Answer):
    """The ranked answers to one asker, best first. 一个匹配列表。"""

    asked: str
    direction: Literal["demand", "profile"] = Field(description="Who asks 由谁发起")
    order: Literal["forward", "reciprocal"]
    results: list[Result]
    removed: list[Removed]
    unscored: list[str] = Field(
        description="Refused ranking by machine, a person must judge 不接受自动排序，须人工查看"
    )
    considered: int
    weights: dict[str, dict[str, float]] = Field(description="suggested 建议 / preferred 指定 / applied 实际采用")
    versions: dict[str, str]


class Factor(Answer):
    """Something that the order depends on. 影响排序的一个因素。"""

    name: str
    direction: Literal["forward", "backward"]
    zh: str
    en: str


class Algorithm(Answer):
    """What the ranking depends on. 排序规则说明。"""

    factors: list[Factor]
    weights: dict[str, dict[str, float]]
    vocabulary: str = Field(description="Version of the vocabulary 词表版本")


class MatchAnswer(Answer):
    """One list per asker, in the order of the request, and what the ranking depends on."""

    lists: list[ListAnswer]
    algorithm: Algorithm


class Health(Answer):
    """The state of the service. 服务状态。"""

    status: Literal["ok"]
    version: str = Field(examples=["0.1.0"])
    vocabulary: str = Field(description="Version of the vocabulary 词表版本", examples=["3f1c0a9d7b52"])


class WrongPlace(Answer):
    """One wrong place in a request. 一处错误。"""

    field: str | None = Field(examples=["demand.requirements[2].level"])
    value: str | None
    rule: str
    message_zh: str
    message_en: str


class ProblemAnswer(Answer):
    """An error, RFC 9457. 错误说明。"""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [PROBLEM_BODY]})

    type: str
    title: str
    status: int
    code: str = Field(description="Stable, safe to test for 固定的错误代码")
    detail: str = Field(description="In the language of Accept-Language 按 Accept-Language 选择语言")
    detail_zh: str
    detail_en: str
    problems: list[WrongPlace] = Field(description="At most 100 最多 100 处")
    problem_count: int
