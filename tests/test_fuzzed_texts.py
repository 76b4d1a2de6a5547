"""Any text is understood or left alone: fuzzed texts through every reader of free text, a million in the campaign."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Sequence
from datetime import date

import pytest

from matching.domain import LONGEST_TEXT
from matching.drafts import draft_demands, draft_profile
from matching.lint import lint
from matching.text import read
from matching.text.pay import read_pay
from matching.vocabulary import Vocabulary

TODAY = date(2026, 11, 24)
SECONDS = 5
CUES = (
    *(
        "必须",
        "须持",
        "优先",
        "无需",
        "不会",
        "不要求",
        "了解",
        "熟悉",
        "熟练",
        "精通",
        "三级以上",
        "高级工",
        "大专及以上",
        "3年经验",
    ),
    *("required", "preferred", "not required", "proficient in", "no need", "must hold", "at least", "or equivalent"),
    *(
        "6-8K",
        "底薪5000+提成",
        "面议",
        "220元/天",
        "18元/时",
        "0.8万",
        "八千五",
        "13薪",
        "¥",
        "五险一金",
        "包吃住",
        "倒班",
        "长白班",
    ),
    *(
        "限男性",
        "35岁以下",
        "形象好气质佳",
        "5名",
        "若干",
        "2027年7月",
        "即日起",
        "长清区",
        "岗位职责：",
        "任职要求：",
        "1、",
        "（1）",
    ),
)
STRANGE = (
    "\x00\x01\t\r\n\u200b\u202e\ufeff\u3000😀́𠮷ﬁ①㎏ＡⅣ()（）【】[]{}<>《》“”\"'`、，。；：！？,.;:!?+-*/\\|~@#$%^&=_…—·"
)


def word(draw: random.Random, forms: Sequence[str]) -> str:
    """Draw a form of the vocabulary, a cue, a number, signs, or any characters."""
    kind = draw.randrange(10)
    if kind < 4:
        return draw.choice(forms)
    if kind < 6:
        return draw.choice(CUES)
    if kind == 6:
        return str(draw.randrange(10 ** draw.randrange(1, 12)))
    if kind == 7:
        return "".join(draw.choice(STRANGE) for _ in range(draw.randrange(1, 6)))
    low, high = draw.choice(((0x4E00, 0x9FFF), (0x20, 0x7E), (0x20, 0x2FFF), (0x20, 0xD7FF), (0x10000, 0x10FFFF)))
    return "".join(chr(draw.randrange(low, high)) for _ in range(draw.randrange(1, 8)))


def fuzzed(draw: random.Random, forms: Sequence[str]) -> str:
    """Draw a text: mostly short, now and then of the largest size, some of one word again and again, some cut."""
    size = draw.choices((40, 200, 2_000, LONGEST_TEXT), (70, 25, 4.9, 0.1))[0]
    if draw.random() < 0.05:
        return (word(draw, forms) * size)[:size]
    parts: list[str] = []
    length = 0
    while length < size:
        part = word(draw, forms) + draw.choice(("", "", "", " ", "，", "、", "\n", "；", "/", "and", "和", "或"))
        parts.append(part)
        length += len(part)
    return "".join(parts)[: draw.randrange(1, size + 1)]


def understand(text: str, vocabulary: Vocabulary) -> None:
    """Send a text through every reader; each span lies in the text."""
    for side in ("demand", "profile"):
        for said in read(text, vocabulary, side):
            assert 0 <= said.start < said.end <= len(text) and text[said.start : said.end] == said.surface
    pay = read_pay(text)
    assert pay is None or 0 <= pay.start < pay.end <= len(text)
    for finding in lint(text):
        assert finding.start is None or finding.end is None or 0 <= finding.start < finding.end <= len(text)
    for draft in draft_demands(text, vocabulary, TODAY):
        assert draft.demand.title is not None
    draft_profile(text, vocabulary, TODAY)


def run_fuzzed(first: int, count: int, forms: Sequence[str], read_all: Callable[[str], None]) -> float:
    """Understand fuzzed texts by their numbers; give the longest time of a core, fail on any error with the number."""
    longest = 0.0
    for number in range(first, first + count):
        text = fuzzed(random.Random(number), forms)
        started = time.process_time()
        try:
            read_all(text)
        except Exception as error:
            raise AssertionError(f"fuzzed text {number}: {error!r}: {text[:200]!r}") from error
        longest = max(longest, time.process_time() - started)
    return longest


def forms_of(vocabulary: Vocabulary) -> list[str]:
    """Give all forms of the vocabulary in a fixed order."""
    concepts = vocabulary.concepts.values()
    return sorted({form for one in concepts for form in (one.zh, one.en, *one.forms_zh, *one.forms_en) if form})


def test_fuzzed_texts_raise_nothing(vocabulary: Vocabulary) -> None:
    assert run_fuzzed(0, 400, forms_of(vocabulary), lambda text: understand(text, vocabulary)) < 6 * SECONDS


@pytest.mark.campaign
def test_campaign_of_fuzzed_texts(vocabulary: Vocabulary, capsys: pytest.CaptureFixture[str]) -> None:
    """Understand 1,000,000 fuzzed texts: no uncaught error, none over 5 s."""
    count, first = int(os.environ.get("FUZZED_TEXTS", "1000000")), int(os.environ.get("FUZZED_FROM", "1000"))
    longest = run_fuzzed(first, count, forms_of(vocabulary), lambda text: understand(text, vocabulary))
    with capsys.disabled():
        print(f"{date.today()}: {count} fuzzed texts, 0 uncaught errors, the longest took {longest:.2f} s")
    assert longest < SECONDS
