"""Lesson 5: what RMSprop does in the long run. A cycle of half the learning rate, and its price.

The learning rate and, where there is one, eps are constant. A valley is f = lam x^2 / 2.
"""

import itertools
import math

import numpy as np

from rmsprop_lab import arrays
from rmsprop_lab.errors import HyperparameterError, LabError
from rmsprop_lab.rmsprop import rmsprop

__all__ = ["amplitude", "corner_is_stable", "corner_loss", "corners", "cosine", "dive",
           "followed", "jacobian", "kappa", "linear", "own_units", "share_settled", "steps_left",
           "valley_floor"]

_MOST = 20  # coordinates: the corners are tried one by one


def kappa(lr, lam, eps, eps_at="outside"):
    """How large a slope the learning rate makes, in units of the guard; infinite without a guard.

    lr: in units of theta. lam: curvature, positive. eps: not negative. Close to a minimum RMSprop
    is gradient descent with the rate lr / eps or lr / sqrt(eps); kappa is that rate times lam.
    Lesson 5, eq. (5.10).

    >>> kappa(0.5, 4.0, 0.25), kappa(0.5, 4.0, 0.25, "inside"), kappa(0.5, 4.0, 0.0)
    (8.0, 4.0, inf)
    """
    if eps_at not in ("outside", "inside"):
        raise HyperparameterError(f'eps_at is {eps_at!r}; say "outside" or "inside"')
    if not (lr > 0 and lam > 0 and eps >= 0):
        raise HyperparameterError(f"lr={lr!r}, lam={lam!r}, eps={eps!r}: the first two must be "
                                  "positive, eps not negative")
    guard = eps if eps_at == "outside" else math.sqrt(eps)
    return lr * lam / guard if guard else math.inf  # (5.10)


def amplitude(lr, lam=1.0, eps=0.0, eps_at="outside"):
    """How far from the minimum of a valley the two-cycle stands; 0.0 if the minimum is stable.

    Lesson 5, eq. (5.2) without a guard, (5.12) and (5.13) with one.

    >>> amplitude(0.5), amplitude(0.5, 4.0, 0.5), amplitude(0.5, 4.0, 1.5)
    (0.25, 0.125, 0.0)
    """
    k = kappa(lr, lam, eps, eps_at)
    if k <= 2:
        return 0.0  # (5.11)
    if eps_at == "outside":
        return lr * (0.5 - 1 / k)  # (5.12)
    return lr * math.sqrt(0.25 - 1 / k**2)  # (5.13)


def own_units(y, w, *, rho):
    """One step of RMSprop, eps 0, in the valley's own units: y = x / lr, w = v / (lam lr)^2.

    y, w: one shape. The curvature and the learning rate are gone. Lesson 5, eqs (5.4) and (5.5).

    >>> own_units(0.5, 0.25, rho=0.75)
    (-0.5, 0.25)
    """
    return rmsprop(y, y, w, lr=1.0, rho=rho, eps=0.0)  # (5.4), (5.5)


def jacobian(rho, a=0.5, eps_at="outside"):
    """What one step makes of a small distance from the cycle, mirrored back: a (2, 2) host array.

    Rows and columns are y and w. a: the amplitude in learning rates, in (0, 1/2]; below 1/2 a
    guard is at work. Trace 3 rho - 1 at a = 1/2, determinant rho always. Lesson 5, eq. (5.7).

    >>> jacobian(0.75).tolist()
    [[0.5, -1.5], [0.25, 0.75]]
    """
    pull = 2.0 if eps_at == "outside" else 4.0 * a  # how much less y moves when w has grown
    grow = 2 * (1 - rho) * a
    return np.array([[1 - pull * grow, -pull * rho], [grow, rho]])  # (5.7)


def share_settled(rho, *, starts, steps, seed=0, within=1e-6):
    """The share of random starts that is on the cycle after `steps` steps, in float64.

    |y| is drawn evenly in its logarithm from 1e-6 to 100 learning rates; w is 0 for half of the
    starts and from 1e-6 to 1e4 for the others. within: the distance that counts as arrived.

    >>> share_settled(0.5, starts=100, steps=400)
    1.0
    """
    rng = np.random.default_rng(seed)
    y = 10 ** rng.uniform(-6, 2, starts)
    w = 10 ** rng.uniform(-6, 4, starts) * (rng.random(starts) < 0.5)
    xp = arrays.default()
    y, w = xp.asarray(y), xp.asarray(w)
    with np.errstate(all="ignore"):
        for _ in range(steps):
            y, w = own_units(y, w, rho=rho)
    arrived = (abs(abs(y) - 0.5) < within) & (abs(w - 0.25) < within)
    return float(arrived.sum()) / starts


def valley_floor(curvatures, lr):
    """The loss on the cycle when every axis is a valley by itself: a float.

    curvatures: (d,). Lesson 5, eq. (5.14).

    >>> valley_floor([1.0, 3.0], lr=0.5)
    0.125
    """
    return lr * lr / 8 * math.fsum(curvatures)  # (5.14)


def corners(H):
    """The signs of every two-cycle of RMSprop on theta^T H theta / 2, eps 0: a list of tuples.

    H: (d, d), symmetric and positive definite, at most 20 coordinates. A cycle stands at lr / 2
    times its signs, and at the opposite; the first sign is +1. Lesson 5, eq. (5.15).

    >>> corners([[2.0, -1.0], [-1.0, 2.0]]), corners([[1.0, 2.0], [2.0, 5.0]])
    ([(1, 1), (1, -1)], [(1, 1)])
    """
    h = _square(H)
    if len(h) > _MOST:
        raise LabError(f"{len(h)} coordinates have 2^{len(h)} corners; take {_MOST} or fewer")
    found = []
    for rest in itertools.product((1, -1), repeat=len(h) - 1):
        signs = np.array((1, *rest))
        if (signs * (h @ signs) > 0).all():  # (5.15)
            found.append((1, *rest))
    return found


def corner_loss(H, signs, lr):
    """The loss at a corner of the cube of half width lr / 2: a float.

    H: (d, d). signs: (d,) of +1 and -1. Lesson 5, eq. (5.16).

    >>> corner_loss([[2.0, -1.0], [-1.0, 2.0]], (1, -1), lr=0.5)
    0.1875
    """
    signs = np.asarray(signs)
    return lr * lr / 8 * float(signs @ _square(H) @ signs)  # (5.16)


def corner_is_stable(H, signs, rho):
    """Whether paths that start close to this corner's cycle come to it: rho (2 mu - 1) < 1.

    H: (d, d). signs: those of a cycle. mu: the largest eigenvalue of H_ij s_i s_j, each row
    divided by its sum. Lesson 5, eq. (5.18).

    >>> H = [[2.0, -1.0], [-1.0, 2.0]]
    >>> corner_is_stable(H, (1, -1), rho=0.75), corner_is_stable(H, (1, 1), rho=0.75)
    (True, False)
    """
    signs = np.asarray(signs)
    k = _square(H) * signs * signs[:, None]
    root = np.sqrt(k.sum(axis=1))
    mu = np.linalg.eigvalsh(k / root / root[:, None])  # similar to k / (sum of the row)
    return bool(mu.min() > 0 and rho * (2 * mu.max() - 1) < 1)  # (5.18)


def linear(lr, steps, hold=0):
    """A schedule: lr for `hold` steps, then down a straight line, which would be at 0 next: a list.

    Lesson 5, eq. (5.20).

    >>> linear(8.0, 4), linear(8.0, 4, hold=2)
    ([8.0, 6.0, 4.0, 2.0], [8.0, 8.0, 8.0, 4.0])
    """
    fall = steps - hold
    return [lr] * hold + [lr * k / fall for k in range(fall, 0, -1)]  # (5.20)


def cosine(lr, steps):
    """A schedule: from lr down half a wave of the cosine, which would be at 0 next: a list.

    Lesson 5, eq. (5.20).

    >>> [round(x, 6) for x in cosine(8.0, 4)]
    [8.0, 6.828427, 4.0, 1.171573]
    """
    return [lr * math.sin(math.pi * k / (2 * steps)) ** 2 for k in range(steps, 0, -1)]  # (5.20)


def followed(lr, ratio, rho):
    """How far from the minimum the cycle stands after a step of lr; NaN where there is none.

    ratio: the next learning rate over this one, in (0, 1], step after step the same. There is a
    cycle if ratio^2 > rho. Lesson 5, eq. (5.21); at ratio 1 it is (5.2).

    >>> followed(1.5, 0.5, rho=0.0), followed(0.5, 1.0, rho=0.75), followed(1.0, 0.5, rho=0.25)
    (0.5, 0.25, nan)
    """
    if not ratio * ratio > rho:
        return math.nan
    return lr / (1 + ratio) * math.sqrt((ratio * ratio - rho) / (1 - rho))  # (5.21)


def steps_left(rho, power):
    """The last steps, too few for the cycle to follow a learning rate that ends as k^power.

    k: the steps that are left; power 1 for `linear`, 2 for `cosine`. About 2 power / (1 - rho).
    Lesson 5, eq. (5.22).

    >>> steps_left(0.25, 1.0)
    2.0
    """
    return 1 / (1 - rho ** (1 / (2 * power)))  # (5.22)


def dive(rho):
    """How many powers of ten x falls below its start before the cycle begins, for rho near 1.

    Lesson 5, eq. (5.26): pi^2 / (2 ln 10 (1 - rho)).

    >>> round(dive(0.9), 2)
    21.43
    """
    return math.pi**2 / (2 * math.log(10) * (1 - rho))  # (5.26)


def _square(H):
    h = arrays.to_host(np.asarray(H, dtype=np.float64) if isinstance(H, list | tuple) else H)
    return np.diag(h) if h.ndim == 1 else h
