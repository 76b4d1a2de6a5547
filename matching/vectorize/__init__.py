"""Both sides into one feature space: `Vectorizer` turns profiles into values and demands into queries of weights.

`features` says what a requirement asks and a claim gives, `terms`, `lexicon` and `wording` what a text says, `latent`
what it is about, `vectorizer` learns the statistics and makes the integers.
"""

from matching.vectorize.features import IMPLIED, OCCUPATION, TEXT, Group, Scoring
from matching.vectorize.latent import Latent
from matching.vectorize.lexicon import shipped_lexicon
from matching.vectorize.vectorizer import Vectorizer
from matching.vectorize.vectors import Query, Vector

__all__ = [
    "IMPLIED",
    "OCCUPATION",
    "TEXT",
    "Group",
    "Latent",
    "Query",
    "Scoring",
    "Vector",
    "Vectorizer",
    "shipped_lexicon",
]
