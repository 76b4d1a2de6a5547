"""Understanding of free text: what is said of which concept, in Chinese and English.

from matching.text import read
for said in read("必须熟练氩弧焊，电工证优先，无需倒班", vocabulary, "demand"):
    said.surface, said.concepts, said.level, said.importance, said.negated
"""

from matching.text.said import Said, Side, negated_spans, read

__all__ = ["Said", "Side", "negated_spans", "read"]
