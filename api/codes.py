"""Codes under which an enterprise sees students: another one for each demand, the same every day, not to be undone."""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Iterable
from hashlib import blake2b

LENGTH = 10


def code_of(secret: bytes, demand_id: str, student_id: str) -> str:
    """Give a student's code for a demand: keyed BLAKE2b of both ids, ten characters of A-Z and 2-7 (50 bits)."""
    digest = blake2b(f"{demand_id}\n{student_id}".encode(), key=secret, digest_size=10).digest()
    return b32encode(digest).decode()[:LENGTH]


def student_with(secret: bytes, demand_id: str, code: str, student_ids: Iterable[str]) -> str | None:
    """Find the student whose code it is among those given; None where nobody's."""
    return next((one for one in student_ids if code_of(secret, demand_id, one) == code), None)
