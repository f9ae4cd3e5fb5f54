"""The exercises of lesson 15: the solution, the stub, and wrong answers with a message each."""

import re

import pytest

from rmsprop_lab.exercises import lesson15
from tests.exercises.answers import fresh, function


def rounding(part="part = x / spacing - below", below="below = np.floor(x / spacing)",
             end="return (below + (u < part)) * spacing"):
    """An answer to `round_by_chance`, of lines."""
    return function(f"def round_by_chance(x, spacing, u):\n    {below}\n    {part}\n    {end}\n",
                    "round_by_chance")


ROUND_WRONG = {
    "nearest": (rounding(end="return (below + (part >= 0.5)) * spacing"), "to the nearest"),
    "turned": (rounding(end="return (below + (u >= part)) * spacing"), "turned round"),
    "mirrored": (rounding(end="return np.floor(x / spacing + u) * spacing"), "for other u"),
    "coin": (rounding(end="return (below + (u < 0.5)) * spacing"), "a fair coin"),
    "down": (rounding(end="return below * spacing"), "always round down"),
    "up": (rounding(end="return np.ceil(x / spacing) * spacing"), "always round up"),
    "toward zero": (rounding(below="s = np.sign(x); x = abs(x); below = np.floor(x / spacing)",
                             end="return s * (below + (u < part)) * spacing"), "towards zero"),
    "truncated": (rounding(below="below = np.trunc(x / spacing)"), "return -2, expected -3"),
    "ties up": (rounding(end="return (below + (u <= part)) * spacing"), "equals the part too"),
    "no spacing": (rounding(below="spacing = 1; below = np.floor(x)"), "no effect"),
    "in spacings": (rounding(end="return below + (u < part)"), "do not multiply"),
    "units of x": (rounding(part="part = x - below * spacing"), "measured in spacings"),
    "unrounded": (rounding(end="return x"), "`u` has no effect"),
    "nothing": (rounding(end="pass"), "nothing was returned"),
}


def test_the_rounding_is_correct_in_two_ways():
    assert lesson15.round_by_chance.check(rounding())
    assert lesson15.round_by_chance.check(rounding(
        below="below = x // spacing", end="return np.where(u < part, below + 1, below) * spacing"))


@pytest.mark.parametrize("name", ROUND_WRONG)
def test_a_wrong_rounding_is_named(name):
    answer, message = ROUND_WRONG[name]
    outcome = lesson15.round_by_chance.check(answer)
    assert outcome.kind == "NotYet" and message in outcome.message, outcome


LINES = {"q": "q = g * g", "r": "r = rho * r + (1 - rho) * q.mean(axis=1)",
         "c": "c = rho * c + (1 - rho) * q.mean(axis=0)", "v": "v = np.outer(r, c) / r.mean()",
         "u": "u = g / np.sqrt(v)", "clip": "u = u / max(1, (u * u).mean() ** 0.5 / d)",
         "end": "return theta - alpha * u, r, c"}


def step(**changed):
    """An answer to `factored_step` with some of its lines changed."""
    body = "".join(f"    {line}\n" for line in (LINES | changed).values())
    return function(f"def factored_step(theta, g, r, c, rho, alpha, d):\n{body}", "factored_step")


STEP_WRONG = {
    "sums": (step(r="r = rho * r + (1 - rho) * q.sum(axis=1)",
                  c="c = rho * c + (1 - rho) * q.sum(axis=0)", v="v = np.outer(r, c) / r.sum()"),
             "hold sums, not means"),
    "no square": (step(q="q = abs(g)"), "without its square"),
    "summed": (step(r="r = r + q.mean(axis=1)", c="c = c + q.mean(axis=0)"),
               "summed, not averaged"),
    "exchanged": (step(r="r = (1 - rho) * r + rho * q.mean(axis=1)",
                       c="c = (1 - rho) * c + rho * q.mean(axis=0)"), "weights are exchanged"),
    "no memory": (step(r="r = q.mean(axis=1)", c="c = q.mean(axis=0)"), "the present row mean"),
    "no mean": (step(v="v = np.outer(r, c)"), "divides by the mean of r: "),
    "sum of r": (step(v="v = np.outer(r, c) / r.sum()"), "not by its sum"),
    "old": (step(r="r0, c0 = r, c; " + LINES["r"], v="v = np.outer(r0, c0) / r0.mean()"),
            "uses the old ones"),
    "no root": (step(u="u = g / v"), "The root is missing"),
    "no clip": (step(clip="pass"), "everything but the clipping is right"),
    "each": (step(clip="u = np.clip(u, -d, d)"), "each element of u"),
    "always": (step(clip="u = u * d / (u * u).mean() ** 0.5"), "even when it is smaller"),
    "mean square": (step(clip="u = u / max(1, (u * u).mean() / d)"), "without its root"),
    "no d": (step(clip="u = u / max(1, (u * u).mean() ** 0.5)"), "is 1 and not d"),
    "to one": (step(clip="s = (u * u).mean() ** 0.5; u = u / s if s > d else u"),
               "is 1 and not d"),
    "above 1": (step(clip="s = (u * u).mean() ** 0.5; u = u * d / s if s > 1 else u"),
                "for a first step"),
    "sign": (step(end="return theta + alpha * u, r, c"), "the sign is wrong"),
    "no alpha": (step(end="return theta - u, r, c"), "alpha is missing"),
    "axes": (step(r="r = rho * r + (1 - rho) * q.mean(axis=0)"), "raise"),
    "columns": (step(end="return theta - alpha * u, r[:, None], c"), "shape (2, 1)"),
    "in place": (step(end="theta -= alpha * u; return theta * 1, r, c"), "changed in place"),
}


def test_the_step_is_correct_in_two_ways():
    assert lesson15.factored_step.check(step())
    assert lesson15.factored_step.check(step(
        v="v = (r / r.mean())[:, None] * c", clip="u = u * min(1, d / np.sqrt(np.mean(u**2)))"))


@pytest.mark.parametrize("name", STEP_WRONG)
def test_a_wrong_step_is_named(name):
    answer, message = STEP_WRONG[name]
    outcome = lesson15.factored_step.check(answer)
    assert outcome.kind == "NotYet" and message in outcome.message, outcome


REST_WRONG = {
    0.25: "with rho = 0.999", 1.0: "without rounding", 1 - 100 * 2.0**-8: "a whole spacing",
    205 / 256: "more than half a spacing", 207 / 256: "goes to the even number",
    0.998: "0.998 is too high", 0.902: "a quarter of a spacing", 0.984: "with rho = 0.9.",
    0.5: "the spacing doubles",
    0.976: "a float16 stops", 0.7: "too low", 0.95: "too high",
    -1.0: "cannot be a leaky average of ones", "0.8": "is a str",
}


@pytest.mark.parametrize("answer", REST_WRONG)
def test_a_wrong_resting_place_is_named(answer):
    outcome = lesson15.resting_place.check(answer)
    assert outcome.kind == "NotYet" and REST_WRONG[answer] in outcome.message, outcome


@pytest.mark.parametrize("answer", [206 / 256, 0.805, 1 - 100 * 2**-9])
def test_the_resting_place_may_be_a_formula_or_three_digits(answer):
    assert lesson15.resting_place.check(answer)


def clip(*lines):
    """An answer to `clipped`, of lines."""
    body = "".join(f"    {line}\n" for line in lines)
    return function(f"def clipped(first, second, limit):\n{body}", "clipped")


BOTH = "n = np.sqrt((first**2).sum() + (second**2).sum())"


def scaled(factor, before=BOTH):
    """A clipping by one number for both."""
    return clip(before, f"s = {factor}", "return first * s, second * s")


CLIP_WRONG = {
    "always": (scaled("limit / n"), "short ones are stretched"),
    "elements": (clip("return np.clip(first, -limit, limit), np.clip(second, -limit, limit)"),
                 "each element is cut"),
    "largest": (scaled("min(1, limit / n)", "n = max(abs(first).max(), abs(second).max())"),
                "the largest element"),
    "sum": (scaled("min(1, limit / n)", "n = np.linalg.norm(first) + np.linalg.norm(second)"),
            "lengths do not add up"),
    "no root": (scaled("min(1, limit / n**2)"), "the root is missing"),
    "mean": (scaled("min(1, limit / n)",
                    "n = np.sqrt(np.mean(np.concatenate([first, second])**2))"),
             "a mean of squares"),
    "one length": (scaled("min(1, limit / n)", "n = np.sqrt((first**2).sum())"),
                   "the first tensor alone"),
    "to one": (scaled("1 / n if n > limit else 1.0"), "to the length 1"),
    "first only": (clip(BOTH, "return first * min(1, limit / n), second * 1"),
                   "the second is not scaled"),
    "nothing": (clip("return first * 1, second * 1"), "not right yet"),
    "in place": (clip(BOTH, "first *= min(1, limit / n)",
                      "return first * 1, second * min(1, limit / n)"), "changed in place"),
}


@pytest.mark.parametrize("name", CLIP_WRONG)
def test_a_wrong_clipping_is_named(name):
    answer, message = CLIP_WRONG[name]
    outcome = lesson15.clipped.check(answer)
    assert outcome.kind == "NotYet" and message in outcome.message, outcome


def test_the_repaired_clipping_is_correct_in_two_ways():
    assert lesson15.clipped.check(scaled("min(1, limit / n)"))
    assert lesson15.clipped.check(scaled("limit / max(n, limit)"))


def test_the_clipping_as_given_is_not_attempted():
    outcome = lesson15.clipped.check(clip(
        "parts = []", "for g in (first, second):", "    n = float((g * g).sum()) ** 0.5",
        "    parts.append(g * min(1.0, limit / n) if n > 0 else g * 1.0)", "return tuple(parts)"))
    assert outcome.kind == "NotAttempted" and "becomes 5, expected 3" in outcome.message


@pytest.mark.parametrize("exercise", (lesson15.round_by_chance, lesson15.factored_step,
                                      lesson15.clipped), ids=lambda e: e.name)
def test_a_message_never_gives_one_number_as_wrong_and_as_right(exercise):
    for mistake, own in zip(exercise.mistakes, exercise.wrong, strict=True):
        message = mistake.message(exercise.cases, own, exercise.right)
        pairs = re.findall(r"(-?[\d.]+)(?: alpha)?, expected (-?\d+(?:\.\d+)?)", message)
        for got, want in pairs:
            assert float(got) != float(want), message


@pytest.fixture(scope="module")
def measured():
    return lesson15.prediction.measure()


def test_the_right_prediction_follows_from_the_measurement(measured):
    for letter in "abcd":
        prediction = fresh(lesson15.prediction)
        assert prediction.reveal(measured).kind == "NotAttempted"
        assert prediction.check(letter).kind == "Committed"
        assert bool(prediction.reveal(measured)) == (letter == "c")
    assert [fresh(lesson15.prediction).right(x) for x in (0.26, 1.05, 2.3, 14.0)] == list("abcd")


def test_a_wrong_prediction_is_told_why(measured):
    prediction = fresh(lesson15.prediction)
    prediction.check("b")
    assert "you predicted b, about 1" in prediction.reveal(measured).message
    assert "only upwards" in prediction.reveal(measured).message
    assert fresh(lesson15.prediction).check("z").kind == "NotYet"
