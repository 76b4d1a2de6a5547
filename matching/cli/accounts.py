"""The commands for accounts, and how every command of the platform finds its records and an organisation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from matching.cli.shown import out
from matching.errors import Problem, RecordError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from api.store import Store
    from api.store.tables import User

SYSTEM = "system"
WITHOUT_ORGANISATION = ("system_admin", "auditor")
user = typer.Typer(help="Accounts: create, list, new password, disable. 账号管理。", no_args_is_help=True)
Folder = Annotated[
    Path | None,
    typer.Option("--folder", help="Folder of the platform's data; else DUIKOU_HOME, else duikou-data. 平台数据目录。"),
]
Login = Annotated[str, typer.Argument(help="Login name. 账号。")]
Password = Annotated[
    str,
    typer.Option(
        "--password",
        envvar="DUIKOU_PASSWORD",
        prompt="Password 密码",
        confirmation_prompt="Again 再输一次",
        hide_input=True,
        help="At least 10 characters; asked for where not given. 至少 10 位，不填则提示输入。",
        show_default=False,
    ),
]


@user.command("create")
def create_user(
    login: Login,
    role: Annotated[str, typer.Option("--role", help="Such as system_admin, enterprise, college_admin. 角色。")],
    password: Password,
    name: Annotated[str | None, typer.Option("--name", help="Name to show; else the login. 显示名称。")] = None,
    organisation: Annotated[
        str | None, typer.Option("--organisation", help="Id or name of the organisation. 单位编号或名称。")
    ] = None,
    folder: Folder = None,
) -> None:
    """Create an account, the first system administrator's included. 新建账号（包括第一个系统管理员）。"""
    from api.access import Role
    from api.identity import hash_password
    from api.resources.people import require_home
    from api.store.tables import User

    if role not in set(Role):
        known = ", ".join(Role)
        raise RecordError(Problem("role", f"must be one of {known}", f"应为 {known} 之一", role, field="--role"))
    hashed = hash_password(password)
    store = store_of(folder)
    with store.writing(SYSTEM) as work:
        owner = organisation_of(work.session, organisation, role)
        if _user_or_none(work.session, login) is not None:
            raise RecordError(Problem("taken", "is taken", "已被使用", login, field="LOGIN"))
        account = User(login=login, name=name or login, role=role, password_hash=hashed, organisation_id=owner)
        require_home(work.session, account)
        work.add(account)
        work.session.flush()
        work.note("create", "user", account.id, owner)
    store.close()
    out.print(f"{account.id} {login} ({role})", markup=False)


@user.command("list")
def list_users(folder: Folder = None) -> None:
    """List all accounts. 列出全部账号。"""
    from sqlalchemy import select

    from api.store.tables import Organisation, User

    store = store_of(folder)
    with store.reading() as session:
        joined = select(User, Organisation.name).outerjoin(Organisation, Organisation.id == User.organisation_id)
        found = session.execute(joined.order_by(User.login)).all()
    store.close()
    shown = Table("login 账号", "name 姓名", "role 角色", "organisation 单位", "active 启用")
    for account, owner in found:
        active = "yes 是" if account.active else "no 否"
        shown.add_row(escape(account.login), escape(account.name), account.role, escape(owner or ""), active)
    out.print(shown)


@user.command("password")
def new_password(login: Login, password: Password, folder: Folder = None) -> None:
    """Set a new password; the account's sessions and tokens end. 重置密码，原有会话和令牌失效。"""
    from api.identity import end_sessions, hash_password

    hashed = hash_password(password)
    store = store_of(folder)
    with store.writing(SYSTEM) as work:
        account = _user(work.session, login)
        account.password_hash = hashed
        end_sessions(work, account)
        work.touch(account)
        work.note("change_password", "user", account.id, account.organisation_id)
    store.close()
    out.print(f"{login}: new password set 已设置新密码", markup=False)


@user.command("disable")
def disable_user(login: Login, folder: Folder = None) -> None:
    """Switch an account off at once, with its sessions and tokens. 立即停用账号。"""
    from api.identity import end_sessions

    store = store_of(folder)
    with store.writing(SYSTEM) as work:
        account = _user(work.session, login)
        account.active = False
        end_sessions(work, account)
        work.touch(account)
        work.note("disable", "user", account.id, account.organisation_id)
    store.close()
    out.print(f"{login}: disabled 已停用", markup=False)


def opened(url: str) -> Store:
    """Open the store and bring its tables to this version."""
    from api.store import Store

    store = Store(url)
    store.upgrade()
    return store


def store_of(folder: Path | None) -> Store:
    """Open the store of the platform in a folder, None = the one that the environment names."""
    from api.settings import read_settings

    return opened(read_settings(folder=folder).database_url)


def organisation_of(session: Session, wanted: str | None, role: str) -> str | None:
    """Find an organisation by id or name; only administrators and auditors may do without one."""
    from sqlalchemy import or_, select

    from api.store.tables import Organisation

    if wanted is None:
        if role in WITHOUT_ORGANISATION:
            return None
        raise RecordError(Problem("missing", "is needed for this role", "该角色须属于一个单位", field="--organisation"))
    found = session.scalar(select(Organisation).where(or_(Organisation.id == wanted, Organisation.name == wanted)))
    if found is None:
        raise RecordError(Problem("unknown", "no such organisation", "没有该单位", wanted, field="--organisation"))
    return found.id


def _user_or_none(session: Session, login: str) -> User | None:
    from sqlalchemy import select

    from api.store.tables import User

    return session.scalar(select(User).where(User.login == login))


def _user(session: Session, login: str) -> User:
    found = _user_or_none(session, login)
    if found is None:
        raise RecordError(Problem("unknown", "no such account", "没有该账号", login, field="LOGIN"))
    return found
