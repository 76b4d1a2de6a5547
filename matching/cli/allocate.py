"""The command `duikou allocate`: order classes, students and their preferences in, seats, waitlists and reasons out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from matching import Vocabulary
from matching.allocate import Allocation, Case, ClassSeats, Round, Why, blocking_pairs, check
from matching.allocate import allocate as run
from matching.applications import round_of
from matching.cli.ending import refuse_to_overwrite
from matching.cli.options import AsJson, Lang, Releases, Today, day_of
from matching.cli.shown import err, out, print_json
from matching.cli.tables import report
from matching.errors import Problem, RecordError
from matching.tables import SeatRow, read_classes, read_preferences, read_profiles, seats_text, write_seats

STATES = {
    "open": ("开班", "opens"),
    "kept": ("人数不足，仍开班", "kept open below its minimum"),
    "closed": ("不开班", "closed"),
    "closed_before": ("已关闭", "closed by decision"),
}
RESULTS = {
    Case.SEATED: ("录取", "seated"),
    Case.WAITLISTED: ("候补", "waitlist"),
    Case.FULL: ("未录取", "full"),
    Case.PREFERRED: ("已录其他志愿", "seated elsewhere"),
    Case.PINNED: ("已固定", "pinned"),
    Case.CLOSED: ("不开班", "closed"),
    Case.NO_CONSENT: ("缺少同意", "no consent"),
    Case.NOT_ELIGIBLE: ("不符合条件", "not eligible"),
    Case.FORBIDDEN: ("人工排除", "excluded by decision"),
    Case.LEFT_OFF: ("未列入名单", "not on the list"),
}
LISTED = 12


def allocate(
    classes: Annotated[Path, typer.Argument(help="Table of order classes, CSV or XLSX. 订单班表。")],
    profiles: Annotated[Path, typer.Argument(help="Table of students, CSV or XLSX. 学生表。")],
    preferences: Annotated[Path, typer.Argument(help="Table of students' preferences. 志愿表。")],
    seed: Annotated[
        str, typer.Option("--seed", help="Published seed of the lots that part equals. 公开的抽签种子。")
    ] = "1",
    student: Annotated[
        str | None,
        typer.Option("--student", help="Why for one student, and what would have changed it. 某名学生的说明。"),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", help="File (.xlsx .csv .json .jsonl), or - for CSV. 输出文件。"),
    ] = None,
    lang: Lang = "zh",
    as_json: AsJson = False,
    vocabulary: Releases = None,
    today: Today = None,
) -> None:
    """Seat students in order classes by both sides' preferences, and say why. 按双方志愿录取订单班，并说明理由。"""
    refuse_to_overwrite(output, (classes, profiles, preferences))
    given, rejected = _read(classes, profiles, preferences, seed, vocabulary, today)
    found = run(given)
    why = Why(given, found)
    if student is not None:
        _print_student(given, why, student, lang, as_json)
    elif as_json:
        breaches = [problem.as_dict() for problem in check(given, found)]
        pairs = len(blocking_pairs(given, found))
        print_json({**found.as_dict(), "breaches": breaches, "blocking_pairs": pairs, "rejected_rows": rejected})
    elif output is not None:
        rows = list(_rows(given, found, why, lang))
        if output == "-":
            sys.stdout.write(seats_text(rows, ".csv", lang))
        else:
            write_seats(output, rows, remarks(given, found, lang), lang)
            err.print(f"{'已写入' if lang == 'zh' else 'written'}: {output}", markup=False)
    else:
        _print(given, found, lang)
    raise typer.Exit(1 if rejected else 0)


def remarks(given: Round, found: Allocation, lang: str) -> list[str]:
    """Say what stands beside the seats: the decision, choices reached, who has no seat, the check and the seed."""
    zh = lang == "zh"
    reached = "，".join(f"第 {n} 志愿 {c} 人" for n, c in enumerate(found.chosen, 1) if c)
    choices = ", ".join(f"choice {n}: {c}" for n, c in enumerate(found.chosen, 1) if c)
    breaches, pairs = len(check(given, found)), len(blocking_pairs(given, found))
    lines = [found.decision.text(lang), reached if zh else choices]
    if found.unseated:
        ids = ", ".join(found.unseated)
        lines.append(f"未录取（{len(found.unseated)}）：{ids}" if zh else f"No seat ({len(found.unseated)}): {ids}")
    lines.append(
        f"核对：名额、资格、同意、志愿等违规 {breaches} 处，阻塞对 {pairs} 对；抽签种子 {found.seed}"
        if zh
        else f"Checked: {breaches} breaches of bounds, eligibility, consent or lists, {pairs} blocking pairs; "
        f"seed of the lots {found.seed}"
    )
    return [line for line in lines if line]


def _read(
    classes: Path, profiles: Path, preferences: Path, seed: str, releases: list[Path] | None, today: str | None
) -> tuple[Round, int]:
    day = day_of(today)
    offered, people, lists = read_classes(classes), read_profiles(profiles, day), read_preferences(preferences)
    rejected = report([(classes, offered), (profiles, people), (preferences, lists)], None)
    for path, count in ((classes, len(offered.records)), (preferences, len(lists.records))):
        if not count:
            raise RecordError(
                Problem("no_records", "no row could be read", "没有可用的行，未输出任何结果", file=path.name)
            )
    err.print(
        f"{len(offered.records)} classes 班级, {len(lists.records)} applicants 报名学生, {rejected} rejected 行被退回"
    )
    known = Vocabulary.load(releases=releases or [])
    return round_of(offered.records, people.records, lists.records, seed, vocabulary=known, today=day), rejected


def _rows(given: Round, found: Allocation, why: Why, lang: str) -> Iterator[SeatRow]:
    """Give a row for each class that each student listed: first who sits, then who waits, then all others."""
    side = 0 if lang == "zh" else 1
    scores = {one.id: one.scores for one in given.classes}
    listing = {one.id: [a.id for a in given.applicants if any(one.id in e for e in a.choices)] for one in given.classes}
    for one in found.classes:
        first = [*one.seated, *one.waitlist]
        for name in [*first, *sorted(set(listing[one.id]) - set(first))]:
            said = why.certificate(name, one.id, changes=False)
            place = one.seated.index(name) + 1 if name in one.seated else said.waits_at
            score = scores[one.id].get(name)
            yield SeatRow(
                class_id=one.id,
                title=one.title,
                state=STATES[one.state][side],
                result=RESULTS[said.case][side],
                number=place,
                student=name,
                choice=said.rank,
                score=None if score is None else round(score, 6),
                why=said.text(lang),
            )


def _print(given: Round, found: Allocation, lang: str) -> None:
    side = 0 if lang == "zh" else 1
    shown = Table(show_lines=True)
    for header in (
        ("班级", "状态", "人数", "录取（志愿）", "候补"),
        ("class", "state", "seats", "seated (choice)", "waitlist"),
    )[side]:
        shown.add_column(header, overflow="fold")
    ranks = {a.id: {key: n for n, equal in enumerate(a.choices, 1) for key in equal} for a in given.applicants}
    for one in found.classes:
        seated = ", ".join(f"{name} ({ranks[name][one.id]})" for name in one.seated)
        waiting = ", ".join(one.waitlist[:LISTED]) + (" …" if len(one.waitlist) > LISTED else "")
        name = f"{one.id} {one.title}".strip()
        shown.add_row(escape(name), STATES[one.state][side], _counts(one), escape(seated), escape(waiting))
    out.print(shown)
    out.print("\n".join(remarks(given, found, lang)), markup=False, highlight=False)


def _counts(one: ClassSeats) -> str:
    """Say how many sit in the class and in each of its groups: 12 (8-15)."""
    return "\n".join(
        f"{group.group + ' ' if group.group else ''}{group.seated} ({group.seats_min}-{group.seats_max})"
        for group in one.groups
    )


def _print_student(given: Round, why: Why, student: str, lang: str, as_json: bool) -> None:
    """Print the certificates of one student for all classes, those of the own list first."""
    listed = {key: n for a in given.applicants if a.id == student for n, e in enumerate(a.choices) for key in e}
    keys = sorted((one.id for one in given.classes), key=lambda key: (listed.get(key, len(listed)), key))
    certificates = [why.certificate(student, key) for key in keys]
    if as_json:
        values: list[dict[str, Any]] = [said.as_dict(lang) for said in certificates]
        print_json({"student": student, "seed": why.allocation.seed, "certificates": values})
        return
    for said in certificates:
        out.print(f"{said.class_id}\n{said.text(lang)}\n", markup=False, highlight=False)
