"""The optional dense encoder: what a text means as a whole, by a sentence model that the operator already has.

    encoder = load_encoder("models/bge-small-zh")         # a folder, or an .onnx file with its tokenizer.json beside it
    engine = Engine(encoder=encoder).fit(demands, profiles)

An encoder turns a text into d numbers. All texts of one trade look alike to it, so the mean of the collection, learned
at `fit` and then frozen, is taken off first. What is left, x, is split into its positive and its negative side: 2d
features without negative values, together of length 1, like any others. For unrelated texts their inner product is
about .3; it grows with the cosine of the two x and is 1 where they are equal.

Nothing here downloads anything: a model is read from where it lies.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from pathlib import Path
from threading import Lock
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from matching.errors import Problem, RecordError

DENSE = "dense:"
"""Sides of the encoder's axes: of d = 384, `dense:7` is the positive side of axis 7, `dense:391` its negative one."""
MOST_TEXTS = 10_000
"""Texts that the mean is learned from at most."""
NEUTRAL_TEXTS = 10
"""How many texts with the mean zero count beside a collection's own, so that the mean of one or two isn't their all."""
REMEMBERED = 50_000
"""Texts whose embedding is kept in memory; 384 numbers each are 80 MB."""
LEAST_LENGTH = 1e-4
MOST_TOKENS = 128
BATCH, TOGETHER = 32, 1_024
OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
POOLING = Path("1_Pooling", "config.json")

Reals32 = NDArray[np.float32]


class Encoder(Protocol):
    """What makes vectors of texts. The same text gives the same vector, up to rounding, whatever stands beside it."""

    @property
    def name(self) -> str:
        """Name the model, and its very weights: a saved engine opens with an encoder of this name only."""

    def encode(self, texts: Sequence[str]) -> Reals32:
        """Give one row of d numbers for each text, d always the same."""


class Dense:
    """An encoder with the frozen mean of a collection; remembers REMEMBERED texts; threads may share it.

    Parameters
    ----------
    encoder : Encoder
    centre : d numbers, the mean embedding
    """

    def __init__(self, encoder: Encoder, centre: Reals32) -> None:
        self.encoder = encoder
        self.centre = centre
        self.names = tuple(f"{DENSE}{number}" for number in range(2 * len(centre)))
        self._known: OrderedDict[bytes, Reals32] = OrderedDict()
        self._guard = Lock()

    @classmethod
    def learn(cls, encoder: Encoder, texts: Iterable[str]) -> Self:
        """Encode a collection's texts in batches and learn their mean; their order does not matter."""
        chosen = sorted(texts)
        size = _encoded(encoder, ["-"]).shape[1]
        made = cls(encoder, np.zeros(size, np.float32))
        made.read(chosen)
        total = sum((made._embedding(text).astype(np.float64) for text in chosen), np.zeros(size))
        made.centre = (total / (len(chosen) + NEUTRAL_TEXTS)).astype(np.float32)
        return made

    def read(self, texts: Iterable[str]) -> None:
        """Encode texts ahead, in batches of similar length; an empty text and one that is remembered cost nothing."""
        wanted = {_key(text): text for text in texts if text}
        with self._guard:
            unknown = sorted((len(text), text, key) for key, text in wanted.items() if key not in self._known)
        for start in range(0, len(unknown), TOGETHER):
            some = unknown[start : start + TOGETHER]
            rows = _encoded(self.encoder, [text for _, text, _ in some])
            if rows.shape[1] != len(self.centre):
                english, chinese = f"gives {rows.shape[1]} numbers a text", f"每段文字给出 {rows.shape[1]} 个数"
                needed = f"{english}, {len(self.centre)} are needed", f"{chinese}，应为 {len(self.centre)} 个"
                raise RecordError(Problem("encoder", *needed, self.encoder.name, field="encoder"))
            with self._guard:
                self._known.update(zip((key for _, _, key in some), rows, strict=True))
                while len(self._known) > REMEMBERED:
                    self._known.popitem(last=False)

    def features(self, text: str) -> dict[str, float]:
        """Give both sides of a text's meaning: `dense:n` -> value in (0, 1], of length 1; {} where there is no text."""
        if not text:
            return {}
        away = self._embedding(text).astype(np.float64) - self.centre
        length = float(np.sqrt(np.square(away).sum())) * (1.0 + 1e-12)
        if length < LEAST_LENGTH:
            return {}
        sides = np.maximum(np.concatenate((away, -away)), 0.0) / length
        return {name: value for name, value in zip(self.names, sides.tolist(), strict=True) if value}

    def fingerprint(self) -> str:
        """Give a hash of the mean."""
        return hashlib.sha256(np.ascontiguousarray(self.centre).tobytes()).hexdigest()[:12]

    def _embedding(self, text: str) -> Reals32:
        key = _key(text)
        while True:
            with self._guard:
                known = self._known.get(key)
                if known is not None:
                    self._known.move_to_end(key)
                    return known
            self.read([text])


class Collected:
    """Keeps the texts that the mean is learned from: all of a small collection, MOST_TEXTS by hash of a large one."""

    def __init__(self) -> None:
        self._kept: dict[bytes, str] = {}

    def add(self, text: str) -> None:
        """Take a text into account; equal ones count once."""
        if text:
            self._kept[_key(text)] = text
        if len(self._kept) > 2 * MOST_TEXTS:
            self._kept = dict(sorted(self._kept.items())[:MOST_TEXTS])

    def chosen(self) -> list[str]:
        """Give the chosen texts."""
        return [text for _, text in sorted(self._kept.items())[:MOST_TEXTS]]


def load_encoder(path: Path | str) -> Encoder:
    """Read a model from where it lies: a sentence-transformers folder, or an ONNX file with `tokenizer.json` beside it.

    It computes on the processor and reads the first MOST_TOKENS tokens of a text. The libraries are told to stay
    offline, for the whole process. Needs the extra `dense` or `dense-onnx`. Raises RecordError that names the path
    where nothing is there, a library is missing, or the model doesn't work.
    """
    place = Path(path)
    is_file = place.suffix.lower() == ".onnx"
    if not (place.is_file() if is_file else place.is_dir()):
        raise _wrong(place, "no model here: give a folder or an .onnx file", "此处没有模型：应为模型目录或 .onnx 文件")
    os.environ.update(OFFLINE)
    try:
        encoder: Encoder = OnnxEncoder(place) if is_file else FolderEncoder(place)
        _encoded(encoder, ["welder", "氩弧焊工"])
    except ImportError as error:
        lacking = f"pip install 'duikou[{'dense-onnx' if is_file else 'dense'}]' ({error})"
        raise _wrong(place, f"a library is missing: {lacking}", f"缺少运行库：{lacking}") from error
    except Exception as error:  # the libraries raise whatever they like where a model is broken
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise _wrong(place, f"the model doesn't work: {reason}", f"模型无法使用：{reason}") from error
    return encoder


class FolderEncoder:
    """A model in a folder, by sentence-transformers."""

    def __init__(self, folder: Path) -> None:
        from sentence_transformers import SentenceTransformer

        self._model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        self._model.max_seq_length = min(self._model.max_seq_length or MOST_TOKENS, MOST_TOKENS)
        self.name = _named(folder, [file for file in folder.rglob("*") if file.suffix != ".md"])

    def encode(self, texts: Sequence[str]) -> Reals32:
        """Give one row for each text."""
        rows = self._model.encode(list(texts), batch_size=BATCH, show_progress_bar=False, convert_to_numpy=True)
        return np.asarray(rows, dtype=np.float32)


class OnnxEncoder:
    """A model in an ONNX file.

    A first output that holds a vector for each token is pooled: the mean of the tokens, or the first one where
    `1_Pooling/config.json` beside the file says so.
    """

    def __init__(self, file: Path) -> None:
        from onnxruntime import InferenceSession
        from tokenizers import Tokenizer

        words, pooling = file.with_name("tokenizer.json"), file.parent / POOLING
        self._session = InferenceSession(str(file), providers=["CPUExecutionProvider"])
        self._asked = {item.name for item in self._session.get_inputs()}
        self._tokenizer = Tokenizer.from_file(str(words))
        padding = dict(self._tokenizer.padding or {})
        padded = {key: padding[key] for key in ("pad_id", "pad_type_id", "pad_token") if key in padding}
        self._tokenizer.enable_padding(**padded)
        self._tokenizer.enable_truncation(MOST_TOKENS)
        said = json.loads(pooling.read_text(encoding="utf-8")) if pooling.is_file() else {}
        self._first_token = bool(said.get("pooling_mode_cls_token"))
        beside = [one for one in file.parent.glob(f"{file.name}?data") if one.is_file()]
        self.name = _named(file, [file, words, *beside, *([pooling] if pooling.is_file() else [])])

    def encode(self, texts: Sequence[str]) -> Reals32:
        """Give one row for each text."""
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        parts = [self._batch([texts[place] for place in order[at : at + BATCH]]) for at in range(0, len(order), BATCH)]
        rows = np.concatenate(parts)
        return rows[np.argsort(order)]

    def _batch(self, texts: list[str]) -> Reals32:
        read = self._tokenizer.encode_batch(texts)
        given = {
            "input_ids": np.array([one.ids for one in read], dtype=np.int64),
            "attention_mask": np.array([one.attention_mask for one in read], dtype=np.int64),
            "token_type_ids": np.array([one.type_ids for one in read], dtype=np.int64),
        }
        outputs: list[Any] = self._session.run(None, {key: given[key] for key in given.keys() & self._asked})
        first = np.asarray(outputs[0], dtype=np.float32)
        if first.ndim == 2:
            return first
        if self._first_token:
            return first[:, 0]
        mask = given["attention_mask"][:, :, None].astype(np.float32)
        return np.asarray((first * mask).sum(axis=1) / mask.sum(axis=1), dtype=np.float32)


def _encoded(encoder: Encoder, texts: Sequence[str]) -> Reals32:
    """Ask an encoder for rows of length 1; raise RecordError where it doesn't give them."""
    rows = np.asarray(encoder.encode(texts), dtype=np.float32)
    if rows.ndim != 2 or len(rows) != len(texts) or not rows.shape[1] or not np.isfinite(rows).all():
        english, chinese = "must give one row of finite numbers for each text", "应对每段文字给出一行有限数值"
        raise RecordError(Problem("encoder", english, chinese, str(encoder.name), field="encoder"))
    lengths = np.sqrt(np.square(rows).sum(axis=1, keepdims=True))
    return np.asarray(rows / np.where(lengths > 0.0, lengths, 1.0), dtype=np.float32)


def _named(place: Path, files: Iterable[Path]) -> str:
    """Name a model by its file or folder and a hash of what its files hold."""
    hashed = hashlib.sha256()
    for file in sorted(one for one in files if one.is_file()):
        with file.open("rb") as stream:
            hashed.update(f"{file.name}\n".encode() + hashlib.file_digest(stream, "sha256").digest())
    return f"{place.resolve().name}#{hashed.hexdigest()[:12]}"


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _wrong(place: Path, english: str, chinese: str) -> RecordError:
    return RecordError(Problem("encoder", english, chinese, file=str(place), field="encoder"))
