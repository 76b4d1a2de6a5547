"""The house rules that a machine can check: imports go down, sizes, docstrings, what opening an engine loads."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import CodeType, FrameType

import pytest

import api
import matching
from matching import Engine, Vocabulary
from matching.errors import DuikouError
from matching.tables import read_demands, read_profiles
from tests.conftest import TODAY

ROOT = Path(__file__).resolve().parent.parent
LAYERS = {
    "errors": 0,
    "domain": 1,
    "vocabulary": 2,
    "text": 3,
    "rules": 3,
    "score": 3,
    "wishes": 4,
    "records": 3,
    "curricula": 3,
    "allocate": 2,
    "drafts": 4,
    "lint": 4,
    "relaxations": 4,
    "legal": 5,
    "tables": 4,
    "evaluate": 4,
    "vectorize": 5,
    "index": 6,
    "explain": 7,
    "saved": 8,
    "engine": 9,
    "applications": 10,
    "cli": 11,
}
SEES_NO_PROTECTED = ("vectorize", "index", "score", "explain", "rules", "engine")
LONGEST_FILE, LONGEST_FUNCTION, LONG_FUNCTION, SHARE_OF_LONG = 400, 60, 50, 0.02


def sources(package: str) -> list[Path]:
    """List a package's files; a revision of the database is a record of what was done and no code to read."""
    return sorted(path for path in (ROOT / package).rglob("*.py") if path.parent.name != "versions")


def module_of(path: Path) -> str:
    """Name the room of the house: the module or package directly below matching/."""
    parts = path.relative_to(ROOT / "matching").with_suffix("").parts
    return parts[0]


def imports(path: Path, at_start_only: bool = False) -> set[str]:
    """List what a file imports; with `at_start_only`, not inside functions nor for type checking."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.update({node.module, *(f"{node.module}.{alias.name}" for alias in node.names)})
        typing_only = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if not (at_start_only and (typing_only or inside)):
            stack.extend(ast.iter_child_nodes(node))
    return found


def test_the_packages_are_ours() -> None:
    for package in (matching, api):
        assert package.__file__ is not None
        assert Path(package.__file__).resolve().parent.parent == ROOT


def test_every_module_has_its_layer() -> None:
    assert {module_of(path) for path in sources("matching")} - {"__init__"} == set(LAYERS)


@pytest.mark.parametrize("path", sources("matching"), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_down_only(path: Path) -> None:
    own = module_of(path)
    if own == "__init__":
        return
    for name in imports(path, at_start_only=True):
        if name.startswith("matching.") and (room := name.split(".")[1]) in LAYERS and room != own:
            assert LAYERS[room] < LAYERS[own], f"{own} imports {room}"
    assert not any(name == "api" or name.startswith("api.") for name in imports(path)) or own == "cli"


def test_the_api_uses_only_public_modules_and_nothing_of_the_command_line() -> None:
    for path in sources("api"):
        assert not any(name.startswith(("matching.cli", "matching.index")) for name in imports(path))


def test_ranking_cannot_see_protected_attributes() -> None:
    for path in sources("matching"):
        if module_of(path) in SEES_NO_PROTECTED:
            assert not any("fairness" in name for name in imports(path))


def functions() -> list[tuple[str, int]]:
    found = []
    for path in [*sources("matching"), *sources("api")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                size = (node.end_lineno or node.lineno) - node.lineno + 1
                found.append((f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", size))
    return found


def test_files_and_functions_stay_short() -> None:
    long_files = {str(p) for p in [*sources("matching"), *sources("api")] if len(p.read_text().splitlines()) > 400}
    assert not long_files
    sizes = functions()
    assert [name for name, size in sizes if size > LONGEST_FUNCTION] == []
    assert sum(size > LONG_FUNCTION for _, size in sizes) <= SHARE_OF_LONG * len(sizes)


def test_every_file_and_public_name_says_what_it_is() -> None:
    silent = []
    for path in [*sources("matching"), *sources("api")]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if ast.get_docstring(tree) is None:
            silent.append(str(path))
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
                nested = any(
                    node in ast.walk(outer)
                    for outer in ast.walk(tree)
                    if isinstance(outer, ast.FunctionDef) and outer is not node
                )
                if ast.get_docstring(node) is None and not nested:
                    silent.append(f"{path}:{node.lineno} {node.name}")
    assert silent == []


def test_names_say_something_and_nothing_is_left_open() -> None:
    for path in [*sources("matching"), *sources("api")]:
        assert path.stem not in {"utils", "helpers", "manager", "common", "misc"} and not path.stem.endswith("_v2")
        text = path.read_text(encoding="utf-8")
        assert not any(mark in text for mark in ("TODO", "FIXME", "XXX", "NotImplementedError"))
        assert not any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(text)))


def test_errors_have_stable_codes() -> None:
    kinds = [DuikouError]
    for kind in kinds:
        kinds.extend(kind.__subclasses__())
    ours = [kind for kind in kinds if kind.__module__ == "matching.errors"]
    assert sorted(kind.code for kind in ours) == sorted({kind.code for kind in ours})
    assert {kind.code for kind in ours} == {
        *("error", "input", "table", "record", "vocabulary", "unknown_id", "not_fitted", "index_damaged")
    }


def test_opening_a_saved_engine_loads_neither_pandas_nor_scikit_learn(sample_engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "saved"
    engine = Engine(sample_engine.vocabulary_, reference_on=TODAY)
    engine.fit(list(sample_engine.demands_.values())[:3], list(sample_engine.profiles_.values())[:20]).save(folder)
    script = (
        "import sys, json\nfrom matching import Engine\n"
        f"engine = Engine.open({str(folder)!r})\n"
        "found = engine.match(next(iter(engine.demands_)), 3)\n"
        "engine.explain(found.asked, next(iter(engine.profiles_)))\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)
    loaded = set(json.loads(ran.stdout))
    assert "matching" in loaded and not loaded & {"pandas", "sklearn", "fastapi", "api"}


VALUES = {"domain", "errors", "score", "records"}
"""Modules that hold what is passed along (records, weights, results, problems) and no step of a match."""


def test_one_match_is_short_to_follow(vocabulary: Vocabulary, sample_folder: Path) -> None:
    """Reading a table, match and explain are at most 8 calls deep each and cross at most 8 modules with `fit`.

    `fit` prepares the pool: its calls are counted where they cross from one module to another (decision 009). Tables of
    words and the index of the demands, which are made once, are made before.
    """
    demands = read_demands(sample_folder / "demands.csv").records
    profiles = read_profiles(sample_folder / "students.csv", TODAY).records
    engine = Engine(vocabulary, reference_on=TODAY).fit(demands, profiles[:200])
    engine.match_profile(profiles[1].id, 5)
    rooms: set[str] = set()
    for step in (
        lambda: read_demands(sample_folder / "demands.csv"),
        lambda: read_profiles(sample_folder / "students.csv", TODAY),
        lambda: engine.match("D001", 5),
        lambda: engine.match_profile(profiles[0].id, 5),
        lambda: engine.explain("D001", profiles[0].id),
    ):
        modules, depth, chain = traced(step)
        rooms |= modules
        assert depth <= 8, chain
    modules, depth, chain = traced(lambda: engine.fit(demands, profiles[:200]), only_crossings=True)
    assert depth <= 8, chain
    assert len((rooms | modules) - VALUES) <= 8, rooms | modules


def traced(ask: Callable[[], object], only_crossings: bool = False) -> tuple[set[str], int, list[str]]:
    """Call and record which rooms of matching/ take part, how deep calls go, and the chain that is deepest.

    A comprehension or lambda belongs to the function it stands in and is no call of its own. `only_crossings` counts
    the calls of a chain that lead from one room into another.
    """
    modules: set[str] = set()
    stack: list[tuple[str, str]] = []
    deepest = 0
    longest: list[str] = []
    depths = [0]

    @cache
    def place(code: CodeType) -> tuple[str, str] | None:
        if not code.co_filename.startswith(str(ROOT / "matching")) or code.co_name.startswith("<"):
            return None
        return module_of(Path(code.co_filename)), code.co_name

    def follow(frame: FrameType, event: str, _: object) -> None:
        nonlocal longest, deepest
        found = place(frame.f_code)
        if found is None:
            return
        if event == "call":
            counts = not (only_crossings and stack and stack[-1][0] == found[0])
            stack.append(found)
            depths.append(depths[-1] + counts)
            modules.add(found[0])
            if depths[-1] > deepest:
                deepest, longest = depths[-1], [f"{room}.{name}" for room, name in stack]
        elif event == "return":
            stack.pop()
            depths.pop()

    sys.setprofile(follow)
    try:
        ask()
    finally:
        sys.setprofile(None)
    return modules, deepest, longest
