"""Reading demand and student tables strictly, and writing matches: the one door to CSV and XLSX.

    read = read_demands("demands.xlsx")        # or read_profiles("students.csv")
    read.records                               # the valid rows
    read.problems                              # one per wrong cell: file, sheet, row, column, value, rule
    read.notes                                 # what was left aside, such as columns of identity
    write_matches("matches.xlsx", rows)        # rows: MatchRow

A file that can't be read at all, or whose header is wrong, raises `TableError`.
"""

from matching.tables.read import Read, read_demands, read_profiles
from matching.tables.write import MatchRow, matches_text, write_matches

__all__ = ["MatchRow", "Read", "matches_text", "read_demands", "read_profiles", "write_matches"]
