"""Writes the synthetic sample: demands, students, curricula, order classes and preferences, from sources/ and a seed.

    python data/sample/generate.py [--folder FOLDER]

The same sources give the same bytes on every machine. All enterprises, colleges and students are made up.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from applications import class_rows, preference_rows
from students import COLLEGES, Draw, Programme, Sources, student_row

HERE = Path(__file__).resolve().parent
SEED = "duikou-sample-1"
STUDENTS = 2000
CURRICULA_OF = ("A", "C")
ENTRY_YEARS = (2024, 2025)
TAUGHT_FROM, TERM_ENDS = 0.5, ((1, 15), (7, 9))
TERMS = 5
# fmt: off
DEMAND_COLUMNS = (
    "岗位编号", "企业名称", "岗位名称", "类型", "人数", "学历", "专业", "必备专业", "必备技能", "技能", "加分技能",
    "必备证书", "证书", "加分证书", "职业", "工作地点", "月薪下限", "月薪上限", "班次", "到岗日期", "岗位描述",
)
# fmt: on


def rows_of(name: str, delimiter: str = ",") -> list[dict[str, str]]:
    """Read one hand-written table of sources/."""
    with (HERE / "sources" / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=delimiter))


def blocks_of(name: str) -> Iterable[dict[str, str]]:
    """Read a file of blocks of `key=value` lines; a line `# employer @ place` sets both for the blocks below it."""
    shared: dict[str, str] = {}
    block: dict[str, str] = {}
    for line in [*(HERE / "sources" / name).read_text(encoding="utf-8").splitlines(), ""]:
        if line.startswith("#"):
            employer, _, place = line.lstrip("# ").partition(" @ ")
            shared = {"企业名称": employer, "工作地点": place} if place else {}
        elif line:
            key, _, value = line.partition("=")
            block[key] = value
        elif block:
            yield {**shared, **block}
            block = {}


def programmes() -> list[Programme]:
    """Read the programmes with the skills of their final-year students."""
    found = []
    for block in blocks_of("programmes.txt"):
        skills = [item.split(":") for item in block["技能"].split(";")]
        found.append(
            Programme(
                name=block["名称"],
                rung=block["学历"],
                share=int(block["份额"]),
                colleges=tuple(block["院校"].split(";")),
                old_names=tuple(block["旧名"].split(";")),
                class_names=tuple(block["班名"].split(";")),
                family=block["族"],
                skills=tuple((name, float(reach), float(usual)) for name, reach, usual in skills),
            )
        )
    return found


def sources() -> Sources:
    """Read every other hand-written file."""
    return Sources(
        wordings={row["skill_id"]: row for row in rows_of("wordings.csv")},
        certificates=rows_of("certificates.csv"),
        sentences=rows_of("sentences.csv", ";"),
        english=rows_of("english.csv", ";"),
        slots={row["slot"]: tuple(row["values"].split("|")) for row in rows_of("slots.csv", ";")},
        families={row["family"]: row for row in rows_of("families.csv", ";")},
    )


def demand_rows() -> list[dict[str, str]]:
    """Number the demands and put their cells in the order of the table."""
    rows = []
    for number, block in enumerate(blocks_of("demands.txt"), start=1):
        cells = {"岗位编号": f"D{number:03d}", "类型": "招聘", **block}
        rows.append({column: cells.get(column, "") for column in DEMAND_COLUMNS})
    return rows


def student_rows() -> list[dict[str, str]]:
    """Draw all students; each has its own stream of numbers, so that a change of one leaves the others as they were."""
    taught, hand_written = programmes(), sources()
    total = sum(programme.share for programme in taught)
    rows = []
    for number in range(1, STUDENTS + 1):
        draw = Draw(f"{SEED}-{number}")
        position = draw.random() * total
        for programme in taught:
            position -= programme.share
            if position < 0:
                break
        rows.append(student_row(draw, hand_written, programme, number))
    return rows


def curriculum_rows() -> list[dict[str, str]]:
    """Draw the curricula of two colleges: what more than half of a programme's students can do, a course each."""
    taught_there, hand_written = programmes(), sources()
    rows = []
    for programme in taught_there:
        for letter in sorted(set(CURRICULA_OF) & set(programme.colleges)):
            for year in ENTRY_YEARS:
                draw = Draw(f"{SEED}-curriculum-{letter}-{programme.name}-{year}")
                for skill, reach, usual in programme.skills:
                    if reach < TAUGHT_FROM:
                        continue
                    wording = hand_written.wordings[skill]["zh"].split(";")[0]
                    term = int(draw.random() * TERMS)
                    month, day = TERM_ENDS[term % 2]
                    rows.append(
                        {
                            "院校": COLLEGES[letter],
                            "专业名称": programme.name,
                            "入学年份": str(year),
                            "课程": wording + draw.one(("实训", "技术", "基础")),
                            "结束日期": f"{year + 1 + term // 2}-{month:02d}-{day:02d}",
                            "技能": wording,
                            "等级": str(min(max(round(usual), 1), 4)),
                        }
                    )
    return rows


def write(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    """Write a table as UTF-8 with Unix line ends, the same bytes everywhere."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    """Write the tables into the folder, by default beside this file."""
    parser = argparse.ArgumentParser(description="Write the synthetic sample.")
    parser.add_argument("--folder", type=Path, default=HERE)
    folder: Path = parser.parse_args().folder
    write(folder / "demands.csv", demand_rows())
    students = student_rows()
    write(folder / "students.csv", students)
    write(folder / "curricula.csv", curriculum_rows())
    preferences = preference_rows(students)
    write(folder / "classes.csv", class_rows(students, preferences))
    write(folder / "preferences.csv", preferences)


if __name__ == "__main__":
    main()
