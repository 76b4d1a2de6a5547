"""What demands, drafts and findings look like in requests and answers, for checking and for the documentation."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import Field, SkipValidation

from api.resources.demands import LONGEST_REASON, Status
from api.routes.lists import Relaxation, RoundedRemoval
from api.schemas import Answer, DemandDetails, Given
from matching.domain import LONGEST_TEXT
from matching.rules.law import Severity

_EXAMPLE = {
    "title": "氩弧焊工",
    "text": "不锈钢管件氩弧打底、盖面，会看图纸。",
    "requirements": [{"kind": "skill", "label": "氩弧焊", "level": 2, "importance": "must"}],
    "headcount": 5,
    "places": ["济南市长清区"],
    "pay": {"low": 6000, "high": 9000},
}
_RECORD = Field(description="岗位需求的内容 / what it asks and offers", examples=[_EXAMPLE])
_NUMBER = Field(
    None, max_length=200, description="本单位的岗位编号 / the organisation's own number", examples=["HR-2026-07"]
)


class DemandText(Given):
    """A demand to write. 要保存的岗位需求。"""

    record: SkipValidation[DemandDetails] = _RECORD
    number: str | None = _NUMBER


class DemandTried(Given):
    """A demand to try out; nothing is kept. 试算用的岗位需求，不保存。"""

    record: SkipValidation[DemandDetails] = _RECORD


class Pasted(Given):
    """Pasted words, such as an advertisement. 粘贴的招聘文字。"""

    text: str = Field(
        min_length=1,
        max_length=LONGEST_TEXT,
        description="招聘文字，中英文均可 / words, zh or en",
        examples=["招氩弧焊工5名，持焊工证，月薪6000-9000，长清区"],
    )


class Why(Given):
    """Why a step is taken. 原因。"""

    reason: str = Field(
        min_length=1, max_length=LONGEST_REASON, description="原因 / why", examples=["本批次已招满，不再招聘"]
    )


class Until(Given):
    """How long a demand is to stay. 新的截止日期。"""

    valid_until: date = Field(description="不晚于六个月后 / at most six months ahead", examples=["2027-05-01"])


class FindingAnswer(Answer):
    """What a rule of law has to say. 合规提示。"""

    rule: str = Field(description="规则代号 / id of the rule", examples=["no_discrimination"])
    severity: Severity = Field(description="refuse 不得发布 / review 需复核 / note 提示", examples=["refuse"])
    message_zh: str = Field(description="中文说明 / in Chinese")
    message_en: str = Field(description="英文说明 / in English")
    source: str = Field(description="法律依据 / the law")
    place: str | None = Field(description="所在字段 / field", examples=["text"])
    start: int | None = Field(description="起始位置 / first character", examples=[4])
    end: int | None = Field(description="结束位置 / after the last character", examples=[7])
    surface: str = Field(description="原文 / the words", examples=["限男性"])
    rewrite: str = Field(description="建议改写 / what to write instead")


class Demand(Answer):
    """A demand as the caller sees it. 岗位需求。"""

    id: str = Field(description="代号 / id", examples=["dem_5b1f0c2d3e4f5a6b7c8d"])
    organisation_id: str = Field(description="单位代号 / id of the organisation", examples=["org_5b1f0c2d3e4f5a6b7c8d"])
    organisation: str = Field(description="单位名称 / organisation", examples=["济南北辰焊接装备有限公司"])
    status: Status = Field(description="状态 / status", examples=["live"])
    number: str | None = Field(
        description="本单位的岗位编号，外部不可见 / own number, not seen outside", examples=["HR-2026-07"]
    )
    record: dict[str, Any] = _RECORD
    valid_until: date | None = Field(description="截止日期 / last day", examples=["2027-05-01"])
    closing_reason: str | None = Field(description="关闭原因，外部不可见 / why closed, not seen outside")
    version: int = Field(description="版本，同 ETag / version, as in ETag", examples=[1])
    created_at: datetime = Field(description="建立时间 / made at")
    changed_at: datetime = Field(description="修改时间 / changed at")


class DemandAnswer(Demand):
    """A demand with what the law has to say about it. 岗位需求及合规提示。"""

    findings: list[FindingAnswer] = Field(
        description="合规提示，仅企业与秘书处可见 / for the enterprise and the secretariat only"
    )


class Demands(Answer):
    """Demands, a page of them. 岗位需求列表。"""

    items: list[Demand] = Field(description="本页岗位 / this page")
    next: str | None = Field(description="下一页游标，null 表示没有 / cursor of the next page, null at the end")


class StepAnswer(Answer):
    """A step that was taken. 一次状态变化。"""

    before: Status = Field(description="变化前 / before", examples=["draft"])
    after: Status = Field(description="变化后 / after", examples=["submitted"])
    by: str | None = Field(
        description="操作账号代号，外部不可见 / id of the account, not seen outside",
        examples=["usr_5b1f0c2d3e4f5a6b7c8d"],
    )
    reason: str | None = Field(description="原因，外部不可见 / why, not seen outside")
    at: datetime = Field(description="时间 / when")


class Steps(Answer):
    """A demand's history, oldest first. 状态历史。"""

    items: list[StepAnswer] = Field(description="按时间先后 / oldest first")


class DraftAnswer(Answer):
    """A draft that a text proposes, for a person to confirm. 由文字得出的草稿，须经人工确认。"""

    record: dict[str, Any] = _RECORD
    spans: dict[str, tuple[int, int]] = Field(
        description="各字段在原文中的起止位置 / where each field stands in the text", examples=[{"title": [1, 5]}]
    )
    unsure: list[str] = Field(description="需要重点核对的字段 / fields to look at twice", examples=[["pay"]])
    benefits: list[str] = Field(description="福利 / benefits", examples=[["五险一金"]])
    experience_years: float | None = Field(description="经验年限 / years of experience", examples=[1])
    pay_basis: str = Field(description="薪资口径 / basis of the pay", examples=["month"])
    findings: list[FindingAnswer] = Field(description="合规提示 / what the law has to say")


class Drafts(Answer):
    """One draft per post of the text. 每个岗位一份草稿。"""

    items: list[DraftAnswer] = Field(description="草稿 / drafts")


class Estimate(Answer):
    """How many students a demand would reach, rounded. 预计可匹配人数（取整）。"""

    students: str = Field(description="人数：<10 或取整到 5 / below 10 or rounded to 5", examples=["25"])
    removed: list[RoundedRemoval] = Field(description="各硬性条件单独排除的人数 / what each condition takes out")
    relaxations: list[Relaxation] = Field(description="放宽哪一条最有效 / which softer condition brings most")
    findings: list[FindingAnswer] = Field(description="合规提示 / what the law has to say")
