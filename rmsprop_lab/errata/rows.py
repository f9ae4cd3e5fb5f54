"""All rows, by group. A new finding is one more entry in one of the files imported here."""

from rmsprop_lab.errata import (
    rows_courses,
    rows_d2l,
    rows_decay,
    rows_dynamic,
    rows_encyclopedia,
    rows_fixing,
    rows_papers,
)

__all__ = ["GROUPS", "ROWS"]

#: Name of the group -> its rows, in the order of the page.
GROUPS = {
    "four texts": (*rows_fixing.ROWS, *rows_encyclopedia.ROWS, *rows_dynamic.ROWS,
                   *rows_decay.ROWS),
    "public courses": (*rows_d2l.ROWS, *rows_courses.ROWS),
    "papers": rows_papers.ROWS,
    "this course": rows_papers.OURS,
}

ROWS = tuple(row for rows in GROUPS.values() for row in rows)
