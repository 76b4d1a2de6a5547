"""Signing in and out, tokens and CSRF."""

from __future__ import annotations

from tests.platform.conftest import PASSWORD, World


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
