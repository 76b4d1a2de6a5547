"""The pages: words in both languages, nothing inline or from elsewhere, tokens on forms, and each role's own work."""

from __future__ import annotations

import re
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import get_args

import pytest
from fastapi.routing import APIRoute
from openpyxl import load_workbook

from api.access import Role
from api.console import college, demands, entrance, followup, imports, matches, oversight, people, student
from api.console.demand_forms import DEMAND_KINDS, IMPORTANCES, REQUIREMENT_KINDS, marked
from api.console.render import NAVIGATION, STATIC
from api.console.visits import CSRF_FIELD, local
from api.console.words import FILE, table
from api.deps import COOKIE
from api.resources import contacts, shortlists
from api.resources.demands import STATUS_NAMES, STEPS
from matching.domain import AutomatedDecision, Intent, Verdict
from matching.explain import Standing
from matching.explain.explanation import SOURCE_NAMES
from matching.rules.law import SEVERITIES
from matching.score import PARTS
from tests.platform.conftest import PASSWORD, World
from tests.platform.visitors import Visitor, version_on, visitor

TEMPLATES = sorted((STATIC.parent / "templates").glob("*.html"))
CODE = sorted(STATIC.parent.glob("*.py"))
PAGES = [*demands.router.routes, *matches.router.routes, *followup.router.routes, *college.router.routes]
PAGES += [*imports.router.routes, *student.router.routes, *people.router.routes, *oversight.router.routes]
PAGES += entrance.router.routes
ROLES = {
    "hr": Role.ENTERPRISE,
    "recruiter": Role.RECRUITER,
    "college": Role.COLLEGE_ADMIN,
    "teacher": Role.COLLEGE_TEACHER,
    "anna": Role.STUDENT,
    "office": Role.SECRETARIAT,
    "admin": Role.SYSTEM_ADMIN,
    "auditor": Role.AUDITOR,
}
AD = "招氩弧焊工5名，持焊工证，熟练氩弧焊，6-9K，长清，五险一金。限男性"
ROSTER = Path(__file__).parent.parent / "material" / "office_files" / "s01_title_rows.xlsx"


# -- words, styles, scripts


def test_every_word_stands_in_both_languages() -> None:
    for key, (zh, en) in table().items():
        assert zh.strip() and en.strip(), key
        names = [set(re.findall(r"\{(\w+)\}", text)) for text in (zh, en)]
        assert names[0] == names[1], key
        assert not re.search(r"[\u4e00-\u9fff]", en.replace("对口", "")), key
    keys = [line.split(",")[0] for line in FILE.read_text(encoding="utf-8").splitlines()[1:]]
    assert keys == sorted(set(keys))


def test_words_and_pages_fit() -> None:
    """Every key that a page names is in the table, and every key of the table is named by a page."""
    known = table()
    texts = [path.read_text(encoding="utf-8") for path in (*TEMPLATES, *CODE)]
    plain = {key for text in texts for key in re.findall(r"\bt\(\s*[\"']([^\"']+)[\"']\s*[,)]", text)}
    assert plain <= set(known), plain - set(known)
    said = {
        key for text in texts for key in re.findall(r"[\"'](said\.[a-z_.]+|nav\.[a-z_.]+|start\.[a-z_]+)[\"']", text)
    }
    begun = {key for text in texts for key in re.findall(r"[\"'(]([a-z_]+\.(?:[a-z_]+\.)*)[\"'{]", text)}
    begun |= {f"{kind}." for text in texts for kind in re.findall(r"named\([\"']([a-z_.]+)[\"']", text)}
    begun |= {f"{kind}." for text in texts for kind in re.findall(r"status(?:_tag)?\([\"']([a-z_]+)[\"']", text)}
    whys = {f"{key}.why" for key in said if key.startswith("start.")}
    unused = {
        key for key in known if key not in plain | said | whys and not any(key.startswith(prefix) for prefix in begun)
    }
    assert unused == set()


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("status", STATUS_NAMES),
        ("step", STEPS),
        ("said.step", STEPS),
        ("demand.next", STATUS_NAMES),
        ("demand.next.what", STATUS_NAMES),
        ("kind", DEMAND_KINDS),
        ("concept", REQUIREMENT_KINDS),
        ("importance", IMPORTANCES),
        ("stage", get_args(shortlists.Stage)),
        ("contact", contacts.STATUS_NAMES),
        ("import", ("reading", "previewed", "applying", "applied", "dropped", "failed")),
        ("intent", [intent.value for intent in Intent]),
        ("decision", [choice.value for choice in AutomatedDecision]),
        ("standing", [standing.value for standing in Standing]),
        ("source", SOURCE_NAMES),
        ("verdict", [verdict.value for verdict in Verdict]),
        ("severity", SEVERITIES),
        ("part", PARTS),
        ("role", [role.value for role in Role]),
        ("start.lead", [role.value for role in Role]),
        ("benefit", ("social_insurance", "housing_fund", "dormitory", "meals", "bus", "bonus")),
    ],
)
def test_every_value_that_is_shown_has_a_word(kind: str, values: tuple[str, ...]) -> None:
    assert {f"{kind}.{value}" for value in values} <= set(table())


def test_nothing_is_inline_or_from_elsewhere() -> None:
    for path in TEMPLATES:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:|hx-on|https?://", text), (
            path
        )
        assert "|safe" not in text.replace(" ", "") and "Markup" not in text, path


def test_vendored_files_are_those_of_the_readme() -> None:
    listed = re.findall(r"\| `(\S+?)` \|.*\| `([0-9a-f]{64})` \|", (STATIC / "README.md").read_text(encoding="utf-8"))
    assert {name for name, _ in listed} == {"htmx.min.js", "pico.min.css"}
    for name, digest in listed:
        assert sha256((STATIC / name).read_bytes()).hexdigest() == digest


def test_marks_never_overlap_and_lose_no_word() -> None:
    text = "招氩弧焊工5名"
    stretches = marked(
        text, [(1, 5, "sure", "title"), (1, 4, "sure", "skill"), (5, 7, "sure", "count"), (3, 3, "", "")]
    )
    assert "".join(one.words for one in stretches) == text
    assert [(one.words, one.says) for one in stretches if one.mark] == [("氩弧焊工", "title"), ("5名", "count")]


# -- who comes in


def test_signing_in_needs_the_forms_own_token(world: World) -> None:
    web = world.client
    assert web is not None
    given = {"login": "hr@test", "password": PASSWORD, "next": "/demands"}
    token = re.search(r'name="csrf" value="([^"]+)"', web.get("/sign-in").text)
    assert token is not None
    for wrong in ({}, {CSRF_FIELD: ""}, {CSRF_FIELD: "x" * 43}):
        assert web.post("/sign-in", data={**given, **wrong}, follow_redirects=False).status_code == 403
    right = {**given, CSRF_FIELD: token.group(1)}
    answer = web.post("/sign-in", data={**right, "password": "falsch falsch"}, follow_redirects=False)
    assert answer.status_code == 401 and "账号或密码不正确" in answer.text and COOKIE not in answer.cookies
    answer = web.post("/sign-in", data=right, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/demands")
    cookie = next(one for one in answer.headers.get_list("set-cookie") if one.startswith(COOKIE))
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie
    page = web.get("/demands")
    assert page.status_code == 200
    csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert csrf is not None
    assert web.post("/sign-out", data={CSRF_FIELD: csrf.group(1)}, follow_redirects=False).status_code == 303
    assert web.get("/demands", follow_redirects=False).headers["location"] == "/sign-in?next=/demands"


def test_an_empty_token_on_both_sides_never_passes(world: World) -> None:
    web = world.client
    assert web is not None
    data = {"login": "hr@test", "password": PASSWORD, CSRF_FIELD: ""}
    headers = {"Cookie": "duikou_form="}
    assert web.post("/sign-in", data=data, headers=headers, follow_redirects=False).status_code == 403


def test_every_form_needs_somebody_signed_in_and_the_pages_token(world: World) -> None:
    hr, web = visitor(world, "hr"), world.client
    assert web is not None
    posts = [route.path for route in PAGES if isinstance(route, APIRoute) and "POST" in route.methods]
    assert len(posts) >= 30
    for path in posts:
        if path == "/sign-in":
            continue
        address = re.sub(r"\{kind\}", "demands", path)
        address = re.sub(r"\{\w+\}", "x", address)
        web.cookies.clear()
        anonymous = web.post(address, data={CSRF_FIELD: hr.csrf}, follow_redirects=False)
        assert (anonymous.status_code, anonymous.headers["location"]) == (303, "/sign-in"), path
        for token in ("", "x" * 43, visitor(world, "hr2").csrf if path == "/demands" else "y"):
            assert hr.send(address, token=token).status_code == 403, path


def test_pages_keep_to_themselves(world: World) -> None:
    hr = visitor(world, "hr")
    for address in ("/", "/demands", "/demands/nothing", "/sign-in", "/algorithm"):
        headers = hr.open(address).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
        assert headers["cache-control"] == "no-store" and headers["x-content-type-options"] == "nosniff"
    text = hr.page("/")
    for name in re.findall(r'(?:src|href)="(/static/[^"]+)"', text):
        answer = hr.open(name)
        assert answer.status_code == 200 and "immutable" in answer.headers["cache-control"]


def test_no_link_leads_away() -> None:
    assert local("/demands?q=a") == "/demands?q=a"
    for away in ("https://example.org", "//example.org", "/\\example.org", "javascript:x", "", "/a\nb"):
        assert local(away) == "/"


def test_the_language_is_remembered(world: World) -> None:
    web = world.client
    assert web is not None
    assert 'lang="zh-CN"' in web.get("/sign-in").text
    answer = web.get("/language/en", params={"next": "/sign-in"}, follow_redirects=False)
    assert answer.headers["location"] == "/sign-in"
    assert "<h1>Sign in</h1>" in web.get("/sign-in").text
    web.get("/language/zh")
    assert "<h1>登录</h1>" in web.get("/sign-in").text


# -- each role's pages


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", ROLES)
def test_each_role_sees_its_pages_and_no_other(world: World, name: str, lang: str) -> None:
    own = visitor(world, name, lang)
    for address in ("/", "/account", *(href for _, href in NAVIGATION[ROLES[name]])):
        text = own.page(address)
        assert text.count("<h1") == 1
        assert ('aria-current="page"' in text) is (address != "/account")
    others = {href for role in Role for _, href in NAVIGATION[role]} - {href for _, href in NAVIGATION[ROLES[name]]}
    open_to_all = {"/posts", "/demands", "/organisations", *(("/students",) if name == "anna" else ())}
    for address in sorted(others - open_to_all):
        answer = own.open(address)
        assert answer.status_code == 403, (name, address, answer.status_code)
        assert "没有权限" in answer.text if lang == "zh" else "Not allowed" in answer.text


def test_other_organisations_records_are_not_there(world: World) -> None:
    ids = world.ids
    hr2, college2, bao = visitor(world, "hr2"), visitor(world, "college2"), visitor(world, "bao")
    for address in (f"/demands/{ids['fitter']}", f"/demands/{ids['welder']}/matches", f"/demands/{ids['fitter']}/edit"):
        assert hr2.open(address).status_code == 404, address
    assert college2.open(f"/students/{ids['anna']}").status_code == 404
    assert college2.send(f"/students/{ids['anna']}/remove", version="1").status_code == 404
    assert bao.open(f"/students/{ids['anna']}/matches").status_code == 404
    assert "名字anna" not in college2.page("/students") and "名字anna" in visitor(world, "college").page("/students")
    assert "钳工" not in hr2.page("/demands")


def test_what_people_write_is_shown_as_text(world: World) -> None:
    hr = visitor(world, "hr")
    made = hr.send("/demands", title="<script>alert(1)</script>", kind="hire", text='"><img src=x>')
    text = hr.page(made.headers["location"])
    assert "<script>alert" not in text and "<img src=x" not in text and "&lt;script&gt;alert(1)" in text
    assert "<script>alert" not in hr.page("/demands")


# -- an enterprise, from the ad to the contact


def test_from_an_ad_to_a_contact(world: World) -> None:
    hr, office, anna = visitor(world, "hr"), visitor(world, "office"), visitor(world, "anna")
    read = hr.send("/demands/read", text=AD)
    assert read.status_code == 200
    for phrase in ("5名", "焊工证", "6-9K"):
        assert re.search(rf'<mark class="sure"[^>]*>{phrase}<', read.text), phrase
    assert '<mark class="bad"' in read.text and "不得发布" in read.text
    assert 'name="title" type="text" value="氩弧焊工"' in read.text and 'value="6000"' in read.text
    fields = dict(re.findall(r'<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"', read.text))
    text = re.search(r'<textarea id="f-text"[^>]*>([^<]*)', read.text)
    assert text is not None
    sent = {**fields, "kind": "hire", "text": text.group(1)}
    sent.pop(CSRF_FIELD)
    sent |= {f"requirements[{n}].importance": "should" for n in range(9) if f"requirements[{n}].label" in sent}
    sent |= {f"requirements[{n}].kind": "skill" for n in range(9) if f"requirements[{n}].label" in sent}
    address = hr.send("/demands", **sent).headers["location"]

    refused = hr.send(f"{address}/steps/submit", version=version_on(hr.page(address)))
    assert refused.status_code == 422 and "限男性" in refused.text and "性别不限" in refused.text
    sent["text"] = sent["text"].replace("限男性", "")
    assert hr.send(address, version=version_on(hr.page(address)), **sent).status_code == 303
    assert hr.send(f"{address}/steps/submit", version=version_on(hr.page(address))).status_code == 303
    assert address in office.page("/moderation")
    assert office.send(f"{address}/steps/reject", version=version_on(office.page(address))).status_code == 422
    assert office.send(f"{address}/steps/approve", version=version_on(office.page(address))).status_code == 303
    assert hr.send(f"{address}/steps/publish", version=version_on(hr.page(address))).status_code == 303

    listed = hr.page(f"{address}/matches")
    code = re.findall(r'id="m-([A-Z2-7]{10})"', listed)[0]
    assert "已具备" in listed and "名字anna" not in listed and "24智能焊接1班" not in listed
    sheet = hr.open(f"{address}/matches.xlsx")
    assert sheet.content.startswith(b"PK") and "spreadsheetml" in sheet.headers["content-type"]
    assert hr.send(f"{address}/matches/{code}/shortlist").status_code == 303
    entry = re.findall(r'href="(/shortlist/lst_[0-9a-f]+)"', hr.page("/shortlist"))[0]
    assert hr.send(entry, version=version_on(hr.page(entry)), stage="interview", note="周五面谈").status_code == 303
    assert "周五面谈" in hr.page(entry) and "面试" in hr.page(entry)

    assert hr.send(f"{address}/matches/{code}/contact", message="想约您面谈").headers["location"] == "/contacts"
    asked = next(
        one for one in (anna, visitor(world, "bao"), visitor(world, "chen")) if "想约" in one.page("/my/contacts")
    )
    request = re.findall(r'action="(/my/contacts/req_[0-9a-f]+)/grant"', asked.page("/my/contacts"))[0]
    opened = request.replace("/my/contacts", "/contacts") + "/open"
    assert "1380000" not in hr.send(opened).text
    assert asked.send(f"{request}/grant").status_code == 303
    assert "1380000" in hr.send(opened).text
    consent = re.findall(r'action="(/my/consents/con_[0-9a-f]+/withdraw)"', asked.page("/my/consents"))[0]
    assert asked.send(consent).status_code == 303
    assert "1380000" not in hr.send(opened).text


def test_wrong_fields_are_named_in_place_and_old_pages_change_nothing(world: World) -> None:
    hr = visitor(world, "hr")
    wrong = {"title": "钳工", "kind": "hire", "headcount": "几个", "pay.low": "9000", "pay.high": "5000"}
    answer = hr.send("/demands", **wrong)
    assert answer.status_code == 422
    assert 'value="几个"' in answer.text and 'aria-describedby="wrong-headcount"' in answer.text
    address = f"/demands/{world.ids['fitter']}"
    version = version_on(hr.page(f"{address}/edit"))
    assert hr.send(address, version=version, title="钳工（装配）", kind="hire").status_code == 303
    late = hr.send(address, version=version, title="车工", kind="hire")
    assert late.status_code == 412 and "返回并刷新" in late.text
    assert "钳工（装配）" in hr.page(address)


def test_small_updates_are_pieces_of_the_page(world: World) -> None:
    hr = visitor(world, "hr")
    rows = hr.open("/demands", **{"HX-Request": "true", "Q": ""})
    assert "<html" not in rows.text and "焊工" in rows.text
    estimate = hr.send("/demands/estimate", title="焊工", kind="hire")
    assert "&lt;10" in estimate.text and "<html" not in estimate.text
    suggested = hr.open("/suggest?requirements[0].label=氩弧", **{"HX-Request": "true"})
    assert '<option value="' in suggested.text
    assert world.client is not None
    world.client.cookies.clear()
    gone = world.client.get("/demands", headers={"HX-Request": "true"})
    assert gone.headers["hx-redirect"] == "/sign-in"


# -- a college, a student, the office


def test_a_roster_is_previewed_mended_and_taken_over(world: World) -> None:
    college_admin = visitor(world, "college")
    empty = college_admin.send("/imports/students", files={"file": ("", b"")})
    assert empty.status_code == 422 and "请先选择文件" in empty.text
    sent = college_admin.send("/imports/students", files={"file": (ROSTER.name, ROSTER.read_bytes())})
    assert sent.status_code == 303
    address = sent.headers["location"]
    preview = college_admin.page(address)
    assert "待确认" in preview and "第 12 行" in preview and "学号" in preview and "测试甲" in preview
    workbook = college_admin.open(f"{address}/errors.xlsx")
    assert workbook.content.startswith(b"PK")
    assert "测试甲" not in college_admin.page("/students")
    assert college_admin.send(f"{address}/apply").status_code == 303
    assert "已导入" in college_admin.page(address) and "测试甲" in college_admin.page("/students?q=测试甲")
    teacher = visitor(world, "teacher")
    assert "测试甲" not in teacher.page("/students") and teacher.open("/imports/students").status_code == 403
    blank = college_admin.open("/imports/students/template.xlsx").content
    assert blank.startswith(b"PK")


def test_a_students_card_and_matches(world: World, tmp_path: Path) -> None:
    college_admin, address = visitor(world, "college"), f"/students/{world.ids['anna']}"
    card = college_admin.page(address)
    assert "名字anna" in card and "氩弧焊" in card
    given = {"number": "2024anna", "name": "新名字", "class_name": "24智能焊接1班", "phone": "", "email": ""}
    assert college_admin.send(address, version=version_on(card), **given).status_code == 303
    assert "新名字" in college_admin.page(address) and "氩弧焊" in college_admin.page(address)
    listed = college_admin.page(f"{address}/matches")
    assert "焊工" in listed and "已具备" in listed
    target = tmp_path / "students.xlsx"
    target.write_bytes(college_admin.open("/students.xlsx").content)
    sheet = load_workbook(target, read_only=True).worksheets[0]
    assert sum(1 for _ in sheet.iter_rows()) == 3


def test_a_student_decides(world: World) -> None:
    anna = visitor(world, "anna")
    page = anna.page("/my/profile")
    skills = {"skills[0].label": "氩弧焊", "skills[0].level": "2", "skills[1].label": "铆工", "skills[1].level": ""}
    choices = {
        "intent": "undecided",
        "automated_decision": "refuse",
        "visible": "1",
        "preferences.places": "长清、平阴",
    }
    assert anna.send("/my/profile", version=version_on(page), **skills, **choices, text="会氩弧焊").status_code == 303
    page = anna.page("/my/profile")
    assert 'value="铆工"' in page and 'value="长清、平阴"' in page and 'value="refuse" checked' in page
    assert 'value="二保焊"' not in page
    assert anna.send("/my/consents").status_code == 303
    assert "您已同意" in anna.page("/my/consents")
    withdraw = re.findall(r'action="(/my/consents/con_[0-9a-f]+/withdraw)"', anna.page("/my/consents"))[0]
    assert visitor(world, "bao").send(withdraw).status_code == 404
    assert anna.send(withdraw).status_code == 303
    assert "我同意展示画像" in anna.page("/my/consents")


def test_the_office_verifies_and_sees_no_people(world: World) -> None:
    office = visitor(world, "office")
    address = f"/organisations/{world.ids['north']}"
    assert office.send(f"{address}/verify").status_code == 303
    until = re.search(r"有效至 (\d{4}-\d\d-\d\d)", office.page(address))
    assert until is not None and date.fromisoformat(until.group(1)) > date.today() + timedelta(days=170)
    wrong = office.send("/organisations", name="新企业", kind="enterprise", credit_code="123")
    assert wrong.status_code == 422 and 'aria-describedby="wrong-credit_code"' in wrong.text
    assert office.send("/organisations", name="新企业", kind="enterprise").status_code == 303
    assert "新企业" in office.page("/organisations?q=新企业")
    pages = office.page("/statistics") + office.page("/exposure") + office.page("/moderation")
    assert "名字" not in pages and "1380000" not in pages


def test_accounts_are_made_and_turned_off(world: World) -> None:
    hr, admin = visitor(world, "hr"), visitor(world, "admin")
    given = {"login": "neu@test", "name": "新同事", "role": "recruiter", "password": PASSWORD}
    assert hr.send("/accounts", **{**given, "role": "auditor"}).status_code == 403
    assert hr.send("/accounts", **{**given, "password": "kurz"}).status_code == 422
    assert hr.send("/accounts", **{**given, "role": "king"}).status_code == 422
    assert hr.send("/accounts", **given).status_code == 303
    found = admin.page("/accounts?q=neu@test")
    account = re.findall(r'href="(/accounts/usr_[0-9a-f]+)"', found)[0]
    edit = hr.page(account)
    assert "焊工" in edit
    picked = {"picks_demands": "1", "demands": [world.ids["welder"]]}
    assert hr.send(account, version=version_on(edit), name="新同事", active="1", **picked).status_code == 303
    assert f'value="{world.ids["welder"]}" checked' in hr.page(account)
    assert visitor(world, "hr2").open(account).status_code == 404
    assert hr.send(account, version=version_on(hr.page(account)), name="新同事").status_code == 303
    assert "停用" in admin.page("/accounts?q=neu@test")


def test_switches_need_their_basis_and_the_log_is_whole(world: World) -> None:
    admin, auditor = visitor(world, "admin"), visitor(world, "auditor")
    assert admin.send("/settings", on="1", basis=" ").status_code == 422
    assert admin.send("/settings", on="1", basis="联合体章程").status_code == 303
    assert "联合体章程" in admin.page("/settings")
    assert "show_profiles" in auditor.page("/audit?kind=setting")
    assert "审计日志完整" in auditor.page("/audit/verify")


def test_a_password_is_changed_from_the_page(world: World) -> None:
    hr: Visitor = visitor(world, "hr")
    fresh = "另一句很好记的超长密码"
    wrong = hr.send("/account", old="falsch falsch", password=fresh, again=fresh)
    assert wrong.status_code == 422 and "当前密码" in wrong.text
    assert hr.send("/account", old=PASSWORD, password=fresh, again="anders anders").status_code == 422
    assert hr.send("/account", old=PASSWORD, password=fresh, again=fresh).headers["location"] == "/sign-in"
    assert hr.open("/").status_code == 303
