"""Measure how well an engine ranks: measures as values, runs against judgements, ranking tasks and judged pairs.

task = Task.load(folder)                              # or transpose=True: the demands ask
evaluation = evaluate_task(task, Engine)              # fits, ranks, measures
evaluation.means("report")                            # {"MRR": .., "nDCG@10": .., "MAP": ..}
compare(run, other, task.judgements, nDCG @ 10)       # paired bootstrap
against(task, evaluation, lexical_peers())              # beside TF-IDF and BM25, gains with intervals
judge(JudgedCase.load(file, vocabulary), Engine())    # right and total per aspect
"""

from matching.evaluate.judged import JudgedCase, JudgedTable, judge, planned_is_certificate
from matching.evaluate.measures import (
    MAP,
    MRR,
    Comparison,
    Judgements,
    Measure,
    Measured,
    Run,
    compare,
    fold,
    measure,
    nDCG,
    parse,
)
from matching.evaluate.peers import OURS, Dense, Peer, Standing, against, lexical_peers, rank
from matching.evaluate.tasks import MEASURES, Evaluation, Task, evaluate_task

__all__ = [
    "MAP",
    "MEASURES",
    "MRR",
    "OURS",
    "Comparison",
    "Dense",
    "Evaluation",
    "JudgedCase",
    "JudgedTable",
    "Judgements",
    "Measure",
    "Measured",
    "Peer",
    "Run",
    "Standing",
    "Task",
    "against",
    "compare",
    "evaluate_task",
    "fold",
    "judge",
    "lexical_peers",
    "measure",
    "nDCG",
    "parse",
    "planned_is_certificate",
    "rank",
]
