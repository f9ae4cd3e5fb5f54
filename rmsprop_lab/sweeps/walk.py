"""The plain way: an optimizer walks alone, as `lab.run` lets it, and only what is asked is kept."""

import copy

import numpy as np

from rmsprop_lab import arrays

__all__ = ["walk"]


def walk(opt, problem, steps, record):
    """Theta after `steps` steps, and the losses after each number of steps in `record`.

    The optimizer is copied. Step by step the same as `lab.run`, which keeps every step and
    computes every loss: on a network that costs more than the steps. Returns (theta, losses), a
    host array and a list of floats.
    """
    opt = copy.deepcopy(opt)
    wanted, losses = set(record), {}
    own = problem.theta0
    theta = arrays.namespace(own).asarray(own, copy=True)
    with np.errstate(all="ignore"):
        g = problem.grad(theta, opt.t + 1)
        if not opt.state and hasattr(opt, "init"):
            opt.init(theta, g)  # with g: a state may start from the first gradient
        for i in range(steps):
            if i in wanted:
                losses[i] = problem.loss(theta)
            opt.step(theta, g)
            if i + 1 < steps:
                g = problem.grad(theta, opt.t + 1)
        if steps in wanted:
            losses[steps] = problem.loss(theta)
    return arrays.to_host(theta), [losses[i] for i in record]
