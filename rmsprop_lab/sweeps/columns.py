"""Symbols that stand for the settings of many configurations at once.

An optimizer with symbols for its numbers says its choices and its numbers in one call, for all
configurations. Where it asks whether a number is true or larger, the answer is that of all of
them, or else `Split`: then each part is asked again.
"""

import numpy as np

from rmsprop_lab.expression import Node, Tracer
from rmsprop_lab.sweeps.slots import CLOCK, NotVectorised, depends, evaluate

__all__ = ["Columns", "Split"]


class Split(Exception):
    """The configurations answer a question differently; `mask` says which of them say yes."""

    def __init__(self, mask):
        """mask: bool (n,)."""
        super().__init__("the configurations differ")
        self.mask = mask


class Symbol(Node):
    """A number of many configurations, or one computed from such numbers."""

    __slots__ = ()
    __hash__ = None  # a look-up by value would silently find nothing

    def __bool__(self):
        return self.tracer.truth(self)

    def __eq__(self, other):
        return False if isinstance(other, str) else Node.__eq__(self, other)

    def __ne__(self, other):
        return True if isinstance(other, str) else Node.__ne__(self, other)


class Columns(Tracer):
    """Makes symbols for the settings whose values it is given.

    values: name -> float64 (n,). The steps done are a symbol too, of which nothing is known.
    """

    node = Symbol

    def __init__(self, values):
        """Keep the values."""
        super().__init__()
        self.values = values

    @property
    def clock(self):
        """The symbol of the steps done."""
        return self.number(CLOCK)

    def truth(self, node):
        """What all configurations answer; raises Split, or NotVectorised where it takes time."""
        if depends(node, {CLOCK}):
            raise NotVectorised("a question about the step")
        answers = np.not_equal(evaluate(node, self.values), 0)
        if answers.all() or not answers.any():
            return bool(answers.all())
        raise Split(answers)
