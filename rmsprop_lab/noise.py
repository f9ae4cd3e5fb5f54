"""Lesson 14: the noise of small batches, what settles under it, and the rules for a larger batch.

sigma is the standard deviation of the gradient's noise in one step: that of one sample over the
root of the batch. kappa is the factor by which the batch grows.
"""

import copy
import math

import numpy as np

from rmsprop_lab import arrays
from rmsprop_lab.errors import HyperparameterError

__all__ = ["after_epochs", "ar1", "ball", "limit", "noise_scale", "pull", "scaled", "settled",
           "shuffled", "walks"]

#: What the learning rate is multiplied by: this power of kappa.
POWERS = {"constant": 0.0, "root": 0.5, "linear": 1.0}


def scaled(opt, kappa, rule="root"):
    """A copy of an optimizer with the settings for a batch kappa times as large.

    opt: one that has made no step, without momentum buffer or weight decay; SGD, RMSprop, Adam and
    others with `lr` and some of rho, beta1, beta2, eps, v0. rule: how lr grows, "root" for methods
    that divide by their v, "linear" for SGD; "constant" leaves it. The decays, eps and v0 change
    alike under every rule. Lesson 14, eqs (14.6) and (14.9) to (14.11); Malladi et al. 2022.
    Raises HyperparameterError where kappa is too large for a decay.

    >>> import rmsprop_lab as lab
    >>> big = scaled(lab.RMSprop(lr=0.5, rho=0.875, eps=0.25), 4)
    >>> big.lr, big.rho, big.eps
    (1.0, 0.5, 0.125)
    """
    if rule not in POWERS:
        raise HyperparameterError(f"rule is {rule!r}; say one of {', '.join(POWERS)}")
    if not kappa > 0:
        raise HyperparameterError(f"kappa is {kappa!r}; a batch grows by a positive factor")
    if opt.t or getattr(opt, "momentum", 0) or getattr(opt, "weight_decay", 0):
        raise HyperparameterError("scaled knows no momentum buffer, no weight decay and no state; "
                                  "scale a fresh optimizer without them")
    opt = copy.deepcopy(opt)
    opt.lr = opt.lr * kappa ** POWERS[rule]  # (14.6), (14.9)
    for name in ("rho", "beta1", "beta2"):
        old = getattr(opt, name, 0.0)
        if old:
            new = 1 - kappa * (1 - old)  # (14.10)
            if not new > 1e-12:
                raise HyperparameterError(
                    f"{name}={old} remembers {1 / (1 - old):.4g} steps, and a batch {kappa:g} "
                    f"times as large leaves it nothing; keep kappa below that, or start nearer to 1"
                )
            setattr(opt, name, new)
    if getattr(opt, "eps", 0):
        opt.eps = opt.eps / (kappa if opt.eps_at == "inside" else math.sqrt(kappa))  # (14.11)
    if isinstance(getattr(opt, "v0", None), float):
        opt.v0 = opt.v0 / kappa
    return opt


def pull(lr, lam, sigma):
    """The share of x that a step takes away on lam x^2 / 2 when the noise sets v: r, a pure number.

    Lesson 14, eq. (14.14).

    >>> pull(0.5, 0.25, 2.0)
    0.0625
    """
    return lr * lam / sigma  # (14.14)


def ar1(t, *, x0, r, kick):
    """Mean and standard deviation of x after t steps of x = (1 - r) x + kick N(0, 1) from x0.

    t: steps, a number or an array. r: in (0, 2). Lesson 14, eqs (14.15) and (14.16).

    >>> ar1(2, x0=4.0, r=0.5, kick=0.0)
    (1.0, 0.0)
    """
    kept = (1 - r) ** t
    return x0 * kept, kick * ((1 - kept * kept) / (r * (2 - r))) ** 0.5  # (14.15), (14.16)


def limit(tau, *, x0, variance):
    """`ar1` for many small steps: mean and standard deviation at the time tau = r t.

    tau: a number or an array. variance: the settled one. Lesson 14, eq. (14.17).

    >>> limit(0.0, x0=4.0, variance=1.0)
    (4.0, 0.0)
    """
    kept = math.exp(-tau) if isinstance(tau, float) else np.exp(-tau)
    return x0 * kept, _root(variance * (1 - kept * kept))  # (14.17)


def settled(lr, lam, sigma):
    """What settles on lam x^2 / 2 at any noise: (root of v, standard deviation of x).

    rho near 1, eps 0. Without noise it is the two-cycle of lesson 5, with much noise (14.17).
    lr, lam, sigma: numbers or arrays. Lesson 14, eqs (14.22) and (14.23).

    >>> settled(0.5, 2.0, 0.0), settled(1.0, 4.0, math.sqrt(8.0))
    ((0.5, 0.25), (4.0, 0.7071067811865476))
    """
    quarter = lr * lam / 4
    root = quarter + _root(quarter * quarter + sigma * sigma)  # (14.23)
    return root, _root(lr * root / (2 * lam))  # (14.22)


def ball(lr, mu, lam, sigma):
    """The settled standard deviation of the heavy ball on lam x^2 / 2; mu = 0 is gradient descent.

    It settles for lr lam below 2 (1 + mu). All are numbers or arrays. Lesson 14, eq. (14.25).

    >>> ball(0.5, 0.0, 2.0, 2.0), ball(0.5, 0.5, 3.0, 3.0)
    (1.0, 1.7320508075688772)
    """
    return _root((1 + mu) / (1 - mu) * lr * sigma * sigma / (lam * (2 * (1 + mu) - lr * lam)))


def noise_scale(small, large, *, batch, kappa):
    """Estimates of (|G|^2, tr Sigma): the squared whole gradient, the variance of one sample's.

    small, large: the mean |g|^2 of batches of `batch` and of kappa times as many samples. Each of
    the two has no bias; their quotient tr Sigma / |G|^2, the noise scale, has one, which fades as
    more batches go into the means. Lesson 14, eq. (14.29).

    >>> noise_scale(5.0, 2.0, batch=8, kappa=4)
    (1.0, 32.0)
    """
    return (kappa * large - small) / (kappa - 1), kappa * batch * (small - large) / (kappa - 1)


def shuffled(lr, n):
    """What x of gradient descent on the mean of (x - a_i)^2 / 2 settles to: two variances.

    The first with a sample drawn afresh for each step, the second at the ends of epochs of n steps
    in a new order each. Units: the variance of the n numbers a. Lesson 14, eq. (14.32).

    >>> shuffled(0.5, 2)
    (0.3333333333333333, 0.06666666666666667)
    """
    w = (1 - lr) ** np.arange(n)
    kept = (1 - lr) ** (2 * n)  # of the variance, over an epoch
    spent = float(w @ w - w.sum() ** 2 / n) * n / (n - 1)  # (14.32)
    return lr / (2 - lr), lr * lr * spent / (1 - kept)


def after_epochs(a, lr, *, count, shape, fresh, seed=0):
    """Many walks of gradient descent on the mean of (x - a_i)^2 / 2 from its minimum: their ends.

    a: the numbers, on the host. count: epochs of len(a) steps. fresh: draw a sample anew for each
    step, or else go through all of them in a new order in each epoch. Returns x of shape (shape,).

    >>> after_epochs([1.0, 1.0], 0.5, count=1, shape=3, fresh=False).tolist()
    [1.0, 1.0, 1.0]
    """
    xp, rng, a = arrays.default(), np.random.default_rng(seed), np.asarray(a, dtype=float)
    x, orders = xp.zeros(shape) + float(a.mean()), np.tile(np.arange(len(a)), (shape, 1))
    for _ in range(count):
        drawn = rng.integers(len(a), size=orders.shape) if fresh else rng.permuted(orders, axis=1)
        for sample in xp.asarray(a[drawn.T]):
            x = x - lr * (x - sample)
    return x


def walks(opts, *, lam, sigma, x0, samples, shape, seed=0):
    """Many walks on lam x^2 / 2 under noise; all optimizers are fed the same samples.

    opts: {label: (kappa, optimizer)}; each is copied. A step of one with kappa averages the noise
    of kappa samples. lam, sigma, x0: numbers or arrays that broadcast to shape. samples: how many
    each walk sees, a multiple of every kappa. Every max(kappa) samples, and first at the start,
    yields {label: x}, arrays of the default library. Noise is drawn by NumPy from the seed.

    >>> import rmsprop_lab as lab
    >>> opts = {"SGD": (1, lab.SGD(lr=0.5)), "twice": (2, lab.SGD(lr=1.0))}
    >>> [{k: x.tolist() for k, x in at.items()}
    ...  for at in walks(opts, lam=1.0, sigma=0.0, x0=8.0, samples=2, shape=(1,))]
    [{'SGD': [8.0], 'twice': [8.0]}, {'SGD': [2.0], 'twice': [0.0]}]
    """
    block = max(kappa for kappa, _ in opts.values())
    if any(block % kappa or samples % block for kappa, _ in opts.values()):
        raise HyperparameterError(f"{samples} samples do not divide into blocks of {block}, or "
                                  "those into the smaller batches; give multiples")
    xp, rng = arrays.default(), np.random.default_rng(seed)
    opts = {label: (kappa, copy.deepcopy(opt)) for label, (kappa, opt) in opts.items()}
    start, lam = xp.zeros(shape) + xp.asarray(x0), xp.asarray(lam)
    sigma = np.asarray(arrays.to_host(sigma))
    draws, kappas = np.empty((block, *shape)), {kappa for kappa, _ in opts.values()}
    x = {label: start + 0 for label in opts}
    yield {label: at + 0 for label, at in x.items()}
    for _ in range(samples // block):
        rng.standard_normal(out=draws)
        draws *= sigma
        # averaged on the host, so that every device sees the same numbers
        means = {k: xp.asarray(draws.reshape(-1, k, *shape).mean(axis=1) if k > 1 else draws)
                 for k in kappas}
        for label, (kappa, opt) in opts.items():
            for noise in means[kappa]:
                opt.step(x[label], lam * x[label] + noise)
        yield {label: at + 0 for label, at in x.items()}


def _root(x):
    return math.sqrt(x) if isinstance(x, float) else x**0.5
