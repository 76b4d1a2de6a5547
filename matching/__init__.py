"""The engine of Duikou 对口: records in, ranked and explained matches out. No web, no database.

    from matching import Engine
    from matching.tables import read_demands, read_profiles

    engine = Engine().fit(read_demands("demands.csv").records, read_profiles("students.csv").records)
    matches = engine.match("D001", k=20)
    print(engine.explain("D001", matches.ids[0]).text("zh"))

One match from table to explanation: `tables` reads records, `vocabulary` links labels to concepts, `vectorize` (with
`features` and `text`) makes integer vectors, `rules` judges hard conditions, `index` finds the exact top k, `explain`
takes a pair apart; `engine` is the door to all of it.
"""

from matching.domain import (
    CertificateClaim,
    Demand,
    Importance,
    Kind,
    Preferences,
    Profile,
    Requirement,
    SkillClaim,
)
from matching.engine import Engine
from matching.explain import Explanation
from matching.score import MatchList, Weights
from matching.vocabulary import Vocabulary

__version__ = "0.1.0"

__all__ = [
    "CertificateClaim",
    "Demand",
    "Engine",
    "Explanation",
    "Importance",
    "Kind",
    "MatchList",
    "Preferences",
    "Profile",
    "Requirement",
    "SkillClaim",
    "Vocabulary",
    "Weights",
]
