"""What the operator sets: the folder of the platform's data, the database, limits and the public statement's date.

Everything has a default that works on a fresh machine. Environment variables: DUIKOU_HOME (folder, default
`duikou-data`), DUIKOU_DATABASE_URL (default SQLite in that folder), DUIKOU_SECURE_COOKIES=1 behind TLS, DUIKOU_TODAY (a
day such as 2026-11-24 that matching takes for today; for demonstrations).
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from api.slots import PARALLEL

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Settings:
    """The operator's settings.

    folder : where the database, the saved index, uploads and the secret stand. database_url : SQLite or PostgreSQL.
    secret : makes the codes of students; generated once, mode 0600, never a default. secure_cookies : cookies
    only over TLS. today : the day that matching takes for today, for a demonstration; None = the present one.
    session_hours, token_days : how long they last. parallel_matches : how many a process makes at once.
    """

    folder: Path
    database_url: str
    secret: bytes
    secure_cookies: bool = False
    session_hours: int = 12
    token_days: int = 365
    longest_upload: int = 50 * 2**20
    today: date | None = None
    parallel_matches: int = PARALLEL

    @property
    def index_folder(self) -> Path:
        """Where the index is saved."""
        return self.folder / "index"

    @property
    def uploads_folder(self) -> Path:
        """Where uploaded tables wait until they are taken over or dropped."""
        return self.folder / "uploads"


def read_settings(environment: Mapping[str, str] = os.environ, folder: Path | None = None) -> Settings:
    """Read the environment; make the folder and its secret where they are absent."""
    home = folder or Path(environment.get("DUIKOU_HOME") or "duikou-data")
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    url = environment.get("DUIKOU_DATABASE_URL") or f"sqlite:///{(home / 'duikou.sqlite3').resolve()}"
    day = environment.get("DUIKOU_TODAY")
    return Settings(
        home,
        url,
        _secret(home / "secret"),
        secure_cookies=environment.get("DUIKOU_SECURE_COOKIES") == "1",
        today=date.fromisoformat(day) if day else None,
    )


def _secret(path: Path) -> bytes:
    """Read the secret; the first process makes it, others that start at the same time read the same one."""
    if not path.exists():
        fresh = path.with_name(f"secret.{secrets.token_hex(4)}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(secrets.token_bytes(SECRET_BYTES))
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_bytes()


def keep_secret(folder: Path, secret: bytes) -> None:
    """Put a restored secret in the place of the generated one."""
    fresh = folder / "secret.restored"
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
        stream.write(secret)
    os.replace(fresh, folder / "secret")
