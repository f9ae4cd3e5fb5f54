"""Lesson 10, a settled round: how far it moves theta, and what is typically measured instead."""

import math

from rmsprop_lab.exercises.calls import Case
from rmsprop_lab.exercises.function import FunctionExercise
from rmsprop_lab.exercises.mistakes import Mistake

__all__ = ["round_move"]

HINTON = [0.1] * 9 + [-0.9]
#: The game of the lesson, forgetting more slowly than its threshold allows.
GAME = {"gradients": [3.0, -1.0, -1.0], "rho": 0.25}


def _settled(gradients, rho):
    """v at the end of a round that has been repeated for ever."""
    n = len(gradients)
    once = math.fsum((1 - rho) * rho**(n - 1 - j) * g * g for j, g in enumerate(gradients))
    return once / (1 - rho**n)


def _moved(start=_settled, divide=lambda g, old, v: g / math.sqrt(v), end=lambda moved, n: moved):
    """An answer: v before the round, the quotient of a step, what is made of the sum."""
    def move(gradients, rho):
        v, steps = start(gradients, rho), []
        for g in gradients:
            old, v = v, rho * v + (1 - rho) * g * g
            steps.append(-divide(g, old, v))
        return end(math.fsum(steps), len(gradients))
    return move


def _mean(gradients, rho=None):
    return math.fsum(g * g for g in gradients) / len(gradients)


def _after(rounds):
    """An answer that repeats the round this many times from v = 0 and takes that for settled."""
    return _moved(start=lambda gradients, rho:
                  _settled(gradients, rho) * (1 - rho**(rounds * len(gradients))))


def _one_divisor(gradients, rho):
    return -math.fsum(gradients) / math.sqrt(_mean(gradients))


def _slip(name, wrong, says):
    return Mistake(name, wrong, _GAME + says, output=0, witness="the game",
                   measure=lambda args, value: value)


_GAME = "for the round 3, -1, -1 with rho = 0.25 you return {got:.4f}, expected {want:.4f}. "

round_move = FunctionExercise(
    "round_move", "how far a settled round moves theta",
    arguments=("gradients", "rho"), returns=("move",),
    cases=(
        Case("the game", GAME),
        # Without memory each step is the sign: a whole number.
        Case("the game without memory", {"gradients": [3.0, -1.0, -1.0], "rho": 0.0}),
        Case("one gradient", {"gradients": [2.0], "rho": 0.5}),
        Case("no two alike", {"gradients": [-2.0, 1.0, 4.0, -0.5], "rho": 0.75}),
        Case("Hinton's gradients", {"gradients": HINTON, "rho": 0.9}),
        Case("a round of ten", {"gradients": [10.0] + [-1.0] * 9, "rho": 0.99}),
    ),
    reference=_moved(),
    mistakes=(
        _slip("from v = 0", _moved(start=lambda gradients, rho: 0.0),
              "That is the first round from v = 0. In a settled round v comes back to where it "
              "began."),
        _slip("from the mean square", _moved(start=_mean),
              "You begin the round with v at the mean square. That is the mean of a settled v over "
              "the round, not its value at the round's beginning."),
        _slip("one divisor", _one_divisor,
              "You divide all gradients by one number, the root of the mean square. A settled v "
              "repeats itself from round to round, but it changes within the round."),
        _slip("sign", _moved(end=lambda moved, n: -moved),
              "The size is right, the sign is not: a step goes against the gradient."),
        Mistake("magnitude", _moved(end=lambda moved, n: abs(moved)),
                "for Hinton's gradients with rho = 0.9 you return {got:.4f}, expected {want:.4f}. "
                "The size is right, the sign is not: a move to smaller theta is negative.",
                output=0, witness="Hinton's gradients", measure=lambda args, value: value),
        _slip("per step", _moved(end=lambda moved, n: moved / n),
              "That is the mean move of a step; the whole round is asked for."),
        _slip("old v", _moved(divide=lambda g, old, v: g / math.sqrt(old)),
              "Each gradient is divided by the v before it entered. In (4.2) it enters first, and "
              "that is what this lesson is about."),
        _slip("no root", _moved(divide=lambda g, old, v: g / v),
              "The root is missing: a step divides by the root of v."),
        *(Mistake(f"{rounds} rounds", _after(rounds),
                  "for the round 10, -1, ..., -1 with rho = 0.99 you return {got:.8f}, expected "
                  "{want:.8f}. v has not settled yet: what it began from fades by rho at each "
                  "step, and that takes more rounds.", output=0, witness="a round of ten",
                  measure=lambda args, value: value) for rounds in (10, 20, 50, 100)),
    ),
    praise="`round_move` settles v and adds up one round, for any list of gradients.",
    hints=(
        "Two parts: find the v with which a settled round begins, then add up the steps of one "
        "round from there.",
        "The plain way to settle v: repeat the round until v at its end no longer changes. A "
        "hundred rounds are too few for the last case, a thousand are enough.",
        "The short way: one round turns v into rho^n v + b, where b is what one round makes of v "
        "= 0. Settled means v = rho^n v + b.",
        "In the last round, for each g: first `v = rho * v + (1 - rho) * g * g`, then add -g / "
        "v**0.5.",
    ),
    source="10_failure",
)
