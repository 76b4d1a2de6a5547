"""How many matches run at once in a process; whoever would wait long is told to come back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from time import perf_counter

from api.errors import Crowded

PARALLEL = 8
WAIT_SECONDS = 2.0


class Slots:
    """Lets `count` matches run at once.

    done : is told the seconds that each took. wait : seconds to wait for a free slot.
    """

    def __init__(
        self, count: int = PARALLEL, done: Callable[[float], None] | None = None, wait: float = WAIT_SECONDS
    ) -> None:
        self._free = BoundedSemaphore(count)
        self._done, self._wait = done, wait

    @contextmanager
    def one(self) -> Iterator[None]:
        """Take a slot for as long as a match takes; raise Crowded where none got free in time."""
        if not self._free.acquire(timeout=self._wait):
            raise Crowded
        begun = perf_counter()
        try:
            yield
        finally:
            self._free.release()
            if self._done is not None:
                self._done(perf_counter() - begun)
