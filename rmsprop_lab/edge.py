"""Lesson 13: the edge of stability. How curved the ground may be, and how curved it is.

x stands for lr times a curvature, a pure number. D is what the step divides the gradient by, one
number for each coordinate. A problem is one with `curvature(theta)`, the function u -> H u.
"""

import numpy as np

from rmsprop_lab import arrays
from rmsprop_lab.adam import Adam
from rmsprop_lab.descent import SGD, preconditioned
from rmsprop_lab.errors import HyperparameterError, LabError
from rmsprop_lab.momentum import rate
from rmsprop_lab.nadam import NAdam
from rmsprop_lab.rmsprop import RMSprop

__all__ = ["companion", "dense", "divisor", "frozen", "growth", "lanczos", "largest", "sharpness",
           "threshold", "toy", "watch"]


def threshold(beta1=0.0):
    """The x beyond which jumps grow when the step averages gradients with the decay beta1.

    beta1: in [0, 1). Lesson 13, eqs (13.17) and, for 0, (13.15).

    >>> threshold(), threshold(0.5), round(threshold(0.9), 9)
    (2.0, 6.0, 38.0)
    """
    if not 0 <= beta1 < 1:
        raise HyperparameterError(f"beta1 is {beta1}; give one in [0, 1)")
    return (2 + 2 * beta1) / (1 - beta1)  # (13.17)


def companion(x, beta1=0.0):
    """What one step makes of the last two places along one curvature: a (2, 2) host array.

    Lesson 13, eq. (13.16).

    >>> companion(2.0, 0.5).tolist()
    [[0.5, -0.5], [1.0, 0.0]]
    """
    return np.array([[1 + beta1 - (1 - beta1) * x, -beta1], [1.0, 0.0]])  # (13.16)


def growth(x, beta1=0.0):
    """By how much a distance is multiplied per step in the long run: below 1 it shrinks.

    x: a number or an array. The larger eigenvalue of `companion` in size. An averaged gradient is
    a heavy ball, (7.6), with the learning rate (1 - beta1) lr.

    >>> growth(1.5), growth(6.0, 0.5)
    (0.5, 1.0)
    """
    return rate((1 - beta1) * x, beta1)


def toy(x, y, *, lr, pull, top):
    """One step of gradient descent on y x^2 / 2 + pull (y - top)^2 / 2: y is the curvature along x.

    x, y: numbers or arrays. Where lr top is between 2 and 2.5 a walk can settle at the edge.
    Lesson 13, eq. (13.3).

    >>> toy(2.0, 4.0, lr=0.5, pull=1.0, top=6.0)
    (-2.0, 4.0)
    """
    return (1 - lr * y) * x, y + lr * pull * (top - y) - lr * (x * x) / 2  # (13.3)


def lanczos(product, start, steps):
    """Diagonal and off-diagonal of T, the matrix as seen from `steps` multiplications; two lists.

    product: u -> M u, M symmetric. start: (d,), not zero. The off-diagonal is one shorter; both
    end early when nothing new comes. Each new vector is made orthogonal to all before it once
    more, as rounding would spoil that. Lesson 13, eq. (13.10).

    >>> lanczos(lambda u: np.array([1.0, 1.0, 3.0, 3.0]) * u, np.ones(4), 2)
    ([2.0, 2.0], [1.0])
    """
    xp = arrays.namespace(start)
    q = start / float(xp.sum(start * start)) ** 0.5
    seen, alphas, betas = [], [], []
    while True:
        seen.append(q)
        r = product(q)
        size = float(xp.sum(r * r)) ** 0.5
        alphas.append(float(xp.sum(q * r)))
        if len(seen) == min(steps, start.shape[0]):
            return alphas, betas
        r = r - alphas[-1] * q - (betas[-1] * seen[-2] if betas else 0)  # (13.10)
        basis = xp.stack(seen)
        r = r - xp.sum(xp.sum(basis * r, axis=1)[:, None] * basis, axis=0)  # rounding's part
        beta = float(xp.sum(r * r)) ** 0.5
        if beta <= 1e-13 * size:
            return alphas, betas
        betas.append(beta)
        q = r / beta


def largest(product, start, steps=12):
    """The largest eigenvalue of T: at most the largest of M, and in 12 steps as good as equal.

    Arguments as `lanczos`. Lesson 13, eq. (13.11).

    >>> round(largest(lambda u: np.array([1.0, 2.0, 3.0]) * u, np.ones(3)), 9)
    3.0
    """
    alphas, betas = lanczos(product, start, steps)
    T = np.diag(alphas) + np.diag(betas, 1) + np.diag(betas, -1)
    return float(np.linalg.eigvalsh(T)[-1])  # (13.11)


def sharpness(problem, theta, D=None, steps=12):
    """The largest eigenvalue of D^-1 H at theta; of H itself without D. A float.

    D: (d,), positive. D^-1 H has the eigenvalues of the symmetric D^-1/2 H D^-1/2. steps: of
    Lanczos, from a fixed direction. Lesson 13, eq. (13.14).

    >>> from types import SimpleNamespace
    >>> valley = SimpleNamespace(curvature=lambda theta: lambda u: np.array([2.0, 6.0]) * u)
    >>> round(sharpness(valley, np.zeros(2), np.array([1.0, 2.0])), 9)
    3.0
    """
    xp = arrays.namespace(theta)
    product = problem.curvature(theta)
    start = xp.asarray(np.random.default_rng(13).standard_normal(theta.shape[0]))
    if D is None:
        return largest(product, start, steps)
    root = arrays.sqrt(D)
    return largest(lambda u: product(u / root) / root, start, steps)  # (13.14)


def dense(H, D=None):
    """The same from the matrix itself, by LAPACK, on the host: for matrices that fit.

    H: (d, d), symmetric. D: (d,), positive, or None.

    >>> round(dense([[2.0, 0.0], [0.0, 6.0]], [1.0, 2.0]), 9)
    3.0
    """
    H = np.asarray(arrays.to_host(H) if arrays.is_array(H) else H, dtype=np.float64)
    D = np.ones(len(H)) if D is None else arrays.to_host(D) if arrays.is_array(D) else D
    root = np.sqrt(np.asarray(D, dtype=np.float64))
    return float(np.linalg.eigvalsh(H / root / root[:, None])[-1])  # (13.14)


def divisor(opt, state, t):
    """What step t divides by, once the learning rate is taken out: D, (d,); None for descent.

    opt: SGD, RMSprop, Adam or NAdam, with any momentum; anything else, and a step that is no
    quotient of this kind, raises LabError. state: that of the step, {name: array}. Adam's factor
    1 - beta1^t belongs to D; NAdam's corrections of m are no common factor and are left out, they
    are forgotten after some 1 / (1 - beta1) steps. Lesson 13, eq. (13.12).

    >>> divisor(RMSprop(eps=0.5), {"v": np.array([4.0])}, 1).tolist()
    [2.5]
    """
    if isinstance(opt, SGD):
        return None
    known = isinstance(opt, RMSprop | Adam | NAdam) and opt.eps_at in ("outside", "inside")
    if not known or getattr(opt, "centered", False) or getattr(opt, "amsgrad", "off") != "off":
        raise LabError(f"{opt!r} has no divisor here; take plain SGD, RMSprop, Adam or NAdam")
    rho = opt.rho if isinstance(opt, RMSprop) else opt.beta2
    debias = getattr(opt, "debias", True)
    v = state["v"] / (1 - rho**t) if debias else state["v"]
    root = arrays.sqrt(v) + opt.eps if opt.eps_at == "outside" else arrays.sqrt(v + opt.eps)
    return (1 - opt.beta1**t) * root if isinstance(opt, Adam) and debias else root  # (13.12)


def watch(path, opt, problem, every, start=0, divided=True, steps=12):
    """lr times the sharpness along a run: steps t and values, two lists.

    path: of `lab.run(opt, problem, ...)`. At each t of start, start + every, ... the Hessian is
    that of theta_t, and D that of the step which leaves theta_t. divided: False measures H itself,
    without lr.
    """
    at = list(range(start, path.steps, every))
    seen = []
    for t in at:
        state = {name: rows[t + 1, ...] for name, rows in path.state.items()}
        D = divisor(opt, state, t + 1) if divided else None
        value = sharpness(problem, path.theta[t, ...], D, steps)
        seen.append(opt.lr * value if divided else value)
    return at, seen


def frozen(problem, theta, D, *, lr, steps, every):
    """Go on from theta with D as it is: theta after 0, every, 2 every, ... steps, a list.

    Gradient descent in the units of D. Lesson 2, eq. (2.8), with P = 1 / D.
    """
    P, seen = 1 / D, [theta]
    for t in range(1, steps + 1):
        theta = preconditioned(theta, problem.grad(theta, t), P, lr=lr)
        if t % every == 0:
            seen.append(theta)
    return seen
