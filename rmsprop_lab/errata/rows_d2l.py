"""Rows on Dive into Deep Learning. Each names the file and the state in which it was read.

The built notebooks stand in d2l-ai/d2l-pytorch-colab and d2l-ai/d2l-tensorflow-sagemaker, the
source of the pages in d2l-ai/d2l-en.
"""

import math

import numpy as np

from rmsprop_lab.adagrad import AdaGrad
from rmsprop_lab.averages import debias, ema, half_life, history
from rmsprop_lab.dialects import PYTORCH
from rmsprop_lab.errata.erratum import Claim, Origin, Statement, number
from rmsprop_lab.guard import guard
from rmsprop_lab.problems import bench
from rmsprop_lab.rmsprop import RMSprop
from rmsprop_lab.trajectory import run

__all__ = ["ROWS"]

D2L = "Dive into Deep Learning"
TF = "TensorFlow tab (notebook of 2022, d2l-tensorflow-sagemaker e38fbb8)"


def without_a_square(gradients, rho=0.9):
    """The expansion of three steps whose oldest gradient lacks its square, less the recursion."""
    oldest, middle, newest = gradients
    expanded = (1 - rho) * (newest**2 + rho * middle**2 + rho**2 * oldest)
    return expanded - history(np.square(gradients), rho)[-1]


def turned_curvatures():
    """The curvatures of .1 (x1 + x2)^2 + 2 (x1 - x2)^2 over those of the bench."""
    plus, minus = np.array([1.0, 1.0]), np.array([1.0, -1.0])
    H = 2 * (0.1 * np.outer(plus, plus) + 2 * np.outer(minus, minus))
    small, large = np.linalg.eigvalsh(H) / np.linalg.eigvalsh(bench(45).H)
    return {"smaller curvature": float(small), "larger curvature": float(large)}


def two_rmsprops():
    """The concise RMSprop's step (PyTorch's) over that from scratch, for a constant gradient."""
    concise = PYTORCH.resolved(rho=0.9)
    return {f"|g| = {g:g}": guard(g * g, 1e-6, "inside")
            / guard(g * g, concise["eps"], concise["eps_at"]) for g in (1.0, 1e-2, 1e-4)}


def bench_prints():
    """Where AdaGrad and RMSprop stand after d2l's 20 steps on the bench."""
    words = {"lr": 0.4, "eps": 1e-6, "eps_at": "inside"}
    a = run(AdaGrad(**words), bench(), 20).to_host().final
    r = run(RMSprop(rho=0.9, **words), bench(), 20).to_host().final
    return {"AdaGrad x": float(a[0]), "AdaGrad y": float(a[1]),
            "RMSprop x": float(r[0]), "RMSprop y": float(r[1])}


def halved(rho):
    """The age at which a sample has lost half its weight, read off a decaying impulse."""
    weights, w = [1.0], 1.0
    while w > 0.5:
        w = ema(w, 0.0, rho)
        weights.append(w)
    # The weight falls exponentially: a straight line in its logarithm.
    newer, older = map(math.log, weights[-2:])
    return len(weights) - 2 + (newer - math.log(0.5)) / (newer - older)


def order(step, x):
    """The order of convergence to 0 by the last three of four iterates: q in e' = c e^q."""
    errors = [abs(x)]
    for _ in range(3):
        x = step(x)
        errors.append(abs(x))
    a, b, c = map(math.log, errors[-3:])
    return (c - b) / (b - a)


def newtons_orders():
    """The order of Newton's method on two convex functions with their minimum at 0.

    The first has a third derivative there, as the bound of the page has it. The second is the
    page's own example; its third derivative is 0 there, so that it is faster still.
    """
    return {"exp(x) - x": order(lambda x: x - 1 + math.exp(-x), 0.5),
            "cosh(x / 2)": order(lambda x: x - 2 * math.tanh(x / 2), 1.0)}


def adam_tab(gradients, *, lr=0.01, eps=1e-6, counts=False, eps_at="step"):
    """Where Adam's iterates stand, from 0, as the tab computes them.

    counts: whether t follows the steps; in the tab it stays 1. eps_at: what eps is added to,
    "step" in the tab, "root" in the formula above it and in the other tabs.
    """
    p = v = s = 0.0
    path = []
    for k, g in enumerate(gradients, 1):
        t = k if counts else 1
        v, s = ema(v, g, 0.9), ema(s, g * g, 0.999)
        m, root = np.float64(debias(v, 0.9, t)), np.sqrt(debias(s, 0.999, t))
        with np.errstate(invalid="ignore"):  # a gradient of 0 gives 0 / 0
            p = p - lr * m / (root + eps) if eps_at == "root" else p - lr * m / root + eps
        path.append(float(p))
    return np.array(path)


def misplaced(eps_at="step"):
    """The first step with eps at this place, less that of the formula, in learning rates."""
    def first(g, place):
        return float(adam_tab([g], eps_at=place)[0])
    return {f"gradient {number(g)}": (first(g, eps_at) - first(g, "root")) / 0.01
            for g in (1.0, 1e-6, 0.0)}


def uncounted(counts=False):
    """The length of Adam's steps in learning rates, gradient 1, without eps."""
    path = adam_tab([1.0] * 1000, eps=0.0, counts=counts)
    lengths = np.abs(np.diff(path, prepend=0.0)) / 0.01
    return {f"step {t}": float(lengths[t - 1]) for t in (1, 10, 100, 1000)}


def share_below(low, high, end):
    """The share of log-uniform draws from [low, high] that are at most `end`, by quantiles."""
    u = (np.arange(10000) + 0.5) / 10000
    return float(np.mean(low * (high / low) ** u <= end))


ROWS = (
    Statement(
        "d2l-half-life", D2L, "chapter_optimization/rmsprop.md", "The half-life of a sample is "
        "1 / gamma.", lambda: {f"gamma {g:g}": half_life(g) * g for g in (0.7, 0.8, 0.9, 0.95)},
        lambda x: abs(x - 1) < 0.01, "1", "ln 2 / -ln(gamma), times gamma", "01_averages"),
    Claim(
        "d2l-half-life-of-ten", D2L, "chapter_optimization/adadelta.md, under the code from "
        "scratch: rho = 0.9", {"half-life": "10"}, lambda: {"half-life": halved(0.9)},
        "The age at which the weight of a sample has halved, decay 0.9", "01_averages",
        origin=Origin("half-life", "1 / (1 - rho), the effective window,", 1 / (1 - 0.9))),
    Statement(
        "d2l-square", D2L, "chapter_optimization/rmsprop.md", "The expansion of s: the third "
        "gradient stands there without a square.",
        lambda: {"gradients 3, 3, 3": without_a_square([3.0] * 3),
                 "gradients 2, 3, 4": without_a_square([2.0, 3.0, 4.0])},
        lambda x: abs(x) < 1e-9, "0", "The expansion less the recursion", "01_averages"),
    Statement(
        "d2l-linear", D2L, "chapter_optimization/gd.md, Convergence Analysis (d2l-en 0221793)",
        "Errors with e' <= c e^2 are called linear convergence, and errors with e' <= alpha e a "
        "constant rate.", newtons_orders, lambda x: abs(x - 1) < 0.1, "1, which is linear",
        "Order of Newton's method from its last errors. Order 2 is called quadratic, and gradient "
        "descent, with e' <= alpha e, is of order 1", "02_descent"),
    Statement(
        "d2l-rotated", D2L, "chapter_optimization/adagrad.md, exercise 2", "The objective with "
        "x1 + x2 and x1 - x2 is the old one, rotated by 45 degrees.", turned_curvatures,
        lambda x: abs(x - 1) < 1e-9, "1", "Its curvatures over those of the old one; turning "
        "keeps them", "02_descent"),
    Statement(
        "d2l-two-rmsprops", D2L, "chapter_optimization/rmsprop.md", "The concise RMSprop is the "
        "one from scratch.", two_rmsprops, lambda x: abs(x - 1) < 0.01, "1, within 1 %",
        "Step of PyTorch's with alpha=0.9 over the step from scratch, constant gradient",
        "06_dialects"),
    Claim(
        "d2l-bench", D2L, "chapter_optimization/adagrad and rmsprop, printed after 20 steps "
        "(notebooks of 2021, d2l-pytorch-colab 0009bbc)",
        {"AdaGrad x": "-2.382563", "AdaGrad y": "-0.158591", "RMSprop x": "-0.010599",
         "RMSprop y": "0.000000"}, bench_prints,
        "20 steps on the bench from (-5, -2), rate 0.4, epsilon 1e-6 inside, decay 0.9",
        "03_adagrad"),
    Statement(
        "d2l-adam-eps", D2L, f"chapter_optimization/adam, {TF}", "The line with "
        "/ tf.math.sqrt(s_bias_corr) + eps takes the step of the formula, where eps is added to "
        "the root.", misplaced, lambda x: abs(x) < 0.01, "0, within 0.01",
        "First step by that line, less the step by the formula, in learning rates; the line adds "
        "eps to the parameter. The tabs of MXNet and PyTorch have the formula", "08_adam"),
    Statement(
        "d2l-adam-counter", D2L, f"chapter_optimization/adam, {TF}", "The corrections use the "
        "number of the step, t.", uncounted, lambda x: abs(x - 1) < 0.01, "1, within 1 %",
        "Length of a step in learning rates, gradient 1, with t = 1 in every step, since nothing "
        "increments it there. The tabs of MXNet and PyTorch do", "08_adam"),
    Statement(
        "d2l-loguniform", D2L, "chapter_hyperparameter-optimization/hyperopt-intro.md (d2l-en "
        "516e1c8)", "loguniform(1e-4, 1) is uniform between -4 and -1 in the logarithm.",
        lambda: {"learning rates up to 0.1": share_below(1e-4, 1.0, 0.1)},
        lambda x: abs(x - 1) < 1e-3, "1", "Share of the draws whose logarithm is at most -1; the "
        "logarithm of 1 is 0", "15_wild"),
)
