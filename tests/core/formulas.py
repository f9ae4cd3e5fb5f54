"""The optimizers a second time, as the literature writes them: NumPy and Python alone, no rule.

Each takes gradients with leading axis time and returns the thetas, the start included.
"""

import math

import numpy as np


def rmsprop_path(theta, gradients, *, lr, rho, eps, eps_at, v0, centered, momentum, nesterov, lr_at,
                 debias, weight_decay, decay):
    """The nine axes with s = v/c - (m/c)^2, in the order in which implementations write them."""
    v = None if v0 == "g2" else np.full_like(theta, v0)
    m, b, path = np.zeros_like(theta), np.zeros_like(theta), [theta]
    for t, g in enumerate(gradients, 1):
        if decay == "l2":
            g = g + weight_decay * theta
        else:
            theta = theta * (1 - lr * weight_decay)
        v = g**2 if v is None else v
        v, m = rho * v + (1 - rho) * g**2, rho * m + (1 - rho) * g
        c = 1 - rho**t if debias else 1
        s = v / c - (m / c) ** 2 if centered else v / c
        u = g / (np.sqrt(s) + eps if eps_at == "outside" else np.sqrt(s + eps))
        w = lr * u if lr_at == "inside" else u
        b = momentum * b + w
        d = momentum * b + w if nesterov else b
        theta = theta - (d if lr_at == "inside" else lr * d)
        path.append(theta)
    return np.array(path)


def adam_path(theta, gradients, *, lr, beta1, beta2, eps, eps_at, debias, amsgrad, weight_decay,
              decay):
    """Adam by its two averages and their corrected forms."""
    m, v, peak, path = np.zeros_like(theta), np.zeros_like(theta), 0.0, [theta]
    for t, g in enumerate(gradients, 1):
        if decay == "l2":
            g = g + weight_decay * theta
        else:
            theta = theta - lr * weight_decay * theta
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g
        c1, c2 = (1 - beta1**t, 1 - beta2**t) if debias else (1, 1)
        seen = v
        if amsgrad == "raw":
            seen = peak = np.maximum(peak, v)
        corrected = seen / c2
        if amsgrad == "debiased":
            corrected = peak = np.maximum(peak, v / c2)
        if eps_at == "outside":
            step = lr * (m / c1) / (np.sqrt(corrected) + eps)
        elif eps_at == "inside":
            step = lr * (m / c1) / np.sqrt(corrected + eps)
        else:  # "epsilon hat": the corrections go into the rate
            step = lr * math.sqrt(c2) / c1 * m / (np.sqrt(seen) + eps)
        theta = theta - step
        path.append(theta)
    return np.array(path)


def sgd_path(theta, gradients, *, lr, momentum, nesterov, weight_decay):
    """Heavy ball with summed gradients; Nesterov looks one momentum step ahead."""
    b, path = np.zeros_like(theta), [theta]
    for g in gradients:
        g = g + weight_decay * theta
        b = momentum * b + g
        theta = theta - lr * (g + momentum * b if nesterov else b)
        path.append(theta)
    return np.array(path)


def adagrad_path(theta, gradients, *, lr, eps, eps_at, accumulator0, weight_decay):
    """The whole sum of squares each time, instead of a running one."""
    path, seen = [theta], []
    for g in gradients:
        seen.append(g + weight_decay * path[-1])
        s = accumulator0 + np.sum(np.square(seen), axis=0)
        den = np.sqrt(s) + eps if eps_at == "outside" else np.sqrt(s + eps)
        path.append(path[-1] - lr * seen[-1] / den)
    return np.array(path)


def adadelta_path(theta, gradients, *, lr, rho, eps):
    """Zeiler's algorithm 1: RMS of the steps over RMS of the gradients."""
    v, a, path = np.zeros_like(theta), np.zeros_like(theta), [theta]
    for g in gradients:
        v = rho * v + (1 - rho) * g**2
        step = -np.sqrt(a + eps) / np.sqrt(v + eps) * g
        a = rho * a + (1 - rho) * step**2
        path.append(path[-1] + lr * step)
    return np.array(path)


def rprop_path(theta, gradients, *, lr, up, down, smallest, largest):
    """Rprop without weight backtracking, one coordinate and one branch at a time."""
    columns = []
    for start, column in zip(theta, np.transpose(gradients), strict=True):
        x, d, last, path = float(start), lr, 0.0, [float(start)]
        for g in column:
            if g * last > 0:
                d = min(d * up, largest)
            elif g * last < 0:
                d, g = max(d * down, smallest), 0.0
            x, last = x - math.copysign(d, g) if g else x, g
            path.append(x)
        columns.append(path)
    return np.transpose(columns)


def follow(opt, theta, gradients):
    """The thetas of an optimizer of the lab on the same gradients."""
    theta, path = theta.copy(), [theta.copy()]
    for g in gradients:
        opt.step(theta, g)
        path.append(theta.copy())
    return np.array(path)


def stream(seed, steps=20, size=7):
    """A start and gradients of mixed size and sign."""
    rng = np.random.default_rng(seed)
    return rng.standard_normal(size), rng.standard_normal((steps, size)) * 10.0 ** rng.integers(
        -2, 2, size)


def furthest(a, b):
    """The largest difference of two paths, relative to the largest number on them."""
    return float(np.max(np.abs(a - b)) / np.max(np.abs(a)))
