"""The version of a row: as an ETag, and as what an edit must have been made from."""

from __future__ import annotations

from api.errors import Changed, VersionMissing
from api.store.tables import Kept


def etag(row: Kept) -> str:
    """Give the version of a row as an ETag."""
    return f'"{row.version}"'


def require_version(row: Kept, if_match: str | None) -> None:
    """Let an edit through only if it was made from the row's present version.

    Raises VersionMissing (428) without If-Match, Changed (412) where it does not fit.
    """
    if if_match is None:
        raise VersionMissing
    if if_match.strip() not in ("*", etag(row)):
        raise Changed
