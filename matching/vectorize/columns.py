"""Which column a feature has: those of `fit` in the order of names, what comes later behind them."""

from __future__ import annotations

from threading import Lock


class Columns(dict[str, int]):
    """Feature -> column; asking for a feature that is new gives it the next column and adds it to `names`.

    Threads may ask at the same time.
    """

    def __init__(self, names: list[str]) -> None:
        super().__init__((name, number) for number, name in enumerate(names))
        self.names = names
        self._growing = Lock()

    def __missing__(self, feature: str) -> int:
        with self._growing:
            if feature not in self:
                self.names.append(feature)
                self[feature] = len(self.names) - 1
            return self[feature]
