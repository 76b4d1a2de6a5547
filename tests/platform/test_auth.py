"""Signing in and out, tokens and CSRF."""

from __future__ import annotations

import re
from datetime import timedelta

from starlette.requests import Request

from api.deps import COOKIE, SAFE
from api.identity import LoginLimit, issue, principal_of
from api.routes.auth import NewPassword, change_password
from api.store.tables import Credential, User, now
from tests.platform.conftest import PASSWORD, World

PUBLIC = {"/v1/health", "/v1/ready", "/v1/vocabulary", "/v1/algorithm", "/v1/auth/login"}


def client(world: World):  # type: ignore[no-untyped-def]
    assert world.client is not None
    return world.client


def test_sessions_need_csrf_for_writes(world: World) -> None:
    web = client(world)
    assert web.get("/v1/auth/me").status_code == 401
    assert web.post("/v1/auth/login", json={"login": "hr@test", "password": "falsch falsch"}).status_code == 401
    signed = web.post("/v1/auth/login", json={"login": "hr@test", "password": PASSWORD})
    assert signed.status_code == 200 and signed.json()["role"] == "enterprise"
    assert web.get("/v1/auth/me").json()["login"] == "hr@test"
    for header in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": "x" * 43}):
        assert web.post("/v1/auth/logout", headers=header).status_code == 403
    assert web.post("/v1/auth/logout", headers={"X-CSRF-Token": signed.json()["csrf"]}).status_code == 204
    assert web.get("/v1/auth/me").status_code == 401


def test_tokens_are_shown_once_and_end_at_once(world: World) -> None:
    web, hr = client(world), world.as_("hr")
    for wrong in ({"Authorization": "Bearer "}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic x"}):
        assert web.get("/v1/auth/me", headers=wrong).status_code == 401
    fresh = web.post("/v1/auth/tokens", json={"label": "sync"}, headers=hr)
    assert fresh.status_code == 201
    own = {"Authorization": f"Bearer {fresh.json()['token']}"}
    assert web.get("/v1/auth/me", headers=own).json()["login"] == "hr@test"
    assert "token" not in web.get("/v1/auth/tokens", headers=hr).json()["items"][0]
    other = web.delete(f"/v1/auth/tokens/{fresh.json()['id']}", headers=world.as_("hr2"))
    assert other.status_code == 404
    assert web.delete(f"/v1/auth/tokens/{fresh.json()['id']}", headers=hr).status_code == 204
    assert web.get("/v1/auth/me", headers=own).status_code == 401


def routes(world: World) -> list[tuple[str, str]]:
    """List every route that needs a caller, its path filled with ids of nobody."""
    paths = client(world).get("/openapi.json").json()["paths"]
    found = [
        (method.upper(), re.sub(r"\{[^}]*\}", "none", path))
        for path, item in paths.items()
        for method in item
        if path not in PUBLIC
    ]
    assert len(found) > 60
    return found


def session_of(world: World, name: str, kind: str = "session") -> tuple[str, Credential]:
    with world.store.writing("system") as work:
        return issue(work, work.session.get_one(User, world.ids[f"user {name}"]), kind, timedelta(hours=1))


def end(world: World, credential: Credential, how: str) -> None:
    with world.store.writing("system") as work:
        row = work.session.get_one(Credential, credential.id)
        if how == "revoked":
            row.revoked_at = now()
        elif how == "expired":
            row.expires_at = now() - timedelta(seconds=1)
        elif how == "account off":
            work.session.get_one(User, row.user_id).active = False


def statuses(world: World, asked: list[tuple[str, str]], headers: dict[str, str]) -> set[int]:
    return {client(world).request(*route, headers=headers).status_code for route in asked}


def test_no_route_answers_a_bad_token(world: World) -> None:
    found = {}
    for how in ("none", "empty", "wrong", "expired", "revoked", "session as token", "account off"):
        secret, credential = session_of(world, "hr", "session" if how == "session as token" else "token")
        end(world, credential, how)
        sent = {"none": {}, "empty": {"Authorization": "Bearer "}, "wrong": {"Authorization": f"Bearer {secret}x"}}
        found[how] = statuses(world, routes(world), sent.get(how, {"Authorization": f"Bearer {secret}"}))
    assert set.union(*found.values()) == {401}, found


def test_no_route_answers_a_bad_session(world: World) -> None:
    found = {}
    for how in ("wrong", "expired", "revoked", "token as session", "account off"):
        secret, credential = session_of(world, "hr", "token" if how == "token as session" else "session")
        end(world, credential, how)
        cookie = f"{COOKIE}={secret}{'x' if how == 'wrong' else ''}"
        found[how] = statuses(world, routes(world), {"Cookie": cookie, "X-CSRF-Token": credential.csrf})
    assert set.union(*found.values()) == {401}, found


def test_no_route_lets_a_page_write_without_its_own_csrf_token(world: World) -> None:
    writes = [route for route in routes(world) if route[0] not in SAFE]
    assert len(writes) > 30
    _, other = session_of(world, "hr")
    found = {}
    for how in ("missing", "empty", "empty on both sides", "foreign"):
        secret, credential = session_of(world, "hr")
        if how == "empty on both sides":
            with world.store.writing("system") as work:
                work.session.get_one(Credential, credential.id).csrf = ""
        csrf = {"missing": {}, "foreign": {"X-CSRF-Token": other.csrf}}.get(how, {"X-CSRF-Token": ""})
        headers = {"Cookie": f"{COOKIE}={secret}", **csrf}
        found[how] = statuses(world, writes, headers)
        assert client(world).get("/v1/auth/me", headers=headers).status_code == 200
    assert set.union(*found.values()) == {403}, found


def test_signing_in_is_limited(world: World) -> None:
    web = client(world)
    wrong = {"login": "hr@test", "password": "falsch falsch"}
    assert [web.post("/v1/auth/login", json=wrong).status_code for _ in range(6)] == [401] * 5 + [429]
    late = web.post("/v1/auth/login", json={"login": "hr@test", "password": PASSWORD})
    assert late.status_code == 429 and int(late.headers["retry-after"]) > 0
    assert web.post("/v1/auth/login", json={"login": "hr2@test", "password": PASSWORD}).status_code == 200


def test_signing_out_ends_what_the_request_came_with(world: World) -> None:
    web, (token, _), (_, session) = client(world), session_of(world, "hr", "token"), session_of(world, "hr")
    sent = {"Authorization": f"Bearer {token}"}
    assert web.post("/v1/auth/logout", headers={**sent, "Cookie": f"{COOKIE}=stray"}).status_code == 204
    assert web.get("/v1/auth/me", headers=sent).status_code == 401
    with world.store.reading() as reading:
        assert reading.get_one(Credential, session.id).revoked_at is None


def test_a_new_password_is_limited_by_account_apart_from_signing_in(world: World) -> None:
    web = client(world)
    wrong = {"old": "falsch falsch", "password": PASSWORD}

    def tries(name: str, times: int) -> list[int]:
        return [web.post("/v1/auth/password", json=wrong, headers=world.as_(name)).status_code for _ in range(times)]

    assert tries("hr", 6) == [401] * 5 + [429]
    assert tries("hr2", 1) == [401]
    assert web.post("/v1/auth/login", json={"login": "hr@test", "password": PASSWORD}).status_code == 200


def test_tries_for_a_new_password_count_for_the_address(world: World) -> None:
    spent: list[tuple[str, str]] = []
    limit = LoginLimit()
    limit.spend = lambda login, address: spent.append((login, address))  # type: ignore[method-assign]
    request = Request({"type": "http", "client": ("203.0.113.7", 4000), "state": {"login_limit": limit}})
    with world.store.reading() as session:
        who = principal_of(session.get_one(User, world.ids["user hr"]))
    change_password(request, who, NewPassword(old=PASSWORD, password=f"{PASSWORD}新"), world.store)
    assert spent == [("password hr@test", "203.0.113.7")]
