"""The relatives of RMSprop from their steps: a closed form for each to start the fit from."""

import math

import numpy as np

from rmsprop_lab.averages import history
from rmsprop_lab.dialects.probe_model import Candidate, simulate
from rmsprop_lab.dialects.probe_plan import HUGE
from rmsprop_lab.dialects.probe_rmsprop import buffer, solved
from rmsprop_lab.dialects.siblings import SIBLINGS

__all__ = ["adadeltas", "adagrads", "adam_guards", "adams", "by_table", "mean_decay", "rprops",
           "sgds"]


def sgds(record):
    """SGD: the first step over the first gradient is lr, or lr (1 + mu) with Nesterov's."""
    mu, nesterov = buffer(record)
    rates = _first(record, "constant")
    lr = float(np.median(rates)) / (1 + mu if nesterov and mu else 1)
    settings = {"lr": lr, "momentum": mu, "nesterov": nesterov and mu > 0, "weight_decay": 0.0}
    return [Candidate("SGD", settings, ("lr", "momentum") if mu else ("lr",))] if lr > 0 else []


def _first(record, kind):
    """First step over first gradient of the lanes of a kind, those that are finite."""
    plan = record.plan
    with np.errstate(all="ignore"):
        rates = [record.u[0, i] / plan.g[0, i] for i in plan.find(kind)]
    return [r for r in rates if math.isfinite(r)] or [math.nan]


def mean_decay(record):
    """beta1, from one flipped sign: v is the same, m is not, and nothing else differs.

    The steps after (-1, 1) and after (1, 1) are in the ratio (1 - beta1) / (1 + beta1).
    """
    flip, constant = record.lane("flip", HUGE), record.lane("constant", HUGE)
    ratio = flip[1] / constant[1] if constant[1] else math.nan
    return float((1 - ratio) / (1 + ratio)) if ratio > -1 else math.nan


def adams(record):
    """Adam, debiased or not, with each AMSGrad, without eps."""
    beta1, found = mean_decay(record), []
    if not 0 < beta1 < 1:
        return []
    i = record.plan.find("noise", HUGE)[0]
    g = record.plan.g[:, i] / HUGE
    m, u = np.array(history(g, beta1)), record.u[:, i]
    for debias in (True, False):
        mean = m / (1 - beta1 ** np.arange(1, len(m) + 1)) if debias else m
        with np.errstate(all="ignore"):
            q = (mean / u) ** 2
            lr, beta2 = _debiased(g, q) if debias else _recursive(g, q)
        if not (math.isfinite(lr) and lr > 0 and math.isfinite(beta2)):
            continue
        beta2 = min(max(beta2, 1e-6), 1 - 1e-9)
        for amsgrad in ("off", "raw", "debiased") if debias else ("off", "raw"):
            found.append(Candidate("Adam", {
                "lr": lr, "beta1": beta1, "beta2": beta2, "eps": 0.0, "eps_at": "outside",
                "debias": debias, "amsgrad": amsgrad, "weight_decay": 0.0, "decay": "l2",
            }, ("lr", "beta1", "beta2")))
    return found


def _debiased(g, q):
    lr = abs(g[0]) / math.sqrt(q[0])
    y = q[1] * lr**2
    return lr, float((g[1] ** 2 - y) / (y - g[0] ** 2))


def _recursive(g, q):
    """From two steps, the second gradient being the larger: AMSGrad has had no say yet."""
    # q_1 = k g_1^2 and q_2 = beta2 q_1 + k g_2^2 with k = (1 - beta2) / lr^2.
    k = q[0] / g[0] ** 2
    beta2 = float((q[1] - k * g[1] ** 2) / q[0])
    return math.sqrt((1 - beta2) / k) if beta2 < 1 else math.nan, beta2


def adam_guards(candidate, record):
    """The candidate with eps at each place, from gradients of every size."""
    s, plan = candidate.settings, record.plan
    t = np.arange(1, len(record.u) + 1)
    c1, c2 = (1 - s["beta1"] ** t, 1 - s["beta2"] ** t) if s["debias"] else (1.0, 1.0 + 0 * t)
    means, dens, corrections = [], [], []
    with np.errstate(all="ignore"):
        for kind in ("noise", "constant"):
            lanes = plan.find(kind)
            huge = plan.find(kind, HUGE)[0]
            for i in lanes:
                m = np.array(history(plan.g[:, i], s["beta1"])) / c1
                den = s["lr"] * np.abs(m / record.u[:, i])
                if i == huge:
                    unit = den / HUGE
                elif plan.lanes[i].scale < HUGE:
                    means.append(unit * plan.lanes[i].scale)
                    dens.append(den)
                    corrections.append(np.sqrt(c2))
    mean, den, root = (np.concatenate(x) for x in (means, dens, corrections))
    good = np.isfinite(mean) & np.isfinite(den) & (den > 0)
    mean, den, root = mean[good], den[good], root[good]
    one = np.ones_like(den)
    eps = {"outside": solved([one], den - mean, den)[0],
           "inside": solved([one], den**2 - mean**2, den**2)[0]}
    if s["debias"] and s["amsgrad"] != "debiased":
        eps["hat"] = solved([1 / root], den - mean, den)[0]
    return [candidate] + [candidate.but(eps_at=at, eps=e) for at, e in eps.items() if e > 0]


def adagrads(record):
    """AdaGrad: q_t grows by g_t^2 / lr^2 at every step; then eps, the start, or both."""
    i = record.plan.find("noise", HUGE)[0]
    g = record.plan.g[:, i] / HUGE
    with np.errstate(all="ignore"):
        q = (g / record.u[:, i]) ** 2
        k = float(np.median(np.diff(q) / g[1:] ** 2))
        if not k > 0:
            return []
        lr, plan = 1 / math.sqrt(k), record.plan
        den = np.concatenate([lr * np.abs(plan.g[0, i] / record.u[:1, i])
                              for i in plan.find("constant") if plan.lanes[i].scale < HUGE])
    den = den[np.isfinite(den)]
    if not len(den):
        return []
    rest = float(den.min())
    settings = {"lr": lr, "eps": 0.0, "eps_at": "outside", "accumulator0": 0.0,
                "weight_decay": 0.0}
    base = Candidate("AdaGrad", settings, ("lr",))
    # Beside a start, an eps inside the root is part of it: only their sum shows.
    return [base, base.but(accumulator0=rest**2), base.but(eps=rest),
            base.but(eps=rest / 2, accumulator0=rest**2 / 4),
            base.but(eps=rest / 100, accumulator0=rest**2)]


def adadeltas(record):
    """AdaDelta: lr from tiny gradients, rho from the second step of huge ones, eps from the first.

    A huge constant gradient moves lr sqrt(eps / (1 - rho)), then sqrt(2 / (1 + rho)) times that.
    """
    u = record.lane("constant", HUGE)
    rates = _first(record, "constant")
    lr = max(rates)
    rho = 2 / (u[1] / u[0]) ** 2 - 1 if u[0] and u[1] else math.nan
    if not (0 < rho < 1 and lr > 0):
        return []
    eps = (float(u[0]) / lr) ** 2 * (1 - rho)
    return [Candidate("AdaDelta", {"lr": lr, "rho": float(rho), "eps": eps}, ("lr", "rho", "eps"))]


def rprops(record):
    """Rprop: lr, then lr up, lr up^2, ... while the sign holds; lr down^k while it turns."""
    u, turn = (np.abs(record.lane(kind, HUGE)) for kind in ("constant", "turn"))
    up, down = float(u[1] / u[0]), float(turn[2] / turn[0])
    if not (up > 1 > down > 0):
        return []
    settings = {"lr": float(u[0]), "up": up, "down": down, "largest": float(u.max()),
                "smallest": float(turn[turn > 0].min())}
    return [Candidate("Rprop", settings, ("lr", "up", "down"))]


def by_table(record, methods):
    """The shipped settings of other methods, with the learning rate that fits best."""
    found = {}
    for dialect in SIBLINGS.values():
        if dialect.method not in methods:
            continue
        settings = {"lr": 1e-3, **dialect.settings, "weight_decay": 0.0}
        free = tuple(n for n, v in settings.items() if isinstance(v, float) and v > 0)
        candidate = Candidate(dialect.method, settings, free)
        with np.errstate(all="ignore"):
            ratio = record.u / simulate([candidate], record.plan)[0]
        ratio = ratio[np.isfinite(ratio) & (ratio > 0)]
        if len(ratio):
            found[repr(settings)] = candidate.but(lr=1e-3 * float(np.median(ratio)))
    return list(found.values())
