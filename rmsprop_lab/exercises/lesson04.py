"""The exercises of lesson 4: from Rprop to RMSprop. `lesson04.drift.check(drift)` judges one."""

import math

import numpy as np

from rmsprop_lab.exercises import lesson04_step
from rmsprop_lab.exercises.calls import Case
from rmsprop_lab.exercises.function import FunctionExercise
from rmsprop_lab.exercises.lesson04_train import train
from rmsprop_lab.exercises.mistakes import Mistake
from rmsprop_lab.exercises.number import NumberExercise
from rmsprop_lab.exercises.prediction import Prediction
from rmsprop_lab.rmsprop import rmsprop

__all__ = ["EXERCISES", "drift", "prediction", "rmsprop_step", "step_after_jump", "train"]

SOURCE = "04_rmsprop"
#: Hinton's ten gradients: they cancel, so a good method should stay where it is.
HINTON = [0.1] * 9 + [-0.9]


rmsprop_step = FunctionExercise(
    "rmsprop_step", "one step of RMSprop",
    arguments=("theta", "g", "v", "lr", "rho", "eps"), returns=("theta", "v"), order=(1, 0),
    cases=lesson04_step.CASES, mistakes=lesson04_step.MISTAKES, reference=lesson04_step.reference,
    praise="`rmsprop_step` agrees with the lab's rule on numbers and on arrays, in float64 and "
           "float32, and leaves its inputs alone.",
    hints=(
        "Two lines and a return. The first line is (4.2), a new v from the old v and g. The second "
        "is (4.3), a new theta from that new v.",
        "(4.2) is the leaky average of lesson 1 with g * g as its sample: the old v keeps the "
        "share rho, the new square enters with what is left of one.",
        "(4.3) divides g by the root of v, with eps added after the root. `lab.arrays.sqrt(v)` and "
        "`v ** 0.5` both work on numbers and on arrays.",
        "Write `v = ...` and `theta = ...`, not `v *= ...` or `theta -= ...`: those change the "
        "caller's arrays. End with both results, theta first.",
    ),
    source=SOURCE,
)


def _walk(step=rmsprop):
    """A function that gives the positions after each cycle, from theta = 0 and v = 0."""
    def positions(gradients, rho, cycles):
        theta, v, found = 0.0, 0.0, [0.0]
        for _ in range(cycles):
            for g in gradients:
                theta, v = step(theta, g, v, lr=1.0, rho=rho, eps=0.0)
            found.append(theta)
        return found
    return positions


def _last(found):
    return found[-1] - found[-2]


def _of(measure, step=rmsprop):
    """An answer to `drift`: one number of the walk."""
    return lambda gradients, rho, cycles: measure(_walk(step)(gradients, rho, cycles))


def _slip(name, wrong, says):
    return Mistake(name, wrong, says, output=0, witness="Hinton's gradients and rho = 0.9",
                   measure=lambda args, value: value)


def _sign_step(theta, g, v, *, lr, rho, eps):
    return theta - lr * math.copysign(1.0, g), v


_CYCLE = "for Hinton's gradients with rho = 0.9 you return {got:.4f}, expected {want:.4f}. "

drift = FunctionExercise(
    "drift", "how far RMSprop moves in one cycle of gradients",
    arguments=("gradients", "rho", "cycles"), returns=("drift",),
    cases=(
        # With rho = 0 each step is the sign of g: these are whole numbers.
        Case("Hinton's gradients and rho = 0", {"gradients": HINTON, "rho": 0.0, "cycles": 3}),
        Case("a short cycle", {"gradients": [-2.0, 1.0, -4.0], "rho": 0.75, "cycles": 5}),
        Case("one cycle", {"gradients": [3.0, -1.0], "rho": 0.5, "cycles": 1}),
        Case("Hinton's gradients and rho = 0.9", {"gradients": HINTON, "rho": 0.9, "cycles": 60}),
        Case("Hinton's gradients and rho = 0.99",
             {"gradients": HINTON, "rho": 0.99, "cycles": 300}),
    ),
    reference=_of(_last),
    mistakes=(
        _slip("total", _of(lambda p: p[-1]),
              _CYCLE + "That is the way from the start; only the last cycle is asked for. Keep the "
              "theta with which it begins."),
        _slip("mean", _of(lambda p: p[-1] / (len(p) - 1)),
              _CYCLE + "That is the mean over all cycles, and the first ones still start up from "
              "v = 0. Keep the theta with which the last cycle begins."),
        _slip("from v = 0", _of(lambda p: p[1]),
              _CYCLE + "That is a cycle that starts up from v = 0. The last cycle is asked for, "
              "and v is set to 0 once, before both loops. (Or does `return` stand inside a loop?)"),
        _slip("sign", _of(lambda p: -_last(p)),
              _CYCLE + "The size is right, the sign is not: the drift is theta after the cycle "
              "minus theta before it."),
        _slip("magnitude", _of(lambda p: abs(_last(p))),
              _CYCLE + "The size is right, the sign is not: a move to smaller theta is negative."),
        _slip("v thrown away", _of(_last, step=lambda theta, g, v, **k: (
                  rmsprop(theta, g, 0.0, **k)[0], 0.0)),
              _CYCLE + "v stays 0: the step returns a new v, and the next step must be given it."),
        _slip("eps", _of(_last, step=lambda theta, g, v, **k: rmsprop(
                  theta, g, v, **{**k, "eps": 1e-8})),
              "for Hinton's gradients with rho = 0.9 you return {got:.10f}, expected {want:.10f}: "
              "so small a difference comes from eps. The exercise sets it to 0."),
        _slip("sign descent", _of(_last, step=_sign_step),
              _CYCLE + "That is Rprop's sign descent; use the RMSprop step with its v."),
    ),
    praise="`drift` follows v through all cycles and reads off the last one.",
    hints=(
        "Start from theta = 0 and v = 0. Two loops: over the cycles, and in it over the gradients.",
        "In the inner loop, `theta, v = lab.rmsprop.rmsprop(theta, g, v, ...)`: both results go "
        "into the next step. v is set to 0 once, before both loops.",
        "At the beginning of each cycle keep theta under another name. After the loops, the "
        "difference is the drift of the last cycle.",
    ),
    source=SOURCE,
)

def _drawn(rho=0.9, walks=4000, steps=300, settle=100):
    """The drift per ten steps when each gradient is drawn anew, averaged over many walks."""
    draws = np.random.default_rng(4).choice(HINTON, size=(steps, walks))
    theta, v, settled = np.zeros(walks), np.full(walks, 0.09), 0.0
    for t, g in enumerate(draws):
        theta, v = rmsprop(theta, g, v, lr=1.0, rho=rho, eps=0.0)
        settled = theta if t == settle - 1 else settled
    return (theta - settled).mean() / ((steps - settle) / 10)


prediction = Prediction(
    "prediction", "the drift when batches are drawn at random",
    options={"a": (0.1, "it nearly vanishes"), "b": (0.5, "it becomes about half as large"),
             "c": (1.0, "it stays about the same"), "d": (2.0, "it becomes about twice as large")},
    quantity="the drift with drawn batches, as a multiple of the drift with rounds,",
    because="In a round, the small gradients that come after the large one are divided by a large "
            "v too, and that makes up for half of what the large one loses. Drawn batches know "
            "nothing of each other: only the meeting of each gradient with its own square is left.",
    measure=lambda: _drawn() / _of(_last)(HINTON, 0.9, 60),
    hints=(
        "The drift comes from gradients that meet a v which they have changed. When batches are "
        "drawn at random, whose squares are in v when a gradient arrives?",
        "In (4.5), only the products of a gradient with its own square survive the average over "
        "random draws. Compare their sum with the sum over a whole round.",
    ),
    source=SOURCE,
)

# With a tenfold jump the slip "no leak" would be right to three digits.
_OLD, _JUMP, _RHO = 1.0, 5.0, 0.9

step_after_jump = NumberExercise(
    "step_after_jump", "the step when the gradient grows fivefold",
    expected=lambda: -rmsprop(0.0, _JUMP, _OLD, lr=1.0, rho=_RHO, eps=0.0)[0],
    slips=(
        (_JUMP, "{got:.4g} lr is the step with the old v. The new gradient enters v first, (4.2), "
                "and the step divides by the root of that, (4.3)."),
        (_OLD, "{got:.4g} lr is the steady step, long after the jump. The question is the first "
               "step after it, when v still remembers the small gradients."),
        (1 / math.sqrt(1 - _RHO), "{got:.4g} lr is the first step from v = 0. Here v was 1 before "
                                  "the jump, and rho of it is still there."),
        (_JUMP / (_RHO + (1 - _RHO) * _JUMP**2), "{got:.4g} lr lacks a root: the step divides by "
                                                 "the root of v."),
        (math.sqrt(_RHO + (1 - _RHO) * _JUMP**2), "{got:.4g} is the root of v after the jump. The "
                                                  "step is g divided by it."),
        (_RHO + (1 - _RHO) * _JUMP**2, "{got:.4g} is v after the jump. The step is g divided by "
                                       "its root."),
        (_JUMP / math.sqrt(1 - _RHO + _RHO * _JUMP**2), "{got:.4g} lr has the weights exchanged: "
                                                        "the past keeps the share rho."),
        (_JUMP / math.sqrt(_RHO + (1 - _RHO) * _JUMP), "{got:.4g} lr comes from a v without a "
                                                       "square: g * g enters, not g."),
        (_JUMP / math.sqrt(_OLD + (1 - _RHO) * _JUMP**2), "{got:.4g} lr comes from a v that does "
                                                          "not leak: rho of the old v stays."),
        (_JUMP / math.sqrt(_OLD + _JUMP**2), "{got:.4g} lr comes from a sum of squares. v is an "
                                             "average: its weights add up to one."),
    ),
    praise="the step after the jump is {got:.4g} lr.",
    hints=(
        "What has v settled to while the gradient was 1? Put the sample of (1.2) equal to the "
        "average.",
        "Now the gradient is 5. Use (4.2) once: which share of the old v stays, and what enters?",
        "The step in units of lr is g divided by the root of the new v; eps is 0.",
    ),
    source=SOURCE,
)

#: All of them, in the order of the notebook.
EXERCISES = (rmsprop_step, prediction, drift, step_after_jump, train)
