"""RMSprop from its steps: closed forms for every axis, each then refined on all lanes.

Notation: u the step seen, w the step before the momentum buffer, q = (g / w)^2 = s / lr^2.
"""

import math

import numpy as np

from rmsprop_lab.averages import history
from rmsprop_lab.dialects.probe_model import Candidate
from rmsprop_lab.dialects.probe_plan import HUGE

__all__ = ["buffer", "cancelling", "debuffered", "guards", "shapes", "solved"]


def buffer(record):
    """Momentum and whether it looks ahead, from a pulse: what is left when the gradient is 0.

    A plain buffer gives x, mu x, mu^2 x; Nesterov's (1 + mu) x, mu^2 x, mu^3 x.
    """
    u = record.lane("pulse", HUGE)
    with np.errstate(all="ignore"):
        ratios = u[1:8] / u[:7]
    if not np.isfinite(ratios[:3]).all() or abs(ratios[0]) < 100 * record.rounding:
        return 0.0, False
    left = float(np.median(ratios[1:][np.isfinite(ratios[1:])]))
    if not 0 < left < 1:
        return 0.0, False
    ahead = left**2 / (1 + left)
    return left, bool(abs(ratios[0] - ahead) < abs(ratios[0] - left))


def debuffered(u, momentum, nesterov):
    """The steps as they entered the buffer, from those that left it; shape (T, lanes)."""
    w, b = np.empty_like(u), np.zeros_like(u[0])
    for t, out in enumerate(u):
        w[t] = (out - momentum**2 * b) / (1 + momentum) if nesterov else out - momentum * b
        b = momentum * b + w[t]
    return w


def shapes(record):
    """Candidates for all but eps and decay, from gradients so large that no eps shows.

    One for each way to average and to start: plain from a number, from g^2, debiased, centred.
    """
    mu, nesterov = buffer(record)
    common = {"momentum": mu, "nesterov": nesterov and mu > 0, "eps": 0.0, "v0": 0.0,
              "eps_at": "outside", "centered": False, "debias": False, "lr_at": "outside",
              "weight_decay": 0.0, "decay": "l2"}
    numbers = ("lr", "rho") + (("momentum",) if mu else ())
    found = []
    for words, start in ((dict(), _plain), (dict(v0="g2"), _plain), (dict(debias=True), _debiased),
                         (dict(centered=True), _centred),
                         (dict(centered=True, v0="g2"), _centred_g2)):
        with np.errstate(all="ignore"):
            lr, rho = start(record, mu, nesterov and mu > 0)
        if math.isfinite(lr) and lr > 0 and math.isfinite(rho):
            # rho = 0 forgets all: there is nothing to fit below the rounding.
            rho = 0.0 if rho < 1e-9 else min(rho, 1 - 1e-9)
            free = numbers if rho else tuple(n for n in numbers if n != "rho")
            found.append(Candidate("RMSprop", {**common, **words, "lr": lr, "rho": rho}, free))
    return found


def _squares(record, mu, nesterov, kind):
    """Gradients of a huge lane in units of its scale, and q in units of 1 / lr^2."""
    i = record.plan.find(kind, HUGE)[0]
    g = record.plan.g[:, i] / HUGE
    w = debuffered(record.u[:, [i]], mu, nesterov)[:, 0]
    return g, (g / w) ** 2


def _plain(record, mu, nesterov):
    """q_t = rho q_{t-1} + (1 - rho) / lr^2 g_t^2: linear in both unknowns."""
    g, q = _squares(record, mu, nesterov, "noise")
    rows = np.stack([q[:-1] / q[1:], g[1:] ** 2 / q[1:]], axis=1)
    rows = rows[np.isfinite(rows).all(axis=1)]
    if len(rows) < 2:
        return math.nan, math.nan
    rho, k = np.linalg.lstsq(rows, np.ones(len(rows)), rcond=None)[0]
    rho = min(max(float(rho), 0.0), 1 - 1e-7)
    return math.sqrt((1 - rho) / k) if k > 0 else math.nan, rho


def _debiased(record, mu, nesterov):
    """The first step is lr; q_2 lr^2 = (rho g_1^2 + g_2^2) / (1 + rho)."""
    g, q = _squares(record, mu, nesterov, "noise")
    lr = abs(g[0]) / math.sqrt(q[0])
    y = q[1] * lr**2
    return lr, float((g[1] ** 2 - y) / (y - g[0] ** 2))


def _centred(record, mu, nesterov):
    """For a constant gradient the variance is rho^t (1 - rho^t) g^2: q_2 / q_1 = rho (1 + rho)."""
    _, q = _squares(record, mu, nesterov, "constant")
    rho = float((math.sqrt(1 + 4 * q[1] / q[0]) - 1) / 2)
    return math.sqrt(rho * (1 - rho) / q[0]) if 0 < rho < 1 else math.nan, rho


def _centred_g2(record, mu, nesterov):
    """From g^2 it is rho^t (2 - rho^t) g^2: q_2 / q_1 = rho (2 - rho^2) / (2 - rho) rises."""
    _, q = _squares(record, mu, nesterov, "constant")
    low, high = 0.0, 1.0
    for _ in range(60):
        rho = (low + high) / 2
        low, high = (rho, high) if rho * (2 - rho**2) / (2 - rho) < q[1] / q[0] else (low, rho)
    return math.sqrt(rho * (2 - rho) / q[0]) if q[0] > 0 else math.nan, rho


def cancelling(candidate, plan):
    """Weights, 0 where a centred v has lost its digits: libraries compute it as v - m^2.

    Where theta is not 0 the gradient that counts holds the decay; while it is not known, what any
    strength would spoil is left out.
    """
    s = candidate.settings
    strengths = (s["weight_decay"],) if s["weight_decay"] else np.logspace(-6, 2, 9)
    if s["decay"] != "l2" or not plan.theta.any():
        strengths = (0.0,)
    weight = np.ones_like(plan.g)
    for w in strengths:
        g = plan.g + w * plan.theta
        square, mean = (np.array(history(x, s["rho"])) for x in (g * g, g))
        with np.errstate(all="ignore"):
            weight *= (square - mean**2 > 1e-3 * square) | (square == 0)
    return weight


def guards(candidate, record):
    """The candidate with eps and v0 at both places of eps, from gradients of every size.

    For each place: both numbers, either alone, none.
    """
    s = candidate.settings
    mean, den, fade = _denominators(record, s)
    started = s["v0"] != "g2" and not s["debias"]
    found = []
    for eps_at, split in (("outside", _outside), ("inside", _inside)):
        starts = [(0.0, 0.0), split(mean, den, fade, True, False)]
        if started and s["rho"]:
            starts += [split(mean, den, fade, True, True), split(mean, den, fade, False, True)]
        for e, v in starts:
            if e >= 0 and v >= 0 and math.isfinite(e + v) and (eps_at == "outside" or e > 0):
                start = {"v0": v} if started else {}
                found.append(candidate.but(eps=e, eps_at=eps_at, **start))
    return list({(c.settings["eps_at"], c.free): c for c in found}.values())


def _denominators(record, s):
    """sqrt of the mean square without v0, the denominator, and v0's share rho^t; all lanes flat."""
    plan, means, dens, fades = record.plan, [], [], []
    weight = cancelling(Candidate("RMSprop", s, ()), plan) if s["centered"] else 1
    u = np.where(weight == 0, np.nan, record.u) if s["centered"] else record.u
    with np.errstate(all="ignore"):
        w = debuffered(u, s["momentum"], s["nesterov"])
        den = s["lr"] * np.abs(plan.g / w)
        fade = s["rho"] ** np.arange(1, len(w) + 1)
        for kind in ("noise", "constant"):
            huge = den[:, plan.find(kind, HUGE)[0]] / HUGE
            for i in plan.find(kind):
                if plan.lanes[i].scale < HUGE:
                    means.append(huge * plan.lanes[i].scale)
                    dens.append(den[:, i])
                    fades.append(fade)
    mean, den, fade = (np.concatenate(x) for x in (means, dens, fades))
    good = np.isfinite(mean) & np.isfinite(den) & (den > 0)
    return mean[good], den[good], fade[good]


def _inside(mean, den, fade, with_eps, with_start):
    """den^2 - mean^2 = eps + rho^t v0: linear."""
    return _both(np.ones_like(den), fade, den**2 - mean**2, den**2, with_eps, with_start)


def _outside(mean, den, fade, with_eps, with_start):
    """den = sqrt(mean^2 + rho^t v0) + eps: linear in sqrt(v0) where the mean is small beside it."""
    target = den - mean
    if with_start:
        small = mean < 1e-8 * den
        den, fade, target = den[small], fade[small], den[small]
    eps, root = _both(np.ones_like(den), np.sqrt(fade), target, den, with_eps, with_start)
    return eps, root**2 if root > 0 else root


def _both(one, other, target, size, with_one, with_other):
    """The coefficients of both columns, 0 for the one that was not asked for."""
    x = iter(solved([one] * with_one + [other] * with_other, target, size))
    return next(x) if with_one else 0.0, next(x) if with_other else 0.0


def solved(columns, target, size):
    """Least squares in errors relative to `size`; NaN where there is too little to see."""
    if len(target) < len(columns) + 1:
        return [math.nan] * len(columns)
    rows = np.stack(columns, axis=1) / size[:, None]
    norm = np.linalg.norm(rows, axis=0)
    x = np.linalg.lstsq(rows / norm, target / size, rcond=None)[0] / norm
    return [float(v) for v in x]


