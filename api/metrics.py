"""Counts and times of one process for Prometheus: requests by route, seconds of matches, how far the index lags."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
UNMATCHED = "unmatched"
MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """What a process has counted since its start; labels are route templates, never addresses or names."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "duikou_requests", "Requests answered", ("method", "route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "duikou_request_seconds",
            "Seconds from request to answer",
            ("method", "route"),
            buckets=SECONDS,
            registry=self._registry,
        )
        self._match = Histogram(
            "duikou_match_seconds", "Seconds that a match took", buckets=SECONDS, registry=self._registry
        )
        self._lag = Gauge(
            "duikou_change_lag", "Committed changes that this process's index has not reached", registry=self._registry
        )

    def answered(self, method: str, route: str | None, status: int, seconds: float) -> None:
        """Count an answered request; `route` is the template, None where no route fits."""
        known = method if method in METHODS else "other"
        self._requests.labels(known, route or UNMATCHED, str(status)).inc()
        self._seconds.labels(known, route or UNMATCHED).observe(seconds)

    def matched(self, seconds: float) -> None:
        """Count a match."""
        self._match.observe(seconds)

    def text(self, lag: int) -> bytes:
        """Give everything in Prometheus' text format.

        lag : the store's latest change number minus the one that the index has reached.
        """
        self._lag.set(lag)
        return generate_latest(self._registry)
