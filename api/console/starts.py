"""What waits for each role on its start page, counted from the records that it sees."""

from __future__ import annotations

from dataclasses import dataclass

from api.console.visits import Visit


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: the key of its words, where it is done, how many wait; None where there is nothing to count."""

    key: str
    href: str
    count: int | None = None

    @property
    def waits(self) -> bool:
        """Tell whether something waits."""
        return bool(self.count)


def steps(visit: Visit) -> list[Step]:
    """List what the visitor may do next, in the order of the work."""
    return []
