"""The numbers that the lessons state, each with the lesson's own way to compute it.

`rmsprop-lab verify` compares them. An expected text holds the digits that the lesson prints.
"""

import math
from dataclasses import dataclass

import numpy as np

import rmsprop_lab as lab
from rmsprop_lab import (
    adam_bounds,
    clinic,
    cost,
    decay,
    edge,
    failure,
    family,
    generalisation,
    noise,
    wild,
)
from rmsprop_lab.dialects import laws

__all__ = ["GOLDEN", "Golden"]


@dataclass(frozen=True)
class Golden:
    """One known result: which lesson prints it, how to compute it, and the text it must give.

    compute: function of nothing to a number or several; form: the format of each of them.
    """

    lesson: int
    name: str
    form: str
    expected: str
    compute: object


def _mean_square(*steps):
    """v of lesson 1 after these many steps of a constant gradient 3 with rho = .9."""
    v, seen = 0.0, {}
    for t in range(1, max(steps) + 1):
        v = lab.averages.ema(v, 9.0, 0.9)
        seen[t] = v
    return [seen[t] for t in steps]


def _first_steps(rho, n):
    """The first n steps of RMSprop, in units of lr, along a constant slope from v = 0."""
    v, lengths = 0.0, []
    for _ in range(n):
        theta, v = lab.rmsprop.rmsprop(0.0, 1.0, v, lr=1.0, rho=rho, eps=0.0)
        lengths.append(-theta)
    return lengths


def _extra_travel(*rhos):
    """How much further that start leads, in units of lr, than steps of length lr."""
    return [math.fsum(s - 1 for s in _first_steps(rho, round(40 / (1 - rho)))) for rho in rhos]


def _adagrad_rate(steps):
    """The last of these many steps along a constant gradient 3, over that gradient, lr = .1."""
    x, s = 0.0, 0.0
    for _ in range(steps):
        before = x
        x, s = lab.adagrad.adagrad(x, 3.0, s, lr=0.1, eps=0.0)
    return (before - x) / 3.0


def _adagrad_travel():
    """The distance of AdaGrad along a constant slope in a million steps, lr = .1.

    The steps differ only in s, which is 0, 1, 2, ...: one call of the rule makes them all.
    """
    s = np.arange(1e6)
    theta, _ = lab.adagrad.adagrad(np.zeros_like(s), np.ones_like(s), s, lr=0.1, eps=0.0)
    return -math.fsum(theta)


def _adagrad_parabola():
    """The final s and |x| of AdaGrad on x^2 / 2 from 1, lr = .1, 2000 steps."""
    x, s = 1.0, 0.0
    for _ in range(2000):
        x, s = lab.adagrad.adagrad(x, x, s, lr=0.1, eps=0.0)
    return s, abs(x)


def _bench(opt, steps):
    """The run of an optimizer on the bench of every lesson."""
    return lab.run(opt, lab.problems.bench(), steps).to_host()


def _drift(step, rho=0.0):
    """How far ten gradients, nine of .1 and one of -.9, carry a steady state, in units of lr."""
    theta, v = 0.0, 0.0
    for _ in range(round(4 / (1 - rho))):  # 40 / (1 - rho) steps: what was before weighs e^-40
        theta = 0.0
        for g in [0.1] * 9 + [-0.9]:
            theta, v = step(theta, g, v)
    return theta


def _rmsprop_drift(rho):
    return _drift(lambda x, g, v: lab.rmsprop.rmsprop(x, g, v, lr=1.0, rho=rho, eps=0.0), rho)


def _settling(rho):
    return [lab.averages.settling_steps(rho, fraction) for fraction in (0.90, 0.95, 0.99)]


GOLDEN = (
    Golden(1, "v after 1, 2, 3 gradients of 3", ".4g", "0.9 1.71 2.439",
           lambda: _mean_square(1, 2, 3)),
    Golden(1, "v after 5, 10, 30 of them", ".4g", "3.686 5.862 8.618",
           lambda: _mean_square(5, 10, 30)),
    Golden(1, "lr / sqrt(v) then, lr .1", ".3g", "0.0521 0.0413 0.0341",
           lambda: [0.1 / math.sqrt(v) for v in _mean_square(5, 10, 30)]),
    Golden(1, "half-life, rho .9", ".2f", "6.58", lambda: lab.averages.half_life(0.9)),
    Golden(1, "weight of the last ten, rho .9, in %", ".1f", "65.1",
           lambda: 100 * lab.averages.share_of_last(0.9, 10)),
    Golden(1, "mean age, effective size, rho .9", ".0f", "9 19",
           lambda: [lab.averages.mean_age(0.9), lab.averages.effective_sample_size(0.9)]),
    Golden(1, "settled 90, 95, 99 %, rho .9", "d", "22 29 44", lambda: _settling(0.9)),
    Golden(1, "settled 90, 95, 99 %, rho .99", "d", "230 299 459", lambda: _settling(0.99)),
    Golden(1, "settled 90, 95, 99 %, rho .999", "d", "2302 2995 4603",
           lambda: _settling(0.999)),
    Golden(1, "first step in lr, rho .9, .99, .999", ".4g", "3.162 10 31.62",
           lambda: [_first_steps(rho, 1)[0] for rho in (0.9, 0.99, 0.999)]),
    Golden(1, "the first five steps in lr, rho .9", ".2f", "3.16 2.29 1.92 1.71 1.56",
           lambda: _first_steps(0.9, 5)),
    Golden(1, "extra travel in lr, rho .9, .95", ".2f", "9.14 21.07",
           lambda: _extra_travel(0.9, 0.95)),
    Golden(1, "extra travel in lr, rho .99, .999", ".4g", "123.9 1340",
           lambda: _extra_travel(0.99, 0.999)),
    Golden(2, "bench, GD: loss after 200 steps, turned", ".3e", "8.186e-15 8.186e-15",
           lambda: [lab.run(lab.SGD(lr=0.4), lab.problems.bench(turn), 200).loss[-1]
                    for turn in (15, 45)]),
    Golden(3, "lr / sqrt(s) after 30 gradients of 3", ".5f", "0.00609", lambda: _adagrad_rate(30)),
    Golden(3, "travel in a million steps, lr .1", ".2f", "199.85", _adagrad_travel),
    Golden(3, "x^2/2: where s ends", ".4f", "10.0402", lambda: _adagrad_parabola()[0]),
    Golden(3, "x^2/2: |x| at step 2000", ".0e", "9e-29", lambda: _adagrad_parabola()[1]),
    Golden(3, "bench, lr .4: where s ends", ".4f", "14.4321 232.4219",
           lambda: _bench(lab.AdaGrad(lr=0.4), 1000).state["s"][-1]),
    Golden(4, "sign descent: drift a cycle, in lr", ".0f", "-8",
           lambda: _drift(lambda x, g, v: (lab.rprop.sign_descent(x, g, lr=1.0), v))),
    Golden(4, "RMSprop: the same, rho .9", ".4f", "-0.6795", lambda: _rmsprop_drift(0.9)),
    Golden(4, "RMSprop: the same, rho .99, .999", ".3g", "-0.0667 -0.00667",
           lambda: [_rmsprop_drift(0.99), _rmsprop_drift(0.999)]),
    Golden(4, "bench, AdaGrad: theta after 20 steps", ".6f", "-2.382562 -0.158591",
           lambda: _bench(lab.AdaGrad(lr=0.4), 20).final),
    Golden(4, "bench, RMSprop: theta after 20 steps", ".6f", "-0.010599 0.000000",
           lambda: _bench(lab.RMSprop(lr=0.4, eps=1e-6, eps_at="inside"), 20).final),
    Golden(5, "the end over lr, curvatures .1 and 100", ".4f", "0.5000 0.5000",
           lambda: abs(lab.run(lab.RMSprop(lr=0.01, eps=0.0), lab.problems.Quadratic(
               [0.1, 100.0], [1.0, -4.0]), 1000).final) / 0.01),
    Golden(6, "place of eps, |g| 1e-6: steps differ by", ".0f", "99",
           lambda: laws.place_ratio(1e-6, 1e-8)),
    Golden(6, "first step from v0 = 1, |g| 1e-3", ".5f", "0.00105",
           lambda: laws.first_step(1e-3, rho=0.9, eps=1e-7, eps_at="inside", v0=1.0)),
    Golden(6, "step after a drop, lr inside, outside", ".2f", "8.72 0.96",
           lambda: [laws.next_step(0.9, 10.0, 30, at) for at in ("inside", "outside")]),
    Golden(7, "AdaDelta's first step, eps 1e-6", ".3e", "4.472e-03",
           lambda: lab.run(lab.AdaDelta(), lab.problems.constant(1.0), 1).effective_step[0]),
    Golden(8, "peak of uncorrected Adam, over lr", ".4f", "6.5685",
           lambda: adam_bounds.constant_gradient_step(12, 0.9, 0.999)),
    Golden(8, "longest step Adam can make, over lr", ".4f", "7.2703",
           lambda: adam_bounds.longest_step(0.9, 0.999)),
    Golden(9, "AdaBelief over Adam, t 1, 10, 100, 2000", ".3g", "1.11 1.64 4.95 38.3",
           lambda: [family.belief_ratio(t, eps=1e-8) for t in (1, 10, 100, 2000)]),
    Golden(10, "threshold of rho for C = 3, 5, 10, 20", ".4f", "0.4723 0.8107 0.9554 0.9894",
           lambda: [failure.threshold(C) for C in (3, 5, 10, 20)]),
    Golden(11, "where the wall stands, lam .4", ".2f", "1.25", lambda: decay.wall(0.4)),
    Golden(12, "said of a new negative by GD, 36 to 24", ".4f", "-0.9037",
           lambda: generalisation.said(36, 24, -1)),
    Golden(13, "edge of RMSprop and of Adam", ".0f", "2 38",
           lambda: [edge.threshold(), edge.threshold(0.9)]),
    Golden(14, "root rule: mean and spread, any batch", ".3f", "0.670 0.525",
           lambda: noise.limit(0.4, x0=1.0, variance=0.5)),
    Golden(15, "A2C's first steps, |g| 1e-3: ratio", ".0f", "9045",
           lambda: wild.first_ratio(1e-3, 0.99, 1e-5)),
    Golden(16, "bytes: SGD, RMSprop, Adam", "d", "12 20 28",
           lambda: [cost.bytes_moved(opt.variant)
                    for opt in (lab.SGD(lr=1.0), lab.RMSprop(), lab.Adam())]),
    Golden(17, "corrections multiplied: step 1, 4", ".1f", "10.0 29.6",
           lambda: [clinic.laws.multiplied(0.9, 0.999, t) for t in (1, 4)]),
)
