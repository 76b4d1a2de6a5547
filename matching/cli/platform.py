"""The commands of the platform: serve, and what an operator does with accounts, tables, backups and the audit log.

The platform is imported only when one of them runs, so that the other commands start without it.
"""

from __future__ import annotations

import tempfile
import time
from contextlib import ExitStack, closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from matching.cli.accounts import Folder, opened, organisation_of, store_of
from matching.cli.options import AsJson, Today, day_of
from matching.cli.shown import err, out, print_json
from matching.errors import Problem, RecordError

if TYPE_CHECKING:
    from api.access import Principal
    from api.settings import Settings
    from api.store import Store

SYSTEM = "system"
POLL_SECONDS = 0.3
COLUMNS = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
COUNTS = {
    "rows": "rows 行",
    "created": "created 新增",
    "changed": "changed 更新",
    "unchanged": "unchanged 未变",
    "refused": "refused 不可更改",
    "rejected": "rejected 退回",
}
Kind = Annotated[Literal["students", "demands"], typer.Argument(help="Which table. 哪一种表。")]


def serve(
    demo: Annotated[
        bool, typer.Option("--demo", help="With the sample and an account per role. 载入示例数据，每个角色一个账号。")
    ] = False,
    host: Annotated[str, typer.Option("--host", help="Address to listen on. 监听地址。")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port. 端口。")] = 8000,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="Number of processes. 进程数。")] = 1,
    folder: Folder = None,
    today: Today = None,
) -> None:
    """Serve the platform: records, roles, matching, pages. 启动平台服务。

    On SQLite in the folder, or on the PostgreSQL that DUIKOU_DATABASE_URL names. A demonstration is always on SQLite,
    in a folder of its own that goes with it, or in an empty --folder.
    """
    from api.serve import serve as run
    from api.settings import read_settings

    day = day_of(today)
    with ExitStack() as stack:
        if demo:
            place = folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="duikou-demo-")))
            settings = read_settings({}, place)
        else:
            settings = read_settings(folder=folder)
        store = opened(settings.database_url)
        if demo:
            _load_demo(store, day)
        store.close()
        err.print(f"http://{host}:{port}/  (Ctrl-C to stop 按 Ctrl-C 停止)", markup=False)
        run(settings.folder, settings.database_url, host, port, workers, day)


def upgrade(
    owner_url: Annotated[
        str | None,
        typer.Option(
            "--owner-url",
            envvar="DUIKOU_OWNER_URL",
            help="PostgreSQL: URL of the role that owns the tables. 表所有者的连接地址。",
            show_default=False,
        ),
    ] = None,
    folder: Folder = None,
) -> None:
    """Bring the database to this version, from empty or any earlier one. 把数据库升级到本版本。

    SQLite is also upgraded by whatever opens it. On PostgreSQL the owner does it, since the platform's own role may
    not change tables.
    """
    from api.settings import read_settings
    from api.store import Store

    store = Store(read_settings(folder=folder).database_url)
    store.upgrade(owner_url)
    store.close()
    out.print("the database is of this version 数据库已是本版本的结构")


def backup(
    target: Annotated[Path, typer.Argument(help="File to write; must not exist. 写入的备份文件（不能已存在）。")],
    folder: Folder = None,
) -> None:
    """Write everything into one file, also while the platform serves. 备份全部数据，服务运行时也可执行。"""
    from api.settings import read_settings
    from api.store.backup import write_backup

    settings = read_settings(folder=folder)
    store = opened(settings.database_url)
    count = write_backup(store, target, settings.secret)
    store.close()
    out.print(f"{target}: {count} records 条记录", markup=False)


def restore(
    source: Annotated[Path, typer.Argument(help="File that backup wrote. 备份文件。")], folder: Folder = None
) -> None:
    """Put a backup into an empty platform, all or nothing. 把备份恢复到空平台，全部成功或全部不变。"""
    from api.settings import keep_secret, read_settings
    from api.store.backup import read_backup

    settings = read_settings(folder=folder)
    store = opened(settings.database_url)
    count, secret = read_backup(store, source)
    store.close()
    keep_secret(settings.folder, secret)
    out.print(f"{source}: {count} records restored 条记录已恢复", markup=False)


def audit(as_json: AsJson = False, folder: Folder = None) -> None:
    """Verify the chain of the audit log; exit status 1 where it is broken. 校验审计日志链。"""
    from api.store import verify_chain

    store = store_of(folder)
    number = store.number()
    with store.reading() as session:
        broken = verify_chain(session)
    store.close()
    if as_json:
        print_json({"whole": broken is None, "entries": number, "broken_at": broken})
    elif broken is None:
        out.print(f"{number} entries, the chain is whole 条记录，审计链完整")
    else:
        out.print(f"the chain is broken at entry {broken} 审计链在第 {broken} 条处断裂")
    raise typer.Exit(0 if broken is None else 1)


def import_table(
    kind: Kind,
    table: Annotated[Path, typer.Argument(help="Table, CSV or XLSX. 表格文件。")],
    organisation: Annotated[str, typer.Option("--organisation", help="Whose: id or name. 所属单位编号或名称。")],
    folder: Folder = None,
) -> None:
    """Take a table of students or demands over, its valid rows all or nothing. 导入学生表或岗位需求表。

    A row that stands already is changed where the table says something else; the same table again changes nothing.
    Rows with problems are named and left out (exit status 1).
    """
    from api.resources import intake
    from api.settings import read_settings

    settings, today = read_settings(folder=folder), date.today()
    with closing(opened(settings.database_url)) as store:
        who = _acting(store, organisation, kind, "import")
        with table.open("rb") as stream:
            uploaded = intake.upload(store, settings, who, kind, table.name, stream, today).id
        values = _read_upload(store, settings, who, uploaded)
        for problem in values["problems"]:
            place = {name: problem[name] for name in ("sheet", "row", "column", "value")}
            said = Problem(problem["rule"], problem["message_en"], problem["message_zh"], file=table.name, **place)
            err.print(f"{said.text('zh')}\n  {said.text('en')}", markup=False, highlight=False)
        if values["status"] != "previewed":
            raise typer.Exit(2)
        counts = intake.apply(store, settings, who, uploaded, today).counts
    out.print(", ".join(f"{COUNTS[name]} {counts[name]}" for name in COUNTS if name in counts), markup=False)
    raise typer.Exit(1 if counts.get("rejected") else 0)


def export_table(
    kind: Kind,
    output: Annotated[Path, typer.Option("-o", "--output", help="File to write, .xlsx. 写入的文件。")],
    organisation: Annotated[str, typer.Option("--organisation", help="Whose: id or name. 所属单位编号或名称。")],
    folder: Folder = None,
) -> None:
    """Write an organisation's students or demands as a workbook. 导出某单位的学生或岗位需求。"""
    from api.resources import exports

    if output.suffix.lower() != ".xlsx":
        en, zh = "an export is a workbook; name a file .xlsx", "导出为 Excel 工作簿，文件名应以 .xlsx 结尾"
        raise RecordError(Problem("file_type", en, zh, output.name, field="-o"))
    store = store_of(folder)
    who = _acting(store, organisation, kind, "export")
    with store.reading(who) as session:
        write = exports.students_workbook if kind == "students" else exports.demands_workbook
        content = write(session, who)
    with store.writing(SYSTEM) as work:
        work.note("export", kind, who.organisation_id or "-", who.organisation_id)
    store.close()
    output.write_bytes(content)
    err.print(f"written 已写入: {output}", markup=False)


def _load_demo(store: Store, today: date | None) -> None:
    """Load the sample and print the accounts."""
    from api.demo import BASIS, PASSWORD, described, load_demo

    err.print("Loading the sample ... 正在载入示例数据……")
    accounts = load_demo(store, today or date.today())
    shown = Table("login 账号", "role 角色", "organisation 单位")
    for login, zh, en, organisation in described(accounts):
        shown.add_row(login, f"{zh} {en}", organisation)
    out.print(shown)
    out.print(f"password of all 密码均为: {PASSWORD}", markup=False)
    out.print(f"profiles are shown 已开启画像展示: {BASIS}", markup=False)


def _acting(store: Store, organisation: str, kind: Literal["students", "demands"], what: str) -> Principal:
    """Give the operator the place of an organisation's own administrator; the audit log names the system."""
    from api.access import Principal, Role
    from api.store.tables import Organisation

    role, owner = (Role.COLLEGE_ADMIN, "college") if kind == "students" else (Role.ENTERPRISE, "enterprise")
    with store.reading() as session:
        found = session.get_one(Organisation, organisation_of(session, organisation, role))
    if found.kind != owner:
        en, zh = f"{what} of {kind} is for {owner}s", "学生属于院校，岗位需求属于企业"
        raise RecordError(Problem("organisation_kind", en, zh, found.name, field="--organisation"))
    return Principal(SYSTEM, role, found.id)


def _read_upload(store: Store, settings: Settings, who: Principal, uploaded: str) -> dict[str, Any]:
    """Wait until an upload is read, showing how far it is."""
    from api.resources import intake

    with Progress(*COLUMNS, console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task("Reading 读取中", total=None)
        while True:
            with store.reading(who) as session:
                values = intake.values(settings, intake.one(session, who, uploaded))
            if values["status"] != "reading":
                return values
            progress.update(task, completed=values["done"] or 0, total=values["rows"])
            time.sleep(POLL_SECONDS)
