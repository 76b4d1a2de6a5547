"""Reads one plain cell: its text, an id, a number, a fixed word, a list's parts."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime

from matching.errors import Problem, TableError
from matching.tables.formulas import Unread
from matching.tables.words import closest, education_words, known_words, numeral, plain_form
from matching.text.pay import PaySaid
from matching.text.pay import read_pay as text_pay

LONGEST_TEXT = 5000
LONGEST_NAME = 200
LONGEST_LABEL = 100
LONGEST_ID = 64
LONGEST_LIST = 200
LONGEST_NUMBER = 15
LARGEST_EXACT = 10**15
LARGEST_PAY = 1_000_000
NUMBER = re.compile(r"-?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.0+)?")
COUNTED = re.compile(r"(?:共|约|招|需)?\s*([\d,]+|[一二三四五六七八九十两]{1,3})\s*[名人个位]")
WHOLE_ID = re.compile(r"(\d+)\.0+")
POWER = re.compile(r"\d(?:\.\d+)?[eE]\+?\d{1,3}")
TEXT_FORMULA = re.compile(r'="([^"]*)"')
ERRORS = frozenset(("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"))
CODE_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CODE_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
EDUCATION_PARTS = re.compile(r"[/、,;|或]|(?<![研生])及(?!以)")
EDUCATION_ADDED = re.compile(
    r"[三四五23456]年制|(?:及|或)?以上.*|起$|学历|毕业生?$|在读|在校生?|全日制|统招|层次|[(][^()]*[)]|应届|及同等.*|优先|者|可$|均可"
)
STROKES = re.compile(r"[-—–－/／\\]+")
STRIPPED = " \t\r\n\v\f\xa0\u3000\u200b\u200c\u200d\u200e\u200f\ufeff"
APOSTROPHES = "'’‘`＇"
HEADER_UNIT = re.compile(r"(千元?|万元?|k|w)?(?:人民币)?元?(?:[/每]?(个?月|年|天|日))?", re.IGNORECASE)
IN_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]|[/:]([^/:]+)$")
PLAIN_RANGE = re.compile(r"\d+(?:[.,]\d+)*(?:[-~至到—–]+\d+(?:[.,]\d+)*)?")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell with its place, so that whoever reads it can say what is wrong and where.

    `graded` tells that its column writes levels in brackets, so that other words in brackets are wrong levels.
    `text` is the value as stripped text: whole numbers without fraction, dates as 2027-07-01, no first apostrophe.
    """

    value: object
    file: str
    sheet: str | None
    row: int
    column: str
    graded: bool = False
    text: str = field(init=False, default="")

    def __post_init__(self) -> None:
        """Bring the value to text once."""
        object.__setattr__(self, "text", _text(self.value))

    @property
    def crossed(self) -> bool:
        """Tell whether the cell holds nothing but strokes (-, /), which say "none" where none is an answer."""
        return STROKES.fullmatch(self.text) is not None

    @property
    def blank(self) -> bool:
        """Tell whether the cell is empty or only crossed out (/, -)."""
        text = self.text
        return not text or (len(text) <= LONGEST_LABEL and plain_form(text) in known_words("blank"))

    def wrong(self, rule: str, english: str, chinese: str, value: str | None = None) -> TableError:
        """Make the error that names this cell."""
        shown = self.text if value is None else value
        return TableError(Problem(rule, english, chinese, shown, self.file, self.sheet, self.row, self.column))

    def check_read(self) -> None:
        """Raise TableError where a formula stands without a value, or an error instead of one."""
        text = self.text
        if isinstance(self.value, Unread) or text.upper() in ERRORS:
            english = "is a formula without a stored value, or an error; put the value itself into the cell"
            raise self.wrong("formula", english, "是没有保存结果的公式或错误值，请粘贴为数值")
        if text.startswith("=") and len(text) > 1:
            raise self.wrong("formula", "is a formula; put its value into the cell", "是公式，请改成数值或文字")


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST_EXACT:
        return str(int(value))
    if isinstance(value, datetime) and value.time() == datetime.min.time():
        return value.date().isoformat()
    text = str(value).strip(STRIPPED)
    if text.startswith(tuple(APOSTROPHES)):
        text = text[1:].strip(STRIPPED)
    if found := TEXT_FORMULA.fullmatch(text):
        text = found[1]
    return text


def read_text(cell: Cell, longest: int = LONGEST_TEXT) -> str:
    """Read free text of at most `longest` characters."""
    text = cell.text
    if len(text) > longest:
        english = f"has {len(text)} characters; at most {longest} are allowed"
        raise cell.wrong("too_long", english, f"共 {len(text)} 个字符，最多 {longest} 个")
    return text


def read_texts(cell: Cell) -> list[str]:
    """Read free text that may stand in several columns; 无 gives none."""
    said_none = len(cell.text) <= LONGEST_LABEL and plain_form(cell.text) in known_words("none")
    return [] if said_none else [read_text(cell)]


def read_name(cell: Cell) -> str:
    """Read a title or the name of an organisation."""
    return read_text(cell, LONGEST_NAME)


def read_id(cell: Cell) -> str:
    """Read an identifier: at most 64 characters on one line; full-width signs and a fraction of .0 are put right.

    A number that the spreadsheet has rounded, such as 2.024E+17, is refused: its last digits are lost.
    """
    text = unicodedata.normalize("NFKC", read_text(cell, LONGEST_ID)).strip(STRIPPED)
    if found := WHOLE_ID.fullmatch(text):
        text = found[1]
    if POWER.fullmatch(text) or (isinstance(cell.value, float) and abs(cell.value) >= LARGEST_EXACT):
        english = "is a rounded number whose last digits are lost; format the column as text and enter it again"
        raise cell.wrong("rounded_id", english, "数字过长已被表格四舍五入，请把该列设为文本后重填")
    if not text.isprintable():
        raise cell.wrong("bad_id", "an id stands on one line, without control characters", "代号不能含换行或控制字符")
    return text


def read_word(cell: Cell, field: str) -> str:
    """Read one of the fixed words of a field (`kind`, `intent`, ...) and give the value it stands for."""
    return word_of(cell, field, cell.text)


def read_intent(cell: Cell) -> str:
    """Read what a student wants after graduation, also from a phrase that holds words of one value only."""
    text = plain_form(cell.text[:LONGEST_NAME])
    if is_none(cell) or text in known_words("intent"):
        return known_words("intent").get(text, "employ")
    said = set()
    for part, value in known_words("intent_part").items():
        if part in text:
            said.add(value)
            text = text.replace(part, "\n")
    return said.pop() if len(said) == 1 else word_of(cell, "intent", cell.text)


def word_of(cell: Cell, field: str, text: str) -> str:
    """Give the value that a word in a cell stands for; raise TableError with the closest known word."""
    words = known_words(field)
    value = words.get(plain_form(text)) if len(text) <= LONGEST_NAME else None
    if value is None:
        nearest, allowed = closest(plain_form(text[:LONGEST_NAME]), list(words)), "、".join(words)
        english = f"is not a known word here; the closest one is {nearest} (known: {allowed})"
        raise cell.wrong("unknown_word", english, f"不是此列的用词，最接近的是「{nearest}」（可用：{allowed}）", text)
    return value


def read_number(cell: Cell, low: int, high: int) -> int:
    """Read a whole number in [low, high]; thousands commas are allowed."""
    text = unicodedata.normalize("NFKC", cell.text)
    if not NUMBER.fullmatch(text):
        raise cell.wrong("not_a_number", "is not a whole number", "不是整数")
    return _within(cell, text, low, high)


def _within(cell: Cell, text: str, low: int, high: int) -> int:
    digits = text.partition(".")[0].replace(",", "")
    if len(digits) > LONGEST_NUMBER or not low <= int(digits) <= high:
        raise cell.wrong("out_of_range", f"must lie between {low} and {high}", f"应在 {low} 到 {high} 之间")
    return int(digits)


def read_count(cell: Cell, low: int, high: int) -> int | None:
    """Read a headcount: 5, 5名, 五人; 若干 and 不限 give None, for nobody said how many."""
    text = unicodedata.normalize("NFKC", cell.text)
    if is_none(cell) or plain_form(text[:LONGEST_NAME]) in known_words("unknown_count"):
        return None
    number = None
    if found := COUNTED.fullmatch(text):
        number = numeral(found[1].replace(",", ""))
    elif len(text) <= 3:
        number = None if text.isascii() else numeral(text)
    return read_number(cell, low, high) if number is None else _within(cell, str(number), low, high)


def read_pay(cell: Cell) -> PaySaid | None:
    """Read pay as monthly CNY: 6000-8000, 6-8K, 0.6-0.9万/月, 8000以上, or bare figures in the unit of the header.

    Pay by the day, hour or year is converted as in free text, `basis` says from what; 面议 and pay by the piece have no
    figures. None where the cell says none. Raises TableError for what is no pay and for ends that fall.
    """
    text = unicodedata.normalize("NFKC", cell.text[:LONGEST_NAME])
    if is_none(cell):
        return None
    if PLAIN_RANGE.fullmatch(text):
        text += _header_unit(cell.column)
    said = text_pay(text) or text_pay(f"月薪{text}")
    if said is None:
        english = "is not a monthly pay with rising ends; write 6000-8000"
        raise cell.wrong("not_a_pay", english, "不是由低到高的月薪，请写成 6000-8000 这样的形式")
    return said


def names_amount(cell: Cell) -> bool:
    """Tell whether a cell of pay holds figures."""
    return any(sign.isdecimal() for sign in cell.text)


def _header_unit(header: str) -> str:
    """Give the unit that a header names in brackets or behind a slash: 薪资（万元/年）."""
    plain = unicodedata.normalize("NFKC", header).replace("\n", "")
    for found in IN_BRACKETS.finditer(plain):
        text = (found[1] or found[2] or "").strip()
        if text and HEADER_UNIT.fullmatch(text):
            return text
    return ""


def read_credit_code(cell: Cell) -> str:
    """Check a unified social credit code (GB 32100-2015): 18 signs without I, O, S, V, Z, the last one a check sign."""
    text = unicodedata.normalize("NFKC", cell.text).upper().replace(" ", "")
    if len(text) != len(CODE_WEIGHTS) + 1:
        english, chinese = "is no social credit code: it has 18 signs", "不是统一社会信用代码：应为 18 位"
        raise cell.wrong("credit_code", english, chinese)
    if strange := sorted(set(text) - set(CODE_SIGNS)):
        english = f"is no social credit code: it can't hold {' '.join(strange)}"
        raise cell.wrong("credit_code", english, f"不是统一社会信用代码：不会出现 {' '.join(strange)}")
    total = sum(weight * CODE_SIGNS.index(sign) for weight, sign in zip(CODE_WEIGHTS, text[:-1], strict=True))
    if CODE_SIGNS[-total % len(CODE_SIGNS)] != text[-1]:
        raise cell.wrong(
            "credit_code", "is no social credit code: its check sign is wrong", "统一社会信用代码的校验位不对"
        )
    return text


def read_education(cell: Cell) -> str:
    """Read a rung of education and keep its words; raise TableError for a word that names none."""
    text = read_name(cell)
    check_education(cell, text)
    return text


def check_education(cell: Cell, text: str) -> None:
    """Raise TableError where a text names no rung of education, with the closest one."""
    known = education_words()
    for part in EDUCATION_PARTS.split(unicodedata.normalize("NFKC", text)):
        word = EDUCATION_ADDED.sub("", plain_form(part))
        if word and word not in known and plain_form(part) not in known:
            nearest = closest(word, list(known))
            english = f"is no rung of education; the closest one is {nearest}"
            raise cell.wrong("unknown_education", english, f"不是学历名称，最接近的是「{nearest}」", text)


def is_none(cell: Cell) -> bool:
    """Tell whether the cell says "none" or "any" (无, 不限), which is an answer, not a gap."""
    text = cell.text
    if len(text) > LONGEST_LABEL:
        return False
    word = plain_form(text)
    return word in known_words("none") or word in known_words("any")
