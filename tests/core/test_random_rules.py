"""Rules nobody would write: random expressions, to find what the renderers spell wrong."""

import shutil

import numpy as np
import pytest

from rmsprop_lab import arrays, errors
from rmsprop_lab.executors import identity
from rmsprop_lab.executors.identity import DTYPES, differences, executed
from rmsprop_lab.rule import Rule, rule

MADE = 150


def made(seed):
    """A rule of two states whose body is drawn at random; the same for each call of the rule."""
    rng = np.random.default_rng(seed)
    length = int(rng.integers(2, 14))
    drawn = [(rng.choice(["+", "-", "*", "/", "neg", "sqrt", "abs", "sign", "max", "min", "where"]),
              rng.integers(0, 1 << 30, 8).tolist()) for _ in range(length)]
    picks = rng.integers(0, 1 << 30, 3).tolist()

    def random_rule(theta, g, v, m, *, lr, rho):
        pool, scalars = [theta, g, v, m], [lr, rho, 1 - rho, -lr, 0.5, -2.0, 0.0, 1]

        def array(k):
            return pool[-1 - k % min(len(pool), 6)]

        def any_value(k):
            return scalars[k // 7 % len(scalars)] if k % 4 == 0 else array(k)

        def condition(k, j, i):
            a, b = array(k), any_value(j)
            first = [a > b, a < b, a >= b, a <= b, a == b, a != b][i % 6]
            second = array(i) > array(j)
            return [first, first | second, first & second, first == second, second != first,
                    (first | second) & (second | (a < 0.5))][i // 6 % 6]

        for op, (i, j, k, n, *_) in drawn:
            a, b = (array(i), any_value(j)) if n % 2 else (any_value(j), array(i))
            pool.append({
                "+": lambda a=a, b=b: a + b, "-": lambda a=a, b=b: a - b,
                "*": lambda a=a, b=b: a * b, "/": lambda a=a, b=b: a / b,
                "neg": lambda i=i: -array(i), "sqrt": lambda i=i: arrays.sqrt(array(i)),
                "abs": lambda i=i: arrays.abs(array(i)), "sign": lambda i=i: arrays.sign(array(i)),
                "max": lambda a=a, b=b: arrays.maximum(a, b),
                "min": lambda a=a, b=b: arrays.minimum(a, b),
                "where": lambda j=j, k=k, n=n, a=a, b=b: arrays.where(condition(j, k, n), a, b),
            }[str(op)]())
        # A result may be an input, another state, or the same as another result.
        return array(picks[0]), array(picks[1]), array(picks[2])

    return rule(state=("v", "m"))(random_rule)


@pytest.fixture(scope="module")
def rules():
    found = []
    for seed in range(MADE):
        found.append(made(seed))
        try:
            assert found[-1].program
        except errors.RuleError as error:  # a state nobody reads is refused, and nothing else is
            assert "neither read nor changed" in str(error)
            del found[-1]
    assert len(found) > MADE / 2
    return found


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_in_tiles(rules, dtype):
    for seed, random_rule in enumerate(rules):
        for size in (1, 1031):
            assert not differences(random_rule, executed("numpy", random_rule), dtype, size,
                                   seed=seed), f"seed {seed}\n{random_rule.source('c')}"


@pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not installed")
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_compiled_by_gpp(rules, dtype):
    for seed, run in enumerate(identity.compiled(rules, dtype)):
        for size in (1, 1031):
            assert not differences(rules[seed], run, dtype, size, seed=seed), (
                f"seed {seed}\n{rules[seed].source('c')}")


@pytest.mark.parametrize("seed", range(0, MADE, 10))
def test_by_numba(rules, seed):
    assert not differences(rules[seed], executed("numba", rules[seed]), DTYPES[seed // 10 % 2],
                           1031, seed=seed), rules[seed].source("numba")


def test_results_may_change_places():
    """Each output is another's input: nothing may be written before all is read."""
    @rule(state=("v", "m"))
    def turned(theta, g, v, m, *, lr):
        return v + 0 * lr, m, theta

    for executor in ("reference", "numpy", "numba"):
        job = tuple(np.full(3, x) for x in (1.0, 2.0, 3.0, 4.0))
        executed(executor, turned)(job, {"lr": 1.0})
        assert [x[0] for x in job] == [3.0, 2.0, 4.0, 1.0], executor


def test_negation_of_a_negation_is_no_decrement():
    @rule()
    def twice(theta, g, *, lr):
        back = -g
        return theta - lr * -back

    assert "--" not in twice.source("c")
    assert not differences(twice, executed("numba", twice), DTYPES[0], 7)


def test_comparisons_of_comparisons_are_bracketed():
    @rule()
    def agreeing(theta, g, *, lr):
        return arrays.where((g > 0) == (theta > 0), theta, theta - lr * g)

    assert "(g > T(0.0)) == (theta > T(0.0))" in agreeing.source("c")
    assert "(g_i > T(0.0)) == (theta_i > T(0.0))" in agreeing.source("numba")


def test_the_host_computes_what_the_reference_computes():
    @rule()
    def host_only(theta, g, *, lr, rho):
        k = arrays.where((lr > rho) | (lr != lr), -2.0, 0.5) ** arrays.sign(-rho)
        return theta - arrays.maximum(lr, rho) * g - arrays.minimum(k, abs(-lr)) * arrays.sqrt(rho)\
            - (-2.0) ** arrays.abs(lr) * g

    for lr in (1.0, 4.0):
        expected = host_only.function(np.ones(2), np.ones(2), lr=lr, rho=2.0)
        job = (np.ones(2), np.ones(2))
        executed("numpy", host_only)(job, {"lr": lr, "rho": 2.0})
        assert np.array_equal(job[0], expected)


def test_a_seed_makes_one_rule():
    assert isinstance(made(0), Rule)
    assert made(3).source("c") == made(3).source("c") != made(4).source("c")


def test_a_rule_that_cannot_be_made_is_an_error():
    with pytest.raises(errors.RuleError):
        rule(state=("v", "m"))(lambda theta, g, v: theta)
