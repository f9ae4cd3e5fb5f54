"""Clipping and clearing in the pass of the step: the same bits as doing each by hand."""

import math

import numpy as np
import pytest

import rmsprop_lab as lab
from rmsprop_lab.errors import HyperparameterError, ReadOnlyParameter, RuleError
from rmsprop_lab.prepared import clip_scale, global_norm, prepared
from rmsprop_lab.rule import rule

EXECUTORS = ("reference", "numpy", "numba")
MAKERS = {
    "sgd": lambda **k: lab.SGD(lr=0.1, momentum=0.9, **k),
    "rmsprop": lambda **k: lab.RMSprop(lr=0.1, weight_decay=0.25, **k),
    "rmsprop from g2": lambda **k: lab.RMSprop(lr=0.1, v0="g2", weight_decay=0.25, **k),
    "adamw": lambda **k: lab.AdamW(lr=0.1, **k),
}


def tensors(seed, dtype=np.float32):
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(n).astype(dtype) for n in (3, 70_001, 1)]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_a_clipped_and_cleared_step_is_the_step_by_hand(make, executor, dtype):
    one, other = make(executor=executor), make(executor="reference")
    params, twins = tensors(0, dtype), tensors(0, dtype)
    for t in range(1, 5):
        grads = tensors(t, dtype)
        factor = dtype(clip_scale(grads, 2.0))
        scaled = [g * factor for g in grads]
        one.step(params, grads, clip_norm=2.0, clear=True)
        other.step(twins, scaled)
        assert all((p == q).all() for p, q in zip(params, twins, strict=True))
        assert not any(g.any() for g in grads)


def test_without_the_words_a_step_only_reads_its_gradient():
    opt, theta, g = lab.RMSprop(executor="numba"), np.ones(4), np.full(4, 9.0)
    for clear in (False, True, False):
        g[:] = 9.0
        opt.step(theta, g, clear=clear)
        assert (g == (0.0 if clear else 9.0)).all()
    opt.step(theta, np.full(4, 9.0), clip_norm=1.0)
    assert opt.t == 4


def test_a_norm_below_the_limit_changes_no_bit():
    a, b = np.ones(5), np.ones(5)
    g = np.array([0.1, -0.2, 0.3, 0.0, 0.1])
    lab.Adam().step(a, g, clip_norm=1.0)
    lab.Adam().step(b, g)
    assert (a == b).all()
    c = np.ones(5)
    lab.SGD(lr=0.5).step(c, g, clip_norm=0.1)
    assert (c != 1 - 0.5 * g).any()


def test_the_norm_is_that_of_all_tensors_together():
    grads = tensors(3)
    exact = math.sqrt(math.fsum(float(x) ** 2 for g in grads for x in g))
    assert global_norm(grads) == pytest.approx(exact, rel=1e-15)
    assert clip_scale(grads, exact / 4) == pytest.approx(0.25, rel=1e-14)
    large = np.full(3, 1e30, np.float32)
    assert global_norm([large]) == pytest.approx(math.sqrt(3) * 1e30, rel=1e-7)
    assert math.isnan(global_norm([np.array([np.nan]), np.array([np.inf])]))


@pytest.mark.parametrize("limit", [0.0, -1.0, math.nan, math.inf, "1e"])
def test_a_wrong_limit_is_refused_and_nothing_changes(limit):
    opt, theta, g = lab.RMSprop(), np.ones(3), np.ones(3)
    opt.step(theta, g)
    before = theta.copy(), opt.state["v"].copy()
    with pytest.raises(HyperparameterError, match="clip_norm"):
        opt.step(theta, g, clip_norm=limit, clear=True)
    assert (theta == before[0]).all() and (opt.state["v"] == before[1]).all() and opt.t == 1
    assert (g == 1).all()


@pytest.mark.parametrize("executor", EXECUTORS)
def test_a_read_only_gradient_cannot_be_cleared(executor):
    opt, theta, g = lab.RMSprop(executor=executor), np.ones(3), np.ones(3)
    opt.step(theta, g, clear=True)
    g = np.ones(3)
    g.flags.writeable = False
    before = theta.copy()
    with pytest.raises(ReadOnlyParameter, match="clear"):
        opt.step(theta, g, clear=True)
    assert (theta == before).all()
    opt.step(theta, g)
    assert (theta != before).all()


def test_strided_gradients_are_cleared_too():
    theta, wide = np.ones(3), np.ones(6)
    lab.RMSprop().step(theta, wide[::2], clear=True)
    assert wide.tolist() == [0, 1, 0, 1, 0, 1]


def test_a_rule_with_a_scale_of_its_own_is_refused():
    @rule()
    def stretched(theta, g, *, scale):
        return theta - scale * g
    with pytest.raises(RuleError, match="another name"):
        prepared(stretched.variant(), True, False)


def test_the_kernel_writes_the_gradient_only_when_it_clears():
    variant = lab.RMSprop().variant
    assert "const T *g_" in variant.source("cuda")
    assert "const T *g_" not in prepared(variant, False, True).source("cuda")
    assert prepared(variant, False, False) is variant
