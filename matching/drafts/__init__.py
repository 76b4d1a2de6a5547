"""Drafts: what a pasted ad or a student's own text proposes as a Demand or Profile, until a person confirms it.

from matching.drafts import draft_demands
for draft in draft_demands("招氩弧焊工5名，持焊工证，6-9K，长清", vocabulary, date(2026, 11, 24)):
    draft.demand.title, draft.spans["pay"], draft.unsure
"""

from matching.drafts.demands import Draft, draft_demands
from matching.drafts.profiles import ProfileDraft, draft_profile
from matching.drafts.sheets import write_demands

__all__ = ["Draft", "ProfileDraft", "draft_demands", "draft_profile", "write_demands"]
