"""What ranked lists and cards look like on the platform, for checking and for the documentation."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from api.schemas import Answer, Removed
from matching.domain import Verdict

_ROUNDED = "<10 或取整到 5 / below 10 or rounded to 5"
_CODE = Field(description="学生在该岗位下的代码，每个岗位不同 / code in this demand's list", examples=["K7Q2MZX4AB"])


class Named(Answer):
    """A skill or certificate with its level. 技能或证书及等级。"""

    label: str = Field(description="名称 / name", examples=["氩弧焊"])
    level: int | None = Field(description="等级 / level", examples=[2])
    available_in: int | None = Field(None, description="课程将在该年教授 / the year in which the curriculum gives it")


class Card(Answer):
    """What an enterprise sees of a student. 企业可见的学生信息。"""

    college: str | None = Field(
        description="院校，人数少于 10 时不显示 / college, not where fewer than 10 are shown",
        examples=["济南示例职业学院"],
    )
    major: str | None = Field(description="专业 / major", examples=["智能焊接技术"])
    education: str | None = Field(description="学历层次 / education", examples=["高职专科"])
    graduates_in: int | None = Field(description="毕业年份 / year of graduation", examples=[2027])
    skills: list[Named] = Field(description="技能 / skills")
    certificates: list[Named] = Field(description="证书 / certificates")


class Coded(Answer):
    """A student by code. 以代码表示的学生。"""

    code: str = _CODE
    student: Card = Field(description="学生信息 / what is seen of the student")


class Scored(Answer):
    """A place in a ranked list. 排名结果。"""

    rank: int = Field(description="名次 / rank", examples=[1])
    score: float = Field(ge=0, le=1, description="分数 / score", examples=[0.618])
    parts: dict[str, float] = Field(description="各项得分，合计为分数 / sum to the score")
    verdicts: dict[str, Verdict] = Field(description="硬性条件的结论 / verdicts on hard conditions")
    confidence: float = Field(ge=0, le=1, description="依据充分程度 / share of what was asked that rests on evidence")
    backward: float | None = Field(None, description="意愿满足度，仅双向排序 / how far wishes are met, reciprocal only")


class StudentResult(Scored, Coded):
    """A ranked student. 一名排序后的学生。"""


class RoundedRemoval(Answer):
    """How many one condition takes out on its own, rounded. 某条件单独排除的人数（取整）。"""

    key: str = Field(description="条件代号 / key", examples=["hard_conditions"])
    label_zh: str = Field(description="中文名称 / in Chinese")
    label_en: str = Field(description="英文名称 / in English")
    count: str = Field(description=_ROUNDED, examples=["25"])


class Relaxation(Answer):
    """One softer condition and how many students it would bring, rounded. 放宽一条硬性条件可增加的人数（取整）。"""

    change: Literal["level", "unknown", "education", "major", "drop"] = Field(description="放宽方式 / kind of change")
    must: str = Field(description="原条件 / the condition", examples=["焊工四级"])
    label_zh: str = Field(description="放宽后 / the change in Chinese", examples=["接受五级（焊工四级）"])
    label_en: str = Field(description="放宽后 / the change in English")
    gain: str = Field(description=_ROUNDED, examples=["35"])


class StudentList(Answer):
    """The ranked students of a demand, best first. 岗位的匹配名单。"""

    demand_id: str = Field(description="岗位代号 / id of the demand", examples=["dem_5b1f0c2d3e4f5a6b7c8d"])
    order: Literal["forward", "reciprocal"] = Field(description="排序方式 / order")
    results: list[StudentResult] = Field(description="排名结果 / ranked students")
    removed: list[RoundedRemoval] = Field(description="各硬性条件单独排除的人数 / what each condition takes out")
    relaxations: list[Relaxation] | None = Field(
        None, description="放宽哪一条最有效，按要求给出 / which softer condition brings most, on request"
    )
    unscored: list[Coded] = Field(
        description="不接受自动排序、须人工查看的学生 / refused ranking by machine, a person must judge"
    )
    unscored_count: str = Field(description=f"上述学生人数：{_ROUNDED}", examples=["<10"])
    unscored_next: str | None = Field(description="下一页的 unscored_after，null 表示没有 / for the next page")
    considered: str = Field(description=f"参与匹配的学生数：{_ROUNDED}", examples=["120"])
    weights: dict[str, dict[str, float]] = Field(description="各项权重 / weights")
    versions: dict[str, str] = Field(description="版本 / versions")


class Post(Answer):
    """A live demand. 招聘中的岗位。"""

    demand_id: str = Field(description="岗位代号 / id of the demand", examples=["dem_5b1f0c2d3e4f5a6b7c8d"])
    title: str = Field(description="岗位名称 / title", examples=["氩弧焊工"])
    organisation_id: str = Field(description="单位代号 / id of the organisation")
    organisation: str = Field(description="单位名称 / organisation", examples=["济南北辰焊接装备有限公司"])


class DemandResult(Scored, Post):
    """A ranked demand. 一个排序后的岗位。"""


class DemandList(Answer):
    """The ranked demands of a student, best first. 学生的匹配岗位。"""

    student_id: str = Field(description="学生代号 / id of the student", examples=["stu_5b1f0c2d3e4f5a6b7c8d"])
    results: list[DemandResult] = Field(description="排名结果 / ranked demands")
    removed: list[Removed] = Field(description="各原因排除的岗位数 / how many demands each reason takes out")
    unscored: list[Post] = Field(
        description="本人不接受自动排序时，列出符合条件的岗位 / where ranking by machine is refused"
    )
    considered: int = Field(description="参与匹配的岗位数 / demands considered", examples=[40])
    weights: dict[str, dict[str, float]] = Field(description="各项权重 / weights")
    versions: dict[str, str] = Field(description="版本 / versions")


def plain(answer: Answer) -> dict[str, Any]:
    """Give an answer as JSON values, as it is kept for a repeated request."""
    return answer.model_dump(mode="json")
