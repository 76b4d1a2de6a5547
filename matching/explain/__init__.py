"""One pair taken apart: parts that sum to the score, each requirement's standing with its evidence, in zh and en.

`explanation` holds the types and how they read, `reasons` computes them, `labels` says how a requirement is called,
`evidence` finds the claims and words that stand for it, `wording` what both texts share.
"""

from matching.explain.explanation import STANDING_NAMES, Evidence, Explanation, Reason, Standing, printed
from matching.explain.reasons import explain

__all__ = ["STANDING_NAMES", "Evidence", "Explanation", "Reason", "Standing", "explain", "printed"]
