"""Other open ways to rank a task, as peers to measure against: word and character TF-IDF, BM25, a dense encoder.

evaluation = evaluate_task(task, Engine)
rows = against(task, evaluation, lexical_peers())             # values, and our gain with its 95 % interval
rows = against(task, evaluation, {**lexical_peers(), "MiniLM": Dense("models/all-MiniLM-L6-v2")})

A peer sees the same words as the engine, a record's title and text, and nothing else of ours: no vocabulary, no stems,
no weights. Its statistics are learned on the side that is ranked. It is set up as its users would, with no constant
chosen here: words are Chinese characters and pairs of neighbours beside Latin words without English stop words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.domain import Demand, Profile
from matching.errors import Problem, RecordError
from matching.evaluate.measures import MRR, Comparison, Measure, Run, compare, fold, measure, nDCG
from matching.evaluate.tasks import FOLDS, Evaluation, Task
from matching.vocabulary.protected import HAN_RANGE

Peer = Callable[[Sequence[str], Sequence[str]], Iterator[NDArray[Any]]]
"""(texts that are ranked, texts that ask) -> for each asking text one score per ranked text, larger is better."""

BM25_SATURATION, BM25_LENGTH = 1.5, 0.75
DENSE_TOKENS, DENSE_BATCH = 128, 32
DECIMALS = 6
"""Scores are rounded to so many decimals, so that equal texts tie whatever the order of adding."""

_HAN_RUN = re.compile(f"[{HAN_RANGE}]+")
_LATIN_WORD = re.compile(r"[a-z0-9]{2,}")
_LATIN_LETTER = re.compile(r"[a-z]")


def lexical_peers() -> dict[str, Peer]:
    """Give the peers that need no model; RecordError where bm25s, the one that is no dependency of ours, is missing."""
    _needed("bm25s")
    return {"word TF-IDF": _word_tfidf, "char TF-IDF": _char_tfidf, "BM25": _bm25}


class Dense:
    """A sentence-transformers model in a local folder as a peer: cosine of one vector per text, 128 tokens each.

    Nothing is downloaded: a folder that does not exist is a RecordError, and so is the missing package. Vectors are
    remembered by text, so that both directions of a task cost one encoding.
    """

    def __init__(self, model: Path | str) -> None:
        package = _needed("sentence_transformers")
        if not Path(model).is_dir():
            rule, zh = "is no folder with a model", "不是模型目录"
            raise RecordError(Problem("model_folder", rule, zh, value=str(model), field="dense_model"))
        self._model = package.SentenceTransformer(str(model), device="cpu", local_files_only=True)
        self._model.max_seq_length = DENSE_TOKENS
        self._known: dict[str, NDArray[np.float32]] = {}

    def __call__(self, offered: Sequence[str], asked: Sequence[str]) -> Iterator[NDArray[Any]]:
        """Rank by cosine."""
        ranked = self._vectors(offered)
        for vector in self._vectors(asked):
            yield ranked @ vector

    def _vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            vectors = self._model.encode(
                new, batch_size=DENSE_BATCH, normalize_embeddings=True, show_progress_bar=False
            )
            self._known.update(zip(new, vectors, strict=True))
        return np.stack([self._known[text] for text in texts])


def rank(task: Task, peer: Peer) -> Run:
    """Rank a task's records with a peer, everything for each judged query; ties keep the documents' order."""
    asking, offered = _sides(task)
    asked = [one for one in asking if task.name_of[one.id] in task.judgements]
    names = [task.name_of[one.id] for one in offered]
    rows = peer([_text(one) for one in offered], [_text(one) for one in asked])
    run = {}
    for one, scores in zip(asked, rows, strict=True):
        order = np.argsort(-np.round(np.asarray(scores, dtype=np.float64), DECIMALS), kind="stable")
        run[task.name_of[one.id]] = [names[place] for place in order]
    return run


@dataclass(frozen=True, slots=True)
class Standing:
    """One ranker on one fold: the means of its measures, and for a peer our gain over it (none for ourselves)."""

    task: str
    direction: str
    fold: str
    queries: int
    ranker: str
    means: Mapping[str, float]
    gains: Mapping[str, Comparison]

    def as_dict(self) -> dict[str, Any]:
        """Give plain values for JSON; a gain is `difference`, `low`, `high`, `p` and `queries`."""
        gains = {name: asdict(gain) for name, gain in self.gains.items()}
        place = {"task": self.task, "direction": self.direction, "fold": self.fold, "queries": self.queries}
        return {**place, "ranker": self.ranker, **self.means, "gains": gains}


OURS = "duikou"
COMPARED = (MRR, nDCG @ 10)


def against(
    task: Task,
    evaluation: Evaluation,
    peers: Mapping[str, Peer],
    measures: Sequence[Measure] = COMPARED,
    folds: Sequence[str] = FOLDS,
    resamples: int = 10_000,
) -> list[Standing]:
    """Rank the task with every peer and set its measures beside ours, for each fold, ourselves first.

    A gain is the mean over the fold's queries of our value minus the peer's, with the 95 % interval of a paired
    bootstrap over these queries: both rankers answer the same ones. An interval above 0 is a gain that the choice of
    queries alone does not explain; it says nothing about other tasks.
    """
    runs = {OURS: evaluation.run, **{name: rank(task, peer) for name, peer in peers.items()}}
    direction = "transposed" if task.transpose else "plain"
    standings = []
    for chosen in folds:
        kept = {key: grades for key, grades in task.judgements.items() if chosen in ("all", fold(key))}
        for name, run in runs.items():
            means = {str(one): value for one, value in measure(run, kept, measures).means().items()}
            gains = {
                str(one): compare(evaluation.run, run, kept, one, resamples=resamples)
                for one in measures
                if name != OURS
            }
            standings.append(Standing(task.name, direction, chosen, len(kept), name, means, gains))
    return standings


def _sides(task: Task) -> tuple[Sequence[Demand | Profile], Sequence[Demand | Profile]]:
    """Give who asks and what is ranked."""
    return (task.demands, task.profiles) if task.transpose else (task.profiles, task.demands)


def _text(record: Demand | Profile) -> str:
    title = record.title if isinstance(record, Demand) else ""
    return "\n".join(part for part in (title, record.text) if part)


def _needed(package: str) -> Any:
    """Import what only a comparison needs; a missing package is named with the line that installs it."""
    try:
        return import_module(package)
    except ImportError as error:
        name = package.replace("_", "-")
        rule = f"is not installed; it is only needed to compare with peers: pip install {name}"
        zh = f"未安装；只有与其他方法比较时才需要：pip install {name}"
        raise RecordError(Problem("missing_package", rule, zh, value=name)) from error


def _words(texts: Sequence[str]) -> list[list[str]]:
    """Cut texts into Chinese characters and pairs of neighbours, and Latin words that are no English stop words."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    cut = []
    for text in texts:
        lower = text.lower()
        tokens = [word for word in _LATIN_WORD.findall(lower) if word not in ENGLISH_STOP_WORDS]
        for run in _HAN_RUN.findall(lower):
            tokens += [*run, *(run[place : place + 2] for place in range(len(run) - 1))]
        cut.append(tokens)
    return cut


def _mostly_chinese(texts: Sequence[str]) -> bool:
    han = sum(len(run) for text in texts for run in _HAN_RUN.findall(text))
    return han > sum(len(_LATIN_LETTER.findall(text.lower())) for text in texts)


def _tfidf(offered: Sequence[list[str]], asked: Sequence[list[str]]) -> Iterator[NDArray[Any]]:
    """Score by the cosine of (1 + ln tf) x idf vectors, scikit-learn's."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    if not any(offered):
        yield from (np.zeros(len(offered)) for _ in asked)
        return
    vectorizer = TfidfVectorizer(analyzer=lambda tokens: tokens, sublinear_tf=True)
    ranked = vectorizer.fit_transform(offered).T.tocsr()
    for row in vectorizer.transform(asked):
        yield (row @ ranked).toarray()[0]


def _word_tfidf(offered: Sequence[str], asked: Sequence[str]) -> Iterator[NDArray[Any]]:
    return _tfidf(_words(offered), _words(asked))


def _char_tfidf(offered: Sequence[str], asked: Sequence[str]) -> Iterator[NDArray[Any]]:
    """Cut into 1-2 neighbouring characters where the ranked texts are mostly Chinese, else 3-5 within words."""
    from sklearn.feature_extraction.text import CountVectorizer

    setting: dict[str, Any] = {"analyzer": "char_wb", "ngram_range": (3, 5)}
    if _mostly_chinese(offered):
        setting = {"analyzer": "char", "ngram_range": (1, 2)}
    cut = CountVectorizer(**setting).build_analyzer()
    return _tfidf([list(cut(text)) for text in offered], [list(cut(text)) for text in asked])


def _bm25(offered: Sequence[str], asked: Sequence[str]) -> Iterator[NDArray[Any]]:
    """Score by BM25 in Lucene's form over the same words as word TF-IDF."""
    ranked = _words(offered)
    if not any(ranked):
        yield from (np.zeros(len(offered)) for _ in asked)
        return
    index = _needed("bm25s").BM25(method="lucene", k1=BM25_SATURATION, b=BM25_LENGTH)
    index.index(ranked, show_progress=False)
    for tokens in _words(asked):
        yield index.get_scores(tokens) if tokens else np.zeros(len(offered))
