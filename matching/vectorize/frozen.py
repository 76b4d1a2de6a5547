"""A vectorizer's frozen statistics as files: columns, counts of terms, latent topics, and the encoder's mean.

features.json, frequencies.npy                 every column by name, and in how many records its term occurs
latent_terms.npy, latent_shares.npy            where the collection has topics
dense_centre.npy                               where it was fitted with an encoder
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from matching.errors import Problem, RecordError
from matching.vectorize.dense import Dense, Encoder
from matching.vectorize.features import Scoring
from matching.vectorize.latent import Latent
from matching.vectorize.vectorizer import Vectorizer

if TYPE_CHECKING:
    from matching.vocabulary import Vocabulary


def write_frozen(vectorizer: Vectorizer, state: Path) -> dict[str, Any]:
    """Write the statistics into a folder; gives what its manifest must say of them."""
    names, counted = list(vectorizer.feature_names_), vectorizer.document_frequency_
    features = json.dumps(names, ensure_ascii=False).encode("utf-8", "surrogatepass")
    (state / "features.json").write_bytes(features)
    frequencies = [counted.get(name.removeprefix("text:"), 0) if name.startswith("text:") else 0 for name in names]
    np.save(state / "frequencies.npy", np.array(frequencies, dtype=np.int64))
    latent, dense = vectorizer.latent_, vectorizer.dense_
    if latent is not None:
        columns = {name: column for column, name in enumerate(names)}
        places = [columns[f"text:{term}"] for term in latent.terms]
        np.save(state / "latent_terms.npy", np.array(places, dtype=np.int64))
        np.save(state / "latent_shares.npy", latent.shares)
    if dense is not None:
        np.save(state / "dense_centre.npy", dense.centre)
    return {
        "statistics": vectorizer.version(),
        "size": vectorizer.size_,
        "width": vectorizer.width_,
        "encoder": None if dense is None else dense.encoder.name,
        "frozen": {
            "scoring": asdict(vectorizer.scoring_),
            "reference_on": date.fromordinal(vectorizer.reference_).isoformat(),
        },
    }


def read_frozen(
    state: Path, manifest: Mapping[str, Any], vocabulary: Vocabulary, encoder: Encoder | None
) -> Vectorizer:
    """Make the vectorizer of a saved folder again.

    Raises RecordError where the encoder is not the one that it was fitted with, or one is given and it had none.
    """
    _require_encoder(state, manifest["encoder"], None if encoder is None else encoder.name)
    frozen = manifest["frozen"]
    today = date.fromisoformat(frozen["reference_on"])
    vectorizer = Vectorizer(vocabulary, Scoring(**frozen["scoring"]), today, encoder)
    names = json.loads((state / "features.json").read_bytes().decode("utf-8", "surrogatepass"))
    counted = zip(names, np.load(state / "frequencies.npy", allow_pickle=False).tolist(), strict=True)
    frequency = {name.removeprefix("text:"): count for name, count in counted if count}
    centre = state / "dense_centre.npy"
    dense = None if encoder is None else Dense(encoder, np.load(centre, allow_pickle=False))
    vectorizer.restore(frequency, manifest["size"], names, manifest["width"], _latent(state, names), dense)
    return vectorizer


def _latent(state: Path, names: Sequence[str]) -> Latent | None:
    """Read the topics of the collection; None where it had too few texts for any."""
    if not (state / "latent_terms.npy").exists():
        return None
    places = np.load(state / "latent_terms.npy", allow_pickle=False).tolist()
    terms = [names[place].removeprefix("text:") for place in places]
    return Latent(terms, np.load(state / "latent_shares.npy", mmap_mode="r", allow_pickle=False))


def _require_encoder(state: Path, saved: str | None, given: str | None) -> None:
    if saved == given:
        return
    if saved is None:
        english, chinese = (
            "was saved without an encoder: open it without, or fit again",
            "保存时未使用编码模型，请不带模型打开或重新 fit",
        )
    else:
        english = f"was saved with the encoder {saved}: give the same one, or fit again"
        chinese = f"保存时使用的编码模型为 {saved}，请提供同一模型或重新 fit"
    raise RecordError(Problem("encoder", english, chinese, given, file=str(state), field="encoder"))
