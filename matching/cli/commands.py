"""The `duikou` command: demo, match, explain and vocabulary, and the commands of the files beside.

Results go to standard output, progress and messages to standard error.

Exit status: 0 all good; 1 results written but rows were rejected (named), or what was checked is not in order (`lint`,
`vocabulary check`); 2 nothing written, with a message that names the place and the value.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from matching import Engine, Explanation, MatchList, Vocabulary, Weights
from matching.cli.accounts import user
from matching.cli.allocate import allocate
from matching.cli.draft import draft
from matching.cli.encoder import Model, encoder_of
from matching.cli.ending import refuse_to_overwrite, run
from matching.cli.evaluate import evaluate
from matching.cli.lint import lint, warn
from matching.cli.options import AsJson, Lang, Releases, Today, day_of
from matching.cli.parse import parse
from matching.cli.platform import audit, backup, export_table, import_table, restore, serve, upgrade
from matching.cli.shown import err, match_rows, out, print_json, print_list, remarks, with_reasons
from matching.cli.tables import Curricula, Errors, check_errors_path, report, template
from matching.cli.unrecognised import print_unrecognised
from matching.cli.usage import Commands
from matching.curricula import with_curriculum
from matching.domain import Kind
from matching.errors import Problem, RecordError
from matching.relaxations import Relaxation
from matching.tables import MatchRow

app = typer.Typer(
    name="duikou",
    cls=Commands,
    help="Duikou 对口: ranks and explains matches between demands (岗位需求) and skill profiles (技能画像).",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
words = typer.Typer(
    help="The vocabulary: check, search, import and export. 词表的检查、查找、导入和导出。", no_args_is_help=True
)
app.add_typer(words, name="vocabulary")
app.add_typer(user, name="user")
app.command()(allocate)
app.command()(audit)
app.command()(backup)
app.command()(draft)
app.command()(evaluate)
app.command()(lint)
app.command()(parse)
app.command("import")(import_table)
app.command("export")(export_table)
app.command()(restore)
app.command()(serve)
app.command()(template)
app.command()(upgrade)

Demands = Annotated[Path, typer.Argument(help="Table of demands, CSV or XLSX. 岗位需求表。")]
Profiles = Annotated[Path, typer.Argument(help="Table of students, CSV or XLSX. 学生表。")]
PartWeights = Annotated[
    str | None,
    typer.Option("--weights", help="Weights such as skills=0.5,text=0.2. 各项权重。", show_default=False),
]


@app.command()
def demo(lang: Annotated[Literal["zh", "en", "both"], typer.Option("--lang")] = "both") -> None:
    """Load the sample, match both ways, and print ranked and explained results. 用示例数据演示双向匹配与解释。"""
    from matching.tables import read_demands, read_profiles
    from matching.vocabulary import data_folder

    sample = data_folder() / "sample"
    err.print("Loading the sample ... 正在读取示例数据……")
    demands, profiles = read_demands(sample / "demands.csv").records, read_profiles(sample / "students.csv").records
    engine = Engine(reference_on=date(2026, 11, 24)).fit(demands, profiles)
    out.print(
        f"示例：{len(demands)} 个岗位需求，{len(profiles)} 名学生（均为虚构）。"
        f"Sample: {len(demands)} demands, {len(profiles)} students, all made up.\n"
    )
    shown: Sequence[Literal["zh", "en"]] = ("zh", "en") if lang == "both" else (lang,)
    for number, demand in enumerate((demands[0], demands[len(demands) // 2])):
        found = engine.match(demand, k=5)
        for side in shown[: 1 if number else None]:
            print_list(found, _explained(engine, found), demand.title, side)
        if found.ids and number == 0:
            for side in shown:
                out.print(escape(engine.explain(demand.id, found.ids[0]).text(side)) + "\n", highlight=False)
    asking = next(profile for profile in profiles if profile.intent.seeking and profile.skills and profile.text)
    found = engine.match_profile(asking, k=5)
    for side in shown:
        title = f"{asking.major or ''} {asking.education or ''}".strip()
        print_list(found, _explained(engine, found), title, side)


@app.command()
def match(
    demands: Demands,
    profiles: Profiles,
    k: Annotated[int, typer.Option("-k", min=1, max=10_000, help="How many results each. 每项给出几条。")] = 20,
    output: Annotated[
        str | None,
        typer.Option(
            "-o", "--output", help="File (.xlsx .csv .json .jsonl), or - for CSV on standard output. 输出文件。"
        ),
    ] = None,
    direction: Annotated[
        Literal["demands", "profiles"],
        typer.Option("--direction", help="Who asks: demands rank students, profiles rank demands. 由谁发起。"),
    ] = "demands",
    order: Annotated[
        Literal["forward", "reciprocal"],
        typer.Option("--order", help="reciprocal also counts the students' wishes. 双向排序考虑学生意愿。"),
    ] = "forward",
    relax: Annotated[
        bool, typer.Option("--relax", help="Also what softer conditions would bring. 另列放宽条件可增加的人数。")
    ] = False,
    weights: PartWeights = None,
    lang: Lang = "zh",
    as_json: AsJson = False,
    vocabulary: Releases = None,
    today: Today = None,
    curricula: Curricula = None,
    errors: Errors = None,
    encoder: Model = None,
) -> None:
    """Rank: tables in, ranked and explained matches out. 读入两张表，输出排序并附理由的匹配结果。"""
    from matching.tables.write import FORMS

    if output not in (None, "-") and Path(str(output)).suffix.lower() not in FORMS:
        known = ", ".join(FORMS)
        raise RecordError(
            Problem("unknown_form", f"-o needs one of {known}", f"-o 的扩展名应为 {known}", output, field="--output")
        )
    check_errors_path(errors)
    refuse_to_overwrite(output, (demands, profiles, curricula))
    engine, rejected = _engine(demands, profiles, vocabulary, weights, today, curricula, errors, encoder)
    warn(engine.demands_.values(), engine.vocabulary_, lang)
    askers = engine.demands_ if direction == "demands" else engine.profiles_
    found = _progress(engine.match_all(k, direction=direction, order=order), len(askers))
    listed = [(one, _explained(engine, one)) for one in found]
    titles = {key: _title(engine, key, direction) for key in askers}
    softer = {one.asked: _softer(engine, one, relax or len(one) < k) for one, _ in listed}
    if output is not None and not as_json:
        rows = [row for one, reasons in listed for row in match_rows(one, reasons, titles, lang)]
        _write(rows, output, lang, titles, {one.asked: remarks(one, lang, softer[one.asked]) for one, _ in listed})
        raise typer.Exit(1 if rejected else 0)
    if as_json:
        lists = [with_reasons(one, reasons, lang, softer[one.asked]) for one, reasons in listed]
        print_json({"lists": lists, "rejected_rows": rejected})
    else:
        for one, reasons in listed:
            print_list(one, reasons, titles[one.asked], lang, softer[one.asked])
    raise typer.Exit(1 if rejected else 0)


@app.command("explain")
def explain_pair(
    demands: Demands,
    profiles: Profiles,
    demand: Annotated[str, typer.Option("--demand", help="Id of the demand. 岗位编号。")],
    profile: Annotated[str, typer.Option("--profile", help="Id of the student. 学生代号。")],
    weights: PartWeights = None,
    lang: Lang = "zh",
    as_json: AsJson = False,
    vocabulary: Releases = None,
    today: Today = None,
    encoder: Model = None,
) -> None:
    """Explain one pair: parts that sum to the score, evidence, what is missing. 解释一对匹配的得分与依据。"""
    engine, rejected = _engine(demands, profiles, vocabulary, weights, today, encoder=encoder)
    explanation = engine.explain(demand, profile)
    if as_json:
        print_json(explanation.as_dict())
    else:
        out.print(explanation.text(lang), markup=False, highlight=False)
    raise typer.Exit(1 if rejected else 0)


@words.command("check")
def check_vocabulary(vocabulary: Releases = None, as_json: AsJson = False) -> None:
    """Check the tables; exit status 1 where something is wrong. 检查词表。"""
    shipped = _vocabulary(vocabulary)
    problems = shipped.check()
    counts = {kind.value: 0 for kind in Kind}
    for concept in shipped.concepts.values():
        counts[concept.kind.value] += 1
    held = {kind: count for kind, count in counts.items() if count}
    if as_json:
        print_json({"version": shipped.version, "concepts": held, "problems": [p.as_dict() for p in problems]})
    else:
        out.print(f"{shipped.version}: " + ", ".join(f"{count} {kind}" for kind, count in held.items()), markup=False)
        for problem in problems:
            out.print(f"{problem.text('zh')} / {problem.text('en')}", markup=False)
        out.print("0 problems 没有问题" if not problems else f"{len(problems)} problems 个问题")
    raise typer.Exit(1 if problems else 0)


@words.command("search")
def search_vocabulary(
    query: Annotated[str, typer.Argument(help="Words to look for. 要查找的词。")],
    kind: Annotated[Kind | None, typer.Option("--kind", help="Only this kind. 只查这一类。")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=200)] = 10,
    as_json: AsJson = False,
    vocabulary: Releases = None,
) -> None:
    """Find concepts by any of their forms. 按任一写法查找概念。"""
    found = _vocabulary(vocabulary).search(query, kind, limit)
    if as_json:
        print_json({"results": [{**asdict(concept), "likeness": round(likeness, 3)} for concept, likeness in found]})
        return
    shown = Table("id", "kind 类别", "中文", "English", "also written 其他写法")
    for concept, _ in found:
        forms = "、".join([*concept.forms_zh, *concept.forms_en][:6])
        shown.add_row(escape(concept.id), concept.kind.value, escape(concept.zh), escape(concept.en), escape(forms))
    out.print(shown if found else "nothing found 没有找到")


@words.command("import")
def import_vocabulary(
    kind: Annotated[Literal["esco", "onet", "csv"], typer.Argument(help="Form of the release. 发布格式。")],
    source: Annotated[Path, typer.Argument(help="Folder with the release's files. 发布文件所在目录。")],
    target: Annotated[Path, typer.Argument(help="Folder to write. 写入的目录。")],
) -> None:
    """Import an ESCO, O*NET or CSV release for use with --vocabulary. 导入词表发布。"""
    from matching.vocabulary import import_release

    summary = import_release(kind, source, target)
    counts = ", ".join(f"{count} {table}" for table, count in summary.counts.items())
    out.print(f"{summary.name} {summary.version} -> {target}: {counts}\n{summary.attribution}", markup=False)


@words.command("export")
def export_tables(
    target: Annotated[Path, typer.Argument(help="Folder to write. 写入的目录。")], vocabulary: Releases = None
) -> None:
    """Write the vocabulary as CSV tables. 把词表导出为 CSV。"""
    from matching.vocabulary import export_vocabulary

    summary = export_vocabulary(_vocabulary(vocabulary), target)
    out.print(f"{target}: " + ", ".join(f"{count} {table}" for table, count in summary.counts.items()), markup=False)


def main() -> None:
    """Run the command; a wrong input ends with its message in zh and en and exit status 2, never with a traceback."""
    run(app)


def _vocabulary(releases: list[Path] | None) -> Vocabulary:
    return Vocabulary.load(releases=releases or [])


def _engine(
    demands: Path,
    profiles: Path,
    releases: list[Path] | None,
    weights: str | None,
    today: str | None,
    curricula: Path | None = None,
    errors: Path | None = None,
    encoder: Path | None = None,
) -> tuple[Engine, int]:
    """Read the tables, name what was rejected, add what the curricula teach, and fit."""
    from matching.tables import read_curricula, read_demands, read_profiles

    chosen = None if weights is None else _weights(weights)
    reference = day_of(today)
    model = encoder_of(encoder)
    asked, offered = read_demands(demands), read_profiles(profiles, reference)
    lines = None if curricula is None else read_curricula(curricula)
    more = () if curricula is None or lines is None else ((curricula, lines),)
    rejected = report([(demands, asked), (profiles, offered), *more], errors)
    for path, count in ((demands, len(asked.records)), (profiles, len(offered.records))):
        if not count:
            raise RecordError(
                Problem("no_records", "no row could be read", "没有可用的行，未输出任何结果", file=path.name)
            )
    err.print(f"{len(asked.records)} demands 需求, {len(offered.records)} students 学生, {rejected} rejected 行被退回")
    vocabulary, students = _vocabulary(releases), offered.records
    if lines is not None:
        students = with_curriculum(students, lines.records, vocabulary, reference)
    engine = Engine(vocabulary, chosen, reference_on=reference, encoder=model).fit(asked.records, students)
    print_unrecognised(engine.demands_.values(), engine.profiles_.values(), vocabulary)
    return engine, rejected


def _weights(given: str) -> Weights:
    values: dict[str, float] = {}
    for item in given.split(","):
        name, _, number = item.partition("=")
        try:
            values[name.strip()] = float(number)
        except ValueError:
            rule, zh = "write name=number, separated by commas", "应写成 名称=数字，用逗号分隔"
            raise RecordError(Problem("weight", rule, zh, item, field="--weights")) from None
    weights = Weights.from_mapping(values)
    weights.integers()
    return weights


def _progress(lists: Iterator[MatchList], total: int) -> Iterator[MatchList]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        yield from progress.track(lists, total=total, description="Ranking 匹配中")


def _write(
    rows: Sequence[MatchRow],
    output: str,
    lang: Literal["zh", "en"],
    titles: dict[str, str],
    beside: dict[str, list[str]],
) -> None:
    """Write matches as a file, or as CSV to standard output for `-`.

    A workbook also holds what stands `beside` each list; with the other forms standard error says it.
    """
    from matching.tables import matches_text, write_matches

    if output == "-":
        sys.stdout.write(matches_text(rows, ".csv", lang))
    else:
        write_matches(output, rows, lang, asked=titles, remarks=beside)
        err.print(f"{'已写入' if lang == 'zh' else 'written'}: {output}", markup=False)
    if not output.endswith(".xlsx"):
        for asked, lines in beside.items():
            for line in lines:
                err.print(f"{asked} {line}", markup=False, highlight=False)


def _softer(engine: Engine, found: MatchList, wanted: bool) -> Sequence[Relaxation]:
    return engine.relaxations(found.asked) if wanted and found.direction == "demand" else ()


def _explained(engine: Engine, found: MatchList) -> list[Explanation]:
    pairs = [(found.asked, key) if found.direction == "demand" else (key, found.asked) for key in found.ids]
    return [engine.explain(demand, profile) for demand, profile in pairs]


def _title(engine: Engine, key: str, direction: str) -> str:
    return engine.demands_[key].title if direction == "demands" else (engine.profiles_[key].major or "")
