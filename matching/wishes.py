"""The backward direction: how far a demand fulfils what a student wishes, and both directions in one number."""

from __future__ import annotations

from collections.abc import Collection

from matching.domain import Demand, Profile
from matching.score import SCORE_ONE

ANY_SHIFT = frozenset({"倒班", "轮班", "rotating"})
DAY_SHIFT = frozenset({"长白班", "白班", "day"})


def backward_score(demand: Demand, profile: Profile) -> int:
    """Say how far a demand fulfils a student's own wishes (place, pay, shift, wished occupation), 0..SCORE_ONE.

    The mean over the wishes that are stated: place 1 if any wished place is (or contains) one of the demand's, one half
    if the demand names only the city around it; pay the share of the wished pay that the top of the range reaches, at
    most 1; shift 1 if any offered shift is accepted (倒班 alone leaves open which one); occupation 1 if wished. What
    the demand leaves open counts one half; a student without wishes gets 1.
    """
    marks: list[int] = []
    half, one = SCORE_ONE // 2, SCORE_ONE
    wished, offered = profile.links.get("wished_place", ()), demand.links.get("place", ())
    if wished:
        inside = set(wished) & {*offered, *demand.links.get("place_in", ())}
        around = set(profile.links.get("wished_place_in", ())) & set(offered)
        marks.append(one if inside else (half if around or not offered else 0))
    wish = profile.preferences
    if wish.pay_low:
        top = None if demand.pay is None else (demand.pay.high or demand.pay.low)
        marks.append(half if top is None else min(one, one * top // wish.pay_low))
    if wish.shifts:
        accepted = set(wish.shifts) & set(demand.shifts)
        marks.append(one if accepted else (half if _leaves_shift_open(demand, wish.shifts) else 0))
    occupations = profile.links.get("wished_occupation", ())
    if occupations:
        own = demand.links.get("occupation", ())
        marks.append(half if not own else (one if set(occupations) & set(own) else 0))
    return sum(marks) // len(marks) if marks else one


def _leaves_shift_open(demand: Demand, accepted: Collection[str]) -> bool:
    """Tell whether a demand doesn't say which shifts it has, at least not to somebody who accepts shifts by turns."""
    return not demand.shifts or (set(demand.shifts) <= ANY_SHIFT and not set(accepted) <= DAY_SHIFT)


def reciprocal(forward: int, backward: int) -> int:
    """Combine both directions by the harmonic mean, 2fb / (f + b), rounded down: high only where both are."""
    return 2 * forward * backward // (forward + backward) if forward + backward else 0
