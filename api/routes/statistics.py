"""/v1/statistics, /v1/exposure and /v1/settings: aggregates without small groups, and the operator's switches."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from api.body import asks, body
from api.deps import Caller, Records
from api.problems import answers
from api.resources import oversight
from api.schemas import Answer, Given

router = APIRouter(prefix="/v1", tags=["statistics"])


class Group(Answer):
    """A group and how many there are of it. 一个分组。"""

    name: str = Field(description="分组 / group", examples=["智能焊接技术"])
    count: int = Field(description="数量 / how many", examples=[120])


class Table(Answer):
    """Counts without small groups, which can't be had by subtraction either. 分组统计，隐去小组。"""

    total: int | None = Field(description="合计，null 表示隐去 / all together, null where suppressed", examples=[134])
    groups: list[Group] = Field(description="可公布的分组 / groups that may be shown")
    suppressed: int = Field(description="隐去的分组数 / how many groups are left out", examples=[2])


class Statistics(Answer):
    """Students and demands in numbers. 学生与岗位统计。"""

    smallest_group: int = Field(description="低于此数的分组被隐去 / smaller groups are left out", examples=[10])
    change: int = Field(description="统计时的变更号 / change number counted at", examples=[42])
    students_by_college: Table = Field(description="按院校统计学生 / students by college")
    students_by_major: Table = Field(description="按专业统计学生 / students by major")
    demands_by_status: Table = Field(description="按状态统计岗位 / demands by status")
    demands_by_occupation: Table = Field(description="按首个职业统计岗位 / demands by their first occupation")


class CollegeAverage(Answer):
    """How often a college's students were shown on average. 院校学生平均展示次数。"""

    name: str = Field(description="院校 / college", examples=["济南东区职业学院"])
    average: float = Field(description="平均次数 / times per student", examples=[3.4])


class Exposure(Answer):
    """How often students were shown to enterprises, nobody named. 学生展示次数分布。"""

    smallest_group: int = Field(description="低于此数的分组被隐去 / smaller groups are left out", examples=[10])
    students_by_times_shown: Table = Field(description="按展示次数统计学生 / students by how often they were shown")
    times_shown_per_student_by_college: list[CollegeAverage] = Field(
        description="各院校人均展示次数 / average by college"
    )
    top_share: float | None = Field(
        description="展示最多的十分之一学生所占比例 / share of the tenth shown most", examples=[0.31]
    )


class ShowProfiles(Given):
    """Whether pseudonymous profiles are shown at all, and on which legal basis. 是否向企业展示匿名画像及依据。"""

    on: bool = Field(strict=True, description="是否展示 / shown or not", examples=[True])
    basis: str = Field(
        "", max_length=2000, description="法律依据，开启时必填 / legal basis", examples=["学生入学协议第5条"]
    )


class Switch(Answer):
    """The switch as it stands. 当前开关。"""

    on: bool = Field(description="是否展示 / shown or not", examples=[True])
    basis: str = Field(description="法律依据 / legal basis", examples=["学生入学协议第5条"])


class Switches(Answer):
    """The operator's switches. 运营方开关。"""

    show_profiles: Switch = Field(description="是否向企业展示匿名画像 / whether profiles are shown")


@router.get("/statistics", summary="统计 / statistics", responses=answers(401, 403))
def statistics(who: Caller, store: Records) -> Statistics:
    """Count students and demands; groups under ten are left out. 统计学生与岗位，不足十人的分组隐去。"""
    with store.reading() as session:
        return Statistics(**oversight.statistics(session, who))


@router.get("/exposure", summary="展示次数 / exposure", responses=answers(401, 403))
def exposure(who: Caller, store: Records) -> Exposure:
    """Tell how evenly students are shown to enterprises. 说明学生被展示的次数是否均衡。"""
    with store.reading() as session:
        return Exposure(**oversight.exposure(session, who))


@router.get("/settings", summary="开关 / settings", responses=answers(401, 403))
def settings(who: Caller, store: Records) -> Switches:
    """Give the operator's switches. 返回运营方开关。"""
    with store.reading() as session:
        return Switches(**oversight.settings(session, who))


@router.put(
    "/settings/show_profiles",
    summary="展示画像 / show profiles",
    openapi_extra=asks(ShowProfiles),
    responses=answers(401, 403, 413, 415, 422),
)
def show_profiles(who: Caller, given: Annotated[ShowProfiles, body(ShowProfiles)], store: Records) -> Switch:
    """Turn on or off that profiles are shown without each student's own consent. 开启或关闭匿名画像展示。"""
    with store.writing(who) as work:
        return Switch(**oversight.show_profiles(work, who, given.on, given.basis))
