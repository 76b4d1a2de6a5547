"""The seats of one class while students come and go: groups within groups, and who must leave when one more comes.

Seats that a group still needs for its minimum are held back for its members. With them counted, a group's *load* is
max(minimum, loads of the groups inside + students directly in it), and a set of students fits when no load is above its
group's maximum. Such sets are those of a matroid, so taking students one by one from the best is a substitutable choice
and deferred acceptance is stable, best for students and strategy-proof (docs/decisions/013-allocation.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush

NO_BAR = 1 << 62


@dataclass(frozen=True, slots=True)
class Tree:
    """The groups of a class as nodes; node 0 is the class, `parent` of each node stands before it (-1 for node 0)."""

    names: tuple[str, ...]
    parent: tuple[int, ...]
    least: tuple[int, ...]
    most: tuple[int, ...]

    def chain(self, node: int) -> list[int]:
        """Give a node and those around it, from the inside to the class."""
        found = []
        while node >= 0:
            found.append(node)
            node = self.parent[node]
        return found

    def children(self, node: int) -> list[int]:
        """Give the nodes directly inside a node."""
        return [child for child, around in enumerate(self.parent) if around == node]


class Seats:
    """Who holds the seats of one class; entries are integers, the smaller the better, and never equal."""

    __slots__ = ("_held", "_inside", "_taken", "bars", "tree")

    def __init__(self, tree: Tree) -> None:
        """Start with empty seats."""
        size = len(tree.parent)
        self.tree = tree
        self.bars = [NO_BAR] * size
        self._held: list[list[int]] = [[] for _ in range(size)]
        self._inside = [tree.children(node) for node in range(size)]
        self._taken = [sum(self._needed(child) for child in self._inside[node]) for node in range(size)]

    def copy(self) -> Seats:
        """Give seats that change apart from these."""
        other = Seats.__new__(Seats)
        other.tree, other._inside = self.tree, self._inside
        other.bars, other._taken = self.bars.copy(), self._taken.copy()
        other._held = [heap.copy() for heap in self._held]
        return other

    def offer(self, entry: int, node: int) -> int | None:
        """Take an entry at a node and give back the one that must leave, None where nobody must.

        Whoever leaves sets the bar of its node: from then on a worse entry at that node would be turned away too.
        """
        full = self._full(node)
        self._add(entry, node)
        if full < 0:
            return None
        where = max(self._movable(full), key=lambda place: -self._held[place][0])
        worst = -heappop(self._held[where])
        self._left(where)
        self.bars[where] = min(self.bars[where], worst)
        return worst

    def bottleneck(self, node: int) -> tuple[int, list[int]]:
        """Say which node has no room for one more at `node`, and whose entries would have to leave for it, best first.

        (-1, []) where there is room.
        """
        full = self._full(node)
        if full < 0:
            return -1, []
        trial = self.copy()
        trial._add(0, node)
        places = trial._movable(full)
        return full, sorted(-entry for place in places for entry in self._held[place])

    def entries(self) -> list[int]:
        """Give all entries, best first."""
        return sorted(-entry for heap in self._held for entry in heap)

    def counts(self) -> list[int]:
        """Count the entries within each node."""
        found = [len(heap) for heap in self._held]
        for node in range(len(found) - 1, 0, -1):
            found[self.tree.parent[node]] += found[node]
        return found

    def empty(self) -> None:
        """Remove everybody and let nobody in any more."""
        self._held = [[] for _ in self._held]
        self.bars = [-NO_BAR] * len(self.bars)

    def _needed(self, node: int) -> int:
        return max(self.tree.least[node], sum(self._needed(child) for child in self._inside[node]))

    def _full(self, node: int) -> int:
        """Give the innermost node without room for one more at `node`; -1 where there is room."""
        taken, tree = self._taken, self.tree
        while node >= 0:
            if taken[node] >= tree.most[node]:
                return node
            if taken[node] < tree.least[node]:
                return -1
            node = tree.parent[node]
        return -1

    def _add(self, entry: int, node: int) -> None:
        heappush(self._held[node], -entry)
        taken, tree = self._taken, self.tree
        taken[node] += 1
        while taken[node] > tree.least[node] and tree.parent[node] >= 0:
            node = tree.parent[node]
            taken[node] += 1

    def _left(self, node: int) -> None:
        taken, tree = self._taken, self.tree
        taken[node] -= 1
        while taken[node] >= tree.least[node] and tree.parent[node] >= 0:
            node = tree.parent[node]
            taken[node] -= 1

    def _movable(self, full: int) -> list[int]:
        """Give the nodes within a full one whose students' leaving makes room in it; held back seats make none."""
        found, stack = [], [full]
        while stack:
            node = stack.pop()
            if self._held[node]:
                found.append(node)
            stack += [child for child in self._inside[node] if self._taken[child] > self.tree.least[child]]
        return found


def fits(tree: Tree, nodes: list[int]) -> bool:
    """Tell whether students at these nodes can sit together; counted afresh, to check what `Seats` does in steps."""
    load = [0] * len(tree.parent)
    for node in nodes:
        load[node] += 1
    for node in range(len(load) - 1, -1, -1):
        load[node] = max(load[node], tree.least[node])
        if load[node] > tree.most[node]:
            return False
        if node:
            load[tree.parent[node]] += load[node]
    return True


def chosen(tree: Tree, offers: list[tuple[int, int]]) -> list[int]:
    """Choose among (entry, node) from the best down whoever still fits: what `Seats` does in steps."""
    taken: list[tuple[int, int]] = []
    for offer in sorted(offers):
        if fits(tree, [node for _, node in taken] + [offer[1]]):
            taken.append(offer)
    return [entry for entry, _ in taken]
