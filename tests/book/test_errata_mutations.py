"""The errata: what a row computes decides its verdict. Change that, and the verdict changes."""

import dataclasses
import math

import pytest

from rmsprop_lab import Adam, averages, errata, failure, momentum, run
from rmsprop_lab.descent import SGD
from rmsprop_lab.dialects import KERAS2, PYTORCH, RMSPROPS
from rmsprop_lab.errata import (
    rows_courses,
    rows_d2l,
    rows_decay,
    rows_dynamic,
    rows_encyclopedia,
    rows_fixing,
    rows_papers,
)
from rmsprop_lab.problems import Stream, bench

ROWS = {row.name: row for row in errata.ROWS}
SCRATCH = dataclasses.replace(PYTORCH, settings={**PYTORCH.settings, "eps": 1e-6,
                                                 "eps_at": "inside"})


def verdict(name, **changes):
    row = dataclasses.replace(ROWS[name], **changes)
    return row.verdict(row.lines())


def test_a_right_number_turns_the_verdict():
    ten = ROWS["start-10"]
    right = dataclasses.replace(ten, quoted=ten.quoted | {"v": "5.86"})
    assert right.lines()[0].verdict == "holds"
    assert right.explained() == "", "the guess no longer gives the printed number"


@pytest.mark.parametrize(
    ("name", "compute", "other"),
    [("graves-nesterov", lambda: rows_encyclopedia.from_graves("plain"), "holds"),
     ("keras-eps-hat", lambda: rows_courses.from_recording("inside"), "holds"),
     ("keras-golden", lambda: rows_courses.golden_test(eps=1e-2), "holds"),
     ("d2l-adam-eps", lambda: rows_d2l.misplaced("root"), "holds"),
     ("d2l-adam-counter", lambda: rows_d2l.uncounted(counts=True), "holds"),
     ("d2l-linear", lambda: {"gradient descent": rows_d2l.order(lambda x: 0.5 * x, 1.0)}, "holds"),
     ("d2l-half-life-of-ten", lambda: {"half-life": rows_d2l.halved(2**-0.1)}, "holds"),
     ("d2l-loguniform", lambda: {"up to 0.1": rows_d2l.share_below(1e-4, 0.1, 0.1)}, "holds"),
     ("neuromatch-negative", lambda: rows_courses.under_the_root(0.0, (-0.03, 1e-3)), "holds"),
     ("neuromatch-smaller", lambda: rows_courses.under_the_root(1e-5, (-0.03, 1e-3)), "wrong"),
     ("distill-modulus", lambda: rows_courses.moduli(math.sqrt), "holds"),
     ("distill-unrolled", lambda: rows_courses.unrolled(-1.0), "holds"),
     ("decay-sign", lambda: rows_decay.growth("-"), "holds"),
     ("decay-sgd", lambda: {"another factor": rows_decay.far(
         rows_decay.end("seen"), rows_decay.end("decoupled"))}, "wrong"),
     ("decay-coupled", lambda: {"decoupled": rows_decay.far(rows_decay.end("decoupled"),
      rows_decay.decay.ridge(rows_decay.CURVATURES, rows_decay.valley().minimum, 0.4))}, "wrong")],
)
def test_another_computation_gives_another_verdict(name, compute, other):
    assert verdict(name, compute=compute) == other


@pytest.mark.parametrize(
    ("name", "module", "attribute", "replacement", "other"),
    [("thousands-of-steps", rows_encyclopedia, "settling_steps", lambda rho, share: 5000, "holds"),
     ("thousands-of-steps", rows_encyclopedia, "settling_steps", lambda rho, share: 10, "wrong"),
     ("tensorflow-inside", rows_encyclopedia, "KERAS2", RMSPROPS["OPTAX"], "holds"),
     ("v0-zero", rows_encyclopedia, "TF1", KERAS2, "only if not timm nor stable-baselines3"),
     ("default-triple", rows_encyclopedia, "RMSPROPS", {"MXNET": RMSPROPS["MXNET"]}, "holds"),
     ("fails-on-convex", failure, "move", lambda C, n, rho: -1.0, "wrong"),
     ("window-10", rows_fixing, "share_of_last", lambda rho, n: 1 - rho**30, "holds"),
     ("start-up", rows_fixing, "start_up_step", lambda rho, t: 1.0, "holds"),
     ("pytorch-alpha", rows_fixing.dialects, "PYTORCH", RMSPROPS["KERAS3"], "holds"),
     ("d2l-two-rmsprops", rows_d2l, "PYTORCH", SCRATCH, "holds"),
     ("d2l-half-life", rows_d2l, "half_life", lambda gamma: 1 / gamma, "holds"),
     ("labml-bound", rows_courses, "longest_step", rows_courses.claimed_bound, "holds"),
     ("convnetjs-corrections", rows_courses, "share_of_last", lambda beta, t: 1 / (1 - beta**t),
      "holds"),
     ("adam-bound", rows_papers, "longest_step", rows_papers.claimed_bound, "holds"),
     ("adamax-bound", rows_papers, "adamax_longest_step", lambda a, b: 2.0, "wrong"),
     ("underflow", rows_papers, "bench", lambda: bench(dtype="float32"), "holds"),
     ("stops-before", rows_dynamic, "AdaGrad", lambda lr, eps: SGD(lr=1e-9), "holds")],
)
def test_another_law_gives_another_verdict(monkeypatch, name, module, attribute, replacement,
                                           other):
    assert verdict(name) != other
    monkeypatch.setattr(module, attribute, replacement, raising=False)
    assert verdict(name) == other


def test_a_second_way_to_the_numbers_of_the_courses():
    """Other code than that of the rows gives the same: the optimizer, the closed form, the rate."""
    path = run(Adam(lr=0.01, eps=1e-6), Stream([1.0, -2.0, 1e-6], theta0=[0.0]), 3)
    ours = rows_d2l.adam_tab([1.0, -2.0, 1e-6], counts=True, eps_at="root")
    assert path.to_host().theta[1:, 0] == pytest.approx(ours, rel=1e-12)
    for t, found in zip((1, 10, 100, 1000), rows_d2l.uncounted().values(), strict=True):
        assert found == pytest.approx((1 - 0.9**t) / 0.1 / math.sqrt((1 - 0.999**t) / 0.001))
    for rho in (0.3, 0.5, 0.9, 0.99):
        assert rows_d2l.halved(rho) == pytest.approx(averages.half_life(rho), rel=1e-9)
    for beta, found in zip((0.25, 0.81, 0.99), rows_courses.moduli().values(), strict=True):
        assert found == pytest.approx(momentum.rate(1 + beta, beta) / (2 * math.sqrt(beta)))


def test_without_an_underflow_there_is_no_case():
    assert rows_papers.after_underflow(rho=0.9) == {}


def test_the_counts_follow_the_rows(monkeypatch):
    rows = tuple(ROWS[name] for name in ("start-1", "start-5", "start-10", "one-tensor"))
    table = errata.Table(rows)
    assert table.counts() == {"holds": 1, "last digit": 1, "only if": 1, "wrong": 1}
    changed = dataclasses.replace(ROWS["one-tensor"], test=lambda x: x <= 3)
    assert errata.Table((*rows[:3], changed)).counts()["holds"] == 2
