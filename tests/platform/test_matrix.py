"""The authorisation matrix: every row of matrix.csv, asked as every account, and no route of the API without a row."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api import identity
from api.app import create_app
from api.routes import PLATFORM, PUBLIC, match
from api.settings import Settings
from matching import Vocabulary
from tests.platform.conftest import World, populate
from tests.platform.postgres import Database, Postgres
from tests.platform.stage import QUICK, Ask, Stage

TABLE = Path(__file__).with_name("matrix.csv")
ACCOUNTS = ("anonymous", "admin", "office", "hr", "recruiter", "college", "teacher", "student", "auditor")
NAMES = {"anonymous": None, "student": "anna"}
HOMES = {
    "office": "office",
    "hr": "north",
    "recruiter": "north",
    "college": "east",
    "teacher": "east",
    "student": "east",
}
ROLES = {
    "admin": "system_admin",
    "office": "secretariat",
    "hr": "enterprise",
    "recruiter": "recruiter",
    "college": "college_admin",
    "teacher": "college_teacher",
    "student": "student",
    "auditor": "auditor",
}
METHODS = {"get", "post", "put", "patch", "delete", "head", "options", "trace"}


def table() -> list[dict[str, str]]:
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


def plain(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)


ROWS = table()


def served(folder: Path, database: Database, words: Vocabulary) -> Iterator[Stage]:
    """Serve one small platform to the whole table; each row makes its own records."""
    settings = Settings(folder, database.url, b"0123456789abcdef0123456789abcdef")
    store = database.open()
    world = World(settings, store)
    populate(world)
    with TestClient(create_app(words, settings), raise_server_exceptions=False) as client:
        world.client = client
        stage = Stage(world)
        stage.made["other token"] = client.post(
            "/v1/auth/tokens", json={"label": "other"}, headers=world.as_("hr2")
        ).json()["id"]
        yield stage
    store.close()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, words: Vocabulary
) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("matrix")
    database = Database(f"sqlite:///{folder / 'duikou.sqlite3'}")
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        database = Database(*server.database(), server)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(identity, "_hasher", lambda: QUICK)
        yield from served(folder, database, words)


def asked(stage: Stage, row: dict[str, str], account: str, ask: Ask) -> tuple[int, str]:
    """Ask a row as an account; give the status and, for the message, the answer's start."""
    world, client = stage.world, stage.world.client
    assert client is not None
    name = None if account == "anonymous" else NAMES.get(account, account)
    if ask.account == "fresh" and name is not None:
        student = stage.student("own") if account == "student" else None
        name = stage.account(HOMES.get(account, ""), ROLES[account], student)
    headers = world.as_(name)
    if ask.row is not None:
        headers["If-Match"] = stage.version(*ask.row)
    path = row["path"]
    for field, value in ask.ids.items():
        if value == "own token":
            value = "tok_none" if name is None else new_token(client, world.as_(name))
        path = path.replace(f"{{{field}}}", value)
    answer = client.request(row["method"], path, headers=headers, **ask.send)
    client.cookies.clear()
    return answer.status_code, answer.text[:300]


def new_token(client: Any, headers: dict[str, str]) -> str:
    return str(client.post("/v1/auth/tokens", json={"label": "mine"}, headers=headers).json()["id"])


def wrong_answers(stage: Stage, row: dict[str, str]) -> list[str]:
    """Ask a row as every account, and list what does not agree; a write that was done gets a fresh record."""
    wrong = []
    ask: Ask | None = None
    for account in ACCOUNTS:
        ask = ask or stage.ask(row["method"], row["path"], row["target"])
        status, text = asked(stage, row, account, ask)
        if status != int(row[account]):
            wrong.append(f"{account}: {status} instead of {row[account]}: {text}")
        if row["method"] != "GET" and status < 300:
            ask = None
    return wrong


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['method']} {row['path']} {row['target']}")
def test_every_account_gets_the_answer_of_the_table(stage: Stage, row: dict[str, str]) -> None:
    assert wrong_answers(stage, row) == []


def test_every_route_has_a_row_and_every_row_a_route(stage: Stage) -> None:
    client = stage.world.client
    assert client is not None
    paths = client.get("/openapi.json").json()["paths"]
    routes = {(method.upper(), plain(path)) for path, item in paths.items() for method in METHODS & item.keys()}
    written = {(row["method"], plain(row["path"])) for row in ROWS}
    assert sorted(routes - written) == [] and sorted(written - routes) == []


def test_no_route_of_the_api_hides_from_its_description() -> None:
    routes = [route for router in (*PUBLIC, match.router, *PLATFORM) for route in router.routes]
    assert len(routes) > 40
    assert [route for route in routes if not getattr(route, "include_in_schema", False)] == []


def test_the_table_is_whole() -> None:
    keys = [(row["method"], row["path"], row["target"]) for row in ROWS]
    assert len(keys) == len(set(keys))
    assert all(re.fullmatch(r"20[014]|40[1349]", row[account]) for row in ROWS for account in ACCOUNTS)
    assert tuple(ROWS[0])[3:] == ACCOUNTS
