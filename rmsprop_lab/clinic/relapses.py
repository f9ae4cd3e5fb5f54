"""Eight more faults, for the exercises: each lies close to one of the lesson's twelve."""

# ruff: noqa: D102 (the methods are those of `Sound`)

from rmsprop_lab.arrays import abs, sqrt
from rmsprop_lab.clinic.sound import (
    Sound,
    SoundAdam,
    SoundClipped,
    SoundDecay,
    SoundMomentum,
    SoundWithMomentum,
)

__all__ = ["AverageOfSizes", "CorrectionInPlace", "DecayWithoutRate", "ForgottenClock", "LateClip",
           "RateInBuffer", "SharedAverage", "UndividedParts"]


class AverageOfSizes(Sound):
    """v averages the sizes of the gradients, and its root is taken all the same."""

    def update(self, theta, g, s):
        s["v"] = self.rho * s["v"] + (1 - self.rho) * abs(g)
        return theta - self.lr * g / (sqrt(s["v"]) + self.eps)


class CorrectionInPlace(SoundAdam):
    """The corrected averages are written back into the state, and corrected again."""

    def update(self, theta, g, s):
        self.averages(g, s)
        s["m"] = s["m"] / (1 - self.beta1**self.t)
        s["v"] = s["v"] / (1 - self.beta2**self.t)
        return theta - self.lr * s["m"] / (sqrt(s["v"]) + self.eps)


class DecayWithoutRate(SoundDecay):
    """Decoupled decay that lost its learning rate."""

    def update(self, theta, g, s):
        return SoundAdam.update(self, theta, g, s) - self.w * theta


class ForgottenClock(SoundAdam):
    """The checkpoint holds both averages, and not the step."""

    def state_dict(self):
        saved = Sound.state_dict(self)
        del saved["t"]
        return saved


class LateClip(SoundClipped):
    """The gradient is clipped after the step that used it."""

    def step(self, params, grads):
        Sound.step(self, params, grads)
        grads = self.clipped(grads)


class RateInBuffer(SoundWithMomentum):
    """The learning rate multiplies what enters the momentum buffer."""

    def update(self, theta, g, s):
        s["v"] = self.rho * s["v"] + (1 - self.rho) * g * g
        s["b"] = self.mu * s["b"] + self.lr * g / (sqrt(s["v"]) + self.eps)
        return theta - s["b"]


class SharedAverage(Sound):
    """v is found by the shape of a tensor, and equal shapes share it."""

    def step(self, params, grads):
        self.t += 1
        for name, g in grads.items():
            s = self.state.setdefault(name, self.start(params[name]))
            shared = self.state.setdefault(g.shape, {"v": s["v"]})
            s["v"] = shared["v"]
            params[name] = self.update(params[name], g, s)
            shared["v"] = s["v"]


class UndividedParts(SoundMomentum):
    """The parts of a batch are added up, and not divided by their number."""

    def accumulate(self, params, parts):
        self.step(params, {name: sum(part[name] for part in parts) for name in parts[0]})
