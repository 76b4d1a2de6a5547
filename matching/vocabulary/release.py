"""Import ESCO, O*NET and CSV releases into a folder of our own tables, and export a vocabulary as one."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from matching.domain import Concept
from matching.errors import VocabularyError
from matching.vocabulary import esco, onet
from matching.vocabulary.check import double_ids
from matching.vocabulary.load import TABLES, problem, read_concepts, write_concepts

RELEASE_FILE = "release.json"
RELEASE_KINDS = ("esco", "onet", "csv")


@dataclass(frozen=True, slots=True)
class ReleaseSummary:
    """What an import wrote: name, version, whom to attribute, rows per table, sha256 of each source file."""

    name: str
    version: str
    attribution: str
    counts: Mapping[str, int]
    sha256: Mapping[str, str]


class Exportable(Protocol):
    """Whatever holds concepts and has a version: a Vocabulary."""

    concepts: Mapping[str, Concept]
    version: str


def import_release(kind: str, source: Path, target: Path, version: str | None = None) -> ReleaseSummary:
    """Read a release folder and write it as our tables plus `release.json` into `target`.

    When: once per release; afterwards `Vocabulary.load(releases=[target])` reads it in seconds. `kind` is esco, onet or
    csv (a folder in our own form). The version is taken from the release itself or the folder's name (`esco-1.1.1`)
    where it isn't given. All or nothing: a broken source leaves `target` as it was. Raises VocabularyError with file,
    row, column and value.
    """
    if kind not in RELEASE_KINDS:
        raise problem("kind", f"not one of {', '.join(RELEASE_KINDS)}", f"不是 {'、'.join(RELEASE_KINDS)} 之一", kind)
    if not source.is_dir():
        raise problem("no_folder", "the release folder doesn't exist", "发布目录不存在", file=str(source))
    with tempfile.TemporaryDirectory() as scratch:
        if kind == "csv":
            concepts, counts, facts = _read_csv(source)
            files = {path.name: path for path in sorted(source.glob("*.csv")) if path.name in TABLES}
        else:
            module = esco if kind == "esco" else onet
            files = _find(source, module.FILES, Path(scratch))
            concepts, counts = esco.read_esco(files) if kind == "esco" else onet.read_onet(files)
            facts = {"name": kind, "attribution": module.ATTRIBUTION, "version": _version(source, files)}
        if doubles := double_ids(concepts):
            raise VocabularyError(doubles)
        kinds = Counter(str(concept.kind) for concept in concepts)
        hashes = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}
    named = version or facts["version"] or "unknown"
    summary = ReleaseSummary(facts["name"], named, facts["attribution"], {**kinds, **counts}, hashes)
    _replace(target, concepts, summary)
    return summary


def export_vocabulary(vocabulary: Exportable, folder: Path) -> ReleaseSummary:
    """Write every concept of a vocabulary as our tables plus `release.json`; all or nothing.

    The folder can be edited and imported again with kind csv.
    """
    concepts = list(vocabulary.concepts.values())
    kinds = Counter(str(concept.kind) for concept in concepts)
    summary = ReleaseSummary("export", vocabulary.version, "", dict(kinds), {})
    _replace(folder, concepts, summary)
    return summary


def release_name(folder: Path) -> str:
    """Give the name and version of an imported release folder, such as `esco-1.1.1`; the folder's own name without."""
    facts = _facts(folder)
    return f"{facts['name']}-{facts['version']}" if facts else folder.name


def _facts(folder: Path) -> dict[str, str]:
    path = folder / RELEASE_FILE
    if not path.exists():
        return {}
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        return {name: str(facts[name]) for name in ("name", "version", "attribution")}
    except (ValueError, KeyError, TypeError) as error:
        raise problem(
            "release", "not a description of a release", "不是词表发布说明", str(error), file=str(path)
        ) from error


def _read_csv(source: Path) -> tuple[list[Concept], dict[str, int], dict[str, str]]:
    facts = _facts(source) or {"name": source.name, "version": "", "attribution": ""}
    concepts = read_concepts(source, facts["name"])
    return concepts, {}, facts


def _find(source: Path, names: Iterable[str], scratch: Path) -> dict[str, Path]:
    """Find the files of a release, unpacking those that are only there as .gz."""
    files = {}
    for name in names:
        path, packed = source / name, source / f"{name}.gz"
        if not path.exists():
            if not packed.exists():
                raise problem("missing_file", "the release lacks this file", "发布缺少此文件", name, file=str(source))
            path = scratch / name
            try:
                with gzip.open(packed) as stream, path.open("wb") as plain:
                    shutil.copyfileobj(stream, plain)
            except (OSError, EOFError) as error:
                raise problem("gzip", "the file can't be unpacked", "无法解压", str(error), file=packed.name) from error
        files[name] = path
    return files


def _version(source: Path, files: Mapping[str, Path]) -> str:
    """Find a version such as 27.0: in the release's Read Me, else at the end of the folder's name."""
    readme = files.get("Read Me.txt")
    text = readme.read_text(encoding="utf-8", errors="replace") if readme else source.name
    found = re.search(r"\d+(?:\.\d+)+", text)
    return found.group() if found else ""


def _replace(target: Path, concepts: Iterable[Concept], summary: ReleaseSummary) -> None:
    """Write beside the target, then take its place; only an earlier release or an empty folder gives way."""
    if target.exists() and not (target.is_dir() and (not any(target.iterdir()) or (target / RELEASE_FILE).exists())):
        english, chinese = "exists and holds no vocabulary release", "已存在且不是词表发布目录"
        raise problem("target", english, chinese, file=str(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".import-") as scratch:
        fresh, old = Path(scratch) / "new", Path(scratch) / "old"
        fresh.mkdir()
        write_concepts(concepts, fresh)
        text = json.dumps(asdict(summary), ensure_ascii=False, indent=2) + "\n"
        (fresh / RELEASE_FILE).write_text(text, encoding="utf-8")
        if target.exists():
            target.rename(old)
        fresh.rename(target)
