"""Lesson 14, the bug: machines that share their slopes and do not share the square of the mean."""

from rmsprop_lab.exercises.calls import Case
from rmsprop_lab.exercises.function import FunctionExercise
from rmsprop_lab.exercises.mistakes import Mistake
from rmsprop_lab.rmsprop import rmsprop

__all__ = ["train"]


def _train(square, mean=lambda batch: batch.mean(axis=0)):
    """The loop with v fed by `square(batch)`, and a step along `mean(batch)`."""
    def trained(gradients, theta, lr, rho):
        v = 0 * theta
        for batch in gradients:
            v = rho * v + (1 - rho) * square(batch)
            theta = theta - lr * mean(batch) / (v**0.5 + 1e-8)
        return theta
    return trained


def _reference(gradients, theta, lr, rho):
    v = 0 * theta
    for batch in gradients:
        theta, v = rmsprop(theta, batch.mean(axis=0), v, lr=lr, rho=rho, eps=1e-8)
    return theta


def _in_turn(gradients, theta, lr, rho):
    """Each machine's square enters v by itself."""
    v = 0 * theta
    for batch in gradients:
        for g in batch:
            v = rho * v + (1 - rho) * (g * g)
        theta = theta - lr * batch.mean(axis=0) / (v**0.5 + 1e-8)
    return theta


def _fault(name, wrong, says, weight=0, **more):
    def step(args, theta):
        return abs(args["theta"][weight] - theta[weight]) / args["lr"]
    return Mistake(name, wrong, says, output=0, witness="two workers", measure=step, **more)


_FIRST = ("two workers bring 3 and -1 for a weight, rho = 0.75, and its first step is {got:.3f} "
          "lr, expected {want:.3f} lr")

train = FunctionExercise(
    "train", "find the bug in a loop over several machines",
    arguments=("gradients", "theta", "lr", "rho"), returns=("theta",),
    cases=(
        # The mean of the first weight is 1, so v = 1/4 and the step is 2 lr.
        Case("two workers", {"gradients": [[[3.0, 2.0], [-1.0, 2.0]]], "theta": [0.0, 0.0],
                             "lr": 0.5, "rho": 0.75}, dtype="float64"),
        Case("one worker", {"gradients": [[[3.0, 1.0]], [[-1.0, 2.0]]], "theta": [1.0, -2.0],
                            "lr": 0.5, "rho": 0.75}, dtype="float64"),
        Case("three steps", {"gradients": [[[1.0, -4.0], [2.0, 3.0], [-2.0, 2.0]],
                                           [[0.5, 1.0], [-1.5, 1.0], [3.0, 2.5]],
                                           [[-1.0, 2.0], [0.5, 0.0], [1.0, -3.0]]],
                             "theta": [1.0, 1.0], "lr": 0.1, "rho": 0.9}, dtype="float64"),
    ),
    reference=_reference,
    mistakes=(
        _fault("as given", _train(lambda b: (b * b).mean(axis=0)),
               "`train` still does what it did: " + _FIRST + ".", unattempted=True),
        _fault("sum of squares", _train(lambda b: (b * b).sum(axis=0)),
               "v is still made of the squares of single workers, now their sum: " + _FIRST + "."),
        _fault("in turn", _in_turn,
               "each worker's square now enters v by itself, so v still holds the noise of single "
               "workers: " + _FIRST + "."),
        _fault("squared sum", _train(lambda b: b.sum(axis=0) ** 2),
               "v now gets the square of the *sum*, and the step is along the mean: " + _FIRST
               + ". Both need the same g."),
        _fault("one worker's", _train(lambda b: b[0] * b[0]),
               "v now sees the first worker only: " + _FIRST + "."),
        _fault("no square", _train(lambda b: abs(b.mean(axis=0))),
               "the workers are averaged first, but the square is missing: two workers bring 2 and "
               "2 for the other weight, and its first step is {got:.3f} lr, expected {want:.3f} "
               "lr.", weight=1),
        _fault("divided again", _train(lambda b: (b * b).mean(axis=0) / len(b)),
               "dividing by the number of workers repairs the noise and spoils the slope: "
               + _FIRST + ". Average first, then square."),
    ),
    praise="average first, then square: v sees the noise of the whole batch.",
    hints=(
        "With one worker the loop is right. What is different about v when there are several?",
        "By (14.7), v should hold the noise of the batch. Whose noise does it hold?",
        "The mean of the squares is not the square of the mean. RMSprop's v averages g * g, and g "
        "is the mean.",
    ),
    source="14_noise",
)
