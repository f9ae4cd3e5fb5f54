"""Lesson 11, the bug: decoupled decay whose sign was lost in parentheses."""

from rmsprop_lab.decay import decayed
from rmsprop_lab.exercises.calls import Case
from rmsprop_lab.exercises.function import FunctionExercise
from rmsprop_lab.exercises.mistakes import Mistake
from rmsprop_lab.rmsprop import rmsprop

__all__ = ["train"]


def _train(move):
    """RMSprop in the valley, with theta from `move(theta, u, lr, lam)`, u the quotient."""
    def trained(h, target, theta, steps, lr, rho, lam):
        v = 0 * theta
        for _ in range(steps):
            u, v = rmsprop(0 * theta, h * (theta - target), v, lr=-1.0, rho=rho, eps=1e-8)
            theta = move(theta, u, lr, lam)
        return theta
    return trained


def _walk(penalty):
    """The lab's own walk."""
    def trained(h, target, theta, steps, lr, rho, lam):
        v, step = 0 * theta, decayed.variant(penalty=penalty)
        for _ in range(steps):
            theta, v = step(theta, h * (theta - target), v, lr=lr, rho=rho, eps=1e-8, lam=lam)
        return theta
    return trained


def _fault(name, wrong, says, weight=0, **more):
    return Mistake(name, wrong, says, output=0, witness="one step",
                   measure=lambda args, theta: theta[weight], **more)


_FIRST = ("after one step from theta = 3, with a quotient of 2, lr = 0.5 and lam = 0.25, the first "
          "weight is {got:.4g}, expected {want:.4g}")

train = FunctionExercise(
    "train", "find the bug in a training loop",
    arguments=("h", "target", "theta", "steps", "lr", "rho", "lam"), returns=("theta",),
    cases=(
        Case("one step", {"h": [1.0, 1.0], "target": [1.0, 0.0], "theta": [3.0, -4.0], "steps": 1,
                          "lr": 0.5, "rho": 0.75, "lam": 0.25}, dtype="float64"),
        Case("the bench", {"h": [0.2, 4.0], "target": [5.0, 2.0], "theta": [0.0, 0.0], "steps": 30,
                           "lr": 0.1, "rho": 0.9, "lam": 0.4}, dtype="float64"),
        Case("three weights", {"h": [1.0, 0.1, 7.0], "target": [-3.0, 2.0, 0.5],
                               "theta": [1.0, 1.0, -1.0], "steps": 10, "lr": 0.05, "rho": 0.5,
                               "lam": 0.125}, dtype="float64"),
    ),
    reference=_walk("decoupled"),
    mistakes=(
        _fault("as given", _train(lambda theta, u, lr, lam: theta - lr * (u - 2 * lam * theta)),
               "`train` still does what it did: " + _FIRST + ".", unattempted=True),
        _fault("climbs", _train(lambda theta, u, lr, lam: theta + lr * (u - 2 * lam * theta)),
               "the decay pulls inwards now, but the step climbs: " + _FIRST + ". Only one of the "
               "two signs was wrong."),
        _fault("no decay", _train(lambda theta, u, lr, lam: theta - lr * u),
               "the weights no longer run away, but there is no decay left: " + _FIRST + "."),
        _fault("no lr", _train(lambda theta, u, lr, lam: theta - lr * u - 2 * lam * theta),
               "the sign is right, but the decay lost its lr: " + _FIRST + "."),
        _fault("no 2", _train(lambda theta, u, lr, lam: theta - lr * (u + lam * theta)),
               "the sign is right, but the decay lost its factor of 2: " + _FIRST + "."),
        _fault("seen", _walk("seen"),
               "the weights no longer run away, but the penalty went into the gradient: " + _FIRST
               + ". That is coupled decay, which lands elsewhere."),
        _fault("unseen", _walk("unseen"),
               "the weights no longer run away, but the penalty is divided by the root: after "
               "one step from theta = -4, with a root of 2, lr = 0.5 and lam = 0.25, the second "
               "weight is {got:.4g}, expected {want:.4g}. That is coupled decay, which lands "
               "elsewhere.", weight=1),
        _fault("after", _train(lambda theta, u, lr, lam: (theta - lr * u) * (1 - 2 * lr * lam)),
               "the sign is right, but the step is shrunk together with the weight: " + _FIRST
               + "."),
    ),
    praise="the walk ends within the walls. The weak decay had hidden the slip: where the walls "
           "touch nothing, full-batch steps go to the minimum with either sign.",
    hints=(
        "With exact gradients no weight can rest beyond its wall. The second walk is far beyond. "
        "What must a decay do to a weight that is large?",
        "Take u = 0 and follow one step by hand from theta = 1. Does the weight shrink?",
        "The minus in front of lr acts on everything in the parentheses. Multiply them out and "
        "compare with (11.8).",
    ),
    source="11_decay",
)
