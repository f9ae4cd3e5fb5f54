"""Walks with a penalty in plain NumPy, for the claims of lesson 11: without the lab's own code."""

import math

import numpy as np

H, TARGET = np.array([0.2, 4.0]), np.array([5.0, 2.0])


def plain(grad, theta, lam, penalty, rates, rho=0.9, eps=1e-12):
    """RMSprop with a penalty in plain NumPy, the positions after each step; lam, eps broadcast."""
    theta, v, path = np.array(theta, float), 0.0, []
    for lr in rates:
        g = grad(theta)
        pulled = g + 2 * lam * theta
        v = rho * v + (1 - rho) * (pulled if penalty == "seen" else g) ** 2
        if penalty == "decoupled":
            theta = theta - 2 * lr * lam * theta - lr * g / (np.sqrt(v) + eps)
        else:
            theta = theta - lr * pulled / (np.sqrt(v) + eps)
        path.append(theta)
    return np.array(path)


def slope(theta):
    return H * (theta - TARGET)


def falling(lr=0.2, stages=18, steps=400):
    return np.repeat(lr * 0.5 ** np.arange(stages), steps)


def turned(degrees=30):
    """The bench turned: its matrix and its minimum, carried so that the start is the origin."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    turn = np.array([[c, -s], [s, c]])
    return turn @ np.diag(H) @ turn.T, turn @ TARGET
