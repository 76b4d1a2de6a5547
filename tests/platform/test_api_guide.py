"""The guide of the API as printed: its commands run in order against the demonstration and print what stands there."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.platform.kills import free_port, kill_group, wait_until_up

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = ("docs/api.md", "docs/api.zh.md")
BLOCK = re.compile(r"^```bash\n(.*?)^```\n(?:\n```text\n(.*?)^```)?", re.M | re.S)
MARK = "@@@@"


def blocks(page: str) -> list[tuple[str, str]]:
    """Give each block of commands with what it prints."""
    return BLOCK.findall((ROOT / page).read_text(encoding="utf-8"))


@pytest.mark.skipif(not all(map(shutil.which, ("bash", "curl", "jq"))), reason="the guide's commands need curl and jq")
def test_the_guide_prints_what_it_says(tmp_path: Path) -> None:
    pairs = blocks(PAGES[0])
    script = "".join(f"{asked}printf '{MARK}\\n'\n" for asked, _ in pairs)
    port = free_port()
    serve = ["serve", "--demo", "--today", "2026-11-24", "--port", str(port)]
    command = [sys.executable, "-c", "from matching.cli import main; main()", *serve]
    with (tmp_path / "server.log").open("ab") as log:
        running = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
    try:
        wait_until_up(running, port)
        lines = script.replace(":8000", f":{port}")
        done = subprocess.run(["bash", "-c", lines], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    finally:
        kill_group(running)
    printed = done.stdout.split(f"{MARK}\n")
    for (asked, said), got in zip(pairs, printed, strict=False):
        assert got == said, f"{asked}\n{got}\n{done.stderr}"
    assert len(printed) == len(pairs) + 1


def test_both_languages_show_the_same_commands_and_answers() -> None:
    assert blocks(PAGES[0]) == blocks(PAGES[1])
    assert len(blocks(PAGES[0])) > 10
