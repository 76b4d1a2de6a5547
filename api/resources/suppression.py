"""Keeps small groups out of published counts, and keeps them from being had by subtraction."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

from api.access import SMALL_GROUP


def suppressed(counts: Mapping[str, int]) -> Set[str]:
    """Name the groups that may not be shown, of groups that share nobody.

    Every group under SMALL_GROUP, and the smallest of the others besides, until at least two are named and together
    hold at least SMALL_GROUP: a total minus what is shown is then no small group either.
    """
    by_size = sorted(counts, key=lambda name: (counts[name], name))
    hidden = [name for name in by_size if counts[name] < SMALL_GROUP]
    for name in by_size[len(hidden) :]:
        if not hidden or _covers(hidden, counts):
            break
        hidden.append(name)
    return frozenset(hidden)


def table_of(counts: Mapping[str, int]) -> dict[str, Any]:
    """Give counts as a table without the groups that `suppressed` names, not even their names.

    `{"total", "groups": [{"name", "count"}], "suppressed": how many groups are left out}`, in the order given. The
    total is None where it would tell a group under SMALL_GROUP.
    """
    hidden = suppressed(counts)
    return {
        "total": sum(counts.values()) if not hidden or _covers(hidden, counts) else None,
        "groups": [{"name": name, "count": count} for name, count in counts.items() if name not in hidden],
        "suppressed": len(hidden),
    }


def _covers(hidden: Set[str] | list[str], counts: Mapping[str, int]) -> bool:
    return len(hidden) > 1 and sum(counts[name] for name in hidden) >= SMALL_GROUP
