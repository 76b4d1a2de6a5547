"""Every role's pages in a real browser, zh and en, wide and narrow: no console error, no request to anywhere else."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import uvicorn

from api.access import Role
from api.app import create_app
from api.console.render import NAVIGATION
from api.settings import Settings
from api.store import Store
from matching import Vocabulary
from tests.platform.conftest import PASSWORD, World, populate

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed")
WIDE, NARROW = 1280, 390
AD = "招氩弧焊工5名，持焊工证，熟练氩弧焊，6-9K，长清"
ROSTER = Path(__file__).parent.parent / "material" / "office_files" / "s01_title_rows.xlsx"
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


@dataclass
class Watched:
    """A page of the browser, what its console complained of, and which other servers it asked."""

    page: playwright.Page
    home: str
    complaints: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", lambda said: said.type in ("error", "warning") and self.complaints.append(said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda asked: self._note(asked.url))

    def _note(self, address: str) -> None:
        if urlsplit(address).scheme != "data" and not address.startswith(self.home + "/"):
            self.foreign.append(address)

    def open(self, path: str) -> None:
        answer = self.page.goto(self.home + path)
        assert answer is not None and answer.status == 200, path
        self.fits()

    def fits(self) -> None:
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, (self.page.url, wide)

    def sign_in(self, name: str) -> None:
        self.open("/sign-in")
        self.page.fill("input[name=login]", f"{name}@test")
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("main button")
        self.page.wait_for_url(self.home + "/")


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, words: Vocabulary) -> Iterator[tuple[World, str]]:
    """Serve the small world on a free port, once for all tests of this file."""
    folder = tmp_path_factory.mktemp("platform")
    settings = Settings(folder, f"sqlite:///{folder / 'duikou.sqlite3'}", b"0123456789abcdef0123456789abcdef")
    world = World(settings, Store(settings.database_url))
    world.store.upgrade()
    populate(world)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(create_app(words, world.settings), port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while thread.is_alive() and not server.started:
        time.sleep(0.05)
    assert server.started
    yield world, f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()
    world.store.close()


@pytest.fixture
def watched(browser: playwright.Browser, served: tuple[World, str]) -> Iterator[Watched]:
    """Give a page; at the end nothing may have been complained of and nobody else asked."""
    context = browser.new_context(viewport={"width": WIDE, "height": 900})
    page = Watched(context.new_page(), served[1])
    yield page
    assert page.complaints == []
    assert page.foreign == []
    context.close()


def more_pages(world: World, name: str) -> list[str]:
    """Name the pages of single records that a role also sees."""
    ids = world.ids
    welder, anna = f"/demands/{ids['welder']}", f"/students/{ids['anna']}"
    return {
        "hr": [welder, f"{welder}/edit", f"{welder}/matches", "/demands/new", "/demands/form", "/imports/demands"],
        "recruiter": [welder, f"{welder}/matches"],
        "college": [anna, f"{anna}/matches", welder, "/imports/students"],
        "teacher": [anna, f"{anna}/matches"],
        "anna": [welder],
        "office": [f"/demands/{ids['turner']}", f"/organisations/{ids['north']}"],
        "admin": [f"/accounts/{ids['user hr']}", f"/organisations/{ids['north']}", "/audit/verify"],
        "auditor": ["/audit/verify"],
    }[name]


@pytest.mark.parametrize("name", ROLES)
def test_each_role_walks_its_pages(watched: Watched, served: tuple[World, str], name: str) -> None:
    watched.sign_in(name)
    addresses = ["/", "/account", "/algorithm", *(href for _, href in NAVIGATION[ROLES[name]])]
    for lang, heading in (("zh", "zh-CN"), ("en", "en")):
        watched.open(f"/language/{lang}?next=/account")
        for address in [*addresses, *more_pages(served[0], name)]:
            watched.open(address)
            assert watched.page.get_attribute("html", "lang") == heading
            watched.page.set_viewport_size({"width": NARROW, "height": 844})
            watched.fits()
            watched.page.set_viewport_size({"width": WIDE, "height": 900})


def test_an_enterprise_works_from_an_ad_to_the_shortlist(watched: Watched, served: tuple[World, str]) -> None:
    page = watched.page
    watched.sign_in("hr")
    watched.open("/demands/new")
    page.fill("#f-text", AD)
    page.get_by_role("button", name="识别内容").click()
    assert page.locator(".read mark.sure").count() >= 3
    page.get_by_role("button", name="估算").click()
    page.wait_for_selector(".note.good")
    page.locator("input[list=known]").last.press_sequentially("二保")
    page.wait_for_selector("#known option", state="attached")
    page.get_by_role("button", name="保存草稿").click()
    page.get_by_role("button", name="提交审核").click()
    assert page.locator("#said .good").is_visible()
    watched.open(f"/demands/{served[0].ids['welder']}/matches")
    page.get_by_role("button", name="加入候选名单").first.click()
    page.wait_for_selector(".match-acts a.tag")
    watched.open("/shortlist")
    page.locator("tbody a.code").first.click()
    page.fill("#f-note", "周五面谈")
    page.select_option("#f-stage", "interview")
    page.get_by_role("button", name="保存").click()
    assert page.get_by_text("周五面谈").is_visible()


def test_a_college_uploads_a_roster(watched: Watched, tmp_path: Path) -> None:
    page = watched.page
    watched.sign_in("college")
    watched.open("/imports/students")
    page.set_input_files("#f-file", str(ROSTER))
    page.get_by_role("button", name="上传并检查").click()
    assert page.get_by_text("第 12 行").first.is_visible()
    with page.expect_download() as waited:
        page.get_by_role("link", name="下载问题工作簿").click()
    target = tmp_path / "problems.xlsx"
    waited.value.save_as(target)
    assert target.read_bytes().startswith(b"PK")
    page.get_by_role("button", name="导入 11 行").click()
    assert page.locator("#said .good").is_visible()
    watched.open("/students")
    page.fill("#f-q", "测试甲")
    playwright.expect(page.locator("#rows tbody tr")).to_have_count(1)


def test_pages_are_usable_by_keyboard(watched: Watched) -> None:
    page = watched.page
    watched.sign_in("anna")
    watched.open("/my/profile")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    unnamed = page.evaluate(
        "[...document.querySelectorAll('main input:not([type=hidden]), main select, main textarea')]"
        ".filter(one => !one.labels.length && !one.getAttribute('aria-label')).length"
    )
    assert unnamed == 0
