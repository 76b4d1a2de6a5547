"""One write: a transaction that ends with its change number and its rows in the hash-chained audit log.

The change number is one locked row, taken last: whoever sees number n has seen all writes up to n, because a writer
keeps the row until its commit. A sequence of the database would not do: it gives numbers in another order than commits.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from api.store.tables import Audit, Consent, Head, Kept, Removed, Row, now

FIRST_HASH = "0" * 64
SYSTEM = "system"
BATCH = 500


class Work:
    """What a write changes in one transaction.

    Add and change rows through `session`; `touch` each edited row, so that its version and change number move; `note`
    what was done for the audit log, without personal data.
    """

    def __init__(self, session: Session, actor: str) -> None:
        self.session = session
        self.actor = actor
        self._notes: list[tuple[str, str, str, str | None, Mapping[str, Any]]] = []
        self._touched: dict[int, Row] = {}

    def note(
        self,
        action: str,
        kind: str,
        subject: str,
        organisation_id: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Say what this write does: `approve`, `demand`, its id, whose it is."""
        self._notes.append((action, kind, subject, organisation_id, details or {}))

    def add(self, row: Row) -> None:
        """Add a new row; where it has a change number, this write's."""
        self.session.add(row)
        self._touched[id(row)] = row

    def touch(self, row: Kept | Consent) -> None:
        """Mark an edited row: its version goes up by one, and it gets this write's change number."""
        if isinstance(row, Kept) and id(row) not in self._touched:
            row.version += 1
            row.changed_at = now()
        if isinstance(row, Row):
            self._touched[id(row)] = row

    def remove(self, kind: str, row: Row, identifier: str) -> None:
        """Delete a demand or a student; the tombstone tells every index."""
        self.session.delete(row)
        self.session.flush()
        gone = Removed(kind=kind, id=identifier)
        self.session.add(gone)
        self._touched[id(gone)] = gone

    def finish(self) -> None:
        """Take the change number, last of all, and write the audit rows; nothing where nothing was done.

        Raises RuntimeError where rows were touched and nothing was noted: no index would hear of them.
        """
        session = self.session
        session.flush()
        if not self._notes:
            if self._touched:
                raise RuntimeError("a write that touches rows must note what it does")
            return
        head = session.get_one(Head, 1, populate_existing=True, with_for_update=True)
        for action, kind, subject, organisation_id, details in self._notes:
            plain = json.loads(json.dumps(details))
            row = Audit(
                number=head.number + 1,
                at=now(),
                actor=self.actor,
                action=action,
                kind=kind,
                subject=subject,
                organisation_id=organisation_id,
                details=plain,
                before=head.hash,
                hash="",
            )
            row.hash = chained(row)
            session.add(row)
            head.number, head.hash = row.number, row.hash
        session.flush()
        self._number(head.number)

    def _number(self, number: int) -> None:
        """Write the change number into all touched rows, many at a time."""
        held = [row for row in self._touched.values() if isinstance(row, Kept | Consent | Removed)]
        for kind in {type(row) for row in held}:
            table: Any = kind.__table__
            identifiers = [row.id for row in held if type(row) is kind]
            values = {"change": number} | ({"changed_at": table.c.changed_at} if "changed_at" in table.c else {})
            for start in range(0, len(identifiers), BATCH):
                batch = table.c.id.in_(identifiers[start : start + BATCH])
                self.session.connection().execute(table.update().where(batch).values(values))
        for row in held:
            set_committed_value(row, "change", number)


def chained(row: Audit) -> str:
    """Hash an audit row together with the hash of the row before it."""
    values = [
        *(row.before, row.number, row.at.isoformat(), row.actor, row.action),
        *(row.kind, row.subject, row.organisation_id, row.details),
    ]
    return sha256(json.dumps(values, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def verify_chain(session: Session) -> int | None:
    """Recompute the audit chain; give the first number at which it is broken, None where it is whole."""
    before, number = FIRST_HASH, 0
    for row in session.execute(select(Audit).order_by(Audit.number).execution_options(yield_per=1000)).scalars():
        if (row.number, row.before, row.hash) != (number + 1, before, chained(row)):
            return number + 1
        before, number = row.hash, row.number
    head = session.get_one(Head, 1)
    return None if (head.number, head.hash) == (number, before) else number + 1
