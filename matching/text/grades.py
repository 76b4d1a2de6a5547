"""Find the grade beside a certificate in a text: 三级以上, (中级), 高级 before it, level 3."""

from __future__ import annotations

import re

from matching.domain import Kind, Mention
from matching.vocabulary import Vocabulary

_GRADE = (
    r"(?:[一二三四五1-5]级(?:/[初中高]级工|/高?级?技师)?|[初中高]级(?:工|技师|技能)?|首席技师|特级技师|技师|"
    r"\b(?:i{1,3}|iv|v)(?:级|\b)|level\s?[1-5]|junior|intermediate|senior)"
)
_AFTER = re.compile(rf"\s*[(\[]?\s*{_GRADE}\s*(?:证书|证)?[)\]]?")
_BEFORE = re.compile(rf"{_GRADE}\s*(?:[及或]?以上|或更高)?\s*的?\s*$")
REACH = 14


def with_grade(plain: str, mention: Mention, vocabulary: Vocabulary) -> tuple[int, int, int | None]:
    """Give a certificate's span with the grade beside it, and the grade, 1 (the lowest) upwards, or None.

    The number is that of the ladder the certificate is on: 三级 of a trade is 3, 中级 of 1+X is 2.
    """
    start, end = mention.start, mention.end
    if after := _AFTER.match(plain, end, end + REACH):
        end = after.end()
    elif before := _BEFORE.search(plain, max(0, start - REACH), start):
        start = before.start()
    link = vocabulary.resolve(Kind.CERTIFICATE, plain[start:end])
    if link.level is not None or (start, end) == (mention.start, mention.end):
        return start, end, link.level
    beside = plain[start : mention.start] + plain[mention.end : end]
    return start, end, vocabulary.resolve(Kind.CERTIFICATE, f"技能等级证书{beside}").level
