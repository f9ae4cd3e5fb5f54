"""Twelve faults: sound optimizers with one mistake each, of a kind seen in the wild.

`code` shows one. The sources of the kinds are in lesson 17.
"""

# ruff: noqa: D102 (the methods are those of `Sound`; a fault is shown without words)

import numpy as np

from rmsprop_lab.adam import Adam
from rmsprop_lab.arrays import sqrt
from rmsprop_lab.clinic.sound import Sound, SoundAdam, SoundCentred, SoundDecay, SoundMomentum

__all__ = ["BorrowedGradient", "LostMemory", "LostState", "MissingRoot", "MovedEps",
           "MultipliedCorrection", "NotCleared", "OneClock", "SubtractedVariance", "TinyGuard",
           "UphillDecay", "WideRate"]


class MissingRoot(Sound):
    """RMSprop divides by v, not by its root."""

    def update(self, theta, g, s):
        s["v"] = self.rho * s["v"] + (1 - self.rho) * g * g
        return theta - self.lr * g / (s["v"] + self.eps)


class MovedEps(Sound):
    """A port that took over eps and put it under the root."""

    def update(self, theta, g, s):
        s["v"] = self.rho * s["v"] + (1 - self.rho) * g * g
        return theta - self.lr * g / sqrt(s["v"] + self.eps)


class LostMemory(Sound):
    """The average is updated in a copy, and the state keeps its zeros."""

    def update(self, theta, g, s):
        v = s["v"].copy()
        v *= self.rho
        v += (1 - self.rho) * g * g
        return theta - self.lr * g / (sqrt(v) + self.eps)


class MultipliedCorrection(SoundAdam):
    """Adam multiplies by its bias corrections."""

    def update(self, theta, g, s):
        m, v = self.averages(g, s)
        m = m * (1 - self.beta1**self.t)
        v = v * (1 - self.beta2**self.t)
        return theta - self.lr * m / (sqrt(v) + self.eps)


class OneClock(SoundAdam):
    """The steps are counted inside the loop over the tensors."""

    def step(self, params, grads):
        for name, g in grads.items():
            self.t += 1
            s = self.state.setdefault(name, self.start(params[name]))
            params[name] = self.update(params[name], g, s)


class BorrowedGradient(SoundMomentum):
    """The momentum buffer begins as the caller's first gradient: the same array, not a copy."""

    def start(self, theta):
        return {}

    def update(self, theta, g, s):
        if "b" in s:
            s["b"] *= self.mu
            s["b"] += g
        else:
            s["b"] = g
        return theta - self.lr * s["b"]


class WideRate(SoundAdam):
    """The step length comes from np.sqrt, and is an np.float64."""

    def update(self, theta, g, s):
        m, v = self.averages(g, s)
        rate = self.lr * np.sqrt(1 - self.beta2**self.t) / (1 - self.beta1**self.t)
        return theta - rate * (m / (sqrt(v) + self.eps))

    def claims(self):
        return Adam(lr=self.lr, beta1=self.beta1, beta2=self.beta2, eps=self.eps, eps_at="hat")


class TinyGuard(Sound):
    """The usual equations in float16, in which the usual eps is zero."""

    def start(self, theta):
        return {"v": 0 * theta}

    def update(self, theta, g, s):
        s["v"] = self.rho * s["v"] + (1 - self.rho) * g * g
        return theta - self.lr * g / (sqrt(s["v"]) + self.eps)


class SubtractedVariance(SoundCentred):
    """The variance as a difference of two averages, which rounds below zero."""

    def update(self, theta, g, s):
        s["v"] = self.rho * s["v"] + (1 - self.rho) * g * g
        s["m"] = self.rho * s["m"] + (1 - self.rho) * g
        return theta - self.lr * g / (sqrt(s["v"] - s["m"] * s["m"]) + self.eps)


class LostState(Sound):
    """The checkpoint holds the learning rate and the step, and no states."""

    def state_dict(self):
        return {"lr": self.lr, "t": self.t}


class UphillDecay(SoundDecay):
    """Weight decay whose sign was lost in parentheses."""

    def update(self, theta, g, s):
        m, v = self.averages(g, s)
        m, v = m / (1 - self.beta1**self.t), v / (1 - self.beta2**self.t)
        return theta - self.lr * (m / (sqrt(v) + self.eps) - self.w * theta)


class NotCleared(Sound):
    """The sum of the gradients is not set back to zero after a step."""

    def accumulate(self, params, parts):
        self.sums = getattr(self, "sums", {})
        for part in parts:
            for name, g in part.items():
                self.sums[name] = self.sums.get(name, 0 * g) + g / len(parts)
        self.step(params, self.sums)
