"""The commands of the platform, as an operator types them: results, exit statuses and messages in zh and en."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from api.demo import PASSWORD, load_demo
from api.store import Store, verify_chain
from api.store.tables import DemandRow, Identity, Organisation, Student, User
from matching.cli import main
from matching.tables import read_demands, read_profiles
from tests.platform.conftest import TODAY
from tests.platform.kills import free_port, kill_group, server
from tests.platform.postgres import Postgres

ROOT = Path(__file__).resolve().parent.parent.parent
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run `duikou ...` in an empty folder; give exit status, standard output and standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DUIKOU_DATABASE_URL", raising=False)
    monkeypatch.delenv("DUIKOU_HOME", raising=False)
    monkeypatch.setenv("DUIKOU_PASSWORD", PASSWORD)

    def go(line: str) -> tuple[int, str, str]:
        from matching.cli import shown

        out, err = io.StringIO(), io.StringIO()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["duikou", *shlex.split(line)])
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            patch.setattr(shown.out, "_file", out)
            patch.setattr(shown.err, "_file", err)
            try:
                main()
                status = 0
            except SystemExit as end:
                status = int(end.code or 0)
        return status, out.getvalue(), err.getvalue()

    return go


def store_in(tmp_path: Path) -> Store:
    store = Store(f"sqlite:///{tmp_path / 'duikou-data' / 'duikou.sqlite3'}")
    store.upgrade()
    return store


def organisations(tmp_path: Path) -> None:
    (tmp_path / "duikou-data").mkdir(exist_ok=True)
    store = store_in(tmp_path)
    with store.writing("system") as work:
        work.add(Organisation(kind="college", name="示例学院"))
        work.add(Organisation(kind="enterprise", name="示例公司"))
        work.note("create", "organisation", "-")
    store.close()


def test_the_first_administrator_on_a_fresh_machine(run: Run, tmp_path: Path) -> None:
    status, out, _ = run("user create root --role system_admin --name 管理员")
    assert status == 0 and re.match(r"usr_\w+ root \(system_admin\)", out)
    assert (tmp_path / "duikou-data" / "secret").stat().st_mode & 0o777 == 0o600
    assert "管理员" in run("user list")[1]
    assert run("user password root")[0] == 0
    assert run("user disable root")[0] == 0
    store = store_in(tmp_path)
    with store.reading() as session:
        (user,) = session.query(User).all()
        assert not user.active and user.version == 3
        assert verify_chain(session) is None
    assert store.number() == 3
    store.close()


@pytest.mark.parametrize(
    ("line", "zh", "en"),
    [
        ("user create root --role boss", "应为", "must be one of"),
        ("user create root --role enterprise", "须属于一个单位", "is needed"),
        ("user create root --role enterprise --organisation 没有", "没有该单位", "no such organisation"),
        ("user create root --role auditor --password short", "至少 10 位", "at least 10"),
        ("user disable nobody", "没有该账号", "no such account"),
        ("restore nothing.gz --folder empty", "无法读取", "can't be read"),
        ("import students nothing.csv --organisation 没有", "没有该单位", "no such organisation"),
        ("import students nothing.csv --organisation 示例学院", "无法读取", "can't be read"),
        ("import students nothing.csv --organisation 示例公司", "学生属于院校", "for colleges"),
        ("export demands -o x.xlsx --organisation 示例学院", "岗位需求属于企业", "for enterprises"),
        ("user create root", "缺少选项", "Missing option"),
    ],
)
def test_what_is_wrong_is_said_in_both_languages(run: Run, tmp_path: Path, line: str, zh: str, en: str) -> None:
    organisations(tmp_path)
    status, out, err = run(line)
    assert status == 2 and out == ""
    assert zh in err and en in err and "Traceback" not in err
    store = store_in(tmp_path)
    assert store.number() == 1
    store.close()


def test_a_login_is_given_once(run: Run) -> None:
    assert run("user create root --role auditor")[0] == 0
    status, _, err = run("user create root --role auditor")
    assert status == 2 and "已被使用" in err and "is taken" in err


def test_backup_and_restore_as_typed(run: Run, tmp_path: Path) -> None:
    run("user create root --role system_admin")
    assert run("backup first.gz")[0] == 0
    status, _, err = run("backup first.gz")
    assert status == 2 and "exists" in err
    assert run("restore first.gz --folder other")[0] == 0
    assert run("backup second.gz --folder other")[0] == 0
    assert (tmp_path / "other" / "secret").read_bytes() == (tmp_path / "duikou-data" / "secret").read_bytes()
    status, _, err = run("restore first.gz --folder other")
    assert status == 2 and "已有数据" in err
    assert "root" in run("user list --folder other")[1]


def test_the_audit_log_is_verified(run: Run, tmp_path: Path) -> None:
    run("user create root --role system_admin")
    status, out, _ = run("audit --json")
    assert status == 0 and json.loads(out) == {"whole": True, "entries": 1, "broken_at": None}
    with sqlite3.connect(tmp_path / "duikou-data" / "duikou.sqlite3") as connection:
        connection.execute("UPDATE audit SET actor = 'usr_other'")
    connection.close()
    status, out, _ = run("audit")
    assert status == 1 and "断裂" in out and "entry 1" in out


def test_tables_go_in_and_come_out(run: Run, tmp_path: Path, sample_folder: Path) -> None:
    organisations(tmp_path)
    students = _part(sample_folder / "students.csv", tmp_path / "students.csv", "院校", "示例学院")
    demands = _part(sample_folder / "demands.csv", tmp_path / "demands.csv", "企业名称", "示例公司")
    status, out, err = run("import students students.csv --organisation 示例学院")
    assert (status, f"created 新增 {students}" in out) == (0, True), err
    status, out, _ = run("import students students.csv --organisation 示例学院")
    assert status == 0 and f"unchanged 未变 {students}" in out and "created 新增 0" in out
    assert run("import demands demands.csv --organisation 示例公司")[0] == 0
    assert run("export students -o out.xlsx --organisation 示例学院")[0] == 0
    assert run("export demands -o posts.xlsx --organisation 示例公司")[0] == 0
    assert len(read_profiles(tmp_path / "out.xlsx", TODAY).records) == students
    assert len(read_demands(tmp_path / "posts.xlsx").records) == demands
    assert run("audit")[0] == 0


def test_rejected_rows_are_named_and_the_others_taken(run: Run, tmp_path: Path, sample_folder: Path) -> None:
    organisations(tmp_path)
    students = _part(sample_folder / "students.csv", tmp_path / "students.csv", "院校", "示例学院", wrong="毕业日期")
    status, out, err = run("import students students.csv --organisation 示例学院")
    assert status == 1 and "rejected 退回 1" in out and f"created 新增 {students - 1}" in out
    assert "students.csv" in err and "毕业日期" in err
    (tmp_path / "wrong.csv").write_text("甲,乙\n1,2\n", encoding="utf-8")
    status, out, err = run("import students wrong.csv --organisation 示例学院")
    assert status == 2 and out == "" and "wrong.csv" in err


def test_a_table_that_cannot_be_read_leaves_no_connection(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    organisations(tmp_path)
    (tmp_path / "wrong.csv").write_text("甲,乙\n1,2\n", encoding="utf-8")
    closed: list[Store] = []
    close = Store.close

    def note(store: Store) -> None:
        closed.append(store)
        close(store)

    monkeypatch.setattr(Store, "close", note)
    assert run("import students wrong.csv --organisation 示例学院")[0] == 2
    assert len(closed) == 1


def _part(source: Path, target: Path, column: str, owner: str, wrong: str | None = None) -> int:
    """Write some rows of a sample table as one organisation's, one cell of the last wrong; give how many."""
    with source.open(encoding="utf-8-sig", newline="") as stream:
        lines = [row for number, row in enumerate(csv.DictReader(stream)) if number < 6]
    rows = [{**line, column: owner} for line in lines]
    if wrong is not None:
        rows[-1][wrong] = "没有这一天"
    with target.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


def test_the_demonstration_is_the_sample_with_an_account_per_role(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'demo.sqlite3'}")
    store.upgrade()
    accounts = load_demo(store, TODAY)
    with store.reading() as session:
        assert sorted(session.scalars(User.__table__.select().with_only_columns(User.role))) == sorted(
            one.role for one in accounts
        )
        assert len(accounts) == 8
        assert session.query(Student).count() == session.query(Identity).count() == 2000
        assert session.query(DemandRow).filter(DemandRow.status == "live").count() == 60
        assert verify_chain(session) is None
    store.close()


def test_it_is_served_and_ends_by_a_signal(tmp_path: Path) -> None:
    """Start the command itself, sign in, and stop it."""
    store = Store(url := f"sqlite:///{tmp_path / 'duikou.sqlite3'}")
    store.upgrade()
    store.close()
    with server(tmp_path, url, port := free_port()) as process:
        given = {"login": "nobody", "password": "x"}
        assert httpx.post(f"http://127.0.0.1:{port}/v1/auth/login", json=given, timeout=30).status_code == 401
        process.terminate()
        assert process.wait(60) in (0, -15)
        kill_group(process)
    assert (tmp_path / "index" / "CURRENT").exists()


def test_on_postgresql_the_owner_upgrades_and_the_role_works(
    run: Run, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, owner = postgres.database()
    monkeypatch.setenv("DUIKOU_DATABASE_URL", url)
    status, _, err = run("user create root --role system_admin")
    assert status == 2 and "duikou upgrade" in err
    monkeypatch.setenv("DUIKOU_OWNER_URL", owner)
    assert run("upgrade")[0] == 0
    monkeypatch.delenv("DUIKOU_OWNER_URL")
    assert run("user create root --role system_admin")[0] == 0
    assert run("backup b.gz")[0] == 0
    assert run("audit")[0] == 0


def commands(page: str) -> list[str]:
    lines = (ROOT / page).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.startswith("duikou ")]


@pytest.mark.parametrize("page", ["docs/operating.md", "docs/operating.zh.md"])
def test_the_operators_guide_runs_as_printed(page: str, run: Run, tmp_path: Path, sample_folder: Path) -> None:
    organisations(tmp_path)
    _part(sample_folder / "students.csv", tmp_path / "students.csv", "院校", "示例学院")
    _part(sample_folder / "demands.csv", tmp_path / "demands.csv", "企业名称", "示例公司")
    lines = [line for line in commands(page) if not line.startswith("duikou serve")]
    for line in lines:
        status, _, err = run(line.removeprefix("duikou "))
        assert status == 0, f"{page}: {line}\n{err}"
    assert {line.split()[1] for line in lines} == {
        *("user", "import", "export", "backup", "restore", "audit", "upgrade")
    }


def test_both_guides_print_the_same_commands() -> None:
    assert commands("docs/operating.md") == commands("docs/operating.zh.md")
    assert len(commands("docs/operating.md")) > 10


def test_accounts_fit_their_organisation_as_in_the_api(run: Run, tmp_path: Path) -> None:
    organisations(tmp_path)
    status, _, err = run("user create hr --role enterprise --organisation 示例学院")
    assert status != 0 and "角色与所属单位的类型不符" in err
    status, _, err = run("user create anna --role student --organisation 示例学院")
    assert status != 0 and "学生账号须且仅其可指定学生" in err
    assert run("user create teacher --role college_teacher --organisation 示例学院")[0] == 0
