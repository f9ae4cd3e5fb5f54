"""The exercises of lesson 16: the solution, the stub, and wrong answers with a message each."""

import math

import pytest

from rmsprop_lab import cost
from rmsprop_lab.exercises import lesson16
from tests.exercises.answers import fresh, function


def moved(total="4 * (len(names) + 1)", names="{x for x in operands if isinstance(x, str)}",
          end="return total"):
    """An answer to `moved`: what a call adds, and the names that it reads."""
    return function("def moved(calls):\n"
                    "    total = 0\n"
                    "    for operands, result in calls:\n"
                    f"        names = {names}\n"
                    f"        total += {total}\n"
                    f"    {end}\n", "moved")


def lion(c="c = beta1 * m + (1 - beta1) * g", move="theta = theta - lr * (np.sign(c) + w * theta)",
         m="m = beta2 * m + (1 - beta2) * g", end="return theta, m"):
    """An answer to `lion`, of lines; an empty line is left out."""
    body = "".join(f"    {line}\n" for line in (c, move, m, end) if line)
    return function(f"def lion(theta, g, m, *, lr, beta1, beta2, w):\n{body}", "lion")


def in_tiles(line="v_[...] = rho * v_ + (1 - rho) * (g_ * g_)", move="v_"):
    """An answer to `in_tiles` with this line in it."""
    return function("def in_tiles(theta, g, v, steps, lr, rho, tile):\n"
                    "    theta, v = theta.copy(), v.copy()\n"
                    "    for _ in range(steps):\n"
                    "        for low in range(0, theta.shape[0], tile):\n"
                    "            here = slice(low, low + tile)\n"
                    "            theta_, g_, v_ = theta[here], g[here], v[here]\n"
                    f"            {line}\n"
                    f"            theta_ -= lr * (g_ / ({move}**0.5 + 1e-8))\n"
                    "    return theta, v\n", "in_tiles")


MOVED_WRONG = {
    "numbers": (moved("len(names) + 1"), "each takes 4 bytes"),
    "double": (moved("8 * (len(names) + 1)"), "not 8"),
    "reads": (moved("4 * len(names)"), "The result of each call is written"),
    "writes": (moved("4"), "The operands are read"),
    "twice": (moved(names="[x for x in operands if isinstance(x, str)]"), "comes by once"),
    "scalars": (moved(names="set(operands)"), "A plain number is no array"),
    "both": (moved(names="operands"), "And an array that a call reads twice"),
    "in place": (moved("4 * len(names | {result})"), "still read and written"),
    "calls": (moved("1"), "the number of calls"),
    "kept": (function(
        "def moved(calls):\n"
        "    total, last = 0, None\n"
        "    for ops, result in calls:\n"
        "        total += 4 * (len({x for x in ops if isinstance(x, str) and x != last}) + 1)\n"
        "        last = result\n"
        "    return total\n", "moved"), "stay near for the next call"),
    "temporaries": (moved("4 * (len(names & {'theta', 'g', 'v'}) + (result in ('theta', 'v')))"),
                    "A temporary array passes through memory"),
    "first call": (function("def moved(calls):\n"
                            "    for operands, _ in calls:\n"
                            "        return 4 + 4 * len({x for x in operands if type(x) is str})\n",
                            "moved"), "of the first call alone"),
    "one pass": (function(
        "def moved(calls):\n"
        "    read = {x for ops, _ in calls for x in ops if isinstance(x, str)}\n"
        "    return 4 * (len(read) + len({r for _, r in calls}))\n", "moved"), "one pass"),
    "nothing": (moved(end="pass"), "nothing was returned"),
}


def test_moved_is_correct_in_two_ways():
    assert lesson16.moved.check(moved())
    assert lesson16.moved.check(function(
        "def moved(calls):\n"
        "    return sum(4 + 4 * len({x for x in ops if type(x) is str}) for ops, _ in calls)\n",
        "moved"))


@pytest.mark.parametrize("name", MOVED_WRONG)
def test_a_wrong_count_is_named(name):
    answer, message = MOVED_WRONG[name]
    outcome = lesson16.moved.check(answer)
    assert outcome.kind == "NotYet" and message in outcome.message, outcome


def test_the_counts_of_the_text():
    assert lesson16.moved.reference(lesson16.FOREACH) == 52
    assert lesson16.moved.reference(lesson16.TUTORIAL) == 92


LION_WRONG = {
    "swapped": (lion(end="return m, theta"), "theta stands first"),
    "beta1 kept": (lion(m="m = c"), "the average with beta1"),
    "exchanged": (lion(m="m = (1 - beta2) * m + beta2 * g"), "beta2 is the share of the past"),
    "not written": (lion(m=""), "write its state back"),
    "summed": (lion(m="m = beta2 * m + g"), "The two weights add up to one"),
    "averaged twice": (lion(m="m = beta2 * c + (1 - beta2) * g"), "starts from the old m"),
    "coupled": (lion(c="g = g + w * theta; c = beta1 * m + (1 - beta1) * g",
                     move="theta = theta - lr * np.sign(c)"), "both averages hold it"),
    "c exchanged": (lion(c="c = (1 - beta1) * m + beta1 * g"), "beta1 is the share of the past"),
    "new m": (lion(move="theta = theta - lr * (np.sign(beta2 * m + (1 - beta2) * g) + w * theta)"),
              "the sign of the new m"),
    "sign of g": (lion(move="theta = theta - lr * (np.sign(g) + w * theta)"), "the sign of g"),
    "no sign": (lion(move="theta = theta - lr * (c + w * theta)"), "The sign is missing"),
    "inside": (lion(move="theta = theta - lr * np.sign(c + w * theta)"), "inside the sign"),
    "no decay": (lion(move="theta = theta - lr * np.sign(c)"), "w has no effect"),
    "no lr at w": (lion(move="theta = theta - lr * np.sign(c) - w * theta"), "decay lacks lr"),
    "growth": (lion(move="theta = theta - lr * (np.sign(c) - w * theta)"), "the parameter grows"),
    "after": (lion(move="theta = (theta - lr * np.sign(c)) * (1 - lr * w)"), "after the step"),
    "climbs": (lion(move="theta = theta + lr * np.sign(c) - lr * w * theta"), "against it"),
    "no lr": (lion(move="theta = theta - (np.sign(c) + w * theta)"), "lr is missing"),
    "step": (lion(move="theta = lr * (np.sign(c) + w * theta)"), "That is the step"),
    "in place": (lion(move="theta *= 1 - lr * w; theta -= lr * np.sign(c)"),
                 "`theta` changed in place"),
    "nothing": (lion(end=""), "nothing was returned"),
}


def test_lion_is_correct_in_two_ways_and_as_a_rule():
    assert lesson16.lion.check(lion())
    assert lesson16.lion.check(lion(move="theta = (1 - lr * w) * theta - lr * np.sign(c)"))
    from rmsprop_lab.rule import rule

    made = rule(state=("m",))(lion(move="theta = theta - lr * (lab.arrays.sign(c) + w * theta)"))
    assert lesson16.lion.check(made)
    assert cost.bytes_moved(made) == 20


def test_a_rule_that_is_a_stub_is_not_attempted():
    from rmsprop_lab.rule import rule

    stub = rule(state=("m",))(lion(c="", move="", m="", end="return ..."))
    assert lesson16.lion.check(stub).kind == "NotAttempted"


@pytest.mark.parametrize("name", LION_WRONG)
def test_a_wrong_lion_is_named(name):
    answer, message = LION_WRONG[name]
    outcome = lesson16.lion.check(answer)
    assert outcome.kind == "NotYet" and message in outcome.message, outcome


HALF = 4e-6 * 4.3e12 / 28
ENOUGH_WRONG = {
    20 * HALF: "5 % of the *moving*", HALF: "n_1/2 of (16.9)", HALF / 19: "not the start",
    HALF / 20: "small beside the start", 19 * HALF * 1.4: "for RMSprop", 76 * HALF: "7 numbers",
    19 * 4e-6 * 4.3e12: "a number of bytes", 0.95 * HALF: "0.95 n_1/2", 1e3: "too small",
    1e12: "too large", -1.0: "cannot be a number of parameters", "many": "is a str",
}


@pytest.mark.parametrize("answer", ENOUGH_WRONG)
def test_a_wrong_size_is_named(answer):
    outcome = lesson16.enough.check(answer)
    assert outcome.kind == "NotYet" and ENOUGH_WRONG[answer] in outcome.message, outcome


@pytest.mark.parametrize("answer", [19 * HALF, 1.167e7, 11_671_429])
def test_the_size_may_be_a_formula_or_three_digits(answer):
    assert lesson16.enough.check(answer)


def test_at_the_expected_size_the_start_is_five_per_cent():
    whole = cost.launched(lesson16.enough.expected(), 28, 4.3e12, 4e-6)
    assert math.isclose(4e-6 / whole, 0.05)
    assert lesson16.enough.check(...).kind == "NotAttempted"


@pytest.mark.parametrize("line", ["v_[...] = rho * v_ + (1 - rho) * (g_ * g_)",
                                  "v_ *= rho; v_ += (1 - rho) * g_ * g_",
                                  "v_ = rho * v_ + (1 - rho) * g_**2; v[here] = v_"])
def test_the_repaired_kernel_is_correct(line):
    assert lesson16.in_tiles.check(in_tiles(line))


@pytest.mark.parametrize("line", ["v_ = rho * v_ + (1 - rho) * (g_ * g_)",
                                  "v_ = v_.copy(); v_ *= rho; v_ += (1 - rho) * g_ * g_"])
def test_a_state_that_is_not_written_back_is_not_attempted(line):
    outcome = lesson16.in_tiles.check(in_tiles(line))
    assert outcome.kind == "NotAttempted"
    assert "the first v is 12, expected 25" in outcome.message


@pytest.mark.parametrize(("line", "move", "message"), [
    ("v_ = rho * v_ + (1 - rho) * g_**2; v[:v_.size] = v_", "v_", "the place of the first one"),
    ("v[...] = rho * v + (1 - rho) * g**2", "v_", "again for every tile"),
    ("v_ += g_ * g_", "v_", "it is a sum"),
    ("v_[...] = rho * v_ + (1 - rho) * g_", "abs(v_)", "without its square"),
    ("v_[...] = g_ * g_", "v_", "it forgets"),
    ("v_[...] = (1 - rho) * v_ + rho * g_ * g_", "v_", "weights are exchanged"),
    ("old = v_.copy(); v_[...] = rho * v_ + (1 - rho) * g_ * g_", "old", "the root of the *old* v"),
    ("v = v_ = rho * v_ + (1 - rho) * g_ * g_", "v_", "raised ValueError in the line"),
])
def test_a_wrong_repair_is_named(line, move, message):
    outcome = lesson16.in_tiles.check(in_tiles(line, move))
    assert outcome.kind == "NotYet" and message in outcome.message, outcome


@pytest.fixture
def prediction():
    return fresh(lesson16.prediction)


def test_the_right_prediction_follows_from_the_computation(prediction):
    assert prediction.reveal(40.0).kind == "NotAttempted"
    prediction.check("c")
    assert prediction.reveal(prediction.measure())
    assert [prediction.right(x) for x in (1.2, 4.0, 46.8, 400.0)] == ["a", "b", "c", "d"]


@pytest.mark.parametrize("letter", "abd")
def test_a_wrong_prediction_is_told_the_reason(prediction, letter):
    prediction.check(letter)
    outcome = prediction.reveal(prediction.measure())
    assert outcome.kind == "NotYet" and "that is c" in outcome.message
