"""Which configurations make the same computation: the same rule, the same words, other numbers.

A grid may hold words (eps_at="inside") and numbers that choose (momentum=0.0 keeps no buffer).
Configurations that choose alike form a group, whose steps are one program on many columns.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rmsprop_lab.rule import Program
from rmsprop_lab.sweeps.slots import depends, evaluate

__all__ = ["Alone", "Group"]


@dataclass(frozen=True)
class Alone:
    """Configurations that are walked one by one, by their rows in the grid."""

    rows: np.ndarray


@dataclass(frozen=True, eq=False)
class Group:
    """Configurations of one program.

    rows: their places in the grid, n of them. program: what each step computes. numbers: name ->
    what the host part is computed from: a float, a column (n,), or a function (first, last) to an
    array (last - first, n or 1), the values when `first`, `first` + 1, ... steps are done.
    starts: state -> a float, a column or "g2". decay: what "g2" adds to the gradient.
    """

    rows: np.ndarray
    program: Program
    numbers: dict
    starts: dict
    decay: object = 0.0

    @cached_property
    def fixed(self):
        """Slot -> float64 (n,), for the slots that are the same at every step."""
        return {name: np.broadcast_to(evaluate(node, self.numbers), self.rows.shape)
                for name, node in self.program.slots if name not in self.moving}

    @cached_property
    def moving(self):
        """Slot -> node, for the slots that change from step to step."""
        clocked = {name for name, x in self.numbers.items() if callable(x)}
        return {name: node for name, node in self.program.slots if depends(node, clocked)}
