"""Who somebody is: passwords (argon2), sessions of browsers, tokens of programs, and the limit on tries to sign in."""

from __future__ import annotations

import secrets
from datetime import timedelta
from functools import lru_cache
from hashlib import sha256
from hmac import compare_digest

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from pwdlib import PasswordHash
from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from api.access import Principal, Role
from api.errors import FieldError, NotSignedIn, TooMany
from api.store import Work
from api.store.tables import Credential, Organisation, User, now
from matching.errors import Problem

SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 200
TRIES_PER_LOGIN, TRIES_PER_ADDRESS = 5, 30
TRIES_SECONDS = 60


class LoginLimit:
    """Counts tries to sign in, per account and per address, in a minute that moves."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def spend(self, login: str, address: str) -> None:
        """Count a try; raise TooMany where it is one too many."""
        for limit, name in ((TRIES_PER_LOGIN, f"login {login}"), (TRIES_PER_ADDRESS, f"address {address}")):
            if not self._limiter.hit(RateLimitItemPerMinute(limit), name):
                raise TooMany(TRIES_SECONDS)


@lru_cache(maxsize=1)
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@lru_cache(maxsize=1)
def _hash_of_nobody() -> str:
    return _hasher().hash(secrets.token_urlsafe())


def hash_password(password: str) -> str:
    """Hash a password with a salt of its own; FieldError where it is too short or too long."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        en, zh = f"must have at least {SHORTEST_PASSWORD} characters", f"密码至少 {SHORTEST_PASSWORD} 位"
        raise FieldError(Problem("password", en, zh, field="password"))
    return _hasher().hash(password)


def user_with(session: Session, login: str, password: str) -> User:
    """Find the active account that login and password belong to; NotSignedIn takes as long for an unknown login.

    An account whose organisation is turned off is not active either.
    """
    user = session.scalar(select(User).where(User.login == login, _is_on()))
    right = _hasher().verify(password[:LONGEST_PASSWORD], user.password_hash if user else _hash_of_nobody())
    if user is None or not right:
        raise NotSignedIn
    return user


def issue(work: Work, user: User, kind: str, lifetime: timedelta, label: str = "") -> tuple[str, Credential]:
    """Make a session or a token; give its secret, which is shown once and of which only a hash is kept."""
    secret = secrets.token_urlsafe(32)
    credential = Credential(
        user_id=user.id,
        kind=kind,
        secret_hash=_digest(secret),
        expires_at=now() + lifetime,
        label=label,
        csrf=secrets.token_urlsafe(32) if kind == "session" else "",
    )
    work.session.add(credential)
    return secret, credential


def credential_of(session: Session, secret: str, kind: str) -> tuple[Credential, User]:
    """Find a valid credential and its account.

    Raises NotSignedIn where it is unknown, expired or revoked, or the account or its organisation turned off.
    """
    found = session.execute(
        select(Credential, User)
        .join(User, User.id == Credential.user_id)
        .where(Credential.secret_hash == _digest(secret), Credential.kind == kind, _is_on())
    ).one_or_none()
    if found is None or found[0].revoked_at is not None or found[0].expires_at <= now():
        raise NotSignedIn
    return found[0], found[1]


def end_sessions(work: Work, user: User) -> None:
    """Revoke all sessions and tokens of an account; when: it is turned off or gets a new password."""
    own = update(Credential).where(Credential.user_id == user.id, Credential.revoked_at.is_(None))
    work.session.execute(own.values(revoked_at=now()))


def principal_of(user: User) -> Principal:
    """Give the caller that an account is."""
    return Principal(
        user.id,
        Role(user.role),
        user.organisation_id,
        user.student_id,
        frozenset(user.classes),
        frozenset(user.demands),
        user.login,
        user.name,
        user.lang,
    )


def csrf_fits(credential: Credential, given: str | None) -> bool:
    """Tell whether a page's token is the session's own; an empty one never is."""
    return bool(given) and bool(credential.csrf) and compare_digest((given or "").encode(), credential.csrf.encode())


def _is_on() -> ColumnElement[bool]:
    """Give the condition that an account is turned on, and so is its organisation where it has one."""
    active = select(Organisation.id).where(Organisation.active)
    return User.active & or_(User.organisation_id.is_(None), User.organisation_id.in_(active))


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
