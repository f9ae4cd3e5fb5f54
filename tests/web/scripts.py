"""The numbers of a figure's script against the numbers of the lesson's module."""

import math
from dataclasses import dataclass
from pathlib import Path

from tests.web.webtools import STATIC, node


@dataclass(frozen=True)
class Script:
    """A script of functions `root.NAME = { ... }` and the calls in which it must agree with Python.

    calls: (name in the script, Python's function, arguments). exact: names whose results are whole.
    """

    file: str
    calls: list
    rel_tol: float = 1e-12
    abs_tol: float = 1e-15
    exact: tuple = ()

    def differences(self, source=None):
        """The calls whose result is not Python's: {name: [(arguments, ours, theirs)]}."""
        task = {"file": str(source or STATIC / self.file),
                "calls": [(name, given) for name, _, given in self.calls]}
        out = {}
        for (name, golden, given), text in zip(self.calls, node("call.mjs", task), strict=True):
            ours, theirs = _listed(golden(*given)), [float(one) for one in _listed(text)]
            same = len(ours) == len(theirs) and all(
                a == b if name in self.exact else
                math.isclose(a, b, rel_tol=self.rel_tol, abs_tol=self.abs_tol)
                for a, b in zip(ours, theirs, strict=True))
            if not same:
                out.setdefault(name, []).append((given, ours, theirs))
        return out

    def uncompared(self):
        """The functions that the script exports and no call compares, and the other way round."""
        exported = (STATIC / self.file).read_text("utf-8").rpartition("= {")[2].partition("}")[0]
        names = {name.strip() for name in exported.split(",") if name.strip()}
        return names ^ {name for name, _, _ in self.calls}

    def broken(self, folder: Path, right, wrong):
        """The names of the functions that differ when one piece of the script is replaced."""
        text = (STATIC / self.file).read_text("utf-8")
        assert text.count(right) == 1
        copy = folder / self.file
        copy.write_text(text.replace(right, wrong), "utf-8")
        return set(self.differences(copy))


def _listed(result):
    return result if isinstance(result, list) else [result]
