"""What the platform does by itself while it serves, within the hour: demands expire, uploads and credentials go."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import date, timedelta

from sqlalchemy import delete, or_
from starlette.concurrency import run_in_threadpool

from api.resources import intake
from api.resources.demands import expire
from api.settings import Settings
from api.store import Store
from api.store.tables import Credential, Repeatable, now
from api.store.writing import SYSTEM

SECONDS_BETWEEN = 3600.0
HOURS_KEPT = 24
_log = logging.getLogger(__name__)


@asynccontextmanager
async def sweeping(store: Store, settings: Settings, seconds: float = SECONDS_BETWEEN) -> AsyncIterator[None]:
    """Sweep at once and then every so many seconds, for as long as the block runs."""
    task = asyncio.create_task(_sweep(store, settings, seconds))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _sweep(store: Store, settings: Settings, seconds: float) -> None:
    """Do each part by itself, so that one that fails stops neither the others nor the next time.

    Logged is the error's type only, since its message may quote a record.
    """
    while True:
        for part in (_expire, intake.tidy, forget):
            try:
                await run_in_threadpool(part, store, settings)
            except Exception as error:
                _log.warning("%s in the sweep's %s; tried again in %g s", type(error).__name__, part.__name__, seconds)
        await asyncio.sleep(seconds)


def _expire(store: Store, settings: Settings) -> None:
    with store.writing(SYSTEM) as work:
        expire(work, settings.today or date.today())


def forget(store: Store, settings: Settings) -> None:
    """Delete sessions and tokens that ended, and answers kept for Idempotency-Key, HOURS_KEPT hours ago or more."""
    edge = now() - timedelta(hours=HOURS_KEPT)
    with store.writing(SYSTEM) as work:
        work.session.execute(delete(Credential).where(or_(Credential.expires_at < edge, Credential.revoked_at < edge)))
        work.session.execute(delete(Repeatable).where(Repeatable.created_at < edge))
