"""Draws one synthetic student: age, skills, certificates, wishes and a few lines of text that fit together."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

TODAY = date(2026, 11, 24)
COLLEGES = {
    "A": "济南示例工程职业学院",
    "B": "山东样例交通职业学院",
    "C": "长清示例中等专业学校",
    "D": "济南样例技师学院",
    "E": "济南演示职业技术大学",
    "F": "山东示例商务信息职业学院",
}
TECHNICIAN = "技师学院高级工班"
RUNGS = {
    "中职": ("中专", "中职", "中专", "职高"),
    "高职专科": ("大专", "高职专科", "大专", "专科", "高职"),
    "职业本科": ("职业本科", "本科"),
    TECHNICIAN: (TECHNICIAN, "高级工班"),
}
LEVEL_SHIFT = {"中职": -0.1, "高职专科": 0.0, TECHNICIAN: 0.1, "职业本科": 0.15}
PAY_BASE = {"中职": 4000, "高职专科": 4800, TECHNICIAN: 5000, "职业本科": 5500}
STAGES = {2026: (1.0, 0.0), 2027: (0.95, 0.0), 2028: (0.6, -0.4), 2029: (0.3, -0.9)}
TERM_ENDS = (date(2027, 1, 15), date(2027, 7, 9), date(2028, 1, 14), date(2028, 7, 7), date(2029, 1, 12))
INTENTS = (("求职", 0.665), ("未定", 0.08), ("升学", 0.18), ("入伍", 0.05), ("创业", 0.01), ("暂不就业", 0.015))
INTENT_TOKENS = {"升学": "study", "入伍": "enlist", "创业": "business"}
PLACES = (
    "长清区",
    "长清",
    "大学城",
    "济南",
    "济南市",
    "济南高新区",
    "章丘区",
    "历城区",
    "槐荫区",
    "济阳区",
    "平阴县",
    "莱芜区",
)
FAR_PLACES = ("泰安市", "德州市", "聊城市", "青岛市", "济宁市", "临沂市", "潍坊市", "淄博市")
SHIFTS = ("长白班", "两班倒", "长白班；两班倒", "三班倒", "两班倒；三班倒")


class Draw(random.Random):
    """Draw from lists with nothing but `random()`, whose sequence is the same in every Python."""

    def one(self, values: Sequence[str]) -> str:
        """Give one of the values, each as likely."""
        return values[int(self.random() * len(values))]

    def worded(self, values: Sequence[str]) -> str:
        """Give one wording; the first is as likely as all others together, as with real people."""
        return values[0] if self.random() < 0.5 else self.one(values)

    def weighted(self, pairs: Iterable[tuple[str, float]]) -> str:
        """Give one name by its share; shares sum to 1."""
        position, last = self.random(), ""
        for name, share in pairs:
            last = name
            position -= share
            if position < 0:
                break
        return last

    def chance(self, share: float) -> bool:
        """Tell True with the probability `share`."""
        return self.random() < share

    def several(self, values: Sequence[str], count: int) -> list[str]:
        """Give up to `count` different values in the order drawn."""
        left = list(values)
        return [left.pop(int(self.random() * len(left))) for _ in range(min(count, len(left)))]

    def bell(self) -> float:
        """Give a number around 0 with a spread of about 0.5 (sum of uniforms)."""
        return sum(self.random() for _ in range(4)) * 0.87 - 1.74


@dataclass(frozen=True)
class Programme:
    """A major at a rung of education: its names, who teaches it, and what its final-year students can do."""

    name: str
    rung: str
    share: int
    colleges: tuple[str, ...]
    old_names: tuple[str, ...]
    class_names: tuple[str, ...]
    family: str
    skills: tuple[tuple[str, float, float], ...]


@dataclass(frozen=True)
class Sources:
    """Everything that was written by hand: wordings, certificates, sentences and jobs."""

    wordings: Mapping[str, Mapping[str, str]]
    certificates: Sequence[Mapping[str, str]]
    sentences: Sequence[Mapping[str, str]]
    english: Sequence[Mapping[str, str]]
    slots: Mapping[str, tuple[str, ...]]
    families: Mapping[str, Mapping[str, str]]


@dataclass
class Student:
    """The state of one student while it is drawn."""

    programme: Programme
    rung: str
    college: str
    graduates: date
    born: date
    intent: str
    talent: float
    levels: dict[str, int] = field(default_factory=dict)

    def age_on(self, day: date) -> int:
        """Count full years on a day."""
        return day.year - self.born.year - ((day.month, day.day) < (self.born.month, self.born.day))

    def tokens(self) -> set[str]:
        """Name what a sentence may rely on: stage, age and intent."""
        found = {"senior" if self.graduates.year <= 2027 else "junior"}
        minor = self.age_on(TODAY) < 18
        if minor:
            found.add("minor")
        elif self.intent in ("求职", "未定"):
            found.add("ready")
        found.add({"中职": "middle", "职业本科": "bachelor"}.get(self.rung, "college"))
        if self.graduates < TODAY:
            found.add("graduated")
        if self.graduates.year == 2029:
            found.add("fresh")
        if self.intent in INTENT_TOKENS:
            found.add(INTENT_TOKENS[self.intent])
        return found


def day_between(draw: Draw, first: date, last: date) -> date:
    """Draw a day of a period, both ends included."""
    return first + timedelta(days=int(draw.random() * ((last - first).days + 1)))


def birthday(born: date, years: int) -> date:
    """Give the day on which somebody turns `years`; 29 February counts as 1 March."""
    if (born.month, born.day) == (2, 29):
        return date(born.year + years, 3, 1)
    return born.replace(year=born.year + years)


def begin(draw: Draw, programme: Programme) -> Student:
    """Draw who the student is: college, year of graduation, birthday, intent."""
    college = draw.one(programme.colleges)
    rung = TECHNICIAN if college == "D" else programme.rung
    year = int(draw.weighted((("2027", 0.5), ("2026", 0.1), ("2028", 0.24), ("2029", 0.16))))
    entered = year - (4 if rung == "职业本科" else 3)
    age = 15 if rung == "中职" else 18
    if rung != "中职" and draw.chance(0.09):
        age += 4
    elif draw.chance(0.12):
        age += -1 if draw.chance(0.4) and rung != "中职" else 1
    born = day_between(draw, date(entered - age - 1, 9, 1), date(entered - age, 8, 31))
    graduates = date(year, 6, 30 if draw.chance(0.8) else 25)
    return Student(programme, rung, college, graduates, born, draw.weighted(INTENTS), draw.bell())


def label(draw: Draw, sources: Sources, skill: str, english: float) -> str:
    """Word a skill as this student would: workshop word, textbook word or English."""
    row = sources.wordings[skill]
    return draw.worded(row["en" if draw.chance(english) and row["en"] else "zh"].split(";"))


def skill_cells(draw: Draw, sources: Sources, student: Student) -> tuple[str, str]:
    """Draw the skills that the student has and those that the curriculum will still give, as cells."""
    share, shift = STAGES[student.graduates.year]
    english = draw.weighted((("0", 0.9), ("0.3", 0.07), ("1", 0.03)))
    has, later, absent = [], [], []
    for skill, reach, usual in student.programme.skills:
        if draw.chance(reach * share * (1 + student.talent * 0.3)):
            level = round(usual + shift + LEVEL_SHIFT[student.rung] + student.talent + draw.bell() * 0.9)
            student.levels[skill] = max(1, min(level, 4))
            has.append(skill)
        elif draw.chance(reach):
            later.append((skill, max(1, round(usual))))
        else:
            absent.append(skill)
    separator = draw.weighted((("；", 0.62), ("、", 0.18), (";", 0.16), ("\n", 0.04)))
    items = []
    for skill in draw.several(has, 4 + int(draw.random() * 7)):
        word = label(draw, sources, skill, float(english))
        level = student.levels[skill]
        tag = draw.weighted((("", 0.55), ("[课程]", 0.3), ("[自述]", 0.05), ("[核验]", 0.1))) if level < 4 else "[核验]"
        colon = "：" if draw.chance(0.1) else ":"
        items.append(word if draw.chance(0.18) else f"{word}{colon}{level}{tag}")
    if absent and draw.chance(0.03):
        items.append(f"{label(draw, sources, draw.one(absent), 0)}:{draw.one(('不会', '0'))}")
    ends = [end for end in TERM_ENDS if end <= student.graduates]
    planned = []
    for skill, usual in later[: int(draw.random() * 4)] if ends and draw.chance(0.75) else []:
        end = ends[int(draw.random() * len(ends))]
        planned.append(f"{label(draw, sources, skill, 0)}:{usual}@{end.isoformat()}")
    return (separator.join(items) if draw.chance(0.96) else ""), "；".join(planned)


def certificate_span(draw: Draw, student: Student, years: int) -> tuple[date, date] | None:
    """Draw when a permit was issued and until when it is valid; None where the student was too young."""
    first = max(birthday(student.born, 18) + timedelta(days=60), date(2021, 1, 20))
    first = max(first, date(TODAY.year - years, TODAY.month, TODAY.day) + timedelta(days=45))
    if first >= TODAY:
        return None
    issued = day_between(draw, first, min(first + timedelta(days=500), TODAY))
    return issued, birthday(issued, years) - timedelta(days=1)


def planned_on(draw: Draw, student: Student) -> date | None:
    """Draw an examination day in the last year and a half before graduation; None where none is left or known yet."""
    days = [
        day
        for day in (
            date(2027, 1, 10),
            date(2027, 4, 18),
            date(2027, 5, 22),
            date(2027, 6, 12),
            date(2027, 11, 14),
            date(2028, 5, 20),
        )
        if timedelta(0) < student.graduates - day < timedelta(days=550)
    ]
    return days[int(draw.random() * len(days))] if days else None


def certificate_cells(draw: Draw, sources: Sources, student: Student) -> tuple[str, str]:
    """Draw the certificates that the student has and those that are planned, as cells."""
    has, planned, senior = [], [], student.graduates.year <= 2027
    for row in sources.certificates:
        if row["family"] not in ("*", student.programme.family):
            continue
        name, share, kind = draw.worded(row["certificate"].split(";")), float(row["share"]), row["kind"]
        young = student.age_on(TODAY) < int(row["youngest"])
        middle = student.rung == "中职"
        other_trade = kind.startswith("trade") and (kind == "trade_middle") != middle
        if other_trade or (kind == "college" and middle):
            continue
        wanted = draw.chance(share)
        if kind in ("trade_planned", "planned") or not senior or young:
            day = planned_on(draw, student)
            adult = day is not None and student.age_on(day) >= int(row["youngest"])
            if wanted and day and adult and (kind.endswith("planned") or draw.chance(0.3)):
                planned.append(f"{name}@{day.isoformat()}")
        elif wanted and kind in ("permit", "licence"):
            span = certificate_span(draw, student, int(row["valid_years"]))
            if span:
                issued = span[0].isoformat() if draw.chance(0.8) else ""
                has.append(f"{name}@{issued}~{span[1].isoformat()}" if draw.chance(0.85) else name)
        elif wanted:
            issued_on = day_between(draw, date(2025, 9, 1), date(2026, 10, 31)).isoformat()
            has.append(f"{name}@{issued_on}" if draw.chance(0.4) else name)
    cell = "；".join(has) or ("无" if draw.chance(0.55) or planned else "")
    return ("" if draw.chance(0.12) and not planned else cell), "；".join(planned)


def holds(student: Student, tokens: set[str], needs: str) -> bool:
    """Tell whether a sentence is true of a student.

    Each need is `skill` (has it), `skill>2` (level 2 or more), `skill<2` (less), a token, or `!` and one of both.
    """
    for need in needs.split():
        name, sign, bound = need.lstrip("!").replace(">", " > ").replace("<", " < ").partition(" ")
        level = student.levels.get(name, 0)
        if need.startswith("!"):
            true = level == 0 and name not in tokens
        elif bound or sign:
            operator, _, number = bound.partition(" ")
            true = level >= int(number) if operator == ">" else 0 < level < int(number)
        else:
            true = level > 0 or name in tokens
        if not true:
            return False
    return True


def distinct(draw: Draw, rows: Sequence[Mapping[str, str]], count: int) -> list[str]:
    """Draw up to `count` sentences, no two of which start from the same need, so that they don't contradict."""
    chosen: dict[str, str] = {}
    for position in draw.several([str(number) for number in range(len(rows))], len(rows)):
        row = rows[int(position)]
        need = row["needs"].lstrip("!").split(" ")[0].partition(">")[0].partition("<")[0]
        if len(chosen) < count:
            chosen.setdefault(need if need not in ("", "senior") else row["text"], row["text"])
    return list(chosen.values())


def text_cell(draw: Draw, sources: Sources, student: Student) -> str:
    """Write what the student says: short, uneven, sometimes nothing, sometimes English."""
    if draw.chance(0.14):
        return ""
    tokens, family = student.tokens(), student.programme.family
    english = draw.chance(0.05)
    own, common = (
        [
            row
            for row in (sources.english if english else sources.sentences)
            if row["family"] == name and holds(student, tokens, row["needs"])
        ]
        for name in (family, "*")
    )
    chosen = distinct(draw, own, 1 + int(draw.random() * (1.3 if english else 2.6)))
    if english:
        return " ".join(chosen + distinct(draw, common, draw.chance(0.4) or not chosen))
    mood = [row for row in common if tokens & set(INTENT_TOKENS.values()) & set(row["needs"].split())]
    chosen += distinct(draw, mood, 1) if mood and draw.chance(0.5) else distinct(draw, common, draw.chance(0.45))
    if draw.chance(0.15):
        chosen.reverse()
    text = draw.weighted((("，", 0.45), ("。", 0.45), (" ", 0.1))).join(chosen)
    for name, values in sources.slots.items():
        while "{" + name + "}" in text:
            text = text.replace("{" + name + "}", draw.one(values), 1)
    return text + ("。" if draw.chance(0.55) else "")


def day_cell(draw: Draw, day: date) -> str:
    """Write a date in one of the ways found in colleges' exports."""
    style = draw.weighted((("-", 0.82), ("/", 0.12), (".", 0.06)))
    if style == "-":
        return day.isoformat()
    return f"{day.year}/{day.month}/{day.day}" if style == "/" else f"{day.year}.{day.month}"


def wishes(draw: Draw, sources: Sources, student: Student) -> dict[str, str]:
    """Draw what the student asks of a post: places, pay, shifts, jobs; often nothing."""
    places = draw.several(PLACES if draw.chance(0.8) else FAR_PLACES, 1 + draw.chance(0.3))
    pay = PAY_BASE[student.rung] + 500 * int(draw.random() * 5)
    jobs = sources.families[student.programme.family]
    senior = student.graduates.year <= 2027
    minor = student.age_on(TODAY) < 18
    return {
        "意向地点": "；".join(places) if draw.chance(0.55) else "",
        "期望月薪": str(pay) if draw.chance(0.45) else "",
        "班次": ("长白班" if minor or draw.chance(0.4) else draw.one(SHIFTS)) if draw.chance(0.4) else "",
        "意向岗位": "；".join(draw.several(jobs["wished_jobs"].split("|"), 1 + draw.chance(0.3)))
        if draw.chance(0.6)
        else "",
        "实践岗位": draw.one(jobs["practised_jobs"].split("|")) if senior and draw.chance(0.45) else "",
    }


def student_row(draw: Draw, sources: Sources, programme: Programme, number: int) -> dict[str, str]:
    """Draw one student and give the row of the table, column by column."""
    student = begin(draw, programme)
    skills, planned = skill_cells(draw, sources, student)
    certificates, planned_certificates = certificate_cells(draw, sources, student)
    entered = student.graduates.year - (4 if student.rung == "职业本科" else 3)
    year = draw.weighted(((f"{entered % 100}", 0.6), (f"{entered % 100}级", 0.25), (f"{entered}级", 0.15)))
    class_name = f"{year}{draw.worded(programme.class_names)}{1 + int(draw.random() * 4)}班"
    named = draw.chance(0.9)
    major = draw.one(programme.old_names) if draw.chance(0.2) else programme.name
    turns = {years: birthday(student.born, years) for years in (16, 18)}
    return {
        "学号": f"S{number:04d}",
        "院校": COLLEGES[student.college],
        "专业名称": major if named else "",
        "班级": class_name if not named or draw.chance(0.85) else "",
        "学历层次": draw.worded(RUNGS[student.rung]) if draw.chance(0.98) else "",
        "毕业日期": day_cell(draw, student.graduates) if draw.chance(0.99) else "",
        "技能": skills,
        "计划技能": planned,
        "技能证书": certificates,
        "计划证书": planned_certificates,
        "就业意向": student.intent,
        **wishes(draw, sources, student),
        "自我描述": text_cell(draw, sources, student),
        "满16周岁日期": turns[16].isoformat() if turns[16] > TODAY else "",
        "满18周岁日期": turns[18].isoformat() if turns[18] > TODAY else "",
        "自动排序": draw.weighted((("", 0.5), ("允许", 0.45), ("拒绝", 0.03), ("仅解释", 0.02))),
    }
