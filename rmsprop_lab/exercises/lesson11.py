"""The exercises of lesson 11: weight decay. `lesson11.landings.check(landings)` judges one."""

import numpy as np

from rmsprop_lab.arrays import abs, maximum, minimum, sign
from rmsprop_lab.decay import box, ridge, walk, wall
from rmsprop_lab.exercises.calls import Case
from rmsprop_lab.exercises.function import FunctionExercise
from rmsprop_lab.exercises.lesson11_step import decoupled_step
from rmsprop_lab.exercises.lesson11_train import train
from rmsprop_lab.exercises.mistakes import Mistake
from rmsprop_lab.exercises.number import NumberExercise
from rmsprop_lab.exercises.prediction import Prediction

__all__ = ["EXERCISES", "decoupled_step", "landings", "prediction", "second_wall", "train"]

SOURCE = "11_decay"


def _noisy(steps=6000, pairs=100, lam=0.25, sigma=4.0):
    """Where the noisy weight is on average, as a share of the way to the wall."""
    draws = np.random.default_rng(11).standard_normal((steps, pairs, 1))
    noise = sigma * np.concatenate([draws, -draws], axis=1)
    path = walk(lambda theta, t: 0.2 * (theta - 5.0) + noise[t - 1], np.zeros((2 * pairs, 1)),
                [0.005] * steps, lam=lam, penalty="decoupled", rho=0.999)
    return path[steps // 2:].mean() / wall(lam)


prediction = Prediction(
    "prediction", "where noise leaves a weight that was at the wall",
    options={"a": (2.5, "at the free minimum"), "b": (1.0, "at the wall"),
             "c": (0.5, "about half way to the wall"),
             "d": (0.22, "below a third of the way to the wall")},
    quantity="the mean position, as a share of the way to the wall,",
    because="The root now measures the noise, which is much larger than the slope. The quotient is "
            "small instead of one, and a small pull balances it: by (11.21) the wall has become a "
            "ridge of strength lam sigma.",
    measure=_noisy,
    hints=(
        "At rest the mean of the decoupled step is zero, (11.20). Without noise the quotient there "
        "is one in size. What is it when sigma is much larger than the slope?",
        "The slope is at most 1 between zero and the minimum, and sigma is 4. Bound the quotient, "
        "and with it the weight.",
    ),
    source=SOURCE,
)


def _landings(coupled=lambda h, t, lam: ridge(h, t, lam), decoupled=lambda h, t, lam: box(t, lam)):
    """An answer to `landings`, of its two halves."""
    return lambda h, target, lam: (coupled(h, target, lam), decoupled(h, target, lam))


def _one(name, says, weight=0, **half):
    """A slip in one half, measured at one weight of the case of four."""
    return Mistake(name, _landings(**half), says.replace("{weight}", _WEIGHTS[weight]),
                   output=int("decoupled" in half), witness="four weights",
                   measure=lambda args, places: places[weight])


def _lower(h, t, lam):
    return sign(t) * maximum(abs(t) - 2 * lam, 0 * t)


_WEIGHTS = ("h = 1, target = 4, lam = 0.25", "h = 3, target = -4, lam = 0.25",
            "h = 0.5, target = 0.5, lam = 0.25")
_COUPLED = "for {weight} your coupled landing is {got:.4g}, expected {want:.4g}. "
_BOX = ("the coupled one is right. For {weight} your decoupled landing is {got:.4g}, expected "
        "{want:.4g}. ")

landings = FunctionExercise(
    "landings", "where a coupled and a decoupled walk land",
    arguments=("h", "target", "lam"), returns=("coupled", "decoupled"),
    cases=(
        Case("four weights", {"h": [1.0, 3.0, 0.5, 2.0], "target": [4.0, -4.0, 0.5, 0.0],
                              "lam": 0.25}, dtype="float64"),
        Case("the bench", {"h": [0.2, 4.0], "target": [5.0, 2.0], "lam": 0.4}, dtype="float64"),
        Case("a weak penalty", {"h": [0.2, 4.0], "target": [5.0, 2.0], "lam": 0.0625},
             dtype="float64"),
        Case("in float32", {"h": [0.2, 4.0], "target": [-5.0, -2.0], "lam": 0.125},
             dtype="float32"),
    ),
    reference=_landings(),
    mistakes=(
        Mistake("swapped", lambda h, target, lam: _landings()(h, target, lam)[::-1],
                "the two results come in the wrong order: the coupled landing stands first."),
        _one("no 2", _COUPLED + "A factor of 2 is missing: the slope of lam theta^2 is "
             "2 lam theta, (11.9).", coupled=lambda h, t, lam: h * t / (h + lam)),
        _one("no curvature", _COUPLED + "You shrink every weight by one factor. Put g = "
             "h (theta - target) into (11.9) and solve: the curvature stays in the share.",
             weight=1, coupled=lambda h, t, lam: t / (1 + 2 * lam)),
        _one("no target", _COUPLED + "That is the share that is left, not the place.",
             coupled=lambda h, t, lam: h / (h + 2 * lam) + 0 * t),
        _one("unpenalised", _COUPLED + "That is the minimum without a penalty.",
             coupled=lambda h, t, lam: 1 * t),
        _one("wall at 1 / lam", _BOX + "A factor of 2 is missing: the walls stand at "
             "1 / (2 lam), (11.12).",
             decoupled=lambda h, t, lam: maximum(minimum(t, 1 / lam), -1 / lam)),
        Mistake("one wall", _landings(decoupled=lambda h, t, lam: minimum(t, wall(lam))),
                "the coupled one is right. The box has two walls for each weight: for target = -4, "
                "lam = 0.25 your decoupled landing is {got:.4g}, expected {want:.4g}.",
                output=1, witness="four weights", measure=lambda args, places: places[1]),
        Mistake("no sign", _landings(decoupled=lambda h, t, lam: minimum(abs(t), wall(lam))),
                "the coupled one is right. The sizes of the decoupled one are, too, but a negative "
                "target gives a negative weight: for -4 you return {got:.4g}, expected {want:.4g}.",
                output=1, witness="four weights", measure=lambda args, places: places[1]),
        Mistake("always the corner", _landings(decoupled=lambda h, t, lam: wall(lam) * sign(t)),
                "the coupled one is right. You put every weight at a wall: for target = 0.5, "
                "lam = 0.25 you return {got:.4g}, expected {want:.4g}. A weight whose minimum is "
                "inside the box stays there.",
                output=1, witness="four weights", measure=lambda args, places: places[2]),
        _one("box of the ridge", _BOX + "You cut the ridge solution. The decoupled walk does not "
             "know of it: cut the target.", weight=2,
             decoupled=lambda h, t, lam: box(ridge(h, t, lam), lam)),
        _one("soft threshold", _BOX + "You take 2 lam off the size of every weight. That is what "
             "a penalty on |theta| does to a round valley; a box cuts.", decoupled=_lower),
        _one("unpenalised", _BOX + "That is the minimum without a penalty.",
             decoupled=lambda h, t, lam: 1 * t),
    ),
    praise="the ridge takes a share off every weight, the box cuts those beyond its walls.",
    hints=(
        "The coupled walk rests where (11.9) holds. The slope of the cost is h * (theta - target). "
        "Solve for theta, one weight at a time.",
        "The decoupled walk rests inside walls, (11.12). The weights do not disturb each other in "
        "this valley, so look at one: where is its cost smallest within the walls?",
        "`lab.arrays.minimum` and `lab.arrays.maximum` take an array and a number. Use both, as "
        "there is a wall on either side.",
    ),
    source=SOURCE,
)

#: (a + b - 3)^2 + (a - 2 b)^2: with a held at the wall r, b rests at (3 + r) / 5, and r = b there.
_MEETING = 3 / 4

second_wall = NumberExercise(
    "second_wall", "the strength at which the second weight reaches its wall",
    expected=lambda: 1 / (2 * _MEETING),
    slips=(
        (1 / 2, "at {got:.4g} the walls stand at 1, where theta_2 would be if theta_1 were free. "
                "But theta_1 is at its wall by then, and theta_2 has moved: a wall is not a pair "
                "of scissors."),
        (1 / 4, "at {got:.4g} the walls stand at 2, and it is the first weight that meets its wall "
                "there."),
        (4 / 3, "{got:.4g} is w, the `weight_decay` of a library. The question is for lam, half "
                "of it."),
        (_MEETING, "{got:.4g} is how far the walls are from zero. They stand at 1 / (2 lam): "
                   "which lam is that?"),
        (5 / 8, "at {got:.4g} the walls stand at 0.8, where theta_2 rests while theta_1 is held at "
                "1. But theta_1 is held at the same wall: both move together. Call the wall r and "
                "solve for it."),
    ),
    praise="both weights are at their walls from lam = {got:.4g} on.",
    hints=(
        "Beyond the first threshold theta_1 is at its wall, theta_1 = r with r = 1 / (2 lam). "
        "Which condition of (11.13) holds for theta_2?",
        "Inside its walls theta_2 has no slope. Differentiate f with respect to theta_2, put "
        "theta_1 = r and solve: theta_2 depends on r.",
        "The second wall is reached when this theta_2 equals r. That gives r, and r gives lam.",
    ),
    what="the strength of a penalty", sides=("too weak", "too strong"),
    advice="Hold theta_1 at its wall r, find where theta_2 rests, and ask when that is r too.",
    source=SOURCE,
)

#: All of them, in the order of the notebook.
EXERCISES = (decoupled_step, prediction, landings, second_wall, train)
