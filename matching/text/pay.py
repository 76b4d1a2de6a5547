"""Reads pay as ads write it and gives a monthly range in CNY: nothing rather than something wrong.

A day counts 26 times a month, an hour 8 x 26 times, a year's pay is divided by 12; additional months (13薪) change
nothing. A base that piece rates, commission or performance add to leaves the upper end open, as 起, 以上 and + do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from matching.text.numbers import CHINESE, FACTORS, PLAIN, chinese_number, plain_number
from matching.vocabulary.forms import fold, offsets

Basis = Literal["month", "day", "hour", "year", "piece", "negotiable"]

DAYS, HOURS, MONTHS = 26, 8, 12
TIMES = {"month": 1.0, "day": DAYS, "hour": HOURS * DAYS, "year": 1 / MONTHS}
BELIEVED = {"month": (300, 200_000), "day": (50, 5_000), "hour": (5, 800), "year": (10_000, 3_000_000)}
"""What one figure may be in CNY by its basis; anything else is no pay."""
BARE = (2_000, 60_000)
"""What a range without a word of pay and without a unit may be."""
YEARLY_FROM = 60_000
"""Ten thousands from here on, without a unit of time, are a year's pay."""
LONGEST_BEFORE = 18
YEARS = range(1990, 2101)
"""Figures that stand for a year where nothing says that they are money."""
ALONE = 16
"""Characters up to which a text may be nothing but an amount."""

_AMOUNT = rf"(?:{PLAIN}(?:\s?(?:[kw](?![a-z])|[千万百])(?:\d(?![\d.]))?)?|{CHINESE}(?<!一(?=[天月年小个])))"
_CURRENCY = r"(?:元|块钱?|圆|rmb|cny|yuan|人民币)"
_TIME = {
    "hour": r"小时|钟头|时(?!间)|hours?|hrs?|h\b",
    "day": r"天|日|班(?!次|长|组)|晚|工(?!资|作|种)|days?",
    "month": r"个?月|months?|mo\b|m\b",
    "year": r"年|years?|yr|annum",
    "piece": r"[件个台套米吨只根道口寸吋单条双箱桶车趟次片块平]|平方|公斤|kg|pieces?|pcs?|units?",
    "week": r"周|星期|week",
}
_WORDS = {"hour": r"hourly", "day": r"daily", "month": r"monthly|p\.m\.", "year": r"annually|yearly|p\.a\."}
_EACH = r"(?:/|每|一(?!线)|\bper\b|\ban?\b|\beach\b)"
_UNITS = "|".join(
    f"(?P<{name}>{_EACH}\\s*(?:人\\s*/\\s*)?(?:{forms}){f'|{_WORDS[name]}' if name in _WORDS else ''})"
    for name, forms in _TIME.items()
)
_JOIN = r"(?:\s*(?:-+|~+|–|—+|―|−|‒|‑|至|到|\bto\b|\band\b)\s*)"
_PAY = re.compile(
    rf"(?:(?P<sign>[¥$€£]|rmb|cny|usd|eur)\s{{0,3}})?(?P<low>{_AMOUNT})"
    rf"(?:\s*{_CURRENCY})?(?:{_JOIN}(?:[¥]|rmb|cny)?\s*(?P<high>{_AMOUNT}))?\s*(?P<more>多|余|\+(?!\s?[一-鿿a-z])|以上|起)?"
    rf"\s*(?P<money>{_CURRENCY}|usd|美元|美金|欧元|dollars?)?\s*(?:\(?(?:税[前后]|before tax|after tax|gross)\)?)?"
    rf"\s*(?:{_UNITS})?"
)
_ALIKE = str.maketrans("〜∼￣壹贰叁肆伍陆柒捌玖拾佰仟萬", "~~~一二三四五六七八九十百千万")
_DOUBLE = re.compile(r"([一二三四五六七八])([二三四五六七八九])([百千万])")
_MASKED = re.compile(
    r"(?<!\d)1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)|(?<!\d)0\d{2,3}[- ]?\d{7,8}(?:-\d+)?(?!\d)"
    r"|(?<!\d)[48]00-?\d{3}-?\d{4}(?!\d)"
    r"|(?<![\d.])(?:1[2-9]|2[0-4])(?:\s*[-~]\s*(?:1[2-9]|2[0-4]))?\s*(?:薪|个月工资|个月薪资|个月薪水|months?\b)"
    r"|(?<!\d)(?:19|20)\d{2}\s*(?:[年届级]|[./-]\s*\d{1,2}(?!\d))\s*(?:\d{0,2}\s*[月./-]\s*(?:\d{1,2}\s*日?)?)?(?!\d)"
    r"|(?<!\d)\d{9,}(?!\d)"
    r"|(?:电话|手机|微信|qq|tel|phone|编号|代码|学号)[::\s]*[\d-]{5,}|(?<=[*x×])\s*1[2-9](?!\d)"
)
_SAYS_PAY = re.compile(
    r"薪|工资|待遇|收入|到手|月入|年入|日入|综合|报酬|劳务|底薪|保底|津贴|生活补|实习补|日结|月结|转正|试用|工价|税[前后]|salar|\bpay|wage|"
    r"compensation|remunerat|earn|stipend|income"
)
_NO_PAY = re.compile(
    r"(?:费|奖励?金?|押金|罚款?|扣|基数|公积金|社保|保险|注册资[金本]|资本|投资|产值|营收|销售额|额度|价值|房租|租金|学费|贷款|"
    r"补助|补贴|餐补|饭补|房补|车补|话补|夜补|岗位津贴|夜班津贴|工龄|红包|缴纳|收取|交纳|报销|保额|allowance|fees?|deposit|fine|bonus)"
    r"(?:标准)?(?:为|是|约|每人|每月|每天|每年|最高|高达|[::\s(]|of)*$"
)
_NO_PAY_AFTER = re.compile(
    r"^\s*(?:的)?(?:押金|费用?|服装费|体检费|培训费|保证金|餐补|饭补|房补|车补|话补|夜补|补贴|补助|奖励?金?|红包|注册|罚|工龄|全勤|"
    r"allowance|bonus|deposit|fee)"
)
_INTERN = re.compile(r"(?:实习生?|学徒|培训期?间?|生活)(?:期间?)?(?:工资|生活)?(?:补贴|补助|津贴|报酬)")
_OVERTIME = re.compile(r"(?:加班|夜班|中班|高温|餐|住房|住宿|交通|通讯|话费|工龄|全勤|overtime)[^,。;\n]{0,6}$")
_COUNTED = re.compile(
    r"^(?:[件台套只人名岁级届号楼室公克斤度瓦转页次家平%班分点后期强转位座余]|周岁|个(?!月)|\s?[a-z]|[.:]\d|年(?!薪)|天|小时|月(?!薪))"
)
_PREFIX = (
    ("year", r"年薪|年收入|年入|每年|一年|annual|yearly|per year"),
    ("hour", r"时薪|小时工|小时工资|每小时|一小时|钟点工|hourly|per hour"),
    ("day", r"日薪|日工资|日结|每天|一天|每日|日入|天薪|点工|工价|daily|per day"),
    ("month", r"每个?月|一个月|monthly"),
)
_TOTAL = re.compile(
    r"综合|到手|月均|平均|合计|总收入|总额|月入|收入|月综|可达|可拿|实发|total|average|all.in|take.?home|ote\b"
)
_BASE = re.compile(r"底薪|基本工资|基础工资|保底|基本薪|固定工资|base")
_TRIAL = re.compile(r"试用期?(?!后|满|过)|试岗|实习期|学徒期|培训期|probation(?!.{0,3}after)|trial")
_AFTER_TRIAL = re.compile(r"转正|试用期?[后满过]|定岗|出徒|独立上岗|after (?:the )?(?:probation|trial)|thereafter|then")
_OPEN_BEFORE = re.compile(
    r"(?:不低于|不少于|至少|起薪|起步|保底|高于|超过|最低|大于|≥|>=?|\bfrom|at least|starting (?:at|from)|"
    r"min(?:imum)?\.?|more than|over|above)[::\s为¥]*(?:rmb|cny)?\s*$"
)
_TOP_BEFORE = re.compile(r"(?:最高|不超过|不高于|高达|up to|max(?:imum)?\.?)[::\s可达为¥]*(?:rmb|cny)?\s*$")
_OPEN_AFTER = re.compile(
    r"^\s*(?:元|块)?\s*(?:\(?税[前后]\)?)?\s*(?:及?以上|起|\+(?!\s?\S)|\+(?=[\s,。;、)]|$)|上不封顶|"
    r"or (?:more|above)|and up|plus\b)"
)
_TOP_AFTER = re.compile(r"^\s*(?:元|块)?\s*(?:及?以[下内]|封顶)")
_ADDED = re.compile(
    r"^\s*(?:元|块)?(?:/月)?\s*(?:\([^()]{0,8}\)\s*)?(?:\+|加|及|和|另加|plus|with|and|\()[^\n,。;]{0,12}?(?:提成|计件|绩效|分红|业绩|抽成|"
    r"commission|piece|performance|incentive)"
)
_ADDED_TO_BASE = re.compile(r"^[^\n。;]{0,10}?(?:提成|计件|绩效|分红|业绩|抽成|commission|piece|performance|incentive)")
_ALONE = re.compile(r"(?:不低于|不少于|至少|最低|约|大概|元|块|左右|上下|及?以上|起步?|多|\+|\s)*")
_TAIL = re.compile(r"[包五六管提月转供吃住起以元左上双单交缴另]|\s")
_NEVER_CAPPED = re.compile(r"^[^\n。;]{0,16}(?:上不封顶|不封顶|无上限|多劳多得)")
_TEN_THOUSAND = re.compile(r"(?:薪|收入|工资|月入|到手)[^,。;\n\d]{0,4}(?:过|破|超|上)万(?!元户)")
_NEGOTIABLE = re.compile(
    r"面议|(?:薪|工资|待遇|报酬|酬)[^,。;\n]{0,6}(?:面谈|详谈|协商|可谈|可议)|(?:salary|pay|wage)[^.;\n]{0,24}"
    r"(?:negotia|competitive|to be discussed|tbd|doe)|negotiable"
)
_PIECE = re.compile(r"计件|按件|piece(?:-| )?(?:rate|work)|per piece")


@dataclass(frozen=True, slots=True)
class PaySaid:
    """Pay that a text names, [start, end) in its characters: CNY a month, either end may be open.

    `basis` is the unit of the figures as written; `piece` and `negotiable` may come without any figure.
    """

    low: int | None
    high: int | None
    basis: Basis
    start: int
    end: int

    @property
    def figures(self) -> bool:
        """Tell whether an amount is known."""
        return self.low is not None or self.high is not None


def read_pay(text: str) -> PaySaid | None:
    """Find the pay of a post in free text; None where none is said or understood. Never raises.

    When: one post's text; of several amounts the total counts before the base, the pay after the trial before that of
    the trial, the first before later ones. A currency other than CNY, allowances, fees and bonuses are no pay.
    """
    folded = fold(text)
    places = offsets(text, folded)
    masked = _MASKED.sub(lambda hit: "\x00" * len(hit.group()), folded.translate(_ALIKE))
    best: tuple[int, PaySaid] | None = None
    for hit in _PAY.finditer(masked):
        before = _before(masked, hit.start("sign") if hit["sign"] else hit.start("low"))
        amounts = None if _foreign(hit) or _broken(masked, hit) else _amounts(hit)
        basis = _basis(hit, before, amounts) if amounts and _about_pay(masked, hit, before, amounts) else None
        if amounts is None or basis is None:
            continue
        if all(BELIEVED[basis][0] <= value <= BELIEVED[basis][1] for value in amounts):
            rank = _rank(before)
            if best is None or rank > best[0]:
                best = rank, _monthly(hit, basis, _ends(masked, hit, before, amounts))
    said = best[1] if best else _without_figures(masked)
    if said is None or places is None:
        return said
    return PaySaid(said.low, said.high, said.basis, places[said.start], places[said.end - 1] + 1)


def _monthly(hit: re.Match[str], basis: Basis, ends: tuple[float | None, float | None]) -> PaySaid:
    low, high = [None if value is None else round(value * TIMES[basis] + 1e-9) for value in ends]
    return PaySaid(low, high, basis, hit.start("sign") if hit["sign"] else hit.start("low"), _last(hit))


def _without_figures(masked: str) -> PaySaid | None:
    """Read pay that is said without a number: over ten thousand, by the piece, negotiable."""
    if hit := _TEN_THOUSAND.search(masked):
        return PaySaid(10_000, None, "month", hit.start(), hit.end())
    for basis, pattern in (("piece", _PIECE), ("negotiable", _NEGOTIABLE)):
        if hit := pattern.search(masked):
            return PaySaid(None, None, "piece" if basis == "piece" else "negotiable", hit.start(), hit.end())
    return None


def _foreign(hit: re.Match[str]) -> bool:
    """Tell whether an amount is in another currency than CNY, by the sign before it or the word after it."""
    sign, money = (hit["sign"] or "").strip(), hit["money"] or ""
    return sign in ("$", "€", "£", "usd", "eur") or money in ("usd", "美元", "美金", "欧元") or "dollar" in money


def _last(hit: re.Match[str]) -> int:
    """Give the end of an amount without the space that the pattern took after it."""
    return hit.start() + len(hit.group().rstrip())


def _broken(masked: str, hit: re.Match[str]) -> bool:
    """Tell whether the amount is a part of something else: a longer number, a model name, a counted thing."""
    first = masked[hit.start("low") - 1 : hit.start("low")]
    if not hit["sign"] and first and (first.isascii() and (first.isalnum() or first in "./_#")):
        return True
    if hit["low"][0] == "0" and "." not in hit["low"]:
        return True
    if hit["low"][0] not in "0123456789" and first and first in "第十百千万几数":
        return True
    unit = any(hit[name] for name in _TIME)
    rest = masked[_last(hit) :]
    return not unit and not hit["money"] and not hit["more"] and bool(_COUNTED.match(rest))


def _before(masked: str, start: int) -> str:
    """Give what stands before an amount in its clause; a heading on the line above belongs to it."""
    piece = masked[max(0, start - LONGEST_BEFORE) : start]
    head, mark, tail = piece.rpartition("\n")
    if mark and tail.strip(" -*·•、.)") == "" and _SAYS_PAY.search(head.rpartition("\n")[2]):
        return head.rpartition("\n")[2] + tail
    return re.split(r"[。;\n!?|]", piece)[-1]


def _about_pay(masked: str, hit: re.Match[str], before: str, amounts: tuple[float, ...]) -> bool:
    """Tell whether an amount is pay: a word of pay before it, a unit of time with money, or a range in thousands."""
    clause = re.split(r"[,、]", before)[-1]
    rest = masked[_last(hit) :]
    intern = bool(_INTERN.search(before))
    if not intern and (_NO_PAY.search(clause) or _OVERTIME.search(clause)):
        return False
    if _NO_PAY_AFTER.match(rest) or hit["week"]:
        return False
    if hit["piece"]:
        return False
    if (
        _SAYS_PAY.search(before)
        or intern
        or any(re.search(rf"(?:{words})[^\d]{{0,4}}$", before) for _, words in _PREFIX)
    ):
        return True
    timed = any(hit[name] for name in ("hour", "day", "month", "year"))
    written = f"{hit['low']} {hit['high'] or ''}"
    money = bool(hit["money"] or hit["sign"] or re.search(r"[kw千]|\d万", written))
    if timed:
        return money or hit["low"][0] in "123456789" or chinese_number(hit["low"]) is not None
    if len(masked.strip()) <= ALONE and _amount_only(masked, hit, amounts[0]):
        return True
    clean = not rest or rest[0] in ",。;、·•|()[]【】\x00+*x×/-" or _TAIL.match(rest) is not None
    if clean and hit["high"] is None:
        begins = not re.split(r"[,、\s]", before)[-1]
        said = "k" in hit["low"] or hit["more"] or re.match(r"左右|上下", rest)
        return begins and bool(said) and BARE[0] <= amounts[0] <= BARE[1] and amounts[0] % 100 == 0
    if hit["high"] and money and clean and not re.search(r"万", written):
        return bool(re.search(r"[k千]", written)) or hit["money"] is not None or hit["sign"] is not None
    return bool(hit["high"]) and clean and all(BARE[0] <= value <= BARE[1] and value % 100 == 0 for value in amounts)


def _amount_only(masked: str, hit: re.Match[str], first: float) -> bool:
    """Tell whether a short text is nothing but an amount of a month's size: 不低于5000元, 八千五起."""
    around = masked[: hit.start()] + masked[_last(hit) :]
    if first in YEARS and not hit["money"] and not hit["sign"]:
        return False
    return first >= BARE[0] and _ALONE.fullmatch(around.strip()) is not None


def _amounts(hit: re.Match[str]) -> tuple[float, ...] | None:
    """Give one or two amounts in CNY; a unit at the end of a range counts for both where the first has none."""
    low = hit["low"]
    if hit["high"] is None and (double := _DOUBLE.fullmatch(low)):
        from_digit, to_digit = (chinese_number(digit) or 0 for digit in double.groups()[:2])
        return (
            (from_digit * FACTORS[double[3]] * 1.0, to_digit * FACTORS[double[3]] * 1.0)
            if to_digit == from_digit + 1
            else None
        )
    first = _amount(low)
    if first is None:
        return None
    if hit["high"] is None:
        return (first[0],)
    second = _amount(hit["high"])
    if second is None:
        return None
    (start, own), (end, factor) = first, second
    if own == 1 and factor > 1 and start < 1000:
        start = start * factor if start * factor <= end else start * 1000
    elif factor == 1 and own > 1 and end < 1000:
        end = end * own
    return (start, end) if start <= end else None


def _amount(written: str) -> tuple[float, int] | None:
    plain = plain_number(written)
    if plain is not None:
        return plain
    value = chinese_number(written)
    if value is None:
        return None
    factor = next((unit for character, unit in (("万", 10_000), ("千", 1000), ("百", 100)) if character in written), 1)
    return float(value), factor


def _basis(
    hit: re.Match[str], before: str, amounts: tuple[float, ...]
) -> Literal["month", "day", "hour", "year"] | None:
    for name in ("hour", "day", "month", "year"):
        if hit[name]:
            return name
    for name, words in _PREFIX[:3]:
        if re.search(rf"(?:{words})[^,。;]{{0,10}}$", before):
            return "year" if name == "year" else "hour" if name == "hour" else "day"
    if amounts[0] >= YEARLY_FROM:
        return "year"
    if amounts[-1] >= YEARLY_FROM and not (_SAYS_PAY.search(before) or re.search(r"月", before)):
        return None
    return "month" if amounts[0] >= 1000 or re.search(r"月", before) else None


def _ends(
    masked: str, hit: re.Match[str], before: str, amounts: tuple[float, ...]
) -> tuple[float | None, float | None]:
    """Give the lower and upper end, one of them open where the words around the amount say so."""
    rest = masked[_last(hit) : _last(hit) + 30]
    base, total = _BASE.search(before), _TOTAL.search(re.split(r"[,、]", before)[-1])
    added = _ADDED_TO_BASE.match(rest) if base else _ADDED.match(rest)
    if (added and not total) or (len(amounts) == 1 and _NEVER_CAPPED.match(rest)):
        return amounts[0], None
    if len(amounts) == 2:
        return amounts[0], (None if hit["more"] in ("以上", "起") else amounts[1])
    if hit["more"] or _OPEN_BEFORE.search(before) or _OPEN_AFTER.match(rest):
        return amounts[0], None
    if _TOP_BEFORE.search(before) or _TOP_AFTER.match(rest):
        return None, amounts[0]
    return amounts[0], amounts[0]


def _rank(before: str) -> int:
    """Order amounts: a total 4, after the trial 3, plain 2, a base 1, of the trial 0."""
    clause = re.split(r"[,、]", before)[-1]
    if _AFTER_TRIAL.search(clause):
        return 3
    if _TRIAL.search(clause):
        return 0
    if _TOTAL.search(clause):
        return 4
    return 1 if _BASE.search(clause) else 2
