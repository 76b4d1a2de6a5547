"""The option `--encoder`: a sentence model by its path, loaded only when it is given."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from matching.cli.shown import err

if TYPE_CHECKING:
    from matching.vectorize import Encoder

Model = Annotated[
    Path | None,
    typer.Option(
        "--encoder",
        help="Local sentence model, a folder or an .onnx file, to compare whole meanings with. 本地句向量模型。",
        show_default=False,
    ),
]


def encoder_of(path: Path | None) -> Encoder | None:
    """Load the model that the option names; None where it is not given."""
    if path is None:
        return None
    from matching.vectorize import load_encoder

    err.print(f"Loading {path.name} ... 正在读取模型……", markup=False)
    return load_encoder(path)
