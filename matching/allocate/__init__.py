"""Order classes with quotas: who sits where, who waits, which classes open, and why. Pure functions of input and seed.

given = Round(classes, applicants, seed="2027-spring")
allocation = allocate(given)                      # seats, waitlists, which classes open
check(given, allocation)                          # () proves bounds, eligibility, consent and lists
blocking_pairs(given, allocation)                 # () proves that nobody was passed over
replacement(given, allocation, ["S0012"])         # a student leaves
"""

from matching.allocate.certificate import Case, Certificate, Change
from matching.allocate.check import BlockingPair, blocking_pairs, check
from matching.allocate.result import Allocation, ClassSeats, Decision, GroupSeats
from matching.allocate.round import Applicant, OrderClass, Reason, Round, SeatGroup, by_hand, lot
from matching.allocate.rounds import Comparison, Move, compare, replacement, supplementary, what_if
from matching.allocate.run import allocate
from matching.allocate.why import Why, applied

__all__ = [
    "Allocation",
    "Applicant",
    "BlockingPair",
    "Case",
    "Certificate",
    "Change",
    "ClassSeats",
    "Comparison",
    "Decision",
    "GroupSeats",
    "Move",
    "OrderClass",
    "Reason",
    "Round",
    "SeatGroup",
    "Why",
    "allocate",
    "applied",
    "blocking_pairs",
    "by_hand",
    "check",
    "compare",
    "lot",
    "replacement",
    "supplementary",
    "what_if",
]
