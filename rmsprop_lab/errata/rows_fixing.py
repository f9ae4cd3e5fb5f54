"""Rows on the lesson "RMSprop: fixing AdaGrad": its worked example, and what it says beside it."""

import math

import numpy as np

from rmsprop_lab import dialects
from rmsprop_lab.adagrad import AdaGrad
from rmsprop_lab.averages import ema, history, share_of_last, start_up_step
from rmsprop_lab.errata.erratum import Claim, Origin, Statement
from rmsprop_lab.problems import Quadratic, bench, constant
from rmsprop_lab.rmsprop import RMSprop
from rmsprop_lab.trajectory import run

__all__ = ["ROWS"]

FIXING = "RMSprop: fixing AdaGrad"


def constant_gradient(t, g=3.0, rho=0.9, lr=0.1):
    """What RMSprop holds after t steps with the same gradient: v, its root, the step size."""
    v = 0.0
    for _ in range(t):
        v = ema(v, g * g, rho)
    return {"v": v, "sqrt(v)": math.sqrt(v), "step size": lr / math.sqrt(v)}


def worked_example(t, v, root, size, origin=None):
    """One row of that text's worked example: gradient 3 at each step, decay .9, rate .1."""
    return Claim(
        name=f"start-{t}",
        source=FIXING,
        place=f"worked example, step {t}",
        quoted={"v": v, "sqrt(v)": root, "step size": size},
        compute=lambda: constant_gradient(t),
        how=f"v = 0, then {t} times v = 0.9 v + 0.1 * 3^2; step size 0.1 / sqrt(v)",
        lesson="01_averages",
        origin=origin,
    )


def over_variance():
    """The settled v, less the variance of the gradients it has averaged, for two streams."""
    streams = {"gradients 3, -3, 3, ...": [3.0, -3.0] * 500, "gradients 3, 3, 3, ...": [3.0] * 1000}
    return {name: round(history(np.square(g), 0.9)[-1] - float(np.var(g)), 9) + 0.0
            for name, g in streams.items()}


def root_over_gradient():
    """The settled sqrt(v), divided by the gradient."""
    return {f"gradient {g:g}": math.sqrt(history([g * g] * 1000, 0.9)[-1]) / g for g in (3.0, -3.0)}


def still_moving():
    """AdaGrad's steps 1001 to 2000 compared with what came before, or with what was left."""
    def path(problem):
        x = run(AdaGrad(lr=0.1, eps=0.0), problem, 2000).to_host().theta[:, 0]
        return abs(x[1000]), abs(x[2000])
    half, end = path(constant(3.0))
    left, rest = path(Quadratic([1.0], [1.0]))
    return {"slope 3: way made, over that of the first 1000": float(end / half - 1),
            "x^2 / 2: way made, over what was left": float(1 - rest / left)}


def loss_ratio():
    """The bench's loss after 2000 steps over that after 1000, for two kinds of learning rate."""
    rates = {"the learning rate is constant": [0.4] * 2000,
             "it falls like 1 / sqrt(t)": [0.4 / math.sqrt(t) for t in range(1, 2001)]}
    losses = {name: run(RMSprop(lr=0.4), bench(), 2000, rates=r).loss for name, r in rates.items()}
    return {name: float(seen[2000] / seen[1000]) for name, seen in losses.items()}


ROWS = (
    worked_example(10, "6.51", "2.551", "0.039",
                   Origin("v", "10 (1 - 0.9^10)", 10 * share_of_last(0.9, 10))),
    worked_example(30, "8.82", "2.970", "0.034"),
    worked_example(1, "0.90", "0.949", "0.105"),
    worked_example(2, "1.71", "1.308", "0.076"),
    worked_example(3, "2.44", "1.562", "0.064"),
    worked_example(5, "3.69", "1.921", "0.052"),
    Claim(
        "adagrad-30", FIXING, "AdaGrad beside the worked example, step 30",
        {"sum": "270", "step size": "0.006"},
        lambda: {"sum": 30 * 3.0**2, "step size": 0.1 / math.sqrt(30 * 3.0**2)},
        "The sum of 30 squares of 3; step size 0.1 / sqrt(sum)", "03_adagrad"),
    Statement(
        "variance", FIXING, "the symbols under the recursion", "v tracks the variance of the "
        "gradient.", over_variance, lambda x: abs(x) < 1e-9, "0",
        "v less the variance, after 1000 steps; v is the mean square, and keeps the mean",
        "04_rmsprop"),
    Statement(
        "root-sign", FIXING, "why the average helps", "The root of v becomes the gradient.",
        root_over_gradient, lambda x: abs(x - 1) < 1e-9, "1",
        "sqrt(v) / g after 1000 steps; the root is the size, without the sign", "04_rmsprop"),
    Statement(
        "window-10", FIXING, "effective window", "With decay 0.9, v is about the mean of the last "
        "10 squares.", lambda: {"weight of the last 10": share_of_last(0.9, 10)},
        lambda x: x >= 0.95, "at least 0.95", "1 - 0.9^10, the share of all weight", "01_averages"),
    Statement(
        "start-up", FIXING, "the small gradient 0.1", "The effective rate of a constant "
        "gradient g is alpha / |g|; of the start nothing is said.",
        lambda: {f"step {t}": start_up_step(0.9, t) for t in (1, 3, 10, 44)},
        lambda x: x < 1.01, "1, within 1 %", "Length of a step in learning rates, v from 0",
        "01_averages"),
    Statement(
        "adagrad-stops", FIXING, "comparison with AdaGrad", "AdaGrad stops updating after enough "
        "steps.", still_moving, lambda x: x < 0.01, "below 0.01",
        "2000 steps of AdaGrad with learning rate 0.1; the second thousand against the first",
        "03_adagrad"),
    Statement(
        "rmsprop-continues", FIXING, "comparison with AdaGrad", "In long runs RMSprop goes on "
        "learning.", loss_ratio, lambda x: x < 0.9, "below 0.9",
        "Loss on the bench after 2000 steps over the loss after 1000, learning rate 0.4 at first",
        "05_long_run"),
    Statement(
        "pytorch-alpha", FIXING, "the code", "PyTorch's RMSprop has the decay of the example.",
        lambda: {"alpha=0.9 is said": dialects.PYTORCH.optimizer(rho=0.9).rho,
                 "alpha is left out": dialects.PYTORCH.optimizer().rho},
        lambda x: x == 0.9, "0.9", "The decay that the library uses", "06_dialects"),
    Statement(
        "pytorch-lr", FIXING, "the code", "PyTorch's RMSprop has the learning rate of the code.",
        lambda: {"lr=0.001 is said": dialects.PYTORCH.optimizer(lr=0.001).lr,
                 "lr is left out": dialects.PYTORCH.optimizer().lr},
        lambda x: x == 0.001, "0.001", "The learning rate that the library uses", "06_dialects"),
)
