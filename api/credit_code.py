"""Unified social credit codes (统一社会信用代码, GB 32100-2015): how they are written and whether their check fits."""

from __future__ import annotations

import unicodedata

from api.errors import FieldError
from matching.errors import Problem

LENGTH = 18
CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters of the standard: digits and capitals without I, O, S, V, Z."""
_REGION = slice(2, 8)


def check_character(code: str) -> str:
    """Compute the last character from the first 17: 31 minus the sum of value times 3^place, modulo 31."""
    total = sum(CHARACTERS.index(one) * pow(3, place, 31) for place, one in enumerate(code[: LENGTH - 1]))
    return CHARACTERS[-total % 31]


def read_credit_code(text: str) -> str:
    """Read a code as it is written by hand: full-width, lower case or with spaces; give it in its normal form.

    Raises FieldError where its length, its characters, its region or its check character is wrong.
    """
    code = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    if len(code) != LENGTH:
        raise _wrong(
            "length", f"has {len(code)} characters, not {LENGTH}", f"应为 {LENGTH} 位，现为 {len(code)} 位", text
        )
    strange = next((one for one in code if one not in CHARACTERS), None)
    if strange is not None:
        zh = f"含有不允许的字符「{strange}」（不使用字母 I、O、S、V、Z）"
        raise _wrong("character", f"holds {strange!r}, which no code has (no I, O, S, V, Z)", zh, text)
    if not code[_REGION].isdecimal():
        raise _wrong("region", "characters 3 to 8 must be the digits of a region", "第 3 至 8 位应为行政区划数字", text)
    if code[-1] != check_character(code):
        raise _wrong(
            "check", "the check character does not fit; was it typed wrong?", "校验码不符，请核对是否输错", text
        )
    return code


def _wrong(rule: str, en: str, zh: str, value: str) -> FieldError:
    return FieldError(Problem(rule, en, zh, value, field="credit_code"))
