"""Import ESCO, O*NET and CSV releases into a folder of our own tables, and export a vocabulary as one."""

from __future__ import annotations

import json
from pathlib import Path

from matching.vocabulary.load import problem

RELEASE_FILE = "release.json"


def release_name(folder: Path) -> str:
    """Give the name and version of an imported release folder, such as `esco-1.1.1`; the folder's own name without."""
    path = folder / RELEASE_FILE
    if not path.exists():
        return folder.name
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        return f"{facts['name']}-{facts['version']}"
    except (ValueError, KeyError, TypeError) as error:
        raise problem(
            "release", "not a description of a release", "不是词表发布说明", str(error), file=str(path)
        ) from error
