"""The platform's records in a relational database: SQLite by default, PostgreSQL by URL.

    store = Store("sqlite:///duikou-data/duikou.sqlite3")
    with store.writing(actor="usr_...") as work:
        work.session.add(organisation)
        work.note("create", "organisation", organisation.id, organisation.id)
    with store.reading(who) as session:
        ...

`tables` holds the tables, `writing` one transaction with its audit rows and change number, `database` the connection,
`failures` what its errors mean, `policies` the second wall on PostgreSQL, `backup` copies of everything.
"""

from api.store.database import Store
from api.store.writing import FIRST_HASH, SYSTEM, Work, verify_chain

__all__ = ["FIRST_HASH", "SYSTEM", "Store", "Work", "verify_chain"]
