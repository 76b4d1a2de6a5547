"""The second wall, on PostgreSQL: which rows each caller's transaction sees and changes, whatever a query asks for.

`api.access` decides; these policies repeat its row scope inside the database, so that a query which forgets it gives
nothing foreign. They read who asks from the transaction's settings duikou.role, .organisation, .student and .user,
which `Store` sets. A transaction that sets nothing sees nothing. Policies bind neither owners nor superusers, so the
platform's role is neither.
"""

from __future__ import annotations

from sqlalchemy import Connection, Engine, text

from api.errors import Conflict


def _setting(name: str) -> str:
    return f"(SELECT current_setting('duikou.{name}', true))"


ROLE, ORGANISATION, STUDENT, USER = (_setting(name) for name in ("role", "organisation", "student", "user"))
HIRING, COLLEGE = f"{ROLE} IN ('enterprise', 'recruiter')", f"{ROLE} IN ('college_admin', 'college_teacher')"
OFFICE = f"{ROLE} IN ('system_admin', 'secretariat')"
ADMIN, AUDITS = f"{ROLE} = 'system_admin'", f"{ROLE} IN ('system_admin', 'auditor')"
SELF = f"({ROLE} = 'student' AND {{}} = {STUDENT})"
OWN = f"({{}} = {ORGANISATION})"

FUNCTIONS = {
    "duikou_college(wanted text) RETURNS text": "SELECT college_id FROM students WHERE id = wanted",
    "duikou_agreed(student text, aim text, organisation text) RETURNS boolean": (
        "SELECT EXISTS (SELECT FROM consents WHERE student_id = student AND purpose = aim AND withdrawn_at IS NULL"
        " AND (organisation IS NULL OR organisation_id = organisation))"
    ),
    "duikou_shows_all() RETURNS boolean": (
        "SELECT COALESCE((SELECT value ->> 'on' = 'true' FROM settings WHERE name = 'show_profiles'), false)"
    ),
    "duikou_asked(student text, demand text) RETURNS boolean": (
        "SELECT EXISTS (SELECT FROM contact_requests WHERE student_id = student AND demand_id = demand)"
    ),
}
"""What a policy must know of tables that its caller may not read in full; they run as their owner."""

_OWN_STUDENT = f"({COLLEGE} AND duikou_college(student_id) = {ORGANISATION}) OR {SELF.format('student_id')}"
_OWN_USER = f"user_id = {USER} OR user_id IN (SELECT id FROM users)"
_OWN_REQUEST = (
    f"user_id = {USER} OR ({COLLEGE} AND (duikou_college(subject) = {ORGANISATION}"
    f" OR subject IN (SELECT id FROM users WHERE student_id IS NOT NULL)))"
)
_OF_DEMAND = "demand_id IN (SELECT id FROM demands)"
_ENTERPRISE = f"({HIRING} AND {OWN.format('organisation_id')})"
POLICIES: dict[str, tuple[str, str]] = {
    "organisations": ("true", OFFICE),
    "users": (
        f"id = {USER} OR {ADMIN} OR ({ROLE} IN ('enterprise', 'college_admin') AND {OWN.format('organisation_id')})",
        f"id = {USER} OR {ADMIN} OR ({ROLE} IN ('enterprise', 'college_admin') AND {OWN.format('organisation_id')})",
    ),
    "credentials": (_OWN_USER, _OWN_USER),
    "demands": (
        f"{_ENTERPRISE} OR {OFFICE} OR ({ROLE} <> '' AND NOT {HIRING} AND status = 'live')"
        f" OR ({ROLE} = 'student' AND duikou_asked({STUDENT}, id))",
        f"{_ENTERPRISE} OR {OFFICE}",
    ),
    "demand_steps": (_OF_DEMAND, _OF_DEMAND),
    "students": (
        f"({COLLEGE} AND {OWN.format('college_id')}) OR {SELF.format('id')} OR ({HIRING} AND visible AND"
        " (duikou_shows_all() OR duikou_agreed(id, 'profile', NULL)))",
        f"({COLLEGE} AND {OWN.format('college_id')}) OR {SELF.format('id')}",
    ),
    "identities": (
        f"({COLLEGE} AND {OWN.format('college_id')}) OR {SELF.format('student_id')}"
        f" OR ({HIRING} AND duikou_agreed(student_id, 'contact', {ORGANISATION}))",
        f"({COLLEGE} AND {OWN.format('college_id')}) OR {SELF.format('student_id')}",
    ),
    "protected": (_OWN_STUDENT, _OWN_STUDENT),
    "consents": (f"{_OWN_STUDENT} OR {_ENTERPRISE}", _OWN_STUDENT),
    "shortlisted": (_ENTERPRISE, _ENTERPRISE),
    "contact_requests": (
        f"{_ENTERPRISE} OR {SELF.format('student_id')}",
        f"{_ENTERPRISE} OR {SELF.format('student_id')}",
    ),
    "imports": (OWN.format("organisation_id"), OWN.format("organisation_id")),
    "shown": (f"{ROLE} IN ('secretariat', 'auditor')", "false"),
    "audit": (AUDITS, "true"),
    "removed": ("true", "true"),
    "repeatable": (_OWN_REQUEST, _OWN_REQUEST),
    "settings": ("true", ADMIN),
    "head": ("true", "true"),
}
"""Table -> which rows a caller sees, and which it may write."""
RIGHTS = {"audit": "SELECT, INSERT", "head": "SELECT, UPDATE"}
"""What the platform's role may do where that is less than everything: the audit log only grows."""


def apply(connection: Connection, role: str | None) -> None:
    """Put the policies of this version in force, and let a role work with the tables within them; runs as the owner."""
    for signature, body in FUNCTIONS.items():
        connection.exec_driver_sql(
            f"CREATE OR REPLACE FUNCTION {signature} LANGUAGE sql STABLE SECURITY DEFINER"
            f" SET search_path FROM CURRENT AS $${body}$$"
        )
    for table, (sees, changes) in POLICIES.items():
        connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        system = f"{ROLE} = 'system'"
        for command, clauses in {
            "SELECT": f"USING ({system} OR {sees})",
            "INSERT": f"WITH CHECK ({system} OR {changes})",
            "UPDATE": f"USING ({system} OR {changes})",
            "DELETE": f"USING ({system} OR {changes})",
        }.items():
            name = f"duikou_{command.lower()}"
            connection.exec_driver_sql(f"DROP POLICY IF EXISTS {name} ON {table}")
            connection.exec_driver_sql(f"CREATE POLICY {name} ON {table} FOR {command} {clauses}")
    if role is not None:
        _let_work(connection, connection.dialect.identifier_preparer.quote(role))


def _let_work(connection: Connection, role: str) -> None:
    for table in POLICIES:
        connection.exec_driver_sql(f"REVOKE ALL ON {table} FROM {role}")
        rights = RIGHTS.get(table, "SELECT, INSERT, UPDATE, DELETE")
        connection.exec_driver_sql(f"GRANT {rights} ON {table} TO {role}")
    connection.exec_driver_sql(f"GRANT SELECT ON alembic_version TO {role}")
    connection.exec_driver_sql(f"GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {role}")


def require_bound(engine: Engine) -> None:
    """Make sure that policies bind the role that the platform connects as; raises Conflict with what to do."""
    free = text(
        "SELECT rolsuper OR rolbypassrls OR EXISTS (SELECT FROM pg_tables WHERE tableowner = current_user"
        " AND tablename = 'students') FROM pg_roles WHERE rolname = current_user"
    )
    with engine.connect() as connection:
        if connection.execute(free).scalar_one():
            raise Conflict(
                "DUIKOU_DATABASE_URL names an owner or superuser, whom row policies don't bind; name a plain role there"
                " and the owner in DUIKOU_OWNER_URL (see docs/operating.md)",
                "DUIKOU_DATABASE_URL 使用了表的所有者或超级用户，行级安全策略对其无效；请改用普通角色，"
                "并在 DUIKOU_OWNER_URL 中给出所有者（见 docs/operating.zh.md）",
            )
