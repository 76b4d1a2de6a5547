"""Reading tables as offices make them, and writing matches, templates and problems: the one door to CSV, XLSX and XLS.

    read = read_demands("demands.xlsx")        # or read_profiles("students.csv"), read_curricula("courses.xls")
    read.records                               # the valid rows
    read.problems                              # one per wrong cell: file, sheet, row, column, value, rule
    read.notes                                 # every column and row that was left aside, and why
    write_errors("back.xlsx", "demands.xlsx", read.problems, read.notes)   # the workbook with problems beside its rows
    write_template("blank.xlsx", "demands")    # a blank table to fill in
    write_matches("matches.xlsx", rows)        # rows: MatchRow

A file that can't be read at all, or whose header is wrong, raises `TableError`.
"""

from matching.tables.courses import read_curricula
from matching.tables.demands import read_demands
from matching.tables.read import Read
from matching.tables.returned import write_errors
from matching.tables.students import read_profiles
from matching.tables.template import write_template
from matching.tables.write import MatchRow, matches_text, write_matches

__all__ = [
    "MatchRow",
    "Read",
    "matches_text",
    "read_curricula",
    "read_demands",
    "read_profiles",
    "write_errors",
    "write_matches",
    "write_template",
]
