"""The vocabulary: what words of demands and profiles stand for, and how those concepts relate.

from matching.vocabulary import Vocabulary
vocabulary = Vocabulary.load()
vocabulary.resolve(Kind.SKILL, "氩弧焊")           # a label -> Link(("weld.gtaw",))
vocabulary.recognise("招氩弧焊工5名，持焊工证")     # free text -> Mentions with spans
vocabulary.relatives("weld.gtaw")                  # other concepts -> credit
"""

from matching.vocabulary.load import data_folder
from matching.vocabulary.release import RELEASE_KINDS, ReleaseSummary, export_vocabulary, import_release
from matching.vocabulary.vocabulary import Vocabulary

__all__ = [
    "RELEASE_KINDS",
    "ReleaseSummary",
    "Vocabulary",
    "data_folder",
    "export_vocabulary",
    "import_release",
]
