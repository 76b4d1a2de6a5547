"""Campaign: kills -9 while writes go on lose nothing that was acknowledged; two workers never answer from the past."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import httpx
import pytest
from sqlalchemy import select

from api.codes import code_of
from api.errors import DatabaseAway
from api.store import Store, verify_chain
from api.store.tables import Credential, Organisation
from tests.platform.conftest import World, profile
from tests.platform.kills import free_port, kill_group, killed_writer, server
from tests.platform.postgres import Database

KILLS = {"sqlite": 50, "postgresql": 20}
SERVER_KILLS, PAIRS = 10, 1000
SKILLS: tuple[tuple[str, ...], ...] = ((), ("氩弧焊",), ("二保焊",), ("氩弧焊", "二保焊"))
MakeWorld = Callable[..., World]


def lost(store: Store, acknowledged: list[str]) -> list[str]:
    """Name the acknowledged rows that are not there; the audit chain must be whole."""
    with store.reading() as session:
        assert verify_chain(session) is None
        kept = set(session.scalars(select(Organisation.id)))
    return [one for one in acknowledged if one not in kept]


def kill_writers(database: Database, kills: int, seed: int) -> tuple[int, list[str]]:
    store, chance = database.open(), random.Random(seed)
    acknowledged: list[str] = []
    for number in range(kills):
        acknowledged += killed_writer(database.url, str(number), chance)
    missing = lost(store, acknowledged)
    store.close()
    return len(acknowledged), missing


def test_two_kills_of_a_writer_lose_nothing(database: Database) -> None:
    count, missing = kill_writers(database, 2, 1)
    assert count >= 2 and missing == []


@pytest.mark.campaign
def test_many_kills_of_a_writer_lose_nothing(database: Database) -> None:
    kills = KILLS["sqlite" if database.server is None else "postgresql"]
    count, missing = kill_writers(database, kills, 2026)
    print(f"\n{database.url.partition(':')[0]}: {kills} kills, {count} acknowledged writes, {len(missing)} lost")
    assert missing == []


@pytest.mark.campaign
def test_postgresql_killed_while_writes_go_on_loses_nothing(database: Database) -> None:
    """The database itself is stopped without a chance to clean up, as by a loss of power."""
    if database.server is None:
        pytest.skip("SQLite has no server of its own")
    store, acknowledged = database.open(), []
    for _ in range(5):
        ended: list[bool] = []
        thread = Thread(target=_write_until_away, args=(store, acknowledged, ended))
        thread.start()
        while not acknowledged:
            thread.join(0.05)
        thread.join(0.3)
        database.server.kill()
        thread.join()
        database.server.start()
    missing = lost(store, acknowledged)
    print(f"\n5 stops of PostgreSQL: {len(acknowledged)} acknowledged writes, {len(missing)} lost")
    store.close()
    assert missing == []


def _write_until_away(store: Store, acknowledged: list[str], ended: list[bool]) -> None:
    try:
        while not ended:
            with store.writing("system") as work:
                row = Organisation(kind="college", name=f"{len(acknowledged)}-{id(ended)}")
                work.add(row)
                work.note("create", "organisation", row.id)
            acknowledged.append(row.id)
    except DatabaseAway:
        ended.append(True)


@pytest.mark.campaign
def test_kills_of_the_server_lose_nothing_and_answers_stay(make_world: MakeWorld, tmp_path: Path) -> None:
    world, chance, made = make_world(), random.Random(2026), []
    (tmp_path / "secret").write_bytes(world.settings.secret)
    address, path = f"http://127.0.0.1:{(port := free_port())}", f"/v1/demands/{world.ids['welder']}/matches"
    answers = set()
    for kill in range(SERVER_KILLS):
        with server(tmp_path, world.settings.database_url, port) as process:
            found = httpx.get(address + path, headers=world.as_("hr"), timeout=60).json()["results"]
            answers.add(str([(one["code"], one["score"]) for one in found]))
            threads = [Thread(target=_tokens, args=(world, address, f"{kill}-{n}", made)) for n in range(2)]
            for thread in threads:
                thread.start()
            before = len(made)
            while len(made) == before and threads[0].is_alive():
                threads[0].join(0.05)
            threads[0].join(chance.uniform(0, 0.5))
            kill_group(process)
            for thread in threads:
                thread.join()
    with world.store.reading() as session:
        assert verify_chain(session) is None
        kept = set(session.scalars(select(Credential.id)))
    missing = [one for one in made if one not in kept]
    print(f"\n{SERVER_KILLS} kills of the server: {len(made)} acknowledged writes, {len(missing)} lost")
    assert missing == [] and len(made) >= SERVER_KILLS and len(answers) == 1


def _tokens(world: World, address: str, label: str, made: list[str]) -> None:
    try:
        with httpx.Client(base_url=address, headers=world.as_("hr"), timeout=30) as web:
            for number in range(100_000):
                answer = web.post("/v1/auth/tokens", json={"label": f"{label}-{number}"})
                if answer.status_code == 201:
                    made.append(answer.json()["id"])
    except httpx.TransportError:
        return


@pytest.mark.campaign
def test_a_write_through_one_worker_is_seen_through_the_other(
    make_world: MakeWorld, database: Database, tmp_path: Path
) -> None:
    """Two servers over one database and one index folder: what one has written, the other's next match shows."""
    world, chance = make_world(database), random.Random(2026)
    (tmp_path / "secret").write_bytes(world.settings.secret)
    ports, stale = (free_port(), free_port()), 0
    score_of: dict[tuple[str, ...], float] = {}
    with server(tmp_path, database.url, ports[0]), server(tmp_path, database.url, ports[1]):
        webs = [httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) for port in ports]
        for _ in range(PAIRS):
            writer, reader = chance.sample(webs, 2)
            skills, shown = chance.choice(SKILLS), chance.random() < 0.8
            edit(writer, world, skills, shown)
            score = score_in(reader, world)
            stale += (score is not None) != shown
            stale += score is not None and score_of.setdefault(skills, score) != score
        for web in webs:
            web.close()
    assert len(set(score_of.values())) > 2
    print(f"\n{database.url.partition(':')[0]}: {PAIRS} writes through one worker, {stale} stale answers by the other")
    assert stale == 0


def edit(web: httpx.Client, world: World, skills: tuple[str, ...], shown: bool) -> None:
    """Let a student edit the own profile through one worker."""
    mine = web.get("/v1/students/me", headers=world.as_("anna"))
    headers = {**world.as_("anna"), "If-Match": mine.headers["ETag"]}
    given = {"skills": profile("-", *skills)["skills"], "visible": shown}
    answer = web.patch("/v1/students/me", json=given, headers=headers)
    assert answer.status_code == 200, answer.text


def score_in(web: httpx.Client, world: World) -> float | None:
    """Give the student's score in the demand's list, None where the student is not in it."""
    answer = web.get(f"/v1/demands/{world.ids['welder']}/matches", headers=world.as_("hr"))
    assert answer.status_code == 200, answer.text
    code = code_of(world.settings.secret, world.ids["welder"], world.ids["anna"])
    found: list[float] = [one["score"] for one in answer.json()["results"] if one["code"] == code]
    return found[0] if found else None
