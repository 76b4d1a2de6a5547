"""No row and no field of another tenant, whatever is asked: random tenants, every reading route, every account."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, example, given, settings

from api.app import create_app
from api.codes import code_of
from api.settings import Settings
from api.store import Store
from matching import Vocabulary
from tests.platform.conftest import World, populate
from tests.platform.tenants import DRAWN, EVERYTHING, Tenants, marks_in, readable, settle

CAMPAIGN = 60
COUNTED = ("considered", "count", "gain", "students", "unscored_count")
ROUNDED = re.compile(r"<10|\d*[05]")
STUDENT_ID = re.compile(rb"stu_[0-9a-f]{20}")
WITHOUT_TENANTS = ("/v1/health", "/v1/ready", "/v1/metrics", "/v1/vocabulary", "/v1/algorithm")
OVERSIGHT = {"admin": "system_admin", "office": "secretariat", "auditor": "auditor"}


class Walk:
    """Asks every reading route of the API as every account, with ids of all tenants, and collects what leaks."""

    def __init__(self, world: World) -> None:
        assert world.client is not None
        self.world, self.client, self.tenants = world, world.client, Tenants()
        self.met: dict[str, set[tuple[str, str]]] = {}
        self.asked = 0
        paths = self.client.get("/openapi.json").json()["paths"]
        reading = {path: item["get"] for path, item in sorted(paths.items()) if "get" in item}
        self.routes = {path: route for path, route in reading.items() if path not in WITHOUT_TENANTS}
        for name, role in OVERSIGHT.items():
            self.tenants.accounts[name] = role, world.ids.get(name, "")

    def leaks(self, accounts: list[str]) -> list[str]:
        """Give every mark that an account met and may not read, with the address."""
        found: list[str] = []
        for account, (path, route) in product([*accounts, *OVERSIGHT], self.routes.items()):
            for address in self._addresses(path, route):
                answer = self.client.get(address, headers=self.world.as_(account))
                self.asked += 1
                assert answer.status_code in (200, 401, 403, 404, 409), f"{address}: {answer.text}"
                marks = marks_in(answer.content)
                self.met.setdefault(account, set()).update(marks)
                found += [f"{account} {address} {one}" for one in marks if not readable(self.tenants, account, *one)]
                found += self._of_enterprises(account, address, answer)
        return found

    def _of_enterprises(self, account: str, address: str, answer: Any) -> list[str]:
        """Give what an enterprise's answer holds beside marks: ids of students, counts that are not rounded."""
        if self.tenants.accounts[account][0] not in ("enterprise", "recruiter"):
            return []
        found = [f"{account} {address} {one!r}" for one in STUDENT_ID.findall(answer.content)]
        if "/matches" in address and answer.headers["content-type"] == "application/json":
            found += [f"{account} {address} {one}" for one in counts_in(answer.json()) if not ROUNDED.fullmatch(one)]
        return found

    def _addresses(self, path: str, route: dict[str, Any]) -> Iterator[str]:
        """Fill a route with ids of all tenants of the latest example, and with searches."""
        given = [one for one in route.get("parameters", ()) if one["in"] == "query"]
        names = {one["name"] for one in given}
        most = next((one["schema"]["maximum"] for one in given if one["name"] == "limit"), None)
        page = "" if most is None else f"limit={most}"
        queries = [f"?{page}&q=zq"] if "q" in names else []
        queries += [f"?{page}"] if not any(one["required"] for one in given) else []
        queries += ["?relaxations=true&order=reciprocal"] if "relaxations" in names else []
        queries += [f"?demand_id={one.id}" for one in self.tenants.wishes[-2:]] if "demand_id" in names else []
        for filled, query in product(self._filled(path), queries):
            yield filled + query

    def _filled(self, path: str) -> list[str]:
        first, *more = re.findall(r"\{[^}]*\}", path) or [""]
        if not first:
            return [path]
        kind = path.split("/")[2]
        made = [path.replace(first, one) for one in self._ids(kind)]
        if not more:
            return made
        if kind == "students":
            return [one.replace(more[0], wish.id) for one in made for wish in self.tenants.wishes[-2:]]
        secret = self.world.settings.secret
        return [
            one.replace(more[0], code_of(secret, one.split("/")[3], person.id))
            for one in made
            for person in self.tenants.people[-3:]
        ]

    def _ids(self, kind: str) -> list[str]:
        tenants = self.tenants
        return {
            "demands": [one.id for one in tenants.wishes[-4:]],
            "students": [one.id for one in tenants.people[-3:]],
            "contact-requests": [one.id for one in tenants.questions[-3:]],
            "shortlists": [one for one, _ in tenants.entries[-3:]],
            "organisations": list(tenants.organisations)[-4::2],
            "users": list(tenants.users.values())[-8::3],
            "imports": ["imp_00000000000000000000"],
        }[kind]


def counts_in(values: Any) -> Iterator[str]:
    """Give every count of an answer, wherever it stands."""
    if isinstance(values, dict):
        for name, value in values.items():
            if name in COUNTED and not isinstance(value, dict | list):
                yield str(value)
            yield from counts_in(value)
    elif isinstance(values, list):
        for value in values:
            yield from counts_in(value)


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory, words: Vocabulary) -> Iterator[Walk]:
    folder: Path = tmp_path_factory.mktemp("tenants")
    url = f"sqlite:///{folder / 'duikou.sqlite3'}"
    store = Store(url)
    store.upgrade()
    world = World(Settings(folder, url, b"0123456789abcdef0123456789abcdef"), store)
    populate(world)
    with TestClient(create_app(words, world.settings), raise_server_exceptions=False) as client:
        world.client = client
        yield Walk(world)
    store.close()


def nothing_foreign_is_read(walk: Walk, drawn: dict[str, Any]) -> None:
    accounts = settle(walk.world, walk.tenants, drawn)
    walk.met.clear()
    assert walk.leaks(accounts) == []
    for account in accounts:
        role, home = walk.tenants.accounts[account]
        own = walk.met[account]
        assert (account, "login") in own, "the walk reads what it may"
        if role == "enterprise":
            mine = {one.owner for one in walk.tenants.wishes if one.enterprise == home}
            assert {(one, "title") for one in mine} <= own
        if role == "college_admin":
            mine = {one.owner for one in walk.tenants.people if one.college == home}
            assert {(one, "name") for one in mine} <= own


@settings(deadline=None, phases=[Phase.explicit], suppress_health_check=list(HealthCheck))
@example(drawn=EVERYTHING)
@given(drawn=DRAWN)
def test_nothing_of_another_tenant_is_read(walk: Walk, drawn: dict[str, Any]) -> None:
    nothing_foreign_is_read(walk, drawn)


@pytest.mark.campaign
def test_nothing_of_another_tenant_is_read_in_a_campaign(walk: Walk) -> None:
    @settings(
        max_examples=CAMPAIGN,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(drawn=DRAWN)
    def each(drawn: dict[str, Any]) -> None:
        nothing_foreign_is_read(walk, drawn)

    each()
    print(f"{CAMPAIGN} sets of tenants, {walk.asked:,} requests, 0 foreign rows or fields")
