"""Rates equal the example of 60 graduates that docs/placements works by hand, cell by cell, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from api.rates import Fit, Graduate, categories, rates

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("docs/placements.md", "docs/placements.zh.md")
HOME = "370113"


def table(page: str, name: str) -> list[list[str]]:
    """Give the body rows of a marked table of a page, cells stripped."""
    after = (ROOT / page).read_text(encoding="utf-8").split(f"<!-- table: {name} -->\n\n", 1)[1]
    lines = after.split("\n\n", 1)[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def graduates(page: str) -> list[Graduate]:
    """Build the persons of the page's table: for each destination, fits and places are dealt out one after another."""
    header = (ROOT / page).read_text(encoding="utf-8").split("<!-- table: graduates -->\n\n", 1)[1].splitlines()[0]
    regions = [*re.findall(r"\d{6}", header), None]
    found = [Graduate("11", completed_only=True, fits=True, region=HOME), Graduate(None, completed_only=True)]
    for code, persons, *rest in table(page, "graduates"):
        counts = [int(cell or 0) for cell in rest]
        fits = [True] * counts[0] + [False] * counts[1]
        fits_or_not: list[bool | None] = [*fits, *[None] * (int(persons) - len(fits))]
        places: list[str | None] = [
            region for region, count in zip(regions, counts[3:], strict=True) for _ in range(count)
        ]
        places += [None] * (int(persons) - len(places))
        for fit, place in zip(fits_or_not, places, strict=True):
            found.append(Graduate(None if code == "-" else code, False, fit, place))
    return found


@pytest.mark.parametrize("page", PAGES)
def test_every_rate_equals_the_page(page: str) -> None:
    persons = graduates(page)
    assert len(persons) == 62
    counted = {}
    for fit in Fit:
        for rate in rates(persons, fit, HOME):
            name = f"fit {fit}" if rate.name == "fit" else rate.name
            counted[name] = [str(rate.numerator), str(rate.denominator)]
    written = {row[0].strip("`"): row[2:4] for row in table(page, "rates")}
    assert counted == written


def test_nobody_gives_no_share() -> None:
    assert {rate.share for rate in rates([Graduate("11", completed_only=True)], home=HOME)} == {None}


def test_all_fourteen_destinations_have_their_group() -> None:
    groups = [category.group for category in categories().values()]
    assert (len(groups), groups.count("employed"), groups.count("further_study")) == (14, 9, 2)
