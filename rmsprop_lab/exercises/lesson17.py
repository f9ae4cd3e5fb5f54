"""The exercises of lesson 17: eight patients, a prediction, three repairs and the capstone."""

from rmsprop_lab.clinic import laws
from rmsprop_lab.exercises.diagnosis import Diagnosis
from rmsprop_lab.exercises.lesson17_repairs import buffer_update, count_steps, save_state
from rmsprop_lab.exercises.prediction import Prediction
from rmsprop_lab.exercises.trained import Trained

__all__ = ["EXERCISES", "PATIENTS", "buffer_update", "count_steps", "patient_a", "patient_b",
           "patient_c", "patient_d", "patient_e", "patient_f", "patient_g", "patient_h",
           "prediction", "save_state", "train"]

SOURCE = "17_clinic"


def _patient(letter, what, letters, because, *hints):
    return Diagnosis(f"patient_{letter}", what=what, letters=letters, because=because,
                     hints=hints, source=SOURCE)


patient_a = _patient(
    "a", "AverageOfSizes", "cabd",
    "v grows like c and its root like the root of c, so by (17.1) a step grows like the root of c.",
    "Which property measures a power? What power does RMSprop promise, and which one is here?",
    "By (17.1) a power of one half says how the divisor grows with the gradients. What must v be, "
    "if its root grows so?")
patient_b = _patient(
    "b", "RateInBuffer", "bdac",
    "What is in the buffer keeps the old learning rate, so that setting lr to 0 does not stop it. "
    "Some libraries do this by choice (lesson 6); one that claims not to must not.",
    "Only one property fails. What did it do to the learning rate, and when?",
    "After lr = 0 a step of nearly the old length is left. Where can an old learning rate survive?")
patient_c = _patient(
    "c", "UndividedParts", "dbca",
    "With two halves the step is twice that of the whole batch. In RMSprop the factor would cancel "
    "wherever eps is small.",
    "`halves` compares the step of two halves with the step of the whole batch. In which ways can "
    "two halves make another step?",
    "Make one step by hand: `one = lesson17.patient_c.patient()`, then `one.accumulate(params, "
    "[half, half])`. A sum that is never cleared is still right at the first step.")
patient_d = _patient(
    "d", "CorrectionInPlace", "acdb",
    "The first step is right. At the second the state is already too large, and is enlarged again.",
    "The first step is right and later ones are not. Which mistakes show only from the second step "
    "on?",
    "Take one constant slope and follow m by hand for two steps, for each of the four diagnoses.")
patient_e = _patient(
    "e", "DecayWithoutRate", "badc",
    "Without a gradient the weight moves down, so the sign is right. It also moves with lr = 0.",
    "Two properties have to do with decay. What is the sign of `pull`, and what is its size?",
    "`pull` is in learning rates. What would a decay of w = 0.01 give, and how large is lr here?")
patient_f = _patient(
    "f", "ForgottenClock", "dacb",
    "The averages are there. They are corrected once more as if they had just begun.",
    "`resume` fails, and nothing else. Two of the four diagnoses are about the checkpoint. What "
    "does Adam do after the break in either case?",
    "Without its averages, Adam starts again from one gradient. Without t it keeps them, and "
    "corrects them as if they had just begun. Which of the two moves the path farther?")
patient_g = _patient(
    "g", "SharedAverage", "bcad",
    "The neighbour's gradients are ten times larger, and enter the v that both use. A clock could "
    "do no harm: RMSprop does not look at it.",
    "A tensor feels its neighbour. What can tensors share? The four diagnoses name two things.",
    "Write down the step of RMSprop, (4.2) and (4.3). Which of the two things stands in it?")
patient_h = _patient(
    "h", "LateClip", "cdab",
    "The outlier has entered v in full before anything was cut off.",
    "`clip` compares two runs with an outlier of 1000 and of a million times the limit.",
    "A clipped gradient of either size is the same gradient. Where can the difference have got in?")

PATIENTS = (patient_a, patient_b, patient_c, patient_d, patient_e, patient_f, patient_g, patient_h)


def _farther(steps=1000):
    """How many times as far Adam goes in so many steps if its corrections are multiplied."""
    return sum(laws.multiplied(0.9, 0.999, t) for t in range(1, steps + 1)) / steps


prediction = Prediction(
    "prediction", "how far a multiplied correction carries",
    options={"a": (1.0, "hardly any farther"), "b": (1.6, "about half as far again"),
             "c": (5.0, "about five times as far"), "d": (30.0, "about thirty times as far")},
    quantity="the way of the faulty Adam, as a multiple of that of the sound one,",
    because="By (17.5) the correction of v counts twice, and it needs thousands of steps to reach "
            "1: with beta2 = 0.999 step 1000 is still half as long again. The correction of m is "
            "gone after fifty.",
    measure=_farther,
    hints=(
        "Two corrections, two decays. How many steps does each need until it is close to 1?",
        "Put t = 10, 100 and 1000 into (17.5).",
    ),
    source=SOURCE,
)

train = Trained(
    "train", "the capstone",
    praise="the target is reached on problems that nobody had seen, within the budget.",
    hints=(
        "Print a gradient at the start, and its size. Compare it with the eps of the optimizer "
        "that you want to use. Some coordinates have no gradient at all in most batches: eps = 0 "
        "will not do.",
        "The weights have to go about 30. Plot the trace that `practice` returns for a constant "
        "learning rate. Where does it stop falling, and why (lesson 5)?",
        "A large learning rate first and a small one at the end: set `opt.lr` before each step, "
        "from the share of the budget that is spent. A straight line to zero is a good start.",
        "Rates around 2 for Adam, 0.3 for RMSprop with rho = 0.99, times a cosine from 1 to 0, "
        "with eps far below the smallest gradient.",
    ),
    source=SOURCE,
)

#: All of them, in the order of the notebook.
EXERCISES = (*PATIENTS, prediction, buffer_update, count_steps, save_state, train)
