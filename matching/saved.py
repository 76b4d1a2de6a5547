"""A saved engine as a folder: plain arrays that can be memory-mapped, records as JSON lines, statistics as text.

    FOLDER/CURRENT              the name of the state in force
    FOLDER/state-<n>/           manifest.json, *.npy, profiles.jsonl, demands.jsonl, features.txt, terms.txt

A new state is written beside the old one and takes over when CURRENT is replaced; then the older ones are deleted where
nobody holds them open.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, MutableMapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from matching.domain import Demand, Profile
from matching.errors import IndexDamaged
from matching.index import LocalIndex, Postings
from matching.records import restore, to_values
from matching.rules import Entries, Facts
from matching.vectorize import Scoring, Vectorizer
from matching.vocabulary import Vocabulary

if TYPE_CHECKING:
    from matching.engine import Engine

FORMAT = 1
ENTRY_COLUMNS = ("starts", "row", "level", "first", "last")


@dataclass(frozen=True, slots=True)
class Parts:
    """What `read` gives back: everything an engine is made of."""

    vectorizer: Vectorizer
    block: LocalIndex
    demands: dict[str, Demand]
    profiles: MutableMapping[str, Profile]
    change: int


class SavedProfiles(MutableMapping[str, Profile]):
    """Profiles that stay in a file until somebody asks for one; changes are kept in memory, in front of the file.

    ids, offsets : where each profile's line begins in `path`.
    """

    def __init__(self, path: Path, ids: NDArray[np.str_], offsets: NDArray[np.int64], vocabulary: Vocabulary) -> None:
        self._path = path
        self._offsets = dict(zip(ids.tolist(), offsets.tolist(), strict=True))
        self._vocabulary = vocabulary
        self._changed: dict[str, Profile] = {}

    def __getitem__(self, key: str) -> Profile:
        if key in self._changed:
            return self._changed[key]
        with self._path.open("rb") as stream:
            stream.seek(self._offsets[key])
            return self._vocabulary.link_profile(restore(Profile, stream.readline().decode("utf-8")))

    def __setitem__(self, key: str, value: Profile) -> None:
        self._offsets.pop(key, None)
        self._changed[key] = value

    def __delitem__(self, key: str) -> None:
        if self._changed.pop(key, None) is None:
            del self._offsets[key]

    def __iter__(self) -> Iterator[str]:
        yield from [*self._offsets, *self._changed]

    def __len__(self) -> int:
        return len(self._offsets) + len(self._changed)


def write(folder: Path, engine: Engine, block: LocalIndex) -> None:
    """Write a new state of the engine, whose profiles all stand in `block`, and make it the one in force."""
    folder.mkdir(parents=True, exist_ok=True)
    numbers = [int(path.name.partition("-")[2]) for path in folder.glob("state-*") if path.name[6:].isdigit()]
    state = folder / f"state-{max(numbers, default=0) + 1}"
    state.mkdir()
    vectorizer = engine.vectorizer_
    _write_arrays(state, block)
    offsets = _write_records(state / "profiles.jsonl", [engine.profiles_[key] for key in block.ids.tolist()])
    np.save(state / "profile_offsets.npy", offsets)
    _write_records(state / "demands.jsonl", list(engine.demands_.values()))
    _write_lines(state / "features.txt", vectorizer.feature_names_)
    _write_lines(state / "terms.txt", list(vectorizer.document_frequency_))
    np.save(state / "frequencies.npy", np.array(list(vectorizer.document_frequency_.values()), dtype=np.int64))
    manifest = {
        "format": FORMAT,
        "vocabulary": engine.vocabulary_.version,
        "statistics": vectorizer.version(),
        "size": vectorizer.size_,
        "reference_on": date.fromordinal(vectorizer.reference_).isoformat(),
        "scoring": asdict(vectorizer.scoring_),
        "change": engine.change_,
        "bases": list(block.bases),
        "base_values": [{str(feature): value for feature, value in base.items()} for base in block.base_values],
        "skills": list(block.facts.skills.names),
        "certificates": list(block.facts.certificates.names),
        "files": {path.name: path.stat().st_size for path in sorted(state.iterdir())},
    }
    (state / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")
    pointer = folder / "CURRENT.new"
    pointer.write_text(state.name, encoding="utf-8")
    os.replace(pointer, folder / "CURRENT")
    for number in numbers:
        shutil.rmtree(folder / f"state-{number}", ignore_errors=True)


def read(folder: Path, vocabulary: Vocabulary) -> Parts:
    """Open the state in force; raise IndexDamaged where a file lacks or has another size, or versions differ."""
    state, manifest = _manifest(folder)
    if manifest["vocabulary"] != vocabulary.version:
        raise IndexDamaged(
            f"{folder}: saved with vocabulary {manifest['vocabulary']}, this one is {vocabulary.version}; fit again",
            f"{folder}：保存时的词表版本为 {manifest['vocabulary']}，当前为 {vocabulary.version}，请重新 fit",
        )
    vectorizer = Vectorizer(vocabulary, Scoring(**manifest["scoring"]), date.fromisoformat(manifest["reference_on"]))
    frequencies = np.load(state / "frequencies.npy").tolist()
    terms = dict(zip(_read_lines(state / "terms.txt"), frequencies, strict=True))
    vectorizer.restore(terms, manifest["size"], _read_lines(state / "features.txt"))
    block = _read_arrays(state, manifest)
    profiles = SavedProfiles(state / "profiles.jsonl", block.ids, np.load(state / "profile_offsets.npy"), vocabulary)
    demands = [restore(Demand, line) for line in _read_lines(state / "demands.jsonl")]
    linked = {demand.id: vocabulary.link_demand(demand) for demand in demands}
    return Parts(vectorizer, block, linked, profiles, int(manifest["change"]))


def _manifest(folder: Path) -> tuple[Path, dict[str, Any]]:
    try:
        state = folder / (folder / "CURRENT").read_text(encoding="utf-8").strip()
        manifest: dict[str, Any] = json.loads((state / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise IndexDamaged(f"{folder}: no saved engine here ({error})", f"{folder}：此处没有已保存的引擎") from error
    if manifest.get("format") != FORMAT:
        raise IndexDamaged(f"{folder}: saved in format {manifest.get('format')}", f"{folder}：保存格式不同，请重新 fit")
    for name, size in manifest["files"].items():
        path = state / name
        if not path.is_file() or path.stat().st_size != size:
            raise IndexDamaged(f"{path}: missing or not whole", f"{path}：缺失或不完整")
    return state, manifest


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


def _write_arrays(state: Path, block: LocalIndex) -> None:
    for name, array in _arrays(block).items():
        np.save(state / f"{name}.npy", array, allow_pickle=False)


def _read_arrays(state: Path, manifest: dict[str, Any]) -> LocalIndex:
    def mapped(name: str) -> NDArray[Any]:
        array: NDArray[Any] = np.load(state / f"{name}.npy", mmap_mode="r", allow_pickle=False)
        return array

    def entries(side: str) -> Entries:
        names = {name: number for number, name in enumerate(manifest[side])}
        return Entries(names, *(mapped(f"facts_{side}_{column}") for column in ENTRY_COLUMNS))

    ids = mapped("ids")
    simple = [item.name for item in fields(Facts) if item.name not in ("size", "skills", "certificates")]
    facts = Facts(
        size=len(ids),
        skills=entries("skills"),
        certificates=entries("certificates"),
        **{name: mapped(f"facts_{name}") for name in simple},
    )
    return LocalIndex(
        ids=ids,
        postings=Postings(*(mapped(f"postings_{item.name}") for item in fields(Postings))),
        bases=tuple(manifest["bases"]),
        base_values=tuple({int(key): value for key, value in base.items()} for base in manifest["base_values"]),
        base_of_row=mapped("base_of_row"),
        facts=facts,
        live=np.ones(len(ids), dtype=bool),
    )


def _write_records(path: Path, records: list[Profile] | list[Demand]) -> NDArray[np.int64]:
    offsets = []
    with path.open("wb") as stream:
        for record in records:
            offsets.append(stream.tell())
            stream.write(json.dumps(to_values(record), ensure_ascii=False).encode("utf-8") + b"\n")
    return np.array(offsets, dtype=np.int64)


def _write_lines(path: Path, lines: list[str]) -> None:
    path.write_bytes("".join(f"{line}\n" for line in lines).encode("utf-8"))


def _read_lines(path: Path) -> list[str]:
    return path.read_bytes().decode("utf-8").split("\n")[:-1]
