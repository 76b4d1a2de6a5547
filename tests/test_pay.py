"""Pay as ads write it: sixty phrases written independently, single cases of each form, and traps that are no pay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.text.pay import BELIEVED, read_pay
from tests.scored_ads import cases, halves, pay_is_right, pay_is_wrong, read_phrase


def test_sixty_phrases_are_right_and_none_is_read_wrongly() -> None:
    everything = cases("pay.jsonl")
    for name, half in zip(("seen", "held back"), halves(everything), strict=True):
        print(f"pay, {name}: {sum(pay_is_right(case, read_phrase(case)) for case in half)} of {len(half)}")
    assert len(everything) == 60
    assert sum(pay_is_right(case, read_phrase(case)) for case in everything) >= 58
    assert [case["id"] for case in everything if pay_is_wrong(case, read_phrase(case))] == []


@pytest.mark.parametrize(
    ("text", "low", "high", "basis"),
    [
        ("6-9K·13薪", 6000, 9000, "month"),
        ("200-260元/天", 5200, 6760, "day"),
        ("综合工资7000", 7000, 7000, "month"),
        ("0.6-0.9万/月", 6000, 9000, "month"),
        ("月薪六千到八千", 6000, 8000, "month"),
        ("八千五起", 8500, None, "month"),
        ("到手七八千", 7000, 8000, "month"),
        ("月工资伍仟元", 5000, 5000, "month"),
        ("６０００－８０００元／月", 6000, 8000, "month"),
        ("8千-1.2万", 8000, 12000, "month"),
        ("1万2到1万5", 12000, 15000, "month"),
        ("底薪4000+提成", 4000, None, "month"),
        ("底薪3500+提成，综合6000-9000元", 6000, 9000, "month"),
        ("试用期4500，转正后6000-8000", 6000, 8000, "month"),
        ("时薪22元", 4576, 4576, "hour"),
        ("三百一天", 7800, 7800, "day"),
        ("年薪10-15万", 8333, 12500, "year"),
        ("不低于5000元", 5000, None, "month"),
        ("月薪过万", 10000, None, "month"),
        ("税后6500", 6500, 6500, "month"),
        ("实习补贴2000元/月", 2000, 2000, "month"),
        ("工资6000，加班费18元/小时", 6000, 6000, "month"),
        ("CNY 6,000-8,000 per month", 6000, 8000, "month"),
        ("25 yuan per hour", 5200, 5200, "hour"),
        ("annual salary 120,000-150,000 RMB", 10000, 12500, "year"),
        ("up to 9000 RMB per month", None, 9000, "month"),
    ],
)
def test_forms_of_pay(text: str, low: int | None, high: int | None, basis: str) -> None:
    said = read_pay(text)
    assert said is not None
    assert (said.low, said.high, said.basis) == (low, high, basis)
    assert text[said.start : said.end] in text


@pytest.mark.parametrize(
    "text",
    [
        *("电话13800000000", "0531-88880000", "2024级111班", "13薪", "五险一金", "收取服装费300元", "押金500元"),
        *("年龄18-45岁", "餐补15元/天", "夜班补贴30元/晚", "全勤奖200元", "注册资本5000万元", "1500-2000转"),
        *("2024-2026", "每天工作8小时", "月休4天", "USD 3000 per month", "公司现有员工3000人", "", " "),
    ],
)
def test_what_is_no_pay(text: str) -> None:
    assert read_pay(text) is None


def test_pay_without_figures_is_named() -> None:
    for text, basis in (("薪资面议", "negotiable"), ("计件，多劳多得", "piece"), ("计件工资0.8元/件", "piece")):
        said = read_pay(text)
        assert said is not None and said.basis == basis and not said.figures


@given(
    st.text(
        st.sampled_from("0123456789.,-~至到元万千百k薪工资月天日时/每一二三八九十零半+起以上年税前 ¥\n(）①½㎏"),
        max_size=60,
    )
)
def test_any_text_is_read_without_error(text: str) -> None:
    said = read_pay(text)
    if said is not None:
        assert 0 <= said.start < said.end <= len(text)
        assert all(value is None or 0 < value <= BELIEVED["year"][1] for value in (said.low, said.high))
