"""Pasted words as drafts of demands, a proposal until a person confirms it; nothing is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from api.access import Principal, require
from api.resources.demands import record_of
from api.resources.wording import findings
from matching import Vocabulary
from matching.drafts import draft_demands


def parse(who: Principal, vocabulary: Vocabulary, text: str, today: date) -> list[dict[str, Any]]:
    """Read pasted words: for each post a record, where each field stands in the text, and what the law has to say."""
    require(who, "demand.edit")
    drafts = []
    for draft in draft_demands(text, vocabulary, today):
        proposed = replace(draft.demand, valid_until=draft.deadline)
        drafts.append(
            {
                "record": record_of(proposed),
                "spans": dict(draft.spans),
                "unsure": list(draft.unsure),
                "benefits": list(draft.benefits),
                "experience_years": draft.experience_years,
                "pay_basis": draft.pay_basis,
                "findings": [one.as_dict() for one in findings(proposed, None, vocabulary, today)],
            }
        )
    return drafts
