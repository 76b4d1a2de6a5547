"""Every route with generated requests, right and wrong ones, as every role and nobody: no 500, no undescribed status.

The short form runs with the other tests; the campaign sends CASES requests:

    pytest -m campaign tests/platform/test_schemathesis.py -s
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from random import Random
from time import sleep
from typing import Any

import pytest
import requests
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode

from api.app import create_app
from api.identity import issue
from api.settings import Settings
from api.store import Store
from api.store.tables import User
from matching import Vocabulary
from tests.platform.conftest import World, populate
from tests.platform.stage import Stage

CASES = 10_000
ACCOUNTS = (None, "admin", "office", "hr", "recruiter", "college", "teacher", "anna", "auditor")
ENDS_THE_SESSION = "/v1/auth/logout"


@dataclass
class Found:
    """What the requests were answered with."""

    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


class Fuzzed:
    """A served platform, its description, and ids that exist for the names of path parameters."""

    def __init__(self, world: World, address: str) -> None:
        self.world, self.address = world, address
        self.document = requests.get(f"{address}/openapi.json", timeout=30).json()
        self.session = requests.Session()
        self.spare = [Stage(world).student("own") for _ in range(3)]
        """Students without an account, who may be deleted: a role must not lose its own."""
        self.turn, self.chance = cycle(ACCOUNTS), Random(20261124)
        stage = Stage(world)
        ids = world.ids
        self.known: dict[str, list[str]] = {
            "organisation_id": [ids["north"], ids["south"], ids["east"]],
            "user_id": [ids["user recruiter"], ids["user teacher"], ids["user hr2"]],
            "demand_id": [
                stage.demand(f"own {state}") for state in ("live", "draft", "submitted", "approved", "paused")
            ],
            "student_id": [ids["anna"], ids["bao"], ids["chen"]],
            "shortlist_id": [stage.shortlisted("own"), stage.shortlisted("other")],
            "request_id": [stage.contact("own"), stage.contact("other")],
            "consent_id": [stage.consent("own"), stage.consent("other")],
            "code": [stage.code(ids["welder"], "own")],
        }

    def headers(self, account: str | None) -> dict[str, str]:
        """Give an account's headers; one that a request turned off or signed out is made whole first."""
        if account is None:
            return {}
        with self.world.store.writing("system") as work:
            user = work.session.get_one(User, self.world.ids[f"user {account}"])
            user.active = True
            self.world.tokens[account] = issue(work, user, "token", timedelta(days=1), "test")[0]
        return self.world.as_(account)

    def run(self, most: int) -> Found:
        """Send about `most` requests to each operation, half of them right by the description, half wrong."""
        found = Found()
        for result in schemathesis.openapi.from_dict(self.document).get_all_operations():
            operation = result.ok()
            headers = {account: self.headers(account) for account in ACCOUNTS}
            self.send(operation, GenerationMode.POSITIVE, headers, most - most // 2, found)
            self.send(operation, wrong_mode(operation), headers, most // 2, found)
        return found

    def send(self, operation: Any, mode: GenerationMode, headers: Any, most: int, found: Found) -> None:
        described = set(operation.definition.raw["responses"])
        name = f"{operation.method.upper()} {operation.path}"

        @settings(
            max_examples=most,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(operation.as_strategy(generation_mode=mode), st.integers(0, 2**32))
        def one(case: Any, draw: int) -> None:
            # Without `draw`, an operation that takes nothing would be asked once, and not by every account.
            account = next(self.turn)
            known = {**self.known, "student_id": self.spare} if operation.method == "delete" else self.known
            for parameter in case.path_parameters or {}:
                if known.get(parameter) and self.chance.random() < 0.8:
                    case.path_parameters[parameter] = self.chance.choice(known[parameter])
            own = dict(headers[account])
            if operation.method in ("put", "patch", "delete") and self.chance.random() < 0.8:
                own["If-Match"] = "*"
            answer = case.call(base_url=self.address, session=self.session, headers=own, timeout=60)
            found.statuses[name, answer.status_code] += 1
            if answer.status_code == 500 or str(answer.status_code) not in described:
                found.wrong.append(f"{name} as {account}: {answer.status_code} {answer.text[:200]}")
            if operation.path == ENDS_THE_SESSION and answer.status_code == 204:
                headers[account] = self.headers(account)

        one()


def wrong_mode(operation: Any) -> GenerationMode:
    """Give the mode of wrong requests where an operation has something that can be wrong: a body or a query."""
    raw = operation.definition.raw
    able = "requestBody" in raw or any(parameter.get("in") == "query" for parameter in raw.get("parameters", ()))
    return GenerationMode.NEGATIVE if able else GenerationMode.POSITIVE


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory, words: Vocabulary) -> Iterator[Fuzzed]:
    """Serve a small platform with uvicorn on a free port."""
    yield from served(tmp_path_factory.mktemp("fuzzed"), words)


def served(folder: Path, words: Vocabulary) -> Iterator[Fuzzed]:
    url = f"sqlite:///{folder / 'duikou.sqlite3'}"
    given_settings = Settings(folder, url, b"0123456789abcdef0123456789abcdef")
    store = Store(url)
    store.upgrade()
    world = World(given_settings, store)
    populate(world)
    app = create_app(words, given_settings)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Fuzzed(world, f"http://127.0.0.1:{port}")
    server.should_exit = True
    thread.join()
    store.close()


def test_generated_requests_get_described_answers(fuzzed: Fuzzed) -> None:
    found = fuzzed.run(4)
    assert found.wrong == []
    assert {status for _, status in found.statuses} >= {200, 401, 403, 404, 422}


@pytest.mark.campaign
def test_ten_thousand_generated_requests_get_described_answers(fuzzed: Fuzzed) -> None:
    operations = sum(len(item) for item in fuzzed.document["paths"].values())
    found = fuzzed.run(-(-CASES // operations) + 1)
    by_status = Counter({status: 0 for status in (200, 500)})
    for (_, status), times in found.statuses.items():
        by_status[status] += times
    print(f"{by_status.total()} requests to {operations} operations: {sorted(by_status.items())}")
    assert found.wrong == []
    assert by_status.total() >= CASES
