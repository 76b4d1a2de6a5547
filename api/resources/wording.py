"""What the law has to say about a demand, and which of it keeps the demand from being submitted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from api.store.tables import Organisation
from matching import Demand, Vocabulary
from matching.errors import Problem, RecordError
from matching.legal import Workplace, check_demand, lint_demand
from matching.lint import Finding


def findings(asked: Demand, owner: Organisation | None, vocabulary: Vocabulary, today: date) -> list[Finding]:
    """List what rules of law and wording have to say, each place once, what must not be published first.

    owner : whose demand it is, for its name and last verification; None where it is only tried out.
    """
    known = Workplace(verified_on=None if owner is None else owner.verified_on, today=today)
    named = asked if asked.employer or owner is None else replace(asked, employer=owner.name)
    found = check_demand(named, known, vocabulary=vocabulary)
    places = {(one.place, one.start, one.end) for one in found}
    worded = lint_demand(named, vocabulary)
    found += [one for one in worded if (one.place, one.start, one.end) not in places]
    return sorted(found, key=lambda one: one.severity != "refuse")


def require_lawful(asked: Demand, owner: Organisation, vocabulary: Vocabulary, today: date) -> None:
    """Raise RecordError where something must not be published: each wording with its law and what to write instead."""
    problems = [
        Problem(
            f"law:{one.rule}",
            _advised(one, "en"),
            _advised(one, "zh"),
            one.surface or None,
            field=f"record.{one.place}" if one.place else "record",
        )
        for one in findings(asked, owner, vocabulary, today)
        if one.severity == "refuse"
    ]
    if problems:
        raise RecordError(problems)


def _advised(one: Finding, lang: str) -> str:
    """Say the message, its source and what to write instead."""
    if lang == "zh":
        return f"{one.message_zh}（{one.source}）" + (f"；建议改为：{one.rewrite}" if one.rewrite else "")
    return f"{one.message_en} ({one.source})" + (f"; suggested: {one.rewrite}" if one.rewrite else "")
