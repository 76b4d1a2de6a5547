"""The documentation under test: its commands run, its routes, weights, picture and links are those of the code."""

from __future__ import annotations

import csv
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import typer
from fastapi import FastAPI
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.app import app as service
from api.app import create_app
from api.settings import read_settings
from matching import Engine, Weights
from matching.cli import app
from matching.vectorize import Scoring

ROOT = Path(__file__).resolve().parent.parent
PAIRS = (("README.md", "README.zh.md"), ("docs/guide.md", "docs/guide.zh.md"))
PAGES = [page for pair in PAIRS for page in pair]
LANGUAGES = {"en": ("README.md", "docs/guide.md"), "zh": ("README.zh.md", "docs/guide.zh.md")}
OPERATING = {"en": "docs/operating.md", "zh": "docs/operating.zh.md"}
"""The platform's commands stand here; tests/platform/test_platform_commands.py runs them as printed."""
ROUTES = ("docs/api.md", "docs/api.zh.md")
LINKED = [
    *PAGES,
    *OPERATING.values(),
    *ROUTES,
    *("docs/architecture.md", "CONTRIBUTING.md", "CHANGELOG.md", "data/sample/README.md"),
]
NAMED = ("D001", "S1160", "S0941", "S0989")
STUDENTS, DEMANDS = 120, 8
BLOCK = re.compile(r"(?:^<!-- file: (?P<file>\S+) -->\n\n)?^```(?P<form>\w*)\n(?P<body>.*?)^```$", re.M | re.S)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


class Block(NamedTuple):
    """A fenced block: its form (`bash`, `json`), the file it shows where one is named, and its text."""

    form: str
    file: str | None
    body: str


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page: str) -> Iterator[Block]:
    for found in BLOCK.finditer(read(page)):
        yield Block(found["form"], found["file"], found["body"])


def commands(page: str) -> list[str]:
    lines = [line for block in blocks(page) if block.form == "bash" for line in block.body.splitlines()]
    return [line for line in lines if line.startswith("duikou ")]


def all_commands() -> list[str]:
    """Name every command of the program: `match`, `vocabulary check`, ..."""
    root: Any = typer.main.get_command(app)
    names = []
    for name, command in root.commands.items():
        names += [f"{name} {inner}" for inner in command.commands] if hasattr(command, "commands") else [name]
    return names


def routes(app: FastAPI) -> list[str]:
    return [f"{method.upper()} {path}" for path, methods in app.openapi()["paths"].items() for method in methods]


def marked(page: str, mark: str) -> list[str]:
    """Give the lines of the code block that follows a marker."""
    after = read(page).split(f"<!-- {mark} -->\n", 1)[1]
    block = BLOCK.search(after)
    return block["body"].splitlines() if block else []


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sample_folder: Path) -> Path:
    """Make a folder like the repository's, with a part of the sample, and work in it."""
    target = tmp_path / "main" / "data" / "sample"
    target.mkdir(parents=True)
    for name, count in (("demands.csv", DEMANDS), ("students.csv", STUDENTS)):
        with (sample_folder / name).open(encoding="utf-8-sig", newline="") as stream:
            header, *rows = csv.reader(stream)
        kept = [row for number, row in enumerate(rows) if number < count or row[0] in NAMED]
        with (target / name).open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([header, *kept])
    for name in ("curricula.csv", "classes.csv", "preferences.csv"):
        shutil.copy(sample_folder / name, target)
    monkeypatch.chdir(tmp_path / "main")
    return tmp_path / "main"


def test_every_documented_command_runs_as_printed(workplace: Path) -> None:
    """Each line once, in the order of the pages, however many show it; a lint that finds something ends with 1."""
    for block in (block for page in PAGES for block in blocks(page) if block.file is not None):
        target = workplace / str(block.file)
        target.parent.mkdir(exist_ok=True)
        target.write_text(block.body, encoding="utf-8")
    assert all(commands(page) for page in PAGES)
    for line in dict.fromkeys(line for page in PAGES for line in commands(page)):
        _, *arguments = shlex.split(line)
        if arguments[0] == "serve":
            continue  # tests/platform/test_api_guide.py runs it, since it serves until it is ended
        if any(part.startswith("../") and not (workplace / part).exists() for part in arguments):
            continue
        result = CliRunner().invoke(app, arguments)
        fine = (0, 1) if arguments[0] == "lint" else (0,)
        assert result.exit_code in fine, f"{line}\n{result.output}\n{result.exception!r}"
        written = arguments[arguments.index("-o") + 1] if "-o" in arguments else None
        assert written is None or (workplace / written).stat().st_size > 0


@pytest.mark.parametrize("page", LANGUAGES["en"][1:] + LANGUAGES["zh"][1:])
def test_the_python_example_runs(page: str, workplace: Path) -> None:
    (body,) = (block.body for block in blocks(page) if block.form == "python")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-c", body], cwd=workplace, env=environment, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    assert "S1160" in done.stdout


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_is_documented(language: str) -> None:
    """Each in the operator's guide, or else in both README and guide."""

    def lacking(page: str) -> set[str]:
        lines = [f"{line} " for line in commands(page)]
        return {name for name in all_commands() if not any(f"duikou {name} " in line for line in lines)}

    elsewhere = lacking(OPERATING[language])
    for page in LANGUAGES[language]:
        assert lacking(page) & elsewhere <= {"demo"}, page
    assert "duikou demo" in commands(LANGUAGES[language][0])


@pytest.mark.parametrize("page", ROUTES)
def test_every_route_is_documented(page: str, tmp_path: Path) -> None:
    platform = create_app(settings=read_settings({}, tmp_path))
    listed = re.findall(r"^\| `([A-Z]+ /v1/[^`]*)` \|", read(page), re.M)
    assert sorted(listed) == sorted(routes(platform))


@pytest.mark.parametrize("page", LANGUAGES["en"][1:] + LANGUAGES["zh"][1:])
def test_every_curl_example_is_answered(page: str) -> None:
    examples = [block.body for block in blocks(page) if block.form == "bash" and block.body.startswith("curl ")]
    asked = set()
    with TestClient(service) as client:
        for example in examples:
            _, url, *options = shlex.split(example)
            path = url.partition(":8000")[2]
            body = json.loads(options[options.index("-d") + 1]) if "-d" in options else None
            answer = client.get(path) if body is None else client.post(path, json=body)
            assert answer.status_code == 200, answer.text
            asked.add(f"{'GET' if body is None else 'POST'} {path}")
    assert {"GET /v1/health", "POST /v1/match"} <= asked <= set(routes(service))


@pytest.mark.parametrize(("english", "chinese"), PAIRS)
def test_both_languages_list_the_same_commands(english: str, chinese: str) -> None:
    def plain(page: str) -> list[str]:
        return [line.replace(" --lang en", "") for line in commands(page)]

    assert plain(english) == plain(chinese)
    assert [block for block in blocks(english) if block.file] == [block for block in blocks(chinese) if block.file]


@pytest.mark.parametrize("page", LINKED)
def test_every_link_leads_somewhere(page: str) -> None:
    links = [link.partition("#")[0] for link in LINK.findall(read(page)) if not link.startswith("http")]
    assert [link for link in links if link and not (ROOT / page).parent.joinpath(link).exists()] == []


@pytest.mark.parametrize("page", ["README.md", "README.zh.md"])
def test_the_printed_weights_are_those_of_the_code(page: str) -> None:
    text = read(page)
    for part, weight in asdict(Weights()).items():
        assert re.search(rf"^\|.*\b{part} \| {weight:.2f} \|$", text, re.M), part
    section = text.split("\n### ")[1].split("\n## ")[0].rpartition("|\n")[2]
    numbers = [float(number) for number in re.findall(r"\d\.\d+", section)]
    scoring = Scoring()
    assert numbers == [
        scoring.shrinkage,
        scoring.first_level,
        scoring.nice,
        scoring.implied,
        scoring.implied_most,
        scoring.label_share,
        scoring.latent_share,
        scoring.expected,
    ]


@pytest.mark.parametrize(("page", "lang"), [("README.md", "en"), ("README.zh.md", "zh")])
def test_the_picture_in_the_readme_is_real(page: str, lang: str, sample_engine: Engine) -> None:
    text = read(page)
    rows = re.findall(r"^\| (\d+) \| (S\d+) \| (0\.\d{3}) \|", text.split("<!-- picture -->")[1], re.M)
    found = sample_engine.match("D001", k=10)
    real = [(str(rank + 1), key, f"{found.score(rank):.3f}") for rank, key in enumerate(found.ids)]
    assert len(rows) >= 2
    assert [row for row in rows if row not in real] == [], real
    explanation = sample_engine.explain("D001", found.ids[0]).text(lang)
    assert [line for line in explanation.splitlines()[:2] if line not in text] == []
    counts = sorted(removal.count for removal in found.removed if removal.count)
    assert [count for count in counts if not re.search(rf"\b{count}\b", text.replace(",", ""))] == []


def test_the_lines_of_set_up_are_the_same_everywhere() -> None:
    for mark in ("demo-line", "test-line"):
        english, chinese = marked("README.md", mark), marked("README.zh.md", mark)
        assert len(english) == 1
        assert english == chinese
    assert marked("README.md", "test-line")[0] in read("CONTRIBUTING.md").splitlines()
    assert "<!-- test-line -->" in read(".ci/run")


def test_constraints_pin_versions_and_name_no_place() -> None:
    lines = [line for line in read("constraints.txt").splitlines() if not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][A-Za-z0-9.+]*", line)] == []
