"""The index in step with the store: several processes, saved states, refits, switches, and what goes wrong."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import select

from api import live as module
from api.live import CURRENT, SHOW_PROFILES, Live
from api.store.tables import Consent, DemandRow, Setting, Student, now
from matching import Vocabulary
from tests.platform.conftest import TODAY, World, agree, profile
from tests.platform.postgres import Database

MakeWorld = Callable[..., World]


@pytest.fixture
def small(make_world: MakeWorld) -> World:
    return make_world()


def opened(world: World, words: Vocabulary, today: date = TODAY) -> Live:
    return Live(world.store, words, world.settings.index_folder, today)


def ranked(live: Live, demand: str) -> list[str]:
    with live.engine() as engine:
        return list(engine.match(demand, 10).ids)


def held(live: Live) -> tuple[set[str], set[str]]:
    with live.engine() as engine:
        return set(engine.profiles_), set(engine.demands_)


def scores(live: Live, demand: str) -> list[tuple[str, float]]:
    with live.engine() as engine:
        found = engine.match(demand, 10)
        return [(key, found.score(rank)) for rank, key in enumerate(found.ids)]


def edit_student(world: World, name: str, **values: object) -> None:
    with world.store.writing("system") as work:
        row = work.session.get_one(Student, world.ids[name])
        for key, value in values.items():
            setattr(row, key, value)
        work.touch(row)
        work.note("edit", "student", row.id)


def set_status(world: World, name: str, status: str) -> None:
    with world.store.writing("system") as work:
        row = work.session.get_one(DemandRow, world.ids[name])
        row.status = status
        work.touch(row)
        work.note(status, "demand", row.id)


def switch(world: World, on: bool) -> None:
    with world.store.writing("system") as work:
        work.session.get_one(Setting, SHOW_PROFILES).value = {"on": on}
        work.note("set", "setting", SHOW_PROFILES)


def state(world: World) -> dict[str, int]:
    values: dict[str, int] = json.loads((world.settings.index_folder / CURRENT).read_text())
    return values


def test_each_answer_has_seen_the_latest_write(small: World, words: Vocabulary) -> None:
    live, ids = opened(small, words), small.ids
    assert held(live) == ({ids["anna"], ids["bao"], ids["chen"]}, {ids["welder"], ids["miller"]})
    edit_student(small, "bao", record=profile("智能焊接技术", "氩弧焊", "二保焊", "手工电弧焊"))
    with live.engine() as engine:
        assert {skill.label for skill in engine.profiles_[ids["bao"]].skills} == {"氩弧焊", "二保焊", "手工电弧焊"}
    edit_student(small, "anna", visible=False)
    assert ids["anna"] not in ranked(live, ids["welder"])
    edit_student(small, "anna", visible=True)
    assert ids["anna"] in ranked(live, ids["welder"])
    set_status(small, "fitter", "live")
    set_status(small, "miller", "paused")
    assert held(live)[1] == {ids["welder"], ids["fitter"]}
    with small.store.writing("system") as work:
        work.remove("student", work.session.get_one(Student, ids["chen"]), ids["chen"])
        work.remove("demand", work.session.get_one(DemandRow, ids["fitter"]), ids["fitter"])
        work.note("remove", "student", ids["chen"])
    assert held(live) == ({ids["anna"], ids["bao"]}, {ids["welder"]})


def test_the_switch_and_consents_decide_who_is_shown(small: World, words: Vocabulary) -> None:
    live, ids = opened(small, words), small.ids
    assert len(held(live)[0]) == 3
    switch(small, False)
    assert held(live)[0] == set()
    consent = agree(small, "bao", "profile")
    assert held(live)[0] == {ids["bao"]}
    assert held(opened(small, words))[0] == {ids["bao"]}
    with small.store.writing("system") as work:
        row = work.session.get_one(Consent, consent)
        row.withdrawn_at = now()
        work.touch(row)
        work.note("withdraw", "consent", row.id)
    assert held(live)[0] == set()
    switch(small, True)
    assert len(held(live)[0]) == 3


def test_two_processes_give_the_same_scores_after_writes_on_either_side(small: World, words: Vocabulary) -> None:
    first = opened(small, words)
    first.catch_up()
    edit_student(small, "chen", record=profile("智能焊接技术", "二保焊"))
    second = opened(small, words)
    assert scores(first, small.ids["welder"]) == scores(second, small.ids["welder"])
    edit_student(small, "bao", record=profile("智能焊接技术", "氩弧焊"))
    assert scores(second, small.ids["welder"]) == scores(first, small.ids["welder"])
    assert state(small)["generation"] == 1


def test_many_processes_that_start_at_once_fit_once(small: World, words: Vocabulary) -> None:
    lives = [opened(small, words) for _ in range(4)]
    threads = [Thread(target=live.catch_up) for live in lives]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert state(small)["generation"] == 1
    assert len({str(scores(live, small.ids["welder"])) for live in lives}) == 1


def test_a_saved_index_is_opened_and_caught_up(
    small: World, words: Vocabulary, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = opened(small, words)
    edit_student(small, "chen", record=profile("智能焊接技术", "二保焊"))
    before = scores(live, small.ids["welder"])
    live.save()
    assert state(small)["number"] == small.store.number()
    edit_student(small, "anna", visible=False)
    monkeypatch.setattr(Live, "_fit", lambda *given: pytest.fail("fitted again"))
    after = scores(opened(small, words), small.ids["welder"])
    assert after == [pair for pair in before if pair[0] != small.ids["anna"]]


def test_saving_does_not_disturb_other_processes(small: World, words: Vocabulary) -> None:
    first, second = opened(small, words), opened(small, words)
    second.catch_up()
    set_status(small, "fitter", "live")
    first.catch_up()
    first.save()
    second.save()
    assert held(second) == held(first) == held(opened(small, words))
    assert len(list(small.settings.index_folder.glob("fit-*"))) <= 2


@pytest.mark.parametrize("damage", ["state", "current", "all"])
def test_a_damaged_index_is_fitted_anew(small: World, words: Vocabulary, damage: str) -> None:
    expected = scores(opened(small, words), small.ids["welder"])
    folder = small.settings.index_folder
    if damage == "state":
        for path in folder.glob("fit-*/state-*/*.npy"):
            path.write_bytes(b"")
    elif damage == "current":
        (folder / CURRENT).write_text("?")
    else:
        shutil.rmtree(folder)
    assert scores(opened(small, words), small.ids["welder"]) == expected


def test_an_index_of_another_database_is_not_used(make_world: MakeWorld, words: Vocabulary, tmp_path: Path) -> None:
    """Such as after a restore: the numbers are those of other writes."""
    first = make_world()
    opened(first, words).catch_up()
    second = make_world(Database(f"sqlite:///{tmp_path / 'other.sqlite3'}"))
    assert second.settings.index_folder == first.settings.index_folder
    ids = second.ids
    assert held(opened(second, words)) == ({ids["anna"], ids["bao"], ids["chen"]}, {ids["welder"], ids["miller"]})


def test_a_collection_that_outgrew_its_statistics_is_fitted_anew_by_all(
    small: World, words: Vocabulary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LEAST_SIZE", 2)
    first, second = opened(small, words), opened(small, words)
    assert scores(first, small.ids["welder"]) == scores(second, small.ids["welder"])
    with small.store.writing("system") as work:
        for number in range(6):
            work.add(Student(college_id=small.ids["east"], record=profile("数控技术", "数控铣", f"技能{number}")))
        work.note("import", "student", "-")
    assert scores(first, small.ids["welder"]) == scores(second, small.ids["welder"])
    assert state(small)["generation"] == 2
    assert len(held(second)[0]) == 9


def test_statistics_of_last_week_are_fitted_anew(small: World, words: Vocabulary) -> None:
    opened(small, words).catch_up()
    opened(small, words, TODAY + timedelta(days=6)).catch_up()
    assert state(small)["generation"] == 1
    live = opened(small, words, TODAY + timedelta(days=7))
    live.catch_up()
    assert (state(small)["generation"], state(small)["day"]) == (2, (TODAY + timedelta(days=7)).toordinal())


def test_a_record_that_can_not_be_read_is_left_out_and_named(
    small: World, words: Vocabulary, caplog: pytest.LogCaptureFixture
) -> None:
    edit_student(small, "anna", record={"major": "焊接", "graduates_on": "秘密"})
    live = opened(small, words)
    assert held(live)[0] == {small.ids["bao"], small.ids["chen"]}
    edit_student(small, "bao", record={"unknown": 1})
    assert held(live)[0] == {small.ids["chen"]}
    assert small.ids["anna"] in caplog.text and "秘密" not in caplog.text


def test_readers_and_writers_at_the_same_time(small: World, words: Vocabulary) -> None:
    """Readers match while a writer edits: nobody fails, and each list is of a state that was there."""
    live, failed, stale = opened(small, words), [], []
    live.catch_up()

    def read() -> None:
        try:
            for _ in range(30):
                number = small.store.number()
                if live.catch_up() < number:
                    stale.append(number)
                if len(ranked(live, small.ids["welder"])) not in (2, 3):
                    stale.append(-1)
        except Exception as error:
            failed.append(error)

    readers = [Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(12):
        edit_student(small, "anna", visible=bool(number % 2))
    for reader in readers:
        reader.join()
    assert failed == [] and stale == []
    with small.store.reading() as session:
        visible = set(session.scalars(select(Student.id).where(Student.visible)))
    assert held(live)[0] == visible
