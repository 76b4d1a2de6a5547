"""What tests share: the shipped vocabulary, the sample, and an engine fitted on it, each made once."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from matching import Demand, Engine, Profile, Vocabulary
from matching.tables import read_demands, read_profiles
from matching.vocabulary import data_folder
from tests.platform.postgres import database, postgres

__all__ = ["database", "postgres"]

TODAY = date(2026, 11, 24)
os.environ["COLUMNS"] = "160"
"""Tables are printed in this width, whatever terminal the tests run in; set before a console is made."""


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return Vocabulary.load()


@pytest.fixture(scope="session")
def sample_folder() -> Path:
    return data_folder() / "sample"


@pytest.fixture(scope="session")
def sample_demands(sample_folder: Path) -> list[Demand]:
    return list(read_demands(sample_folder / "demands.csv").records)


@pytest.fixture(scope="session")
def sample_profiles(sample_folder: Path) -> list[Profile]:
    return list(read_profiles(sample_folder / "students.csv", TODAY).records)


@pytest.fixture(scope="session")
def sample_engine(vocabulary: Vocabulary, sample_demands: list[Demand], sample_profiles: list[Profile]) -> Engine:
    """Fitted on the whole sample; tests that change it make their own."""
    return Engine(vocabulary, reference_on=TODAY).fit(sample_demands, sample_profiles)
