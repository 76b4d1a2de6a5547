"""What the platform does by itself while it serves: demands past their last day expire, within the hour."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import date

from starlette.concurrency import run_in_threadpool

from api.resources.demands import expire
from api.store import Store
from api.store.writing import SYSTEM
from matching.errors import DuikouError

SECONDS_BETWEEN = 3600.0
_log = logging.getLogger(__name__)


@asynccontextmanager
async def sweeping(store: Store, seconds: float = SECONDS_BETWEEN) -> AsyncIterator[None]:
    """Sweep at once and then every so many seconds, for as long as the block runs."""
    task = asyncio.create_task(_sweep(store, seconds))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _sweep(store: Store, seconds: float) -> None:
    while True:
        try:
            await run_in_threadpool(_expire, store)
        except DuikouError as error:
            _log.warning("%s while demands expire; tried again in %g s", error.code, seconds)
        await asyncio.sleep(seconds)


def _expire(store: Store) -> None:
    with store.writing(SYSTEM) as work:
        expire(work, date.today())
