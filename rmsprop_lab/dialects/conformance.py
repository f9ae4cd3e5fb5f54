"""How far the lab is from each library: the golden files replayed in the lab's own rules.

    python -m rmsprop_lab.dialects.conformance [NAMES ...] [--brief] [--folder DIR]

Needs NumPy and the golden files, and no library. Exits with 1 when a difference is above what is
allowed: 1e-12 of the way gone in float64.
"""

import argparse
import sys
from dataclasses import dataclass

from rmsprop_lab.dialects import golden
from rmsprop_lab.dialects.gaps import ROUNDED
from rmsprop_lab.dialects.grid import Grid
from rmsprop_lab.dialects.rmsprops import RMSPROPS
from rmsprop_lab.dialects.siblings import SIBLINGS
from rmsprop_lab.errors import LabError

__all__ = ["Row", "check", "main", "table"]

ALL = RMSPROPS | SIBLINGS


@dataclass(frozen=True)
class Row:
    """One case of one dialect: the largest difference and how large it may be."""

    dialect: str
    library: str
    setting: str
    dtype: str
    difference: float
    allowed: float

    @property
    def ok(self):
        """Whether the difference is within what is allowed."""
        return self.difference <= self.allowed


def check(name, where=None):
    """Replay the golden file of one dialect; returns a Row for each case.

    Raises LabError when the file lacks a case, or has one that the dialect does not.
    """
    dialect, saved = ALL[name], golden.load(name, where)
    cases = golden.cases(dialect)
    if set(cases) != set(saved["cases"]):
        odd = sorted(set(cases) ^ set(saved["cases"]))
        raise LabError(f"{name}.json and the dialect differ in the cases {odd}: `make record`")
    rows = []
    for setting, case in cases.items():
        theirs = saved["cases"][setting]["theta"]
        ours = golden.trajectory(dialect, case, saved["dtype"])
        allowed = golden.allowed(saved["dtype"], theirs)
        allowed = ROUNDED[name].allowed if name in ROUNDED else allowed
        rows.append(Row(name, saved["library"], setting, saved["dtype"],
                        golden.difference(ours, theirs), allowed))
    return rows


def recorded():
    """The names of the dialects that have a golden file, in the order of `dialects.ALL`."""
    return [name for name, one in ALL.items() if one.evidence == "recorded"]


def table(rows, brief=False):
    """The rows as a table; brief: the worst of each dialect, and how many cases it has."""
    if brief:
        groups = [[row for row in rows if row.dialect == name]
                  for name in dict.fromkeys(row.dialect for row in rows)]
        lines = [(*_line(max(group, key=lambda row: row.difference / row.allowed)),
                  str(len(group))) for group in groups]
        return Grid(("dialect", "library", "worst at", "dtype", "difference", "allowed", "cases"),
                    tuple(lines))
    return Grid(("dialect", "library", "setting", "dtype", "difference", "allowed", ""),
                tuple((*_line(row), "" if row.ok else "MISSED") for row in rows))


def _line(row):
    return (row.dialect, row.library, row.setting, row.dtype, f"{row.difference:.1e}",
            f"{row.allowed:.0e}")


def main(argv=None):
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="conformance", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("names", nargs="*", help="dialects; all recorded ones without any")
    parser.add_argument("--brief", action="store_true", help="one line a dialect: its worst case")
    parser.add_argument("--folder", help="where the golden files are, instead of tests/golden")
    options = parser.parse_args(argv)
    if unknown := set(options.names) - set(recorded()):
        parser.error(f"{', '.join(sorted(unknown))}: not recorded; there are "
                     f"{', '.join(recorded())}")
    try:
        rows = [row for name in options.names or recorded() for row in check(name, options.folder)]
    except (LabError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(table(rows, options.brief))
    missed = [row for row in rows if not row.ok]
    exact = [row for row in rows if row.allowed <= 1e-12]
    worst = max((row.difference for row in exact), default=0.0)
    print(f"{len(rows)} cases, {len(missed)} missed; {len(exact)} are held to 1e-12, the worst "
          f"of these is {worst:.1e}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
