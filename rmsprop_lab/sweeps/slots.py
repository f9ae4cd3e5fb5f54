"""The numbers of a rule for many configurations at once, to the bit as Python computes them.

A rule's host part, `1 - rho` or `lr / (1 - beta1**t)`, is arithmetic on Python floats. NumPy's
+ - * / and sqrt on float64 round alike; its power does not always, so that Python raises every
distinct base to every distinct exponent.
"""

import numpy as np

from rmsprop_lab.expression import walk

__all__ = ["CLOCK", "NotVectorised", "depends", "distinct", "evaluate", "operate"]

#: Name of the symbol for the steps done, `opt.t`, which is a column over the steps.
CLOCK = "steps done"


class NotVectorised(Exception):
    """What each configuration would compute alone cannot be computed for all of them at once."""


def depends(node, names):
    """Whether a node is computed from any of the named numbers."""
    return any(leaf.op == "number" and leaf.args in names for leaf in walk([node]))


def evaluate(node, leaves):
    """The value of a number node. leaves: name -> float or float64 array; they broadcast.

    Where Python would raise, for a division by zero say, NotVectorised is raised: the
    configuration that is at fault then says so itself.

    >>> from rmsprop_lab.expression import Tracer
    >>> evaluate(1 - Tracer().number("rho"), {"rho": np.array([0.5, 0.75])})
    array([0.5 , 0.25])
    """
    values = {}
    for n in walk([node]):
        values[id(n)] = (leaves[n.args] if n.op == "number" else n.args if n.op == "const"
                         else operate(n.op, *(values[id(a)] for a in n.args)))
    return values[id(node)]


def operate(op, *operands):
    """One operation on floats and arrays."""
    with np.errstate(all="ignore"):
        return OPERATIONS[op](*operands)


def distinct(x):
    """The distinct values as Python floats, told apart by their bits, and which of them each is."""
    x = np.asarray(x, dtype=np.float64)
    bits, which = np.unique(np.ascontiguousarray(x).view(np.int64), return_inverse=True)
    return bits.view(np.float64).tolist(), which.reshape(x.shape)


def _divide(a, b):
    if np.any(np.equal(b, 0)):
        raise NotVectorised("a division by zero")
    return np.divide(a, b)


def _sqrt(a):
    if np.any(np.less(a, 0)):
        raise NotVectorised("the root of a negative number")
    return np.sqrt(a)


def _power(a, b):
    try:
        (bases, base), (exponents, exponent) = distinct(a), distinct(b)
        shape = np.broadcast_shapes(base.shape, exponent.shape)
        if len(bases) * len(exponents) <= max(1, int(np.prod(shape))):
            table = np.array([[x**y for y in exponents] for x in bases], dtype=np.float64)
            return table[base, exponent]
        pairs = zip(*(np.broadcast_to(x, shape).ravel().tolist() for x in (a, b)), strict=True)
        return np.array([x**y for x, y in pairs], dtype=np.float64).reshape(shape)
    except (ArithmeticError, TypeError, ValueError) as error:  # a complex power is no float
        raise NotVectorised(f"a power: {error}") from None


OPERATIONS = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": _divide, "**": _power, "sqrt": _sqrt,
    "neg": np.negative, "abs": np.abs, "sign": np.sign, "where": np.where, ">": np.greater,
    "<": np.less, ">=": np.greater_equal, "<=": np.less_equal, "==": np.equal,
    "!=": np.not_equal, "|": np.logical_or, "&": np.logical_and,
}
