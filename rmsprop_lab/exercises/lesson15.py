"""The exercises of lesson 15: in the wild. `lesson15.clipped.check(clipped)` judges one."""

import numpy as np

from rmsprop_lab.exercises.lesson15_clip import clipped
from rmsprop_lab.exercises.lesson15_step import factored_step, round_by_chance
from rmsprop_lab.exercises.number import NumberExercise
from rmsprop_lab.exercises.prediction import Prediction
from rmsprop_lab.wild import stored

__all__ = ["EXERCISES", "clipped", "factored_step", "prediction", "resting_place",
           "round_by_chance"]

SOURCE = "15_wild"


def _noisy():
    """Where an average that cannot sink is after twenty thousand noisy slopes."""
    noise = np.random.default_rng(15).standard_normal((20_000, 200)) ** 2
    return float(stored(noise, rho=0.999)[-1].mean())


prediction = Prediction(
    "prediction", "an average that cannot sink, under noise",
    options={"a": (0.25, "about 0.25 again"), "b": (1.0, "about 1"),
             "c": (2.5, "above 2"), "d": (12.0, "above 10")},
    quantity="the mean of v",
    because="Noise does help it over the gaps, and only upwards: a large square is a move of more "
            "than half a spacing, and no small one takes it back, (15.25). It climbs until squares "
            "that are large enough hardly ever come.",
    measure=_noisy,
    hints=(
        "At v = 1 the spacing is 2^-7. Which squares lift v, and how often does the normal "
        "distribution give one? Which squares lower it?",
        "To lift v = 1, (g^2 - 1) / 1000 must be at least half of 2^-7, so |g| must be above 2.2. "
        "That is one slope in forty. To lift v = 2.5 it must be above 3.2: one in seven hundred.",
    ),
    source=SOURCE,
)

resting_place = NumberExercise(
    "resting_place", "where an average in bfloat16 stops rising",
    expected=lambda: float(stored(np.ones(3000), rho=0.99)[-1]),
    slips=(
        (0.25, "{got:.4g} is where it stops with rho = 0.999. Here a move is ten times longer."),
        (1.0, "{got:.4g} is where it would go without rounding."),
        (1 - 100 * 2.0**-8, "at {got:.4g} the move is a whole spacing. Rounding to the nearest "
                            "takes back what is below half of one."),
        (0.90234375, "at {got:.4g} the move is a quarter of a spacing. It stopped before: half a "
                     "spacing is the limit."),
        (0.984375, "{got:.4g} is where it stops with rho = 0.9."),
        (0.5, "at {got:.4g} the spacing doubles, but half of the new one, 2^-9, is still less than "
              "the move, 0.005."),
        (0.9755859375, "{got:.4g} is where a float16 stops. A bfloat16 has 8 digits."),
        (205 * 2.0**-8, "at {got:.4g} a move is still more than half a spacing, if only just."),
        (207 * 2.0**-8, "{got:.4g} is a number too far. Half a spacing from the one below is a "
                        "tie, and a tie goes to the even number."),
    ),
    praise="from {got:.4g} on every move is rounded away, and the steps stay a tenth too long.",
    hints=(
        "A step wants to move v by (1 - rho)(1 - v). It stops where that is less than half a "
        "spacing. The spacing depends on v: begin with the power of two.",
        "In which of [1/4, 1/2) and [1/2, 1) can 0.01 (1 - v) get below half a spacing?",
        "Solve 0.01 (1 - v) = 2^-9. Is the solution a multiple of 2^-8? A tie goes to the even "
        "one.",
    ),
    digits=4, what="a leaky average of ones", sides=("too low", "too high"),
    advice="Compare 0.01 (1 - v) with half the spacing at v, one power of two after the other.",
    source=SOURCE,
)

#: All of them, in the order of the notebook.
EXERCISES = (round_by_chance, factored_step, prediction, resting_place, clipped)
