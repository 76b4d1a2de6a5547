"""Ranking tasks in files: load one, let an engine rank it in either direction, and tabulate the measures by fold."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from matching.domain import Demand, Profile, Verdict
from matching.errors import Problem, RecordError
from matching.evaluate.measures import MAP, MRR, Judgements, Measure, Measured, Run, fold, measure, nDCG

MEASURES = (MRR, nDCG @ 10, MAP)
FOLDS = ("all", "tune", "report")
RIGHT_GRADE = 3
PROBLEMS_SHOWN = 20


class Listed(Protocol):
    """What evaluation needs of a result: ids, scores and verdicts in one order; `MatchList` has it."""

    @property
    def ids(self) -> Sequence[str]:
        """Give the ids, best first."""

    @property
    def scores(self) -> Any:
        """Give the scores by place; only their order and equality count."""

    @property
    def verdicts(self) -> Sequence[tuple[Verdict, ...]]:
        """Give the verdicts of each result."""


class Ranks(Protocol):
    """What evaluation needs of an engine; `matching.engine.Engine` has it."""

    def fit(self, demands: Iterable[Demand], profiles: Iterable[Profile], /) -> Any:
        """Learn from the records and hold them."""

    def match(self, demand: str, /, k: int = ...) -> Listed:
        """Rank profiles for a demand."""

    def match_profile(self, profile: str, /, k: int = ...) -> Listed:
        """Rank demands for a profile."""


@dataclass(frozen=True, slots=True)
class Task:
    """A ranking task as records: who asks, what is ranked, and which answers are right.

    A query of the files plays a profile whose text is its items, one a line; a document plays a demand with its title,
    and its text and items, one a line, as text. Plain, the profiles ask and all demands are ranked. Transposed, the
    demands that are right (grade 3) for some profile ask, and all profiles are ranked, with the same grades. Ids are
    numbered by position, zero-padded, so that an engine which breaks ties by id keeps the files' order; `name_of` gives
    the ids of the files back, which `judgements` and every run use.
    """

    name: str
    transpose: bool
    demands: tuple[Demand, ...]
    profiles: tuple[Profile, ...]
    name_of: Mapping[str, str]
    judgements: Judgements

    @classmethod
    def load(cls, folder: Path | str, transpose: bool = False) -> Task:
        """Read `documents.jsonl`, `queries.jsonl` and `qrels.tsv` of a folder.

        Official lists repeat a document's id now and then: the first line keeps it and the judgements, a later one is
        ranked as `id#row`. Raises RecordError naming file, row and value of up to 20 wrong lines; also where no query
        is judged.
        """
        place = Path(folder)
        problems: list[Problem] = []
        documents = _records(place / "documents.jsonl", ("title", "text"), problems)
        queries = _records(place / "queries.jsonl", (), problems)
        grades = _grades(place / "qrels.tsv", queries, documents, problems)
        if transpose:
            grades = _transposed(grades)
        if not problems and not grades:
            problems.append(
                Problem("no_judgements", "has no query to measure", "没有可评测的查询", file=str(place / "qrels.tsv"))
            )
        if problems:
            raise RecordError(problems[:PROBLEMS_SHOWN])
        demand_ids, profile_ids = _numbered("d", documents), _numbered("p", queries)
        demands = tuple(
            Demand(
                id=number,
                title=documents[key]["title"],
                text=_lines([documents[key]["text"], *documents[key]["items"]]),
            )
            for number, key in demand_ids.items()
        )
        profiles = tuple(Profile(id=number, text=_lines(queries[key]["items"])) for number, key in profile_ids.items())
        return cls(place.name, transpose, demands, profiles, {**demand_ids, **profile_ids}, grades)

    def run(self, engine: Ranks, k: int | None = None) -> Run:
        """Rank for every judged query with a fitted engine; `k` limits the depth (None: everything is ranked)."""
        rank = engine.match if self.transpose else engine.match_profile
        askers = self.demands if self.transpose else self.profiles
        depth = k or len(self.profiles if self.transpose else self.demands)
        run = {}
        for asker in askers:
            query = self.name_of[asker.id]
            if query in self.judgements:
                run[query] = [self.name_of[key] for key in rank(asker.id, k=depth).ids]
        return run


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The outcome of one task: the run, every query's values, and means by fold."""

    task: str
    transpose: bool
    run: Run
    measured: Measured

    def means(self, chosen: str = "all") -> dict[str, float]:
        """Average the measures over a fold: `all`, `tune` or `report`; keys are the measures' names."""
        if chosen not in FOLDS:
            raise RecordError(
                Problem(
                    "fold",
                    f"is no fold; known are {', '.join(FOLDS)}",
                    f"不是可用的折；可用：{'、'.join(FOLDS)}",
                    value=chosen,
                )
            )
        queries = [query for query in self._queries() if chosen in ("all", fold(query))]
        return {str(name): value for name, value in self.measured.means(queries).items()}

    def table(self) -> list[dict[str, str | int | float]]:
        """Give one row per fold: task, direction, fold, number of queries, and each measure's mean."""
        rows: list[dict[str, str | int | float]] = []
        for chosen in FOLDS:
            count = sum(chosen in ("all", fold(query)) for query in self._queries())
            direction = "transposed" if self.transpose else "plain"
            rows.append(
                {"task": self.task, "direction": direction, "fold": chosen, "queries": count, **self.means(chosen)}
            )
        return rows

    def _queries(self) -> Iterable[str]:
        return next(iter(self.measured.values.values()), {})


def evaluate_task(
    task: Task, engine_factory: Callable[[], Ranks], k: int | None = None, measures: Sequence[Measure] = MEASURES
) -> Evaluation:
    """Fit a new engine on the task's records, rank every judged query and measure the run.

    `k` limits the depth of the rankings; None ranks everything, which MAP and MRR over whole lists need.
    """
    engine = engine_factory()
    engine.fit(task.demands, task.profiles)
    run = task.run(engine, k)
    return Evaluation(task.name, task.transpose, run, measure(run, task.judgements, measures))


def _numbered(prefix: str, keys: Iterable[str]) -> dict[str, str]:
    names = list(keys)
    width = len(str(len(names)))
    return {f"{prefix}{position:0{width}d}": name for position, name in enumerate(names)}


def _lines(parts: Iterable[str]) -> str:
    return "\n".join(part for part in parts if part)


def _transposed(judgements: Judgements) -> dict[str, dict[str, int]]:
    turned: dict[str, dict[str, int]] = {}
    for query, grades in judgements.items():
        for document, grade in grades.items():
            turned.setdefault(document, {})[query] = grade
    return {document: grades for document, grades in turned.items() if RIGHT_GRADE in grades.values()}


def read_lines(path: Path, problems: list[Problem]) -> list[tuple[int, str]]:
    """Read the non-empty lines of a UTF-8 file with their numbers; what can't be read is added to `problems`."""
    try:
        content = path.read_bytes()
    except OSError:
        problems.append(Problem("unreadable_file", "can't be read", "无法读取该文件", file=str(path)))
        return []
    lines = []
    for row, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        try:
            text = line.decode("utf-8").rstrip("\r")
        except UnicodeDecodeError:
            shown = line.decode("utf-8", errors="replace")
            problems.append(
                Problem("encoding", "is not UTF-8", "不是 UTF-8 编码", value=shown, file=str(path), row=row)
            )
            continue
        if text.strip():
            lines.append((row, text))
    return lines


def read_objects(path: Path, problems: list[Problem]) -> list[tuple[int, dict[str, Any]]]:
    """Read a JSON-lines file as objects with their line numbers; what is none is added to `problems`."""
    objects = []
    for row, line in read_lines(path, problems):
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict):
            objects.append((row, value))
        else:
            problems.append(
                Problem("json_object", "is not a JSON object", "不是 JSON 对象", value=line, file=str(path), row=row)
            )
    return objects


def _records(path: Path, texts: Sequence[str], problems: list[Problem]) -> dict[str, dict[str, Any]]:
    records: dict[str, dict[str, Any]] = {}

    def wrong(row: int, column: str, value: object, message_en: str, message_zh: str) -> None:
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        problems.append(Problem("record", message_en, message_zh, value=shown, file=str(path), row=row, column=column))

    for row, found in read_objects(path, problems):
        key, items = found.get("id"), found.get("items", [])
        if not isinstance(key, str) or not key:
            wrong(row, "id", key, "must be a text that is not empty", "必须是非空文本")
            continue
        if key in records and texts:
            key = f"{key}#{row}"
        if key in records:
            wrong(row, "id", key, "stands in an earlier line already", "与前面的行重复")
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            wrong(row, "items", items, "must be a list of texts", "必须是文本列表")
            items = []
        record: dict[str, Any] = {"items": items}
        for column in texts:
            record[column] = found.get(column, "")
            if not isinstance(record[column], str):
                wrong(row, column, record[column], "must be a text", "必须是文本")
        records.setdefault(key, record)
    return records


def _grades(
    path: Path, queries: Mapping[str, object], documents: Mapping[str, object], problems: list[Problem]
) -> dict[str, dict[str, int]]:
    grades: dict[str, dict[str, int]] = {}
    known: bool = not problems

    def wrong(row: int, column: str | None, value: str, message_en: str, message_zh: str) -> None:
        problems.append(
            Problem("judgement", message_en, message_zh, value=value, file=str(path), row=row, column=column)
        )

    for row, line in read_lines(path, problems):
        cells = line.split("\t")
        if row == 1 and cells == ["query", "document", "grade"]:
            continue
        if len(cells) != 3:
            wrong(
                row,
                None,
                line,
                "must have query, document and grade, tab-separated",
                "必须是制表符分隔的查询、文档、等级三列",
            )
            continue
        query, document, grade = cells
        if known and query not in queries:
            wrong(row, "query", query, "is not in queries.jsonl", "不在 queries.jsonl 中")
        elif known and document not in documents:
            wrong(row, "document", document, "is not in documents.jsonl", "不在 documents.jsonl 中")
        elif not (grade.isascii() and grade.isdigit()):
            wrong(row, "grade", grade, "must be a whole number from 0", "必须是不小于 0 的整数")
        elif document in grades.get(query, {}):
            wrong(row, "document", document, "is judged twice for this query", "对同一查询重复标注")
        else:
            grades.setdefault(query, {})[document] = int(grade)
    return grades
