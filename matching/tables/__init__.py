"""Reading tables as offices make them, and writing matches, templates and problems: the one door to CSV, XLSX and XLS.

    read = read_demands("demands.xlsx")        # or read_profiles("students.csv"), read_curricula("courses.xls")
    read.records                               # the valid rows
    read.problems                              # one per wrong cell: file, sheet, row, column, value, rule
    read.notes                                 # every column and row that was left aside, and why
    write_errors("back.xlsx", "demands.xlsx", read.problems, read.notes)   # the workbook with problems beside its rows
    write_template("blank.xlsx", "demands")    # a blank table to fill in
    write_matches("matches.xlsx", rows)        # rows: MatchRow
    read_classes("classes.csv"), read_preferences("preferences.csv")       # order classes and who wants which

A file that can't be read at all, or whose header is wrong, raises `TableError`.
"""

from matching.tables.classes import read_classes
from matching.tables.courses import read_curricula
from matching.tables.demands import read_demands
from matching.tables.preferences import read_preferences
from matching.tables.read import Read
from matching.tables.returned import write_errors
from matching.tables.seats import SeatRow, seats_text, write_seats
from matching.tables.students import read_profiles
from matching.tables.template import write_template
from matching.tables.write import MatchRow, matches_text, write_matches

__all__ = [
    "MatchRow",
    "Read",
    "SeatRow",
    "matches_text",
    "read_classes",
    "read_curricula",
    "read_demands",
    "read_preferences",
    "read_profiles",
    "seats_text",
    "write_errors",
    "write_matches",
    "write_seats",
    "write_template",
]
