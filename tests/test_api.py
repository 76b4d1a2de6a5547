"""The HTTP interface: matches both ways, every wrong request named, limits, one error shape, no 500 for any body."""

from __future__ import annotations

import asyncio
import copy
import json
import logging
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import api.routes.match
from api import schemas
from api.app import create_app
from api.body import LONGEST_BODY
from api.examples import DEMANDS_BODY, MATCH_BODY, PROBLEM_BODY
from api.problems import language_of
from matching import Engine, domain
from matching.records import from_many

JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return create_app()


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app) as started:
        yield started


def changed(body: dict[str, Any], path: list[str | int], value: Any) -> dict[str, Any]:
    """Give a deep copy of a body with the value at a path set."""
    result = copy.deepcopy(body)
    place: Any = result
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return result


def refused(answer: Any, status: int, code: str) -> list[dict[str, Any]]:
    """Check that an answer is an error of the one shape, and give its problems."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    schemas.ProblemAnswer.model_validate(body)
    assert (body["status"], body["code"]) == (status, code)
    assert body["detail"] in (body["detail_zh"], body["detail_en"])
    problems: list[dict[str, Any]] = body["problems"]
    return problems


def test_health(client: TestClient) -> None:
    answer = client.get("/v1/health")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert set(answer.json()) == {"status", "version", "vocabulary"}


def test_profiles_for_a_demand(client: TestClient) -> None:
    body = client.post("/v1/match", json=MATCH_BODY).json()
    schemas.MatchAnswer.model_validate(body)
    (found,) = body["lists"]
    assert (found["asked"], found["direction"]) == ("D001", "demand")
    assert [result["id"] for result in found["results"]] == ["S0001", "S0002"]
    assert body["algorithm"]["vocabulary"] == client.get("/v1/health").json()["vocabulary"]
    assert {factor["name"] for factor in body["algorithm"]["factors"]} == set(found["results"][0]["parts"])
    assert "氩弧焊" in found["results"][0]["explanation"]["text_zh"]


def test_demands_for_a_profile(client: TestClient) -> None:
    body = client.post("/v1/match", json=DEMANDS_BODY).json()
    schemas.MatchAnswer.model_validate(body)
    (found,) = body["lists"]
    assert (found["asked"], found["direction"], found["order"]) == ("S0002", "profile", "reciprocal")
    assert [result["id"] for result in found["results"]] == ["D002", "D001"]
    assert all(0 <= result["backward"] <= 1 for result in found["results"])
    assert any(factor["direction"] == "backward" for factor in body["algorithm"]["factors"])


def test_several_demands_keep_their_order_and_equal_the_engine(client: TestClient) -> None:
    request = {
        "demands": list(reversed(DEMANDS_BODY["demands"])),
        "profiles": MATCH_BODY["profiles"],
        "today": "2026-11-24",
        "explain": False,
    }
    lists = client.post("/v1/match", json=request).json()["lists"]
    assert [found["asked"] for found in lists] == ["D002", "D001"]
    demands = from_many(domain.Demand, request["demands"], "demands")
    profiles = from_many(domain.Profile, request["profiles"], "profiles")
    engine = Engine(reference_on=date(2026, 11, 24)).fit(demands, profiles)
    assert lists == [found.as_dict() for found in engine.match_all(20)]


@pytest.mark.parametrize("body", [MATCH_BODY, DEMANDS_BODY, {**MATCH_BODY, "weights": {"text": 1, "skills": 0.1}}])
def test_parts_of_results_and_explanations_sum_to_the_score(client: TestClient, body: dict[str, Any]) -> None:
    for found in client.post("/v1/match", json=body).json()["lists"]:
        for result in found["results"]:
            explanation = result["explanation"]
            assert explanation["score"] == result["score"]
            assert explanation["parts"] == result["parts"]
            assert sum(result["parts"].values()) == pytest.approx(result["score"], abs=4e-6)
            points = sum(reason["points"] for reason in explanation["reasons"]) + result["parts"]["text"]
            assert points == pytest.approx(result["score"], abs=2e-5)


def test_weights_and_k_and_explain_are_applied(client: TestClient) -> None:
    weights = {"skills": 1, "certificates": 0, "major": 0, "education": 0, "occupation": 0, "text": 0}
    body = client.post("/v1/match", json={**MATCH_BODY, "weights": weights, "k": 1, "explain": False}).json()
    (result,) = body["lists"][0]["results"]
    assert "explanation" not in result
    assert result["score"] == result["parts"]["skills"]
    assert body["algorithm"]["weights"]["applied"]["skills"] == 1.0


BROKEN: list[tuple[list[str | int], Any, str]] = [
    (["demand", "requirements", 2, "level"], 9, "demand.requirements[2].level"),
    (["demand", "requirements", 0, "kind"], "magic", "demand.requirements[0].kind"),
    (["demand", "start_on"], "soon", "demand.start_on"),
    (["demand", "pay"], {"low": 9, "high": 1}, "demand.pay"),
    (["demand", "colour"], "blue", "demand.colour"),
    (["demand", "id"], "", "demand.id"),
    (["demand"], "a post", "demand"),
    (["profiles", 1, "name"], "someone", "profiles[1].name"),
    (["profiles", 1, "id"], "S0001", "profiles[1].id"),
    (["profiles", 0, "skills", 1, "level"], "high", "profiles[0].skills[1].level"),
    (["profiles", 0, "skills", 1, "link"], {"concepts": []}, "profiles[0].skills[1].link"),
    (["profiles", 0, "preferences", "pay_low"], -1, "profiles[0].preferences.pay_low"),
    (["profiles", 0, "text"], "a\u0000b", "profiles[0].text"),
    (["profiles", 0, "preferences", "pay_low"], 10**30, "profiles[0].preferences.pay_low"),
    (["profiles"], [], "profiles"),
    (["profiles"], None, "profiles"),
    (["profile"], MATCH_BODY["profiles"][0], "profiles"),
    (["k"], 0, "k"),
    (["k"], 1001, "k"),
    (["k"], "20", "k"),
    (["order"], "backward", "order"),
    (["weights"], {"skills": -1}, "weights.skills"),
    (["weights"], {"charm": 1}, "weights"),
    (["weights"], dict.fromkeys(("skills", "certificates", "major", "education", "occupation", "text"), 0), "weights"),
    (["today"], "2027-02-30", "today"),
    (["explain"], "yes", "explain"),
    (["mode"], "fast", "mode"),
]


@pytest.mark.parametrize(("path", "value", "field"), BROKEN)
def test_broken_requests_name_the_field(client: TestClient, path: list[str | int], value: Any, field: str) -> None:
    answer = client.post("/v1/match", json=changed(MATCH_BODY, path, value))
    problems = refused(answer, 422, answer.json()["code"])
    assert [problem["field"] for problem in problems] == [field]
    assert all(problem["message_zh"] and problem["message_en"] and problem["rule"] for problem in problems)


def test_wrong_fields_of_both_sides_are_named_together(client: TestClient) -> None:
    body = changed(changed(MATCH_BODY, ["demand", "headcount"], 0), ["profiles", 0, "intent"], "rest")
    problems = refused(client.post("/v1/match", json=body), 422, "record")
    assert {problem["field"] for problem in problems} == {"demand.headcount", "profiles[0].intent"}


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "syntax"),
        (b'{"demand": ', "syntax"),
        (b'{"k": NaN}', "number"),
        (b'{"k": -Infinity}', "number"),
        (b'{"k": 1e999}', "number"),
        (b'{"k": ' + b"9" * 5000 + b"}", "too_large_number"),
        (b"[" * 100_000, "too_deep"),
        (b'{"demand": ' + b"[" * 40 + b"]" * 40 + b"}", "too_deep"),
        (b'{"k": 1, "k": 2}', "double_key"),
        (b'{"demand": {"id": "\\ud800"}}', "character"),
        (b'{"\\udfff": 1}', "character"),
        (b'{"demand": "\xff"}', "encoding"),
        (b'{"demand": {"requirements": [' + b"0," * 501 + b"0]}}", "too_long"),
        (b'{"profiles": [' + b"{}," * 500_001 + b"{}]}", "too_long"),
    ],
)
def test_json_that_cannot_be_read_exactly(client: TestClient, content: bytes, rule: str) -> None:
    problems = refused(client.post("/v1/match", content=content, headers=JSON), 422, "json")
    assert problems[0]["rule"] == rule


@pytest.mark.parametrize("content", [b"[]", b"null", b"3", b'"text"'])
def test_a_body_that_is_no_object(client: TestClient, content: bytes) -> None:
    problems = refused(client.post("/v1/match", content=content, headers=JSON), 422, "record")
    assert problems[0]["field"] == "body"


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "application/json; charset=gbk"},
        {"content-type": "application/json", "content-encoding": "gzip"},
        {},
    ],
)
def test_media_types_that_are_not_read(client: TestClient, headers: dict[str, str]) -> None:
    problems = refused(client.post("/v1/match", content=b"{}", headers=headers), 415, "media_type")
    assert problems[0]["field"] in ("Content-Type", "Content-Encoding")


def test_numbers_of_records_are_limited(client: TestClient) -> None:
    profiles = [{"id": f"S{number}"} for number in range(2001)]
    problems = refused(client.post("/v1/match", json={**MATCH_BODY, "profiles": profiles}), 422, "record")
    assert (problems[0]["field"], problems[0]["rule"]) == ("profiles", "too_long")
    demands = [{"id": f"D{number}", "title": "焊工"} for number in range(201)]
    body = {"demands": demands, "profiles": profiles[:20]}
    problems = refused(client.post("/v1/match", json=body), 422, "record")
    assert (problems[0]["field"], problems[0]["rule"]) == ("demands", "too_long")
    problems = refused(client.post("/v1/match", json={**body, "demands": demands[:101]}), 422, "record")
    assert (problems[0]["field"], problems[0]["rule"]) == ("k", "too_many_explained")
    answer = client.post("/v1/match", json={**body, "demands": demands[:101], "explain": False})
    assert [len(found["results"]) for found in answer.json()["lists"]] == [20] * 101


def test_many_problems_are_counted_and_cut(client: TestClient) -> None:
    answer = client.post("/v1/match", json={**MATCH_BODY, "profiles": [{"id": ""}] * 2000})
    assert len(refused(answer, 422, "record")) == 100
    assert len(answer.content) < 40_000


def test_a_large_body_is_refused_by_its_announced_length(client: TestClient) -> None:
    answer = client.post("/v1/match", content=b" " * (LONGEST_BODY + 1), headers=JSON)
    assert refused(answer, 413, "too_large")[0]["field"] == "body"


def test_a_large_body_without_a_length_is_refused_while_it_streams(app: FastAPI) -> None:
    """Talk to the app directly: it must stop reading an endless body soon after the limit."""
    read, sent = 0, []

    async def receive() -> dict[str, Any]:
        nonlocal read
        read += 2**20
        return {"type": "http.request", "body": b" " * 2**20, "more_body": True}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/v1/match",
        "raw_path": b"/v1/match",
        "root_path": "",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json")],
        "client": ("test", 1),
        "server": ("test", 80),
    }
    asyncio.run(app(scope, receive, send))
    assert sent[0]["status"] == 413
    assert read <= LONGEST_BODY + 2 * 2**20


def test_unknown_addresses_and_methods(client: TestClient) -> None:
    refused(client.get("/v2/match"), 404, "not_found")
    answer = client.get("/v1/match")
    refused(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "POST"


def test_an_unforeseen_error_shows_and_logs_no_content(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        def __init__(self, *given: object, **named: object) -> None:
            raise KeyError("a student's own words")

    monkeypatch.setattr(api.routes.match, "Engine", Broken)
    with caplog.at_level(logging.DEBUG):
        answer = client.post("/v1/match", json=MATCH_BODY)
    refused(answer, 500, "error")
    assert "words" not in answer.text
    assert "KeyError" in caplog.text
    assert "words" not in caplog.text


def test_content_is_not_logged(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        client.post("/v1/match", json=MATCH_BODY)
        client.post("/v1/match", json=changed(MATCH_BODY, ["demand", "title"], 5))
    assert "S0001" not in caplog.text
    assert "焊" not in caplog.text


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "zh"),
        ("*", "zh"),
        ("", "zh"),
        ("en", "en"),
        ("en-GB,en;q=0.9,zh;q=0.1", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en;q=0.3, zh-TW;q=0.8", "zh"),
        ("de", "en"),
        ("de,zh;q=0.5", "zh"),
        (";;q=,=,", "zh"),
        ("en;q=nan", "zh"),
    ],
)
def test_the_language_of_the_detail(client: TestClient, header: str | None, language: str) -> None:
    assert language_of(header) == language
    if header:
        body = client.post("/v1/match", json={}, headers={"accept-language": header}).json()
        assert body["detail"] == body[f"detail_{language}"]


def test_the_generated_documentation(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    assert set(document["paths"]) == {"/v1/health", "/v1/ready", "/v1/vocabulary", "/v1/algorithm", "/v1/match"}
    route = document["paths"]["/v1/match"]["post"]
    examples = route["requestBody"]["content"]["application/json"]["examples"]
    assert all(client.post("/v1/match", json=example["value"]).status_code == 200 for example in examples.values())
    assert set(route["responses"]) == {"200", "413", "415", "422", "503"}
    named = set(document["components"]["schemas"])
    text = json.dumps(document)
    references = {piece.split('"')[0] for piece in text.split("#/components/schemas/")[1:]}
    assert references <= named
    assert "$defs" not in text
    assert client.get("/docs").status_code == 404


def test_the_example_of_a_problem_is_what_is_answered(client: TestClient) -> None:
    answer = client.post("/v1/match", json=changed(MATCH_BODY, ["demand", "requirements", 2, "level"], 9))
    assert answer.json() == PROBLEM_BODY


@pytest.mark.parametrize(
    ("documented", "read"),
    [
        (schemas.DemandRecord, domain.Demand),
        (schemas.RequirementRecord, domain.Requirement),
        (schemas.PayRecord, domain.Pay),
        (schemas.ProfileRecord, domain.Profile),
        (schemas.SkillRecord, domain.SkillClaim),
        (schemas.CertificateRecord, domain.CertificateClaim),
        (schemas.PreferencesRecord, domain.Preferences),
    ],
)
def test_documented_fields_are_those_that_are_read(documented: Any, read: Any) -> None:
    own = {field.name for field in fields(read)} - {"link", "links"}
    assert set(documented.model_fields) == own


PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates().map(str)
VALUES = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)
HARD = st.sampled_from(["\ud800", "\u0000", "9" * 400, 2**53, 10**400, -1, 1e308, 5e-324, True, "2027-01-01", [[]], {}])
WORDS = st.text(max_size=30) | st.lists(
    st.sampled_from(["焊工", "氩弧焊", "TIG", "2级", "须", "不会", "(", "*", " "])
).map("".join)
FUZZ = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))


def like(value: Any) -> st.SearchStrategy[Any]:
    """Give values of the same type as a value, so that many changed bodies are still right."""
    if isinstance(value, str):
        return (
            WORDS
            | st.dates().map(str)
            | st.sampled_from(["must", "skill", "certificate", "major", "licence", "course"])
        )
    return st.integers(0, 9) | st.integers(0, 2**53) if isinstance(value, int) else st.just(value) | st.just([])


def paths(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """List the paths to every value inside a value."""
    steps: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    inside = [(*path, step) for step, _ in steps]
    return inside + [deeper for step, item in steps for deeper in paths(item, (*path, step))]


def answered(client: TestClient, content: bytes) -> None:
    answer = client.post("/v1/match", content=content, headers=JSON)
    if answer.status_code == 200:
        schemas.MatchAnswer.model_validate(answer.json())
    else:
        assert refused(answer, 422, answer.json()["code"])


@FUZZ
@given(st.sampled_from([MATCH_BODY, DEMANDS_BODY]), st.booleans(), st.data())
def test_a_body_with_any_value_anywhere_gets_no_500(
    client: TestClient, body: dict[str, Any], wild: bool, data: st.DataObject
) -> None:
    for _ in range(data.draw(st.integers(1, 4))):
        path = data.draw(st.sampled_from(paths(body)))
        old = body
        for step in path:
            old = old[step]
        body = changed(body, list(path), data.draw(VALUES | HARD if wild else like(old)))
    answered(client, json.dumps(body).encode())


@FUZZ
@given(VALUES.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=40))
def test_any_body_gets_no_500(client: TestClient, content: bytes) -> None:
    answered(client, content)
