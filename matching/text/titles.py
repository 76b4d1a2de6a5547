"""Finds the title of a post and the places it names: the words an ad itself uses, with their spans."""

from __future__ import annotations

import re
from collections.abc import Iterator

from matching.domain import Kind
from matching.text.facts import Fact, Place
from matching.vocabulary import Vocabulary

LONGEST_TITLE = 40
LONGEST_LINE = 200
LONGEST_PLACE = 40
_LABELLED = re.compile(
    r"(?:招聘|招工|需求|拟招)?(?:岗位|职位|职务|工种|项目|班级|课程|培训)(?:名称)?\s*(?:[一二三四五六七八九\d]{1,2})?\s*[::】\]]\s*(?P<title>[^\n]{2,80})|"
    r"\b(?:position|job title|post|title|role|vacancy)\s*[::]\s*(?P<english>[^\n]{2,80})"
)
RECRUIT = (
    r"(?:现?(?:急|诚|高薪|长期|大量|直|热|火热)?(?:招聘?|聘)(?:请|募|收|用)?|急需|急缺|现需|诚邀|招人|直招|缺|"
    r"hiring|recruiting|looking for|wanted|seeking)"
)
_AFTER_RECRUIT = re.compile(
    rf"{RECRUIT}\s*(?:工(?=啦|了|信|启|中|[:\s])|啦|了|以下岗位|如下|信息|启事|简章|公告|岗位|人员|人才|中|now)*\s*[::!,、\-】\]]*\s*(?:熟练的?|an?\s+|\d+\s+)?"
    r"(?P<title>[^\n]{2,80})"
)
_BRACKETED = re.compile(r"[【\[〔《]\s*(?P<title>[^】\]〕》\n]{2,40})\s*[】\]〕》]")
_LEADING = re.compile(
    rf"^(?:\s|[·•*#◆●■▪>\-—–★☆]|\(?(?:\d{{1,2}}|[一二三四五六七八九十]{{1,2}})[.、)）:：]|{RECRUIT}|岗位[一二三四五六七八九\d]?[::]|[::,，、!！]|"
    r"(?:熟练的?|若干名?|长期|大量|男女|an?\b|the\b|(?:\d{1,3}|[一二两三四五六七八九十]{1,3})\s*(?:名|位|个)|\d{1,3}\s*人?(?![\w级号])|experienced\s|skilled\s|"
    r"qualified\s|certified\s|需?要(?=\d)))+"
)
_STOP = re.compile(
    r"[,，;；。!！?？\n|｜:：【\[「】\]·•\t]|\s*[(（](?!.*?[岗向类]\s*[)）])|"
    r"\s*[x×*]\s?\d|\s+[-–—]+\s*|\s*[-–—]{2,}|(?:\d{1,4}|[一二两三四五六七八九十]{1,3})\s*"
    r"(?:[-~至]\s*\d+\s*)?(?:名|人|位|个)|若干|数名|多名|各\d|\s*(?:\d{1,2}|[一二两三四五六七八九十])\s*年(?:及?以上)|\s*\d[\d,.]*\s*(?:[-~–—至到]|k|元|万)|月薪|薪资|工资|待遇|底薪|综合|急招|诚聘|招聘|"
    r"\s{2,}|(?<=[一-鿿])\s+(?=[一-鿿])|\s(?=[一-鿿]{0,3}[::\d])|"
    r"\b(?:needed|wanted|required|to join|for our|in our|at our|with|who|in jinan|based|we)\b"
)
_TITLE_LIKE = re.compile(
    r"(?P<title>(?:[a-z0-9+#./·\-]{1,12}\s?)?[一-鿿a-z/+#&·()]{0,14}?(?:工程师|技术员|操作(?:工|员|手)|"
    r"[一-鿿]工(?![作资程艺业厂种具件序装位地时段人])|检[验测]员|"
    r"质检员?|[一-鿿]{1,6}(?:员|师)(?![工生资傅])|技师|学徒|实习生|"
    r"助理|专员|班组长|班长|主管|司机|教练|普工|操机|编程|调试|订单班|培训班|训练营|"
    r"操作岗|[一-鿿]{2,6}岗(?!位|前)))|"
    r"(?P<english>(?<![a-z0-9/&+.-])(?:[a-z0-9/&+.-]{1,20} ){0,3}?"
    r"(?:welder|technician|operator|engineer|machinist|fitter|electrician|"
    r"assembler|inspector|intern|"
    r"apprentice|assistant|programmer|trainee|mechanic|specialist)s?\b)"
)
_NO_TITLE = re.compile(
    r"公司|有限|集团|单位|简介|待遇|要求|职责|地点|联系|电话|福利|薪|招聘信息|招聘启事|岗位职责|任职|人数|职位描述|启事|以下"
)
_EMPLOYER_AFTER = re.compile(
    r"^[^\s,，。;；、:：\n)）]{0,14}?(?:公司|集团|有限|股份|学院|大学(?!城)|研究院|厂(?!区|址|房)|"
    r"(?:重工|机械|科技|实业|食品|电气|动力|制造|化工|建设|电子|物流|医药|汽车)(?=招|诚|急|现|[\s,:]|$))"
)
_EMPLOYER = re.compile(
    r"(?P<name>[一-鿿()a-z]{4,30}?(?:有限责任公司|有限公司|集团公司|股份公司|集团(?!化))(?:[一-鿿]{2,6}分公司)?)"
)
_OTHER_PLACE_BEFORE = re.compile(
    r"(?:籍|户口|户籍|出差|客户|覆盖|分公司|销往|毕业于|面试|驻外|全国|派往)[^,，。;；\n]{0,10}$"
)
_OTHER_PLACE_AFTER = re.compile(r"^[^,，。;；\n]{0,4}(?:户籍|户口|籍|出差|本地人)")
_PLACE_LABEL = re.compile(
    r"(?:工作|上班|实习|项目|办公|实施|培训|上课|工厂|公司)?(?:地点|地址|所在地|区域|位置|工作地)\s*[::]\s*"
    r"(?P<place>[^\n;；。|]{2,60})|(?:坐标|厂址|位于|地处|📍|(?:厂区?|公司|单位|项目|工地|车间)就?在|\bbase)\s*[::]?\s*"
    r"(?P<at>[^\n,，;；。|]{2,40})|"
    r"\b(?:location|work ?place|based in|site|located in|place of work)\s*[::]?\s*(?P<english>[^\n;。|]{2,60})"
)
_INTERVIEW = re.compile(r"(?:面试|报名|集合|宣讲|投递|联系|报到)\s*$")
_SUFFIX = re.compile(
    r"(?:工业|产业|科技|物流|经济|高新)*(?:技术)?(?:园区?|开发区|区|新区|示范区|街道|镇|大学城|产业基地|保税区|经开区|高新区)"
)
_SPOT_LINE = re.compile(
    r"^[ \t]*(?P<spot>[一-鿿]{2,8}(?:软件园|工业园|产业园|科技园|开发区|创业园|大学城|创新谷))\s*$", re.M
)
_REST_LABELLED = re.compile(
    r"(?!街道|工业|经济|高新|开发)(?P<rest>[一-鿿]{2,4}?(?<![路号楼厂司])(?:镇|街道)?)(?=[\s,。;、)(]|$)(?<![路街号楼厂司区县市省内])"
)
_REST = re.compile(
    r"(?<=[区县市])(?P<rest>[一-鿿]{2,4}?(?<![路号楼厂司])(?:镇|街道)?)(?=[\s,。;、)(]|$)(?<![路街号楼厂司])"
)
_SPOT = re.compile(
    r"[一-鿿a-z0-9]{2,10}?(?:工业园区?|产业园区?|科技园区?|物流园区?|工业区|园区|软件园|创业园|产业园|创新谷|科技城|"
    r"经济开发区|经开区|高新区|开发区|大学城|产业基地|示范区|保税区|新区|街道|镇)"
)


def read_title(text: str, vocabulary: Vocabulary) -> Fact[str] | None:
    """Find the title of one post: named as such, after a word of recruiting, in brackets, or by its form.

    The value is text[start:end]. None where nothing looks like a title.
    """
    place = Place(text)
    best: tuple[int, int] | None = None
    for start, end, sure in _titles(place.folded, vocabulary):
        if sure:
            best = (start, end)
            break
        best = best or (start, end)
    if best is None:
        return None
    span = place.fact(None, *best)
    return Fact(text[span.start : span.end], span.start, span.end)


def _titles(folded: str, vocabulary: Vocabulary) -> Iterator[tuple[int, int, bool]]:
    """Give possible titles, the likeliest first; True where one looks like an occupation."""
    for pattern in (_LABELLED, _AFTER_RECRUIT, _BRACKETED):
        for hit in pattern.finditer(folded):
            name = next((name for name, value in hit.groupdict().items() if value), None)
            if name is None:
                continue
            cut = _cut(folded, *hit.span(name))
            if cut and not _NO_TITLE.search(folded[cut[0] : cut[1]]):
                yield *cut, pattern is _LABELLED or _looks_like_title(folded[cut[0] : cut[1]], vocabulary)
    offset = 0
    for line in folded.split("\n")[:12]:
        cut = _cut(folded, offset, offset + min(len(line), LONGEST_LINE))
        if (
            cut
            and not _NO_TITLE.search(folded[cut[0] : cut[1]])
            and _looks_like_title(folded[cut[0] : cut[1]], vocabulary)
        ):
            yield *cut, True
        offset += len(line) + 1
    if like := _TITLE_LIKE.search(folded):
        cut = _cut(folded, *like.span("title" if like["title"] else "english"))
        if cut:
            yield *cut, True


def _looks_like_title(words: str, vocabulary: Vocabulary) -> bool:
    return bool(_TITLE_LIKE.search(words)) or bool(vocabulary.recognise(words, (Kind.OCCUPATION,)))


def _cut(folded: str, start: int, end: int) -> tuple[int, int] | None:
    """Narrow a span to a title: without words of recruiting before it, numbers, pay and remarks after it."""
    leading = _LEADING.match(folded[start:end])
    first = start + (leading.end() if leading else 0)
    stop = _STOP.search(folded, first, end)
    last = stop.start() if stop else end
    while first < last and folded[first] in " \t'\"“”":
        first += 1
    while last > first and folded[last - 1] in " \t.、,-–—的'\"“”/":
        last -= 1
    return (first, last) if 2 <= last - first <= LONGEST_TITLE else None


def read_places(text: str, vocabulary: Vocabulary) -> list[Fact[str]]:
    """List the places of work, as written: regions of the vocabulary, parks and towns of an address.

    What a label (工作地点, location) introduces counts alone; a region in an employer's name, a place of origin or of
    journeys is none. Streets and house numbers are left out.
    """
    place = Place(text)
    labelled = [
        hit
        for hit in _PLACE_LABEL.finditer(place.folded)
        if not _INTERVIEW.search(place.folded[max(0, hit.start() - 4) : hit.start()])
    ]
    spans = [hit.span(next(name for name, value in hit.groupdict().items() if value)) for hit in labelled]
    found = _regions(place, text, vocabulary, spans) or (_regions(place, text, vocabulary, []) if spans else [])
    if spans and not found:
        start, end = spans[0]
        cut = re.match(r"[^,，、(（\s]{2,}", place.folded[start:end].lstrip())
        if cut:
            first = start + len(place.folded[start:end]) - len(place.folded[start:end].lstrip())
            fact = place.fact("", first, min(first + len(cut.group()), first + LONGEST_PLACE), unsure=True)
            found = [Fact(text[fact.start : fact.end], fact.start, fact.end, unsure=True)]
    return found


def read_employer(text: str) -> Fact[str] | None:
    """Find the name of the employer where it is written in full, with 公司 or Ltd at its end."""
    place = Place(text)
    hit = _EMPLOYER.search(place.folded)
    if hit is None:
        return None
    span = place.fact(None, *hit.span("name"))
    return Fact(text[span.start : span.end], span.start, span.end)


def _items(
    folded: str, start: int, end: int, found: list[tuple[int, int]], vocabulary: Vocabulary
) -> list[tuple[int, int]]:
    """Give the items of a labelled list of places (历下、市中) that are regions only when they stand alone."""
    spans = [(start + hit.start(), start + hit.end()) for hit in re.finditer(r"[^、,/\s]{2,10}", folded[start:end])]
    free = [span for span in spans if all(span[1] <= first or last <= span[0] for first, last in found)]
    names = [(span, folded[slice(*span)]) for span in free]
    return [
        span
        for span, name in names
        if any(not vocabulary.resolve(Kind.REGION, form).open for form in (name, name + "区"))
    ]


def _regions(place: Place, text: str, vocabulary: Vocabulary, spans: list[tuple[int, int]]) -> list[Fact[str]]:
    """List regions and named spots, within the spans where there are some."""
    folded = place.folded
    found: list[tuple[int, int]] = []
    for mention in vocabulary.recognise(folded, (Kind.REGION,)):
        before, after = folded[max(0, mention.start - 14) : mention.start], folded[mention.end : mention.end + 20]
        inside = any(start <= mention.start and mention.end <= end for start, end in spans)
        if spans and not inside:
            continue
        if _EMPLOYER_AFTER.match(after) or _OTHER_PLACE_BEFORE.search(before) or _OTHER_PLACE_AFTER.match(after):
            continue
        found.append((mention.start, mention.end))
    for start, end in spans:
        found += _items(folded, start, end, found, vocabulary)
        for hit in _SPOT.finditer(folded, start, end):
            first = max([last for _, last in found if hit.start() <= last < hit.end()], default=hit.start())
            lead = re.match(r"(?:市|区|县|省|在|于|的)+", folded[first : hit.end()])
            first += lead.end() if lead else 0
            if not _SUFFIX.fullmatch(folded[first : hit.end()]) and all(hit.end() <= s or e <= first for s, e in found):
                found.append((first, hit.end()))
    if not spans:
        found += [hit.span("spot") for hit in _SPOT_LINE.finditer(folded)]
    for _, last in list(found):
        labelled = any(start <= last <= end for start, end in spans)
        rest = (_REST_LABELLED if labelled else _REST).match(folded, last)
        if rest and all(rest.end() <= s or e <= rest.start("rest") for s, e in found):
            found.append(rest.span("rest"))
    labels: dict[str, Fact[str]] = {}
    for start, end in sorted(found):
        span = place.fact("", start, end)
        labels.setdefault(text[span.start : span.end], Fact(text[span.start : span.end], span.start, span.end))
    return list(labels.values())
