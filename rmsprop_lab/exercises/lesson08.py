"""The exercises of lesson 8: Adam. `lesson08.longest.check(longest)` judges one."""

import math

import numpy as np

from rmsprop_lab import adam_bounds, nadam
from rmsprop_lab.adam import family
from rmsprop_lab.exercises import lesson08_step
from rmsprop_lab.exercises.calls import Case
from rmsprop_lab.exercises.function import FunctionExercise
from rmsprop_lab.exercises.lesson08_walk import walk
from rmsprop_lab.exercises.mistakes import Mistake
from rmsprop_lab.exercises.number import NumberExercise
from rmsprop_lab.exercises.prediction import Prediction

__all__ = ["EXERCISES", "adam_step", "longest", "nadam_bound", "prediction", "walk"]

SOURCE = "08_adam"

adam_step = FunctionExercise(
    "adam_step", "one step of Adam",
    arguments=("theta", "g", "m", "v", "t", "lr", "beta1", "beta2", "eps"),
    returns=("theta", "m", "v"), order=(1, 2, 0),
    cases=lesson08_step.CASES, mistakes=lesson08_step.MISTAKES, reference=lesson08_step.reference,
    praise="`adam_step` agrees with the lab's rule on numbers and on arrays, in float64 and "
           "float32, and leaves its inputs alone.",
    hints=(
        "Three lines and a return: a new m by (8.1), a new v by (8.2), a new theta by (8.3).",
        "m and v are leaky averages with a decay of their own each: the old value keeps the share "
        "beta, the new sample enters with what is left of one. The samples are g and g * g.",
        "For the step, divide m by 1 - beta1**t and v by 1 - beta2**t under other names; what you "
        "return are m and v themselves.",
        "The divisor is the root of the corrected v, plus eps. `** 0.5` works on numbers and on "
        "arrays.",
    ),
    source=SOURCE,
)

_adam = family.variant()


def _steps(gradients, beta1, beta2, eps=0.0, step=_adam, first=1):
    """The moves of Adam on these gradients, with signs, in units of lr."""
    m = v = 0.0
    moves = []
    for t, g in enumerate(gradients, first):
        move, m, v = step(0.0, g, m, v, lr=1.0, beta1=beta1, beta2=beta2, eps=eps, t=t)
        moves.append(move)
    return moves


def _of(measure, **how):
    """An answer to `longest`: one number of the moves."""
    return lambda gradients, beta1, beta2: measure(_steps(gradients, beta1, beta2, **how))


def _largest(moves):
    return max(abs(x) for x in moves)


def _slip(name, wrong, says, witness="two signs"):
    return Mistake(name, wrong, says, output=0, witness=witness,
                   measure=lambda args, value: value)


_MIXED = [3.0, -1.0, -6.0, -2.0, 1.0, 0.5]
_SAID = "for the gradients 3, -1, -6, -2, 1, 0.5 you return {got:.4f}, expected {want:.4f}. "
_RISING = "for the gradients 1, 2, 4, 8, ... you return {got:.4f}, expected {want:.4f}. "
_FALLING = "for the gradients -1, -1/2, -1/4, ... you return {got:.4f}, expected {want:.4f}. "
_UP = ("That is the longest step to larger theta; a step to smaller theta has a length too. Take "
       "`abs`.")
_DOWN = ("That is the longest step to smaller theta; a step to larger theta has a length too. Take "
         "`abs`.")

longest = FunctionExercise(
    "longest", "the longest step over a list of gradients",
    arguments=("gradients", "beta1", "beta2"), returns=("longest",),
    cases=(
        Case("equal gradients", {"gradients": [2.0, 2.0, 2.0], "beta1": 0.5, "beta2": 0.75}),
        Case("two signs", {"gradients": _MIXED, "beta1": 0.5, "beta2": 0.99}),
        Case("growing gradients", {"gradients": [2.0**k for k in range(12)], "beta1": 0.9,
                                   "beta2": 0.999}),
        Case("shrinking gradients", {"gradients": [-(0.5**k) for k in range(12)], "beta1": 0.9,
                                     "beta2": 0.99}),
    ),
    reference=_of(_largest),
    mistakes=(
        _slip("last", _of(lambda moves: abs(moves[-1])),
              _SAID + "That is the last step, and not the longest."),
        *(_slip("without sign", _of(measure), _SAID + _UP)
          for measure in (max, lambda moves: max(0.0, *moves))),
        *(_slip("against", _of(measure), _FALLING + _DOWN, "shrinking gradients")
          for measure in (lambda moves: -min(moves), lambda moves: -min(0.0, *moves))),
        _slip("total", _of(lambda moves: abs(sum(moves))),
              _SAID + "That is the distance from the start after all steps; the longest single "
              "step is asked for."),
        _slip("farthest", _of(lambda moves: max(abs(x) for x in np.cumsum(moves))),
              _SAID + "That is the farthest point from the start; the longest single step is "
              "asked for."),
        _slip("mean", _of(lambda moves: sum(abs(x) for x in moves) / len(moves)),
              _SAID + "That is the mean length of a step; the longest one is asked for."),
        _slip("no correction", _of(_largest, step=family.variant(debiased="no")),
              _SAID + "That is Adam without its corrections. Both averages started from zero."),
        _slip("t fixed", lambda gradients, beta1, beta2: _largest(
                  [_steps(gradients[:k], beta1, beta2, step=lambda *a, t, **k: _adam(
                      *a, t=1, **k))[-1] for k in range(1, len(gradients) + 1)]),
              _RISING + "The corrections use t = 1 in every step; t counts the steps.",
              "growing gradients"),
        _slip("t from 2", _of(_largest, first=2),
              _SAID + "The corrections use t + 1; t is 1 in the first step."),
        _slip("no momentum", lambda gradients, beta1, beta2: _of(_largest)(gradients, 0.0, beta2),
              _SAID + "That is RMSprop: the numerator is the newest gradient and not m."),
        _slip("eps", _of(_largest, eps=1e-8),
              "for equal gradients you return {got:.10f}, expected {want:.10f}: so small a "
              "difference comes from eps. The exercise sets it to 0.", "equal gradients"),
    ),
    praise="`longest` measures every step by itself and keeps the largest.",
    hints=(
        "Start with theta, m and v at 0, and go through the gradients once, counting t from 1.",
        "Keep theta from before each step. The length of the step is the `abs` of the "
        "difference.",
        "Keep the largest length so far with `max(record, length)`, and return it after the loop.",
    ),
    source=SOURCE,
)


def _usual_step(coordinates=1000, steps=600, settle=100):
    """The root mean square of Adam's steps on pure noise, in learning rates."""
    noise = np.random.default_rng(8).standard_normal((steps, coordinates))
    m = v = np.zeros(coordinates)
    total = 0.0
    for t, g in enumerate(noise, 1):
        move, m, v = _adam(0.0, g, m, v, lr=1.0, beta1=0.9, beta2=0.999, eps=0.0, t=t)
        total += (move * move).mean() if t > settle else 0.0
    return math.sqrt(total / (steps - settle))


prediction = Prediction(
    "prediction", "the usual step of Adam on pure noise",
    options={"a": (1.0, "about one learning rate, as RMSprop's"),
             "b": (0.5, "about half a learning rate"),
             "c": (0.24, "about a quarter of a learning rate"),
             "d": (0.1, "about a tenth of a learning rate")},
    quantity="the usual step in learning rates",
    because="The divisor is the size of one gradient, and the numerator a leaky mean of many. By "
            "(1.10) such a mean has (1 - beta1) / (1 + beta1) of the variance of one sample, a "
            "nineteenth, and the root of that is left of the step.",
    measure=_usual_step,
    hints=(
        "Take the divisor as settled: it is the root mean square of one gradient. What is the "
        "root mean square of m?",
        "Lesson 1 says how noisy a leaky average is, (1.10): as a plain mean of how many samples?",
    ),
    source=SOURCE,
)

_B1, _B2 = 0.9, 0.999
_NEWEST = 1 - _B1 * _B1
_OLDER = (_B1 * (1 - _B1)) ** 2 * (_B1**2 / _B2) / (1 - _B1**2 / _B2)


def _worst_of_nadam(length=200):
    """The last step of the lab's NAdam late in a run, on the gradients that are worst for it."""
    step, m, v, move = nadam.family.variant(), 0.0, 0.0, 0.0
    gradients = [g * _B1 * (1 - _B1) for g in adam_bounds.worst_gradients(length, _B2 / _B1)]
    gradients[-1] = _NEWEST
    for g in gradients:
        move, m, v = step(0.0, g, m, v, lr=1.0, beta1=_B1, beta2=_B2, eps=0.0, t=10**6,
                          momentum_decay=math.inf, weight=0.0)
    return -move


nadam_bound = NumberExercise(
    "nadam_bound", "the longest step of NAdam",
    expected=_worst_of_nadam,
    slips=(
        (adam_bounds.longest_step(_B1, _B2), "{got:.4g} lr is Adam's bound. In (8.22) the newest "
         "gradient has another weight: it stands in m_t, and once more beside it."),
        (_NEWEST / math.sqrt(1 - _B2), "{got:.4g} lr is the first term of the sum alone, the "
         "mistake of the paper. Older gradients stand in the numerator too."),
        (_B1 * adam_bounds.longest_step(_B1, _B2) + (1 - _B1) / math.sqrt(1 - _B2),
         "{got:.4g} lr bounds the two parts of (8.22) one by one and adds. It is a bound, but no "
         "gradients reach it: each part has worst gradients of its own. Collect the weight of "
         "each gradient first."),
        ((_NEWEST**2 + _OLDER) / (1 - _B2), "{got:.4g} is the square of the bound: take the "
                                            "root."),
        (math.sqrt(((1 - _B1) ** 2 + _OLDER) / (1 - _B2)), "{got:.4g} lr gives the newest "
         "gradient the weight 1 - beta1. It also stands in m_t; add both."),
        (math.sqrt((_NEWEST**2 + _OLDER * _B2 / _B1**2) / (1 - _B2)), "{got:.4g} lr counts the "
         "newest gradient twice: the series for the older ones begins at k = 1."),
        (_B1 * adam_bounds.longest_step(_B1, _B2), "{got:.4g} lr leaves out the second part of "
                                                   "(8.22), the gradient beside m_t."),
    ),
    praise="a step of NAdam can be {got:.4g} lr long, farther than Adam's.",
    hints=(
        "Late in a run both corrections are 1. Write d_t as one sum over the gradients: which "
        "weight has g_t, and which has the gradient k steps old?",
        "The newest gradient enters with 1 - beta1, and once more through beta1 times m_t. An "
        "older one enters through m_t only.",
        "The argument of (8.11) holds for any weights: square each one, divide it by the weight "
        "of the same gradient in v, add up, and take the root. The older ones are a geometric "
        "series that begins at k = 1.",
    ),
    source=SOURCE,
)

#: All of them, in the order of the notebook.
EXERCISES = (adam_step, prediction, longest, nadam_bound, walk)
