"""Readiness, metrics, the log of requests, and the limit of matches at once."""

from __future__ import annotations

import io
import json
import threading
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError

import api.app
from api.app import create_app
from api.errors import Crowded
from api.slots import Slots
from api.watch import request_log
from matching import Vocabulary
from tests.platform.conftest import PASSWORD, World


def client(world: World) -> Any:
    assert world.client is not None
    return world.client


def value(text: str, name: str) -> float:
    """Read one value of a metrics text."""
    return float(next(line.rpartition(" ")[2] for line in text.splitlines() if line.startswith(f"{name} ")))


def test_a_service_without_a_store_is_ready(words: Vocabulary) -> None:
    with TestClient(create_app(words)) as web:
        assert web.get("/v1/ready").json()["status"] == "ok"
        assert web.get("/v1/metrics").status_code == 404
        assert web.get("/v1/algorithm").status_code == web.get("/v1/vocabulary?q=tig").status_code == 200


def test_ready_says_when_to_come_back_while_the_database_is_away(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    web = client(world)
    assert web.get("/v1/ready").status_code == 200
    with monkeypatch.context() as patch:
        patch.setattr("api.store.database.Session.execute", _away)
        patch.setattr("api.store.database.Session.scalar", _away)
        answer = web.get("/v1/ready")
        assert (answer.status_code, answer.json()["code"]) == (503, "away")
        assert int(answer.headers["retry-after"]) > 0
        assert web.get("/v1/health").status_code == 200
    assert web.get("/v1/ready").status_code == 200


def _away(*given: object, **named: object) -> object:
    raise OperationalError("SELECT", {}, Exception("connection refused"))


def test_ready_waits_for_the_index(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.live.Live.number", None)
    answer = client(world).get("/v1/ready")
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "not_fitted", "5")


def test_metrics_count_by_template_and_hold_no_personal_data(world: World) -> None:
    web, admin = client(world), world.as_("admin")
    assert web.get("/v1/metrics").status_code == 401
    assert web.get("/v1/metrics", headers=world.as_("office")).status_code == 403
    web.get(f"/v1/students/{world.ids['anna']}", headers=world.as_("college"))
    web.get(f"/v1/demands/{world.ids['welder']}/matches", headers=world.as_("hr"))
    web.get("/v1/nowhere/anna?name=名字anna")
    web.request("BREW", "/v1/health")
    text = web.get("/v1/metrics", headers=admin).text
    assert 'duikou_requests_total{method="GET",route="/v1/students/{student_id}",status="200"} 1.0' in text
    assert 'duikou_requests_total{method="GET",route="unmatched",status="404"} 1.0' in text
    assert 'method="other"' in text and "BREW" not in text
    assert value(text, "duikou_match_seconds_count") == 1
    assert value(text, "duikou_change_lag") == 0
    assert not any(word in text for word in (*world.ids.values(), *world.tokens.values(), "名字", "anna"))
    web.put("/v1/settings/show_profiles", json={"on": False}, headers=admin)
    assert value(web.get("/v1/metrics", headers=admin).text, "duikou_change_lag") == 1


def test_a_request_is_one_line_without_content(
    world: World, words: Vocabulary, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(api.app, "request_log", lambda: request_log(stream))
    with TestClient(create_app(words, world.settings), raise_server_exceptions=False) as web:
        web.get(f"/v1/students/{world.ids['anna']}?q=名字anna", headers=world.as_("college"))
        web.post("/v1/auth/login", json={"login": "hr@test", "password": PASSWORD})
        web.get("/v1/auth/me")
        web.get("/anna")
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    asked = [(line["method"], line["route"], line["status"], line["user_id"]) for line in lines]
    assert asked == [
        ("GET", "/v1/students/{student_id}", 200, world.ids["user college"]),
        ("POST", "/v1/auth/login", 200, None),
        ("GET", "/v1/auth/me", 200, world.ids["user hr"]),
        ("GET", None, 404, None),
    ]
    assert all(set(line) == {"event", "timestamp", *FIELDS} and line["milliseconds"] >= 0 for line in lines)
    assert not any(word in stream.getvalue() for word in ("anna", "名字", "hr@test", PASSWORD, world.ids["anna"]))


FIELDS = ("method", "route", "status", "milliseconds", "user_id")


def test_an_unforeseen_error_is_logged_and_counted_as_500(
    world: World, words: Vocabulary, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(api.app, "request_log", lambda: request_log(stream))
    monkeypatch.setattr("api.resources.oversight.settings", lambda *given: 1 / 0)
    with TestClient(create_app(words, world.settings), raise_server_exceptions=False) as web:
        assert web.get("/v1/settings", headers=world.as_("admin")).status_code == 500
        text = web.get("/v1/metrics", headers=world.as_("admin")).text
    assert json.loads(stream.getvalue().splitlines()[0])["status"] == 500
    assert 'duikou_requests_total{method="GET",route="/v1/settings",status="500"} 1.0' in text


def test_only_so_many_matches_run_at_once() -> None:
    taken, go = threading.Barrier(3), threading.Event()
    seconds: list[float] = []
    slots = Slots(2, seconds.append, wait=0.01)

    def match() -> None:
        with slots.one():
            taken.wait()
            go.wait()

    threads = [threading.Thread(target=match) for _ in range(2)]
    for thread in threads:
        thread.start()
    taken.wait()
    with pytest.raises(Crowded) as caught, slots.one():
        pass
    assert caught.value.seconds > 0
    go.set()
    for thread in threads:
        thread.join()
    with slots.one():
        pass
    assert len(seconds) == 3


def test_a_match_that_fails_frees_its_slot() -> None:
    slots = Slots(1, wait=0.01)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), slots.one():
            raise ZeroDivisionError


@pytest.mark.parametrize("name", ["hr", "anna"])
def test_a_crowded_platform_says_when_to_come_back(world: World, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    web = client(world)
    place = {
        "hr": f"/v1/demands/{world.ids['welder']}/matches",
        "anna": f"/v1/students/{world.ids['anna']}/matches",
    }[name]
    assert web.get(place, headers=world.as_(name)).status_code == 200
    monkeypatch.setattr(Slots, "one", _crowded)
    answer = web.get(place, headers=world.as_(name))
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "crowded", "2")
    body = {"demand": {"id": "D", "title": "焊工"}, "profiles": [{"id": "S"}]}
    assert web.post("/v1/match", json=body, headers=world.as_(name)).status_code == 503


def _crowded(slots: Slots) -> object:
    raise Crowded
