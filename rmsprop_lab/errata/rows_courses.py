"""Rows on public courses and the code beside them. Readers find such things by computing."""

import math

import numpy as np

from rmsprop_lab.adam_bounds import claimed_bound, eps_share, longest_step
from rmsprop_lab.averages import debias, ema, history, share_of_last
from rmsprop_lab.dialects import KERAS3, golden
from rmsprop_lab.errata.erratum import Statement
from rmsprop_lab.momentum import heavy_ball
from rmsprop_lab.rmsprop import RMSprop

__all__ = ["ROWS"]

LABML, KERAS, CONVNETJS = "labml.ai, annotated papers", "Keras 3", "convnetjs"
NEUROMATCH = "Neuromatch Academy, deep learning"
DISTILL = "Why Momentum Really Works (Distill 2017)"
#: The state of the article's source: later than its publication, and as the page has it.
STATE = "distillpub/post--momentum 49aa83d, public/index.html"


def their_eps_hat(eps=1e-8, beta2=0.999):
    """Adam's step with eps-hat = (1 - beta2^t) eps, over the step with eps outside."""
    found = {}
    for t in (1, 100, 10000):
        hat = share_of_last(beta2, t) * eps
        theirs = eps_share(eps, eps=hat, beta2=beta2, t=t, eps_at="hat")
        found[f"step {t}"] = theirs / eps_share(eps, eps=eps, beta2=beta2, t=t)
    return found


def step_over_v():
    """m over v without the root, debiased, after 10 equal gradients, in learning rates."""
    found = {}
    for g in (1.0, 2.0, 0.01):
        m, v = history([g] * 10, 0.9)[-1], history([g * g] * 10, 0.999)[-1]
        found[f"gradient {g:g}"] = debias(m, 0.9, 10) / debias(v, 0.999, 10)
    return found


def under_the_root(factor, *cases):
    """What stands under the root in the first step, when v starts from factor times the weight.

    cases: pairs of a weight and a gradient. Decay 0.8 and eps 1e-8 are those of the solution.
    """
    return {f"weight {w:+g}, gradient {g:g}": ema(factor * w, g * g, 0.8) + 1e-8 for w, g in cases}


def moduli(denominator=lambda beta: 2 * math.sqrt(beta)):
    """The modulus of the larger eigenvalue of the momentum matrix over 2 sqrt(beta)."""
    found = {}
    for beta in (0.25, 0.81, 0.99):
        x = 1 + beta  # alpha lambda in the middle of where the roots are complex
        R = np.array([[beta, x], [-beta, 1 - x]])  # alpha is 1
        found[f"beta {beta:g}"] = float(np.abs(np.linalg.eigvals(R)).max()) / denominator(beta)
    return found


def unrolled(sign=1.0, steps=12, alpha=0.1):
    """The way from w^0 by the unrolled sum, over the way of the recursion, on w^2 / 2 from 1."""
    found = {}
    for beta in (0.5, 0.9):
        w, z, gradients = 1.0, 0.0, []
        for _ in range(steps):
            gradients.append(w)
            w, z = heavy_ball(w, w, z, lr=alpha, mu=beta)
        weights = [(1 - beta ** (steps - i)) / (1 - beta) for i in range(steps)]
        found[f"beta {beta:g}"] = sign * alpha * float(np.dot(weights, gradients)) / (w - 1.0)
    return found


def multiplied():
    """Adam's steps when m and v are multiplied by 1 - beta^t, constant gradient 1."""
    m, v = history([1.0] * 4, 0.9), history([1.0] * 4, 0.999)
    return {f"step {t}": m[t - 1] * share_of_last(0.9, t)
            / math.sqrt(v[t - 1] * share_of_last(0.999, t)) for t in (1, 2, 3, 4)}


def from_recording(eps_at="outside"):
    """How far RMSprop with eps at this place gets from what Keras 3 itself did, over its way."""
    saved = golden.load("KERAS3")["cases"]["plain"]["theta"]
    ours = golden.trajectory(KERAS3, golden.cases(KERAS3)["plain"], eps_at=eps_at)
    return {f"eps {eps_at}": golden.difference(ours, saved)}


def golden_test(eps_at="outside", eps=1e-7):
    """The largest error in Keras's own test over what the test allows; above 1 it is red."""
    printed = (0.9967, 0.9933, 0.9908, 0.9885, 0.9864)
    opt = RMSprop(lr=1e-3, rho=0.9, eps=eps, eps_at=eps_at, centered=True)
    theta, worst = np.ones(10), 0.0
    opt.step(theta, np.full(10, 0.01))
    for value in printed:
        allowed = 5e-4 + 5e-4 * value
        worst = max(worst, float(np.abs(theta - value).max()) / allowed)
        opt.step(theta, np.arange(0.1, 1.1, 0.1))
    return {f"eps {eps_at}": worst}


ROWS = (
    Statement(
        "labml-eps-hat", LABML, "labml_nn/optimizers/adam.py", "eps-hat is (1 - beta2^t) eps.",
        their_eps_hat, lambda x: abs(x - 1) < 0.01, "1, within 1 %", "Step with that eps-hat over "
        "the step with eps outside, at |g| = eps = 1e-8; the root is missing", "08_adam"),
    Statement(
        "labml-step", LABML, "labml_nn/optimizers/adam.py", "The step is alpha m / v, both "
        "debiased.", step_over_v, lambda x: abs(x - 1) < 1e-6, "1", "That quotient after ten equal "
        "gradients; with the root it is 1 for all of them", "08_adam"),
    Statement(
        "labml-bound", LABML, "labml_nn/optimizers/adam.py", "No step is longer than "
        "alpha (1 - beta1) / sqrt(1 - beta2).",
        lambda: {"betas 0.9, 0.999": longest_step(0.9, 0.999) / claimed_bound(0.9, 0.999)},
        lambda x: x <= 1 + 1e-9, "at most 1", "The longest step over that bound", "08_adam"),
    Statement(
        "neuromatch-negative", NEUROMATCH,
        "W1D4 Tutorial 1, solution cebea3c4 (course-content-dl 476a966)",
        "The averages of squares can start from 0.0001 times the weights.",
        lambda: under_the_root(1e-4, (0.03, 1e-3), (-0.03, 1e-3)), lambda x: x >= 0, "at least 0",
        "What stands under the root at the first step; weights start between -1/28 and 1/28",
        "06_dialects"),
    Statement(
        "neuromatch-smaller", NEUROMATCH,
        "W1D5 Tutorial 1, solution 9d60a8af (course-content-dl 2e7e90a)",
        "The averages of squares can start from 1e-6 times the weights.",
        lambda: under_the_root(1e-6, (0.03, 1e-4), (-0.03, 1e-3), (-0.03, 1e-4)),
        lambda x: x >= 0, "at least 0", "What stands under the root at the first step; this is the "
        "later file of the same exercise", "06_dialects"),
    Statement(
        "distill-modulus", DISTILL, f"footnote on the convergence rates ({STATE})",
        "Where the roots are complex, their modulus is 2 sqrt(beta).", moduli,
        lambda x: abs(x - 1) < 1e-9, "1", "Modulus of the eigenvalues of the article's matrix R, "
        "over 2 sqrt(beta); the half before the root of the eigenvalues is lost", "07_momentum"),
    Statement(
        "distill-unrolled", DISTILL, f"Adventures in Algorithmic Space ({STATE})",
        "Momentum, unrolled, is w^0 plus alpha times the sum of (1 - beta^(k+1-i)) / (1 - beta) "
        "grad f(w^i).", unrolled, lambda x: abs(x - 1) < 1e-9, "1", "Way from w^0 by that sum over "
        "the way of the article's recursion, 12 steps on w^2 / 2; its line for gradient descent "
        "has the minus", "07_momentum"),
    Statement(
        "convnetjs-corrections", CONVNETJS, "the trainer's Adam", "m and v are multiplied by "
        "1 - beta^t, as a correction.", multiplied, lambda x: abs(x - 1) < 0.01, "1, within 1 %",
        "Length of a step in learning rates for a constant gradient; a division gives 1",
        "08_adam", seen=False),
    Statement(
        "keras-eps-hat", KERAS, "keras/src/optimizers/rmsprop.py, the argument epsilon",
        "It is \"epsilon hat\" of Kingma and Ba, which stands outside the root.", from_recording,
        lambda x: x < 1e-5, "below 1e-5", "Distance from a recording of Keras itself, over the "
        "way it went", "06_dialects"),
    Statement(
        "keras-golden", KERAS, "keras/src/optimizers/rmsprop_test.py, the golden values",
        "The test fails when epsilon stands on the wrong side of the root.", golden_test,
        lambda x: x > 1, "above 1", "Largest error over what the test allows, epsilon outside",
        "06_dialects"),
)
