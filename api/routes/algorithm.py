"""/v1/algorithm: the public statement of what makes the order of a list: factors, weights, data and date."""

from __future__ import annotations

import datetime
from dataclasses import asdict
from typing import Literal

from fastapi import APIRouter, Request
from pydantic import Field

from api.problems import answers
from api.routes.match import WISHES
from api.schemas import Answer
from matching import Vocabulary, Weights, __version__
from matching.score import PART_NAMES, PARTS

router = APIRouter(prefix="/v1", tags=["algorithm"])
STATED_ON = datetime.date(2026, 11, 24)
_HOW: dict[str, tuple[str, str]] = {
    "skills": (
        "岗位所列技能及等级中，学生已具备、将具备或按专业可预计具备的部分；相近技能部分计分，超出要求不加分",
        "how much of the skills and levels asked the student has, will have or may be expected to have from the major; "
        "related skills count in part, more than was asked earns nothing",
    ),
    "certificates": ("岗位所列证书及等级的符合程度", "how far the certificates and levels asked are held"),
    "major": ("所学专业与要求专业相同或相近的程度", "how near the major is to one that is asked"),
    "education": ("学历层次是否达到要求", "whether the education asked is reached"),
    "occupation": ("实践过的岗位与该岗位相同或相近的程度", "how near practised occupations are to the post"),
    "text": (
        "岗位描述与自我描述的用词和词条的相似度；与篇幅长短无关，受保护的词（性别、民族等）不计",
        "likeness of wording and concepts of both texts, whatever their length; protected words (sex, ethnicity ...) "
        "are left out",
    ),
    "place": ("工作地点是否在意向地点", "whether the place of work is a wished one"),
    "pay": ("薪资是否达到期望", "whether the pay reaches what is wished"),
    "shift": ("班次是否可接受", "whether the shifts are accepted"),
    "occupation wished": ("岗位是否为意向岗位", "whether the post is a wished occupation"),
}
_STATEMENTS: tuple[tuple[str, str, str], ...] = (
    (
        "purpose",
        "为企业岗位排序学生画像，为学生排序岗位，供人参考；录用与否由人决定。",
        "Ranks students' profiles for posts and posts for students, as advice; people decide whom to take.",
    ),
    (
        "order",
        "分数为各项得分之和，取值 0 到 1；同分按代号排列。默认只看岗位要求，「双向」排序另计学生意向。",
        "A score is the sum of its parts, from 0 to 1; ties go by id. By default only what the post asks counts; the "
        "reciprocal order counts the student's wishes too.",
    ),
    (
        "hard conditions",
        "硬性条件与法律限制不计分，只决定是否列入：不符合者不列入并公布人数，无法判断者列入并标「待核实」。",
        "Hard conditions and limits of law earn no points and only decide who is listed: who fails them is left out "
        "and counted, who can't be judged stays, marked to be verified.",
    ),
    (
        "data",
        "所用数据：企业填写或确认的岗位需求；院校导入、学生可修改的技能画像；公开职业与课程资料编成的词表。"
        "姓名、联系方式、性别、民族等从不进入匹配；年龄只以未满16、18周岁的到期日用于法律限制。",
        "Data used: demands as enterprises wrote or confirmed them; skill profiles from colleges, which students may "
        "edit; a vocabulary made from public occupations and curricula. Names, contacts, sex and ethnicity never enter "
        "the matching; of age only the days of turning 16 and 18 while ahead, for limits of law.",
    ),
    (
        "learning",
        "权重为公布的固定值，不从点击等使用行为中学习，也不因付费或联合体职务而改变。",
        "Weights are fixed and published; nothing is learnt from clicks, and neither payment nor office in the "
        "consortium changes the order.",
    ),
    (
        "choice",
        "学生可以不接受自动排序（列入不评分名单，由人查看）、可以不展示画像，并可查看每条结果的匹配解释。",
        "Students may refuse ranking by machine (they are listed unscored, for a person to judge), may keep the "
        "profile out of lists, and can read why each result stands where it stands.",
    ),
)


class StatedFactor(Answer):
    """A factor and how much it counts. 一个因素及其权重。"""

    name: str = Field(description="代号 / name", examples=["skills"])
    direction: Literal["forward", "backward"] = Field(
        description="forward 岗位要求 / backward 学生意向", examples=["forward"]
    )
    weight: float | None = Field(
        description="权重，岗位要求各项合计为 1；意向各项同等计算，为 null / share; null for wishes, which count alike",
        examples=[0.42],
    )
    zh: str = Field(description="中文名 / Chinese name", examples=["技能"])
    en: str = Field(description="英文名 / English name", examples=["skills"])
    how_zh: str = Field(description="如何计算（中文） / how it is judged, in Chinese")
    how_en: str = Field(description="如何计算（英文） / how it is judged, in English")


class Statement(Answer):
    """One thing that the public should know. 一条说明。"""

    name: str = Field(description="主题 / subject", examples=["data"])
    zh: str = Field(description="中文 / Chinese")
    en: str = Field(description="英文 / English")


class PublicStatement(Answer):
    """How the order of a list comes about. 排序规则公示。"""

    date: datetime.date = Field(description="公示日期 / date of the statement", examples=["2026-11-24"])
    version: str = Field(description="程序版本 / version of the program", examples=["0.1.0"])
    vocabulary: str = Field(description="词表版本 / version of the vocabulary", examples=["3f1c0a9d7b52"])
    factors: list[StatedFactor] = Field(description="因素与权重 / factors and weights")
    statements: list[Statement] = Field(description="说明 / statements")


@router.get("/algorithm", summary="排序规则公示 / public statement", responses=answers())
def algorithm(request: Request) -> PublicStatement:
    """State which factors, weights and data make the order of a list. 公示排序所用的因素、权重、数据与日期。"""
    vocabulary: Vocabulary = request.state.vocabulary
    return PublicStatement(
        date=STATED_ON,
        version=__version__,
        vocabulary=vocabulary.version,
        factors=_factors(asdict(Weights())),
        statements=[Statement(name=name, zh=zh, en=en) for name, zh, en in _STATEMENTS],
    )


def _factors(weights: dict[str, float]) -> list[StatedFactor]:
    """Name the parts with their default weights, then the wishes."""
    named: list[tuple[str, Literal["forward", "backward"], float | None, tuple[str, str], str]] = [
        (part, "forward", weights[part], PART_NAMES[part], part) for part in PARTS
    ]
    for name, names in WISHES.items():
        named.append((name, "backward", None, names, "occupation wished" if name == "occupation" else name))
    return [
        StatedFactor(
            name=name,
            direction=direction,
            weight=weight,
            zh=zh,
            en=en,
            how_zh=_HOW[how][0],
            how_en=_HOW[how][1],
        )
        for name, direction, weight, (zh, en), how in named
    ]
