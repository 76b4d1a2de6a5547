"""Runs the platform under uvicorn, with one process or several; each is built by `platform` from the environment."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.settings import read_settings

START_SECONDS = 120
"""How long a process may take to start, or not answer its parent, before it is replaced."""


def platform() -> FastAPI:
    """Build the platform from the environment's settings."""
    return create_app(settings=read_settings())


def serve(folder: Path, database_url: str, host: str, port: int, workers: int, today: date | None = None) -> None:
    """Serve until a signal ends it.

    folder, database_url : where the records are. host, port : where to listen. workers : number of processes. today
    : the day that matching takes for today; None = the present one.
    """
    os.environ["DUIKOU_HOME"] = str(folder)
    os.environ["DUIKOU_DATABASE_URL"] = database_url
    if today is not None:
        os.environ["DUIKOU_TODAY"] = today.isoformat()
    uvicorn.run(
        "api.serve:platform",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        access_log=False,
        timeout_worker_healthcheck=START_SECONDS,
    )
