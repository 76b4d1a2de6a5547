"""Rates that colleges are judged by, as counts: each with its definition, numerator and denominator.

    for rate in rates(graduates, home="370113"): print(rate.zh, rate.numerator, rate.denominator)

Pure functions of registered and verified destinations; nothing here infers a destination or a fit. Codes and groups are
those of data/vocabulary/destinations.csv (14 categories of the ministry's graduate destinations).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from matching.vocabulary import data_folder

FILE = "vocabulary/destinations.csv"


class Fit(StrEnum):
    """Whom the rate of fit to the major (专业对口率) is counted over; each college chooses, and it is always printed.

    employed : all employed. decided : employed for whom the college has decided. contracted : employed with an
    agreement or a contract.
    """

    EMPLOYED = "employed"
    DECIDED = "decided"
    CONTRACTED = "contracted"


@dataclass(frozen=True, slots=True)
class Category:
    """One of the 14 destinations: its code, names, group (employed, further_study, not_employed) and indicator."""

    code: str
    zh: str
    en: str
    group: str
    indicator: str


@dataclass(frozen=True, slots=True)
class Graduate:
    """What a rate needs of one graduate.

    destination : code, None = not registered yet. completed_only : 结业, left out of every rate. fits : the college's
    decision, None = not decided. region : 6-digit code of the county of work, None = not known.
    """

    destination: str | None
    completed_only: bool = False
    fits: bool | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate as two counts; `share` is numerator / denominator, None where the denominator is 0."""

    name: str
    zh: str
    en: str
    definition_zh: str
    definition_en: str
    numerator: int
    denominator: int

    @property
    def share(self) -> float | None:
        """Give the share in [0, 1]."""
        return self.numerator / self.denominator if self.denominator else None


@lru_cache(maxsize=1)
def categories() -> Mapping[str, Category]:
    """Read the 14 destinations by their codes."""
    with (data_folder() / FILE).open(encoding="utf-8", newline="") as stream:
        return {
            row["code"]: Category(row["code"], row["zh"], row["en"], row["group"], row["indicator_group"])
            for row in csv.DictReader(stream)
        }


CONTRACT = "协议和合同就业"
PARTS: Sequence[tuple[str, str, str, str]] = (
    ("contract", "协议和合同就业率", "employed by agreement or contract", CONTRACT),
    ("flexible", "灵活就业率", "employed flexibly", "灵活就业"),
    ("own_business", "自主创业率", "own business", "自主创业"),
    ("further_study", "升学率", "further study", "升学"),
    ("seeking", "待就业率", "seeking work", "待就业"),
    ("not_seeking", "暂不就业率", "not seeking work", "暂不就业"),
)
LEVELS: Mapping[str, tuple[int, str, str]] = {
    "district": (6, "区县", "district"),
    "city": (4, "市", "city"),
    "province": (2, "省", "province"),
}


def rates(graduates: Iterable[Graduate], fit: Fit = Fit.EMPLOYED, home: str | None = None) -> tuple[Rate, ...]:
    """Count every rate over the graduates; those who only completed (结业) are left out.

    fit : whom the rate of fit is counted over. home : region code of the college's district; None leaves out the rates
    of local employment.
    """
    counted = [one for one in graduates if not one.completed_only]
    total = len(counted)
    known = categories()
    employed = [one for one in counted if one.destination and known[one.destination].group == "employed"]
    placed = sum(1 for one in counted if one.destination and known[one.destination].group != "not_employed")
    found = [
        Rate(
            "placed",
            "毕业去向落实率",
            "placement rate",
            "（就业＋升学）÷ 毕业生数，不含结业",
            "(employed + further study) / graduates, without those who only completed",
            placed,
            total,
        )
    ]
    for name, zh, en, indicator in PARTS:
        codes = {code for code, category in known.items() if category.indicator == indicator}
        names = "＋".join(sorted(codes))
        count = sum(1 for one in counted if one.destination in codes)
        found.append(
            Rate(name, zh, en, f"去向代码 {names} ÷ 毕业生数", f"destinations {names} / graduates", count, total)
        )
    missing = sum(1 for one in counted if one.destination is None)
    found.append(
        Rate(
            "unregistered",
            "未登记率",
            "not registered",
            "未登记去向 ÷ 毕业生数",
            "no destination / graduates",
            missing,
            total,
        )
    )
    found.append(_fit_rate(employed, fit))
    return (*found, *(_local_rate(employed, home, level) for level in LEVELS if home))


def _fit_rate(employed: Sequence[Graduate], fit: Fit) -> Rate:
    if fit is Fit.EMPLOYED:
        chosen, zh, en = list(employed), "已就业人数", "employed"
    elif fit is Fit.DECIDED:
        chosen, zh, en = (
            [one for one in employed if one.fits is not None],
            "已认定对口与否的就业人数",
            "employed and decided",
        )
    else:
        codes = {code for code, category in categories().items() if category.indicator == CONTRACT}
        chosen = [one for one in employed if one.destination in codes]
        zh, en = "协议和合同就业人数", "employed by agreement or contract"
    count = sum(1 for one in chosen if one.fits)
    return Rate("fit", "专业对口率", "fit to major", f"认定对口 ÷ {zh}", f"found to fit / {en}", count, len(chosen))


def _local_rate(employed: Sequence[Graduate], home: str, level: str) -> Rate:
    digits, zh, en = LEVELS[level]
    placed = [one for one in employed if one.region]
    count = sum(1 for one in placed if (one.region or "")[:digits] == home[:digits])
    return Rate(
        f"local_{level}",
        f"本地就业率（本{zh}）",
        f"local employment ({en})",
        f"就业单位在本{zh} ÷ 已知就业地的就业人数",
        f"employed in the same {en} / employed with a known place",
        count,
        len(placed),
    )
