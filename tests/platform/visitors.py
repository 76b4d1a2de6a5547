"""A person in front of the pages, for tests: signed in by a session, sends forms with the page's token."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from httpx import Response

from api.console.visits import CSRF_FIELD, LANGUAGE_COOKIE
from api.deps import COOKIE
from api.identity import issue
from api.store.tables import User
from tests.platform.conftest import World


@dataclass
class Visitor:
    """Opens pages and sends forms as one account."""

    world: World
    secret: str
    csrf: str
    lang: str = "zh"

    def open(self, address: str, **headers: str) -> Response:
        """Open a page without following where it sends the browser."""
        return self._ask("GET", address, headers)

    def send(self, address: str, token: str | None = None, files: Any = None, **fields: Any) -> Response:
        """Send a form with the session's own token, or with another one."""
        data = {CSRF_FIELD: self.csrf if token is None else token, **fields}
        return self._ask("POST", address, {}, data=data, files=files)

    def page(self, address: str) -> str:
        """Open a page that has to be there, and give its text."""
        answer = self.open(address)
        assert answer.status_code == 200, (address, answer.status_code)
        return answer.text

    def _ask(self, method: str, address: str, headers: dict[str, str], **more: Any) -> Response:
        assert self.world.client is not None
        self.world.client.cookies.clear()
        cookies = f"{COOKIE}={self.secret}; {LANGUAGE_COOKIE}={self.lang}"
        answer: Response = self.world.client.request(
            method, address, headers={"Cookie": cookies, **headers}, follow_redirects=False, **more
        )
        return answer


def visitor(world: World, name: str, lang: str = "zh") -> Visitor:
    """Sign an account of the small world in."""
    with world.store.writing("system") as work:
        user = work.session.get_one(User, world.ids[f"user {name}"])
        secret, credential = issue(work, user, "session", timedelta(hours=1))
    return Visitor(world, secret, credential.csrf, lang)


def version_on(page: str) -> str:
    """Find the version that a page's form sends back."""
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found is not None
    return found.group(1)
