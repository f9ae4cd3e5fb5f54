"""What is no elementwise rule: each refusal names what to write instead."""

import math

import numpy as np
import pytest

import rmsprop_lab as lab
from rmsprop_lab import arrays
from rmsprop_lab.arrays import maximum, sqrt, where
from rmsprop_lab.errors import RuleError
from rmsprop_lab.rule import rule


def branches(theta, g, *, lr):
    return theta - lr if g > 0 else theta + lr


def takes_min(theta, g, *, lr):
    return theta - min(lr, g)


def joins_with_and(theta, g, *, lr):
    return where(g > 0 and theta > 0, g, theta)


def chains(theta, g, *, lr):
    return where(0 < g < 1, g, theta)


def uses_math(theta, g, *, lr):
    return theta - lr * math.sqrt(g)


def uses_math_on_a_number(theta, g, *, lr):
    return theta - math.exp(lr) * g


def uses_numpy(theta, g, *, lr):
    return theta - lr * np.sqrt(g)


def uses_numpy_where(theta, g, *, lr):
    return np.where(g > 0, theta, g)


def multiplies_a_numpy_scalar(theta, g, *, lr):
    return theta - np.float64(0.5) * g


def is_multiplied_by_a_numpy_scalar(theta, g, *, lr):
    return theta - g * np.float64(0.5)


def uses_an_array(theta, g, *, lr):
    return theta - lr * g * np.ones(3)


def uses_text(theta, g, *, lr):
    return theta - "lr" * g


def squares(theta, g, *, lr):
    return theta - lr * g**2


def raises_to_an_array(theta, g, *, lr):
    return theta - lr**g


def counts_a_comparison(theta, g, *, lr):
    return theta - lr * (g > 0)


def negates_a_comparison(theta, g, *, lr):
    return where(~(g > 0), theta, g)


def compares_a_comparison(theta, g, *, lr):
    return where((g > 0) > (theta > 0), theta, g)


def compares_it_with_a_number(theta, g, *, lr):
    return where((g > 0) == 1.0, theta, g)


def returns_a_comparison(theta, g, *, lr):
    return g > 0


def joins_numbers(theta, g, *, lr):
    return where(g | theta, theta, g)


def asks_a_number(theta, g, *, lr):
    return where(g, theta, lr)


def chooses_comparisons(theta, g, *, lr):
    return where(g > 0, g > 1, g > 2) * lr


def chooses_numbers(theta, g, *, lr):
    return theta - lr * where(g > 0, 1.0, -1.0)


def is_infinite(theta, g, *, lr):
    return theta - lr * maximum(g, -math.inf)


def is_constant(theta, g, *, lr):
    return 1.0


def is_a_number(theta, g, *, lr):
    return lr


def returns_nothing(theta, g, *, lr):
    theta = theta - lr * g


def returns_too_much(theta, g, *, lr):
    return theta - lr * g, g


BROKEN = [
    (branches, r"cannot branch on a value.*where\(condition, a, b\)"), (takes_min, "cannot branch"),
    (joins_with_and, "cannot branch"), (chains, "cannot branch"),
    (uses_math, "from rmsprop_lab.arrays instead of math"),
    (uses_math_on_a_number, "instead of math"),
    (uses_numpy, "NumPy function met a rule's symbol.*rmsprop_lab.arrays"),
    (uses_numpy_where, "NumPy function"), (multiplies_a_numpy_scalar, "as a plain number"),
    (is_multiplied_by_a_numpy_scalar, "met float64: it may use its arguments and plain numbers"),
    (uses_an_array, "met ndarray|NumPy function"), (uses_text, "met str"),
    (squares, r"write g \* g for a square"), (raises_to_an_array, "power of an array"),
    (counts_a_comparison, r"not a number; use where\(condition, a, b\)"),
    (negates_a_comparison, "write the opposite comparison"),
    (compares_a_comparison, "a comparison is not a number"),
    (compares_it_with_a_number, "a comparison is not a number"),
    (returns_a_comparison, "the new theta is a comparison"),
    (joins_numbers, r"\| and & join comparisons"), (asks_a_number, "condition of where is a comp"),
    (chooses_comparisons, "a comparison is not a number"),
    (chooses_numbers, "would be float64 for float32 arrays"),
    (is_infinite, "the constant -inf has no spelling"), (is_constant, "does not depend on any arr"),
    (is_a_number, "the new theta does not depend"), (returns_nothing, "does not depend on any arr"),
    (returns_too_much, r"returned 2 values; return theta and then the states \(\)")]


@pytest.mark.parametrize(("function", "message"), BROKEN, ids=lambda x: getattr(x, "__name__", ""))
def test_a_function_that_is_no_rule(function, message):
    broken = rule()(function)  # the trace is taken when it is first needed
    for needs_it in (lambda: broken.program, lambda: broken.source("c"),
                     lambda: broken.variant().program):
        with pytest.raises(RuleError, match=message):
            needs_it()
    theta = np.ones(2)
    with pytest.raises(RuleError, match=message):
        stepping(broken).step(theta, np.ones(2))
    assert theta.tolist() == [1.0, 1.0]


def stepping(a_rule):
    """An optimizer of a reader's rule, by the fewest lines."""
    class Mine(lab.optimizer.Optimizer):
        rule = a_rule

        def numbers(self):
            return {"lr": 0.5}
    return Mine()


def test_states_are_returned_all_and_in_order():
    @rule(state=("v", "m"))
    def forgets_m(theta, g, v, m, *, lr):
        return theta - lr * m, v + g

    with pytest.raises(RuleError, match=r"returned 2 values; .*\('v', 'm'\), also those it"):
        forgets_m.source("c")

    @rule(state=("v", "m"))
    def leaves_m(theta, g, v, m, *, lr):
        return theta - lr * v, v + g, m

    with pytest.raises(RuleError, match=r"states \['m'\] are neither read nor changed; leave them"):
        leaves_m.source("c")

    @rule(state=("v",))
    def resets_v(theta, g, v, *, lr):
        return theta - lr * v, 0.0

    with pytest.raises(RuleError, match="the new v does not depend on any array"):
        resets_v.source("c")


@pytest.mark.parametrize("function", [
    lambda theta, grad, *, lr: theta, lambda g, theta, *, lr: theta, lambda theta, g, lr: theta,
    lambda theta, g, v, *, lr: theta, lambda theta, *, lr: theta,
    lambda theta, g, *states, lr: theta, lambda theta, g, *, lr, **other: theta,
    lambda theta, g, /, *, lr: theta])
def test_a_signature_that_is_no_rules(function):
    with pytest.raises(RuleError, match=r"written \(theta, g, .*this one has \("):
        rule()(function)
    with pytest.raises(RuleError, match=r"\(theta, g, s, \*, numbers\), with the states named"):
        rule(state=("s",))(function)


def test_words():
    family = lab.rmsprop.family
    with pytest.raises(RuleError, match="centered=True: choose one of"):
        family.variant(centered=True)
    with pytest.raises(RuleError, match=r"family has no \w+ 'center'; it has "):
        family.variant(center="yes")
    with pytest.raises(RuleError, match=r"the words \['how'\] are not among its arguments"):
        rule(words={"how": ("a", "b")})(lambda theta, g, *, lr: theta)
    assert family.variant() is family.variant(eps_at="outside")  # one rule, so one kernel
    assert repr(family.variant(decay="l2")).endswith("debias_at='none', decay='l2')>")


def test_a_variant_is_called_with_what_it_uses():
    variant = lab.rmsprop.family.variant()
    with pytest.raises(TypeError, match=r"takes \(theta, g, v, \*, eps, lr, rho\); got 2 arrays"):
        variant(1.0, 1.0, lr=0.1, rho=0.9, eps=0.0)
    with pytest.raises(TypeError, match="the numbers rho, eps"):
        variant(1.0, 1.0, 0.0, rho=0.9, eps=0.0)
    with pytest.raises(TypeError, match="weight_decay"):
        variant(1.0, 1.0, 0.0, lr=0.1, rho=0.9, eps=0.0, weight_decay=0.1)
    assert variant(1.0, 2.0, 0.0, lr=0.5, rho=0.75, eps=0.0, mu=0.9, t=7) == (0.0, 1.0)


def test_an_unknown_language():
    with pytest.raises(RuleError, match="no renderer for 'fortran'.*'c', 'cuda', 'numba'"):
        lab.rmsprop.rmsprop.source("fortran")


def test_pythons_own_abs_and_plain_numbers_are_fine():
    @rule()
    def mine(theta, g, *, lr):
        return theta - lr * abs(g) * 2 * True

    assert mine.source("c") == rule()(fabs).source("c").replace("fabs_", "mine")
    assert mine(1.0, -2.0, lr=0.25) == 0.0 and sqrt(4.0) == 2.0


def fabs(theta, g, *, lr):
    return theta - lr * arrays.abs(g) * 2.0 * 1


fabs.__name__ = "mine"
