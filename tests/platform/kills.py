"""What the campaign kills: a writer that says what it was told is kept, and ways to start and end it and a server."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parent.parent.parent
WRITER = """
import sys
from api.store import Store
from api.store.tables import Organisation
store, label = Store(sys.argv[1]), sys.argv[2]
for number in range(1_000_000):
    with store.writing("system") as work:
        row = Organisation(kind="college", name=f"{label}-{number}")
        work.add(row)
        work.note("create", "organisation", row.id)
    print(row.id, flush=True)
"""


def killed_writer(url: str, label: str, chance: random.Random) -> list[str]:
    """Run a writer, kill it -9 at a random moment, and give the ids whose writes it was told are kept."""
    command = [sys.executable, "-c", WRITER, url, label]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        if process.stdout is None:
            return []
        said = [process.stdout.readline().strip()]
        time.sleep(chance.uniform(0, 0.3))
        process.send_signal(signal.SIGKILL)
        said += [line.strip() for line in process.stdout.readlines() if line.endswith("\n")]
    return [one for one in said if one]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def server(folder: Path, url: str, port: int, workers: int = 1) -> Iterator[subprocess.Popen[bytes]]:
    """Run `duikou serve` in a process group of its own until it answers; the group is killed at the end."""
    command = [sys.executable, "-c", "from matching.cli import main; main()", "serve"]
    options = ["--folder", str(folder), "--port", str(port), "--workers", str(workers)]
    environment = {**os.environ, "DUIKOU_DATABASE_URL": url}
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [*command, *options], cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        wait_until_up(process, port)
        yield process
    finally:
        kill_group(process)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill -9 a server with its workers."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_until_up(process: subprocess.Popen[bytes], port: int) -> None:
    """Wait until a server answers on its port."""
    for _ in range(600):
        try:
            if httpx.get(f"http://127.0.0.1:{port}/v1/health", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
        if process.poll() is not None:
            raise RuntimeError("the server ended before it answered; see server.log")
    raise RuntimeError("the server does not answer; see server.log")
