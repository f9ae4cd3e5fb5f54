"""Symbols: run a rule on them and it writes down what it does.

A `Node` answers + - * / and comparisons by recording them, and `__array_namespace__` with a
namespace of recording functions, so that a rule cannot tell a symbol from an array.
"""

import math
from types import SimpleNamespace

from rmsprop_lab.errors import RuleError

__all__ = ["Node", "Tracer", "evaluate_source", "walk"]

COMPARISONS = frozenset({">", "<", ">=", "<=", "!=", "==", "|", "&"})


class Node:
    """One operation of a traced rule, with its operands.

    op: "array" or "number" (an input, args = its name), "const" (its value), or an operation.
    is_number: no array takes part; the host computes it once a step, in double.
    """

    __slots__ = ("args", "is_number", "op", "tracer")

    def __init__(self, tracer, op, args):
        """Made by a Tracer, which shares equal nodes."""
        self.tracer, self.op, self.args = tracer, op, args
        if op in ("array", "number", "const"):
            self.is_number = op != "array"
        else:
            self.is_number = all(a.is_number for a in args)

    @property
    def is_leaf(self):
        """Whether this is an input or a constant."""
        return self.op in ("array", "number", "const")

    @property
    def operands(self):
        """The nodes this one is computed from."""
        return () if self.is_leaf else self.args

    def __array_namespace__(self, api_version=None):
        """The recording functions: sqrt, abs, sign, where."""
        return self.tracer.namespace

    def __add__(self, other):
        return self.tracer.apply("+", self, other)

    def __radd__(self, other):
        return self.tracer.apply("+", other, self)

    def __sub__(self, other):
        return self.tracer.apply("-", self, other)

    def __rsub__(self, other):
        return self.tracer.apply("-", other, self)

    def __mul__(self, other):
        return self.tracer.apply("*", self, other)

    def __rmul__(self, other):
        return self.tracer.apply("*", other, self)

    def __truediv__(self, other):
        return self.tracer.apply("/", self, other)

    def __rtruediv__(self, other):
        return self.tracer.apply("/", other, self)

    def __neg__(self):
        return self.tracer.apply("neg", self)

    def __abs__(self):
        return self.tracer.apply("abs", self)

    def __invert__(self):
        raise RuleError("~ is not for rules: write the opposite comparison")

    def __array__(self, dtype=None, copy=None):
        raise RuleError(
            "a NumPy function met a rule's symbol; take sqrt, abs, sign, maximum, minimum and "
            "where from rmsprop_lab.arrays, and write a NumPy scalar as a plain number")

    def __pow__(self, other):
        return self.tracer.power(self, other)

    def __rpow__(self, other):
        return self.tracer.power(other, self)

    def __gt__(self, other):
        return self.tracer.apply(">", self, other)

    def __lt__(self, other):
        return self.tracer.apply("<", self, other)

    def __ge__(self, other):
        return self.tracer.apply(">=", self, other)

    def __le__(self, other):
        return self.tracer.apply("<=", self, other)

    def __eq__(self, other):
        return self.tracer.apply("==", self, other)

    def __ne__(self, other):
        return self.tracer.apply("!=", self, other)

    __hash__ = object.__hash__

    def __or__(self, other):
        return self.tracer.apply("|", self, other)

    def __and__(self, other):
        return self.tracer.apply("&", self, other)

    def __bool__(self):
        raise RuleError(
            "a rule cannot branch on a value: its kernel runs one line of code for every element; "
            "use rmsprop_lab.arrays.where(condition, a, b)"
        )

    def __float__(self):
        raise RuleError(
            "a rule cannot turn its values into Python numbers; take square roots and the like "
            "from rmsprop_lab.arrays instead of math"
        )

    def __repr__(self):
        return f"<{evaluate_source(self)}>"


class Tracer:
    """Makes nodes, each distinct operation once, so that a shared part is computed once."""

    node = Node

    def __init__(self):
        """An empty trace."""
        self._nodes = {}
        self.namespace = SimpleNamespace(
            __name__="symbols",
            sqrt=lambda x: self.apply("sqrt", x),
            abs=lambda x: self.apply("abs", x),
            sign=lambda x: self.apply("sign", x),
            where=lambda condition, a, b: self.apply("where", condition, a, b),
        )

    def array(self, name):
        """The symbol of an array argument."""
        return self._intern("array", name)

    def number(self, name):
        """The symbol of a hyper-parameter."""
        return self._intern("number", name)

    def constant(self, value):
        """The symbol of a plain number."""
        return self._lift(value)

    def apply(self, op, *operands):
        """Record one operation."""
        if op in ("|", "&"):  # maximum(0.5, g) asks whether 0.5 != 0.5
            operands = [x for x in operands if x is not (op == "&")]
            if len(operands) == 1:
                return operands[0]
        nodes = tuple(self._lift(x) for x in operands)
        truths = [node.op in COMPARISONS for node in nodes]
        if op in ("|", "&") and not all(truths):
            raise RuleError("| and & join comparisons, for example (g > 0) | (theta > 0)")
        if op == "where" and not truths.pop(0):
            raise RuleError("the condition of where is a comparison, for example g > 0")
        if op not in ("|", "&", "==", "!=") and any(truths) or any(truths) != all(truths):
            raise RuleError("a comparison is not a number; use where(condition, a, b)")
        if op == "where" and nodes[1].is_number and nodes[2].is_number and not nodes[0].is_number:
            raise RuleError(
                "where with two plain numbers would be float64 for float32 arrays; "
                "give it an array to choose, for example where(g > 0, theta - lr, theta + lr)")
        return self._intern(op, nodes)

    def power(self, base, exponent):
        """A power of numbers; a power of arrays differs in its last bit between libraries."""
        base, exponent = self._lift(base), self._lift(exponent)
        if not (base.is_number and exponent.is_number):
            raise RuleError(
                "a power of an array is rounded differently by each library; "
                "write g * g for a square and rmsprop_lab.arrays.sqrt for a root"
            )
        return self.apply("**", base, exponent)

    def _lift(self, x):
        if isinstance(x, Node):
            return x
        if type(x) in (bool, int, float):  # np.float64 is a float, and would upcast float32
            if not math.isfinite(x):
                raise RuleError(f"the constant {x} has no spelling in C; make it an argument")
            return self._intern("const", float(x))
        raise RuleError(
            f"a rule met {type(x).__name__}: it may use its arguments and plain numbers only"
        )

    def _intern(self, op, args):
        key = (op, args if isinstance(args, str) else repr(args) if op == "const"
               else tuple(id(a) for a in args))
        if key not in self._nodes:
            self._nodes[key] = self.node(self, op, args)
        return self._nodes[key]


def walk(roots):
    """Every node below the roots, operands before results, each once."""
    seen, order = set(), []

    def visit(node):
        if id(node) in seen:
            return
        seen.add(id(node))
        for operand in node.operands:
            visit(operand)
        order.append(node)

    for root in roots:
        visit(root)
    return order


def evaluate_source(node):
    """The node as Python source, fully parenthesised: how the host computes a number.

    >>> tracer = Tracer()
    >>> evaluate_source(1 - tracer.number("rho"))
    '(1.0 - rho)'
    """
    if node.op in ("array", "number"):
        return node.args
    if node.op == "const":
        return f"({node.args!r})" if node.args < 0 else repr(node.args)  # (-2.0) ** t
    parts = [evaluate_source(a) for a in node.args]
    if len(parts) == 2:
        return f"({parts[0]} {node.op} {parts[1]})"
    if node.op == "neg":
        return f"(-{parts[0]})"
    return f"{node.op}({', '.join(parts)})"
