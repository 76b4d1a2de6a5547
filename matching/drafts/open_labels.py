"""Finds what an ad asks for in words that the vocabulary doesn't have: majors before 专业, objects of 会 and 熟悉."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from matching.domain import Importance, Kind
from matching.text import Said
from matching.vocabulary.forms import fold

LONGEST = 16
_END = r"(?=[,。;!()\n]|(?<=[^a-z0-9])\s|\s(?=[^a-z0-9])|者|的?(?:优先|更好|更佳|加分|最好)|即可|就行|$)"
_DEGREES = (
    (4, r"精通"),
    (3, r"熟练(?:掌握|使用|操作|运用|应用)?|能熟练(?:使用|操作)?"),
    (2, r"熟悉|掌握"),
    (1, r"了解"),
    (None, r"(?<![机社协工商学体])会(?:使用|用|操作)?|能够?(?:独立|自己)?(?:完成|操作|使用)?|懂得?|具备"),
)
_SKILLS = tuple(
    (level, re.compile(rf"(?:{verb})(?P<object>[^,。;!\n()]{{2,{3 * LONGEST}}}?){_END}")) for level, verb in _DEGREES
)
_ENGLISH = re.compile(
    r"\b(?:proficien(?:t|cy) (?:in|with)|skilled (?:in|with)|familiar(?:ity)? with|knowledge of|"
    r"experience (?:in|with)|understanding of|"
    r"able to (?:use|read|operate|program))\s+"
    r"(?P<object>[^.;\n()]{2,80}?)(?=[.;\n()]|$| is | are | preferred| required| a plus)"
)
_ENGLISH_LEVELS = ((3, "proficien"), (3, "skilled"), (2, "familiar"), (1, "basic"), (None, ""))
_CERTIFICATES = re.compile(
    r"(?:持有?|取得|具备|考取|办理?|必须有|须有|需有|需要|有|(?<![一-鿿a-z0-9]))(?P<name>[一-鿿a-z0-9/]{1,10}?(?:资格证书?|上岗证|操作证|等级证书?|证书|证))"
    r"(?![明件据实照券监言人者书]|号|优先者)"
)
_ENGLISH_CERTIFICATES = re.compile(
    r"(?:^|(?<=[^a-z]))(?:(?:a|an|the|valid|current|have|hold|holds|holding|with|must|or|and)\s{1,3}){0,4}"
    r"(?P<name>(?:(?!a |an |the |valid |current |have |hold |with |must |or |and )"
    r"[a-z0-9/-]{1,20} ){1,3}(?:certificates?|certifications?|licen[cs]es?))\b"
)
_GRADES = re.compile(r"(?P<name>(?:初|中|高)级工(?![程作艺])|[一二三四五]级(?=(?:及?以上)?(?:职业|技能)))")
_NO_CERTIFICATE = re.compile(
    r"身份|毕业|学位|学历|离职|居住|暂住|结婚|保证|验证|认证|考证|取证|持证|工作证|相关|以上|以下|不|无|凭|公证|双证|没有|签证|学生证"
)
_NO_SKILL = re.compile(
    r"倒班|夜班|加班|出差|吃苦|适应|服从|沟通|团队|责任|认真|细心|踏实|稳定|长期|接受|独立工作|上岗|合作|协作|学习|表达|压力|承受|坚持|胜任|身体|"
    r"遵守|工作|经验|优先|资格|条件|能力|精神|素质|意识|吃|住|签|做饭|热爱|喜欢|年以上|证|学历|专业|公司|我们|打字就|来|去|到|可以|就行|马上|立即|尽快|"
    r"办理|培训|提供|享受|教|安排|[0-9]{4,}|干$|活$|得$|议|展|员"
)
_MAJORS = re.compile(
    r"(?:专业(?:要求)?:\s*(?P<after>[^,。;\n()]{2,40}))|(?<![一-鿿])(?P<group>[一-鿿]{2,6}类)(?=[,|;\s]|$)|"
    r"(?P<before>[一-鿿、/或和及]{2,40}?)(?:等)?(?:相关|相近|类相关)*专业"
    r"(?!技|人|知|能|素|设|术|水|团|培|课|化|从|不限)|"
    r"(?:degree|diploma|major) in (?P<english>[a-z ,/]{4,60}?)(?=[.;\n)]|$)"
)
_LEAD = re.compile(
    r"^.*(?:以上|学历|毕业|要求|优先|接收|招收|面向|学|具有|具备|为|是|限|需|本科|大专|中专|高职|专科|中职|的|技校)(?=.{2})|^(?:等|及|和|或|与)+"
)
_NO_MAJOR = re.compile(r"不限|相关|所学|对口|本|以上|学历|各|其他|理工科?$|工作|公司|专$")
_NICE = re.compile(r"优先|加分|更好|更佳|preferred|a plus")
_TAUGHT = re.compile(r"[,(]?\s*不(?:会|懂|熟练?|熟悉)的?(?:者)?[^,。;\n]{0,6}(?:培训|学|教|带)")
_MUST = re.compile(r"必须|须|必备|要求(?!:)|must|required")


def open_labels(words: str, said: Sequence[Said], hidden: Sequence[tuple[int, int]]) -> list[Said]:
    """List what is asked for outside the vocabulary, as `Said` without concepts; never what is read already.

    When: after `read`, for a draft that a person looks at. Objects of verbs of knowing count as skills unless they are
    attitudes or conditions, names before 专业 as majors.
    """
    folded = fold(words)
    if len(folded) != len(words):
        return []
    taken = [*((one.start, one.end) for one in said), *hidden]
    majors = [(one.start, one.end) for one in said if one.kind is Kind.MAJOR] + [*hidden]
    certificates = [(one.start, one.end) for one in said if one.kind is not Kind.SKILL] + [*hidden]
    found: list[Said] = []
    for kind, start, end, level in [*_open_majors(folded), *_open_certificates(folded), *_open_skills(folded)]:
        rivals = {Kind.MAJOR: majors, Kind.CERTIFICATE: certificates}.get(kind, taken)
        if any(start < last and first < end for first, last in rivals):
            continue
        taken.append((start, end))
        found.append(Said(start, end, words[start:end], kind, (), level, _importance(folded, start, end), False))
    return found


def _open_skills(folded: str) -> Iterator[tuple[Kind, int, int, int | None]]:
    for level, pattern in _SKILLS:
        for hit in pattern.finditer(folded):
            before = folded[max(0, hit.start() - 3) : hit.start()]
            if re.search(r"不需?要?$|无需?$|[不未没]$|机$|社$|才$|可$|智$|功$|性$|技$|节$|新$", before):
                continue
            for part in re.finditer(r"[^、和及与或/]{2,}", hit["object"]):
                if len(part.group()) <= LONGEST and not _NO_SKILL.search(part.group()):
                    yield Kind.SKILL, hit.start("object") + part.start(), hit.start("object") + part.end(), level
    for hit in _ENGLISH.finditer(folded):
        for part in re.finditer(r"(?:(?! and | or )[^,/])+", hit["object"]):
            start, end = hit.start("object") + part.start(), hit.start("object") + part.end()
            start += len(folded[start:end]) - len(folded[start:end].lstrip())
            if start and (joint := re.match(r"(?:and|or|the|a) ", folded[start:end])):
                start += joint.end()
            if 2 <= end - start <= 3 * LONGEST:
                yield Kind.SKILL, start, end, next(level for level, word in _ENGLISH_LEVELS if word in hit.group())


def _open_certificates(folded: str) -> Iterator[tuple[Kind, int, int, int | None]]:
    for pattern in (_ENGLISH_CERTIFICATES, _GRADES):
        for hit in pattern.finditer(folded):
            yield Kind.CERTIFICATE, *hit.span("name"), None
    for hit in _CERTIFICATES.finditer(folded):
        if not _NO_CERTIFICATE.search(hit["name"]):
            yield Kind.CERTIFICATE, *hit.span("name"), None


def _open_majors(folded: str) -> Iterator[tuple[Kind, int, int, int | None]]:
    for hit in _MAJORS.finditer(folded):
        name = next(name for name, value in hit.groupdict().items() if value)
        start, end = hit.span(name)
        separator = r"[^、/或和及,]+" if name != "english" else r"[^,/]+?(?= or | and |[,/]|$)"
        for part in re.finditer(separator, folded[start:end]):
            first, last = start + part.start(), start + part.end()
            while lead := _LEAD.match(folded[first:last]):
                first += lead.end()
            first += len(folded[first:last]) - len(folded[first:last].lstrip(" "))
            label = re.sub(r"^(?:or|and) ", "", folded[first:last]).strip()
            first = last - len(label) if folded[first:last].endswith(label) else first
            if 2 <= last - first <= LONGEST * (3 if name == "english" else 1) and not _NO_MAJOR.search(
                folded[first:last]
            ):
                yield Kind.MAJOR, first, last, None


def _importance(folded: str, start: int, end: int) -> Importance:
    """Read the importance of a clause: 优先 within it or 不会可培训 after it, or a must before."""
    after = re.split(r"[,。;\n]", folded[end : end + 24])[0]
    before = re.split(r"[,。;\n]", folded[max(0, start - 12) : start])[-1]
    if _NICE.search(after) or _TAUGHT.match(folded, end):
        return Importance.NICE
    return Importance.MUST if _MUST.search(before) or _MUST.search(after) else Importance.SHOULD
