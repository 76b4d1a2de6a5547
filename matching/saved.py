"""A saved engine as a folder: arrays that can be memory-mapped, records as JSON lines, names and settings as JSON.

    FOLDER/CURRENT              the name of the state in force
    FOLDER/LOCK                 locked by whoever is writing
    FOLDER/state-<n>/           *.npy, profiles.jsonl, demands.jsonl, features.json, and manifest.json, written last;
                                what the vectorizer keeps there, vectorize/frozen.py knows

A new state is written beside the others and takes over when CURRENT is replaced, so that a crash leaves the older one
in force. A state without a manifest is half-written: nobody opens it, the next save deletes it. A save keeps the state
that was in force before it and deletes older ones. Who has a deleted state open goes on reading it, as its files are
mapped; where the system refuses to delete mapped files (Windows), what is left of them goes with a later save.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from matching.domain import Demand, Profile
from matching.errors import DuikouError, IndexDamaged
from matching.index import LocalIndex
from matching.records import restore, to_values
from matching.rules import Entries, Facts
from matching.score import Weights
from matching.vectorize import Encoder, Postings, Scoring, Vectorizer, read_frozen, write_frozen
from matching.vocabulary import Vocabulary

if TYPE_CHECKING:
    from matching.engine import Engine

FORMAT = 5
MANIFEST, CURRENT, LOCK = "manifest.json", "CURRENT", "LOCK"
ENTRY_COLUMNS = ("starts", "row", "level", "first", "last")
CHANGED = -1
Record = TypeVar("Record", Demand, Profile)


class SavedRecords(MutableMapping[str, Record]):
    """Records that stay in a mapped file until somebody asks for one; changes are kept in memory, in front of the file.

    Counting and testing for an id read no record. Threads and forked processes may read at the same time, and the file
    may be deleted meanwhile. Raises IndexDamaged with file and line where a record can't be read.

    Parameters
    ----------
    kind : Demand or Profile
    path : the file, one record per line
    ids : the id of each line's record
    starts : where each line begins, and where the last one ends
    link : fills in what the vocabulary knows
    remember : keep in memory what was read once (for the few demands, not for the many profiles)
    """

    def __init__(
        self,
        kind: type[Record],
        path: Path,
        ids: Iterable[str],
        starts: NDArray[np.int64],
        link: Callable[[Record], Record],
        remember: bool,
    ) -> None:
        self._kind: type[Record] = kind
        self._link: Callable[[Record], Record] = link
        self._path, self._starts, self._remember = path, starts, remember
        self._bytes = np.asarray(np.memmap(path, np.uint8, "r")) if path.stat().st_size else np.empty(0, np.uint8)
        self._lines = {key: line for line, key in enumerate(ids)}
        self._kept: dict[str, Record] = {}

    def __getitem__(self, key: str) -> Record:
        line = self._lines[key]
        kept = self._kept.get(key)
        if kept is not None:
            return kept
        record = self._link(self._read(key, line))
        return self._kept.setdefault(key, record) if self._remember else record

    def __setitem__(self, key: str, value: Record) -> None:
        self._kept[key] = value
        self._lines[key] = CHANGED

    def __delitem__(self, key: str) -> None:
        del self._lines[key]
        self._kept.pop(key, None)

    def __contains__(self, key: object) -> bool:
        return key in self._lines

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)

    def comes_from(self, folder: Path) -> bool:
        """Tell whether these are records of a state of this folder."""
        return self._path.parent.parent.resolve() == folder.resolve()

    def _read(self, key: str, line: int) -> Record:
        text = self._bytes[int(self._starts[line]) : int(self._starts[line + 1])].tobytes()
        try:
            record: Record = restore(self._kind, text.decode("utf-8"))
        except (ValueError, DuikouError) as error:
            reason = str(error).splitlines()[0]
            raise IndexDamaged(
                f"{self._path}, line {line + 1}: no valid record ({reason})",
                f"{self._path}，第 {line + 1} 行：记录无效，请重新 fit",
            ) from error
        if record.id != key:
            raise IndexDamaged(
                f"{self._path}, line {line + 1}: holds {record.id!r} instead of {key!r}",
                f"{self._path}，第 {line + 1} 行：应为「{key}」，实为「{record.id}」",
            )
        return record


@dataclass(frozen=True, slots=True)
class Parts:
    """What `read` gives back: everything an engine is made of, and the settings that it was made with."""

    vectorizer: Vectorizer
    block: LocalIndex
    demands: MutableMapping[str, Demand]
    profiles: MutableMapping[str, Profile]
    change: int
    weights: Weights | None
    scoring: Scoring | None
    reference_on: date | None
    shards: int


def write(folder: Path, engine: Engine, block: LocalIndex) -> Parts | None:
    """Write a new state of the engine, whose profiles all stand in `block`, and make it the one in force.

    Waits while somebody else writes into the folder. Gives the new state to go on with where the engine was opened from
    this folder (so that it doesn't hold on to a state that will be deleted), else None.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _only_writer(folder):
        others = [path for path in folder.glob("state-*") if path.name[6:].isdigit()]
        _delete(path for path in others if not (path / MANIFEST).exists())
        former = _read_text(folder / CURRENT)
        state = folder / f"state-{max((int(path.name[6:]) for path in others), default=0) + 1}"
        state.mkdir()
        _write_state(state, engine, block)
        _replace(folder / CURRENT, state.name)
        _delete(path for path in others if path.name != former)
        own = engine.profiles_
        came_from_here = isinstance(own, SavedRecords) and own.comes_from(folder)
        return _read_state(state, engine.vocabulary_, engine.encoder) if came_from_here else None


def read(folder: Path, vocabulary: Vocabulary, encoder: Encoder | None = None) -> Parts:
    """Open the state in force.

    Raises IndexDamaged where a file lacks, has another size or can't be read, or where the vocabulary, or what else the
    vectors depend on, is not what it was saved with; RecordError where `encoder` is not the one of the state.
    """
    name = _in_force(folder)
    try:
        return _read_state(folder / name, vocabulary, encoder)
    except IndexDamaged:
        if _in_force(folder) == name:
            raise
    return read(folder, vocabulary, encoder)


def _write_state(state: Path, engine: Engine, block: LocalIndex) -> None:
    for name, array in _arrays(block).items():
        np.save(state / f"{name}.npy", array, allow_pickle=False)
    lines = {key: line for line, key in enumerate(engine.profiles_)}
    np.save(state / "profile_lines.npy", np.array([lines[key] for key in block.ids.tolist()], dtype=np.int64))
    np.save(state / "profile_starts.npy", _write_records(state / "profiles.jsonl", engine.profiles_.values()))
    np.save(state / "demand_starts.npy", _write_records(state / "demands.jsonl", engine.demands_.values()))
    own = engine.reference_on
    manifest = {
        "format": FORMAT,
        "vocabulary": engine.vocabulary_.version,
        **write_frozen(engine.vectorizer_, state),
        "settings": {
            "weights": None if engine.weights is None else asdict(engine.weights),
            "scoring": None if engine.scoring is None else asdict(engine.scoring),
            "reference_on": None if own is None else own.isoformat(),
            "shards": engine.shards,
        },
        "change": engine.change_,
        "demands": list(engine.demands_),
        "bases": list(block.bases),
        "base_values": [{str(feature): value for feature, value in base.items()} for base in block.base_values],
        "skills": list(block.facts.skills.names),
        "certificates": list(block.facts.certificates.names),
        "files": {path.name: path.stat().st_size for path in sorted(state.iterdir())},
    }
    for path in state.iterdir():
        _settle(path)
    _replace(state / MANIFEST, json.dumps(manifest))


def _read_state(state: Path, vocabulary: Vocabulary, encoder: Encoder | None) -> Parts:
    try:
        manifest = _manifest(state, vocabulary)
        settings = manifest["settings"]
        vectorizer = read_frozen(state, manifest, vocabulary, encoder)
        _require(state, "statistics", manifest["statistics"], vectorizer.version())
        block = _read_arrays(state, manifest)
        ids = block.ids[np.argsort(_mapped(state, "profile_lines"))].tolist()
        starts = {side: _mapped(state, f"{side}_starts") for side in ("demand", "profile")}
        asked, offered = state / "demands.jsonl", state / "profiles.jsonl"
        return Parts(
            vectorizer,
            block,
            SavedRecords(Demand, asked, manifest["demands"], starts["demand"], vocabulary.link_demand, True),
            SavedRecords(Profile, offered, ids, starts["profile"], vocabulary.link_profile, False),
            change=int(manifest["change"]),
            weights=None if settings["weights"] is None else Weights(**settings["weights"]),
            scoring=None if settings["scoring"] is None else Scoring(**settings["scoring"]),
            reference_on=None if settings["reference_on"] is None else date.fromisoformat(settings["reference_on"]),
            shards=int(settings["shards"]),
        )
    except (OSError, ValueError, TypeError, LookupError, EOFError) as error:
        raise IndexDamaged(f"{state}: can't be read ({error})", f"{state}：无法读取（{error}）") from error


def _manifest(state: Path, vocabulary: Vocabulary) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((state / MANIFEST).read_text(encoding="utf-8"))
    _require(state, "format", manifest.get("format"), FORMAT)
    for name, size in manifest["files"].items():
        path = state / name
        if not path.is_file() or path.stat().st_size != size:
            raise IndexDamaged(f"{path}: missing or not whole", f"{path}：缺失或不完整")
    _require(state, "vocabulary", manifest["vocabulary"], vocabulary.version)
    return manifest


def _require(state: Path, what: str, saved: object, own: object) -> None:
    """Raise IndexDamaged where a version that the state was saved with is not ours."""
    names = {"format": "格式", "vocabulary": "词表", "statistics": "统计与计分参数"}
    if saved != own:
        raise IndexDamaged(
            f"{state}: saved with {what} {saved}, this program has {own}; fit again",
            f"{state}：保存时的{names[what]}版本为 {saved}，当前为 {own}，请重新 fit",
        )


def _in_force(folder: Path) -> str:
    name = _read_text(folder / CURRENT)
    if not re.fullmatch(r"state-[0-9]+", name):
        raise IndexDamaged(f"{folder}: no saved engine here", f"{folder}：此处没有已保存的引擎")
    return name


def _arrays(block: LocalIndex) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {"ids": block.ids, "base_of_row": block.base_of_row}
    arrays.update({f"postings_{item.name}": getattr(block.postings, item.name) for item in fields(Postings)})
    for item in fields(Facts):
        value = getattr(block.facts, item.name)
        if isinstance(value, np.ndarray):
            arrays[f"facts_{item.name}"] = value
        elif isinstance(value, Entries):
            arrays.update({f"facts_{item.name}_{column}": getattr(value, column) for column in ENTRY_COLUMNS})
    return arrays


def _mapped(state: Path, name: str) -> NDArray[Any]:
    array: NDArray[Any] = np.load(state / f"{name}.npy", mmap_mode="r", allow_pickle=False)
    return array


def _read_arrays(state: Path, manifest: dict[str, Any]) -> LocalIndex:
    def entries(side: str) -> Entries:
        names = {name: number for number, name in enumerate(manifest[side])}
        return Entries(names, *(_mapped(state, f"facts_{side}_{column}") for column in ENTRY_COLUMNS))

    ids = _mapped(state, "ids")
    simple = [item.name for item in fields(Facts) if item.name not in ("size", "skills", "certificates")]
    facts = Facts(
        size=len(ids),
        skills=entries("skills"),
        certificates=entries("certificates"),
        **{name: _mapped(state, f"facts_{name}") for name in simple},
    )
    return LocalIndex(
        ids=ids,
        postings=Postings(*(_mapped(state, f"postings_{item.name}") for item in fields(Postings))),
        bases=tuple(manifest["bases"]),
        base_values=tuple({int(key): value for key, value in base.items()} for base in manifest["base_values"]),
        base_of_row=_mapped(state, "base_of_row"),
        facts=facts,
        live=np.ones(len(ids), dtype=bool),
    )


def _write_records(path: Path, records: Iterable[Profile] | Iterable[Demand]) -> NDArray[np.int64]:
    starts = [0]
    with path.open("wb") as stream:
        for record in records:
            stream.write(_json(to_values(record)) + b"\n")
            starts.append(stream.tell())
    return np.array(starts, dtype=np.int64)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _read_text(path: Path) -> str:
    """Give a small file's text, an empty one where it isn't there."""
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return ""


def _replace(path: Path, text: str) -> None:
    """Put a text in place of a file's old one in one step."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text(text, encoding="utf-8")
    _settle(fresh)
    os.replace(fresh, path)


def _settle(path: Path) -> None:
    """Have the system put a file on the disk now, so that what is written later never stands there without it."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def _delete(states: Iterable[Path]) -> None:
    for state in states:
        shutil.rmtree(state, ignore_errors=True)


@contextmanager
def _only_writer(folder: Path) -> Iterator[None]:
    """Wait until nobody else writes into the folder; the lock ends with whoever holds it, however that one ends."""
    with (folder / LOCK).open("ab") as stream:
        _lock(stream.fileno())
        yield


if sys.platform == "win32":
    import msvcrt

    def _lock(number: int) -> None:
        while True:
            try:
                msvcrt.locking(number, msvcrt.LK_LOCK, 1)
            except OSError as error:
                if error.errno != errno.EDEADLOCK:
                    raise
            else:
                return

else:
    import fcntl

    def _lock(number: int) -> None:
        fcntl.flock(number, fcntl.LOCK_EX)
