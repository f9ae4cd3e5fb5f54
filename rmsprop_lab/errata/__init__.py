"""Claims found in public texts, each with the computation that tests it.

`ROWS` is data: a new finding is one more entry in `rows.py`. The page `book/errata.md` prints the
table, and a reader runs it.
"""

from rmsprop_lab.errata.erratum import Claim, Number, Origin, Table, decide
from rmsprop_lab.errata.rows import ROWS

__all__ = ["ROWS", "Claim", "Number", "Origin", "Table", "decide", "table"]


def table(*names):
    """The claims with these names, or all of them, as a table that a notebook shows.

    Raises KeyError for a name that no row has.

    >>> print(table("start-1"))
    start-1  RMSprop: fixing AdaGrad, worked example, step 1
             v          quoted 0.90   computed 0.9        holds
             sqrt(v)    quoted 0.949  computed 0.948683   holds
             step size  quoted 0.105  computed 0.105409   holds
    """
    rows = {row.name: row for row in ROWS}
    return Table(tuple(rows[name] for name in names) if names else ROWS)
