"""<lab-momentum> used as a reader uses it: keyboard, both themes, phone, print, no scripts."""

import itertools
import math
import re

import pytest

from rmsprop_lab import momentum
from tests.web import figures
from tests.web.test_heavy_ball_js import BEST, DESCENT, LAMS, PAIR, kind, path, period, rate, steps
from tests.web.webtools import STATIC

TAG, LESSON, STEPS = "lab-momentum", "lessons/07_momentum", 40
PAGE = figures.page(TAG, "lab-heavy-ball.js", 'eta="0.2" mu="0.9"', 'eta="0.25" mu="0"',
                    'eta="7" mu="heavy"', more=("lab-contour.js",))
FLAT, STEEP = (momentum.critical(0.2 * lam) for lam in LAMS)
EDGE = 2 * (1 + BEST) / 4
SAYS = {"critical": "is critically damped", "changes sides": "changes sides at every step",
        "never arrives": "jumps from side to side for ever"}


@pytest.fixture(scope="module")
def facts(tmp_path_factory, chromium):
    """What the figure shows at every stage of one reader's visit."""
    return figures.visited(TAG, PAGE, tmp_path_factory.mktemp("figure"), chromium)


class TestEveryReader(figures.EveryFigure):
    """What every figure owes its readers."""


def size(x):
    """A loss as the figure writes it."""
    if 1e-3 <= x < 1e6:
        return f"{x:.4g}" if x < 1e4 else f"{float(f'{x:.4g}'):.0f}"
    digits, power = f"{x:.2e}".split("e")
    return f"{digits}e{int(power):+d}".replace("-", "−")


def complaints(state, mu, eta):
    """What one state of the figure says or draws wrongly about a momentum and a learning rate."""
    walk, kinds = path(eta, mu, STEPS), [kind(eta * lam, mu) for lam in LAMS]
    rates, turns = ([f(eta * lam, mu) for lam in LAMS] for f in (rate, period))
    count, loss = steps(eta, mu), float(walk.loss[-1])
    want = {"flat": rates[:1], "steep": rates[1:], "worst": [max(rates)], "period": turns,
            "steps": [count], "loss": [loss]}
    swing = " / ".join("∞" if math.isinf(it) else f"{it:.4g}" for it in turns)
    texts = {"flat": f"{rates[0]:.4g}, {kinds[0]}", "steep": f"{rates[1]:.4g}, {kinds[1]}",
             "worst": f"{max(rates):.4g}", "period": swing, "loss": size(loss),
             "steps": "never" if math.isinf(count) else f"{count:.0f}"}
    out = figures.unequal(state, want) + [
        f"{name} reads {state['texts'][name]!r}" for name, text in texts.items()
        if not state["texts"][name].endswith(f"\n{text}")]
    does = [SAYS.get(it, f"swings, once in {turn:.4g} steps" if it == "swings" else it)
            for it, turn in zip(kinds, turns, strict=True)]
    both = "x and y are both critically damped: the pair with the best rate"
    said = both if kinds == ["critical"] * 2 else f"x {does[0]}; y {does[1]}"
    ends = f"{size(loss)}; gradient descent at its best rate has {size(reference()[-1])}"
    parts = (f"momentum {mu:.4g}", f"rate {eta:.4g}", said, ends)
    return out + figures.unsaid(state, [f"{mu:.4g}", f"{eta:.4g}"], parts) + geometry(state, walk)


def reference():
    """The losses of gradient descent at its best rate."""
    return [float(it) for it in path(DESCENT, 0.0, STEPS).loss]


def apart(one, other):
    return len(one) != len(other) or any(
        abs(a - b) > 0.006 for a, b in zip(sum(one, []), sum(other, []), strict=True))


def geometry(state, walk):
    """What is drawn in the wrong place: the walk, the start, level curves, the two losses."""
    _, wide, high = state["valley"]
    right = [[wide / 2 + 25 * x, high / 2 - 25 * y] for x, y in walk.theta.tolist()]
    gone = next((t for t, (_, y) in enumerate(walk.theta.tolist()) if abs(y) > 1000), STEPS)
    out = []
    if apart(state["path"], right[: gone + 1]):
        out.append("the path is not the walk")
    if state["start"] != pytest.approx(right[0], abs=1e-6):
        out.append(f"the start is at {state['start']}")
    inside = sum(0 <= x <= wide and 0 <= y <= high for x, y in right[1:])
    if state["dots"] != inside:
        out.append(f"{state['dots']} dots instead of {inside}")
    out += [f"an ellipse of {rx} by {ry} is no level curve" for rx, ry in state["ellipses"]
            if not math.isclose(0.1 * rx * rx, 2 * ry * ry, rel_tol=1e-9)]
    for name, losses in (("loss", [float(it) for it in walk.loss]), ("reference", reference())):
        if apart(state[name], curve(state, losses)):
            out.append(f"the line of the {name} is not the loss")
    return out


def curve(state, losses):
    """The corners of a line of losses: 20 powers of ten from 10^6 down, until it leaves them."""
    left, top, width, height = state["frame"]
    powers, out = [math.log10(it) for it in losses], []
    for t, power in enumerate(powers):
        at = t if power <= 6 else t - 1 + (6 - powers[t - 1]) / (power - powers[t - 1])
        out.append([left + at / STEPS * width, top + (6 - min(6, power)) / 20 * height])
        if power > 6:
            break
    return out


STATES = [
    ("light", 0.9, 0.2), ("dark", 0.9, 0.2), ("phone", 0.9, 0.2),
    ("odd", 0.0, 0.25), ("wrong", 0.9, 0.2), ("right", 0.92, 0.2), ("end", 0.99, 0.2),
    ("home", 0.0, 0.2), ("flat", FLAT, 0.2), ("steep", STEEP, 0.2), ("held", STEEP, 0.25),
    ("fast", STEEP, 0.98), ("slow", STEEP, 0.05), ("descent", STEEP, DESCENT),
    ("pair", STEEP, PAIR), ("best", BEST, PAIR), ("edge", BEST, EDGE),
]

@pytest.mark.parametrize(("name", "mu", "eta"), STATES)
def test_every_number_and_every_place_is_pythons(facts, name, mu, eta):
    assert complaints(facts[name], mu, eta) == []


def test_every_kind_of_motion_is_seen():
    assert len({kind(eta * lam, mu) for _, mu, eta in STATES for lam in LAMS}) == 7


def test_no_setting_has_a_loss_below_the_panel():
    rates = [k / 40 for k in range(2, 39)] + [0.98, DESCENT, PAIR]
    momenta = [k / 20 for k in range(19)] + [0.92, 0.94, 0.96, 0.98, 0.99]
    for eta, mu in itertools.product(rates, momenta):
        for m in (mu, *(momentum.critical(eta * lam) for lam in LAMS)):
            x, y, b, c = -5.0, -2.0, 0.0, 0.0
            for _ in range(STEPS):
                x, b = momentum.heavy_ball(x, 0.2 * x, b, lr=eta, mu=m)
                y, c = momentum.heavy_ball(y, 4 * y, c, lr=eta, mu=m)
                assert 0.1 * x * x + 2 * y * y > 1e-14


def test_tab_reaches_sliders_and_marks_in_order_and_keeps_the_focus(facts):
    order = [facts[name]["focus"] for name in ("left", "flat", "steep", "held", "descent", "pair",
                                               "best", "edge")]
    assert order == ["momentum μ", "x critical: set μ to 0.64", "y critical: set μ to 0.01115",
                     "learning rate η", "best rate of gradient descent: set η to 0.4762",
                     "best pair: set η to 0.6679", "y critical: set μ to 0.4026",
                     "edge: set η to 2(1+μ)/λmax, 0.7013"]


@pytest.mark.parametrize("name", [name for name, *_ in STATES])
def test_marks_of_one_row_never_meet(facts, name):
    zero, flat, _, descent, pair, _ = facts[name]["marks"]
    assert zero["right"] < flat["left"] and descent["right"] < pair["left"]


def test_the_critical_marks_meet_at_the_best_pair_and_only_there(facts):
    for name in ("pair", "best"):
        _, flat, steep, *_ = facts[name]["marks"]
        assert flat["at"] == pytest.approx(steep["at"], abs=1e-6)
        assert flat["label"].endswith("0.4026") and steep["label"].endswith("0.4026")
    for name in ("light", "held", "fast", "slow", "descent", "edge"):
        assert abs(facts[name]["marks"][1]["at"] - facts[name]["marks"][2]["at"]) > 0.02


def test_the_edge_moves_with_the_momentum(facts):
    assert [facts[name]["marks"][5]["label"].rpartition(" ")[2]
            for name in ("light", "right", "end", "home", "edge")] == [
                "0.95", "0.96", "0.995", "0.5", "0.7013"]


def read(state):
    """Fail when a word of the plot meets another or the walk, or is cut off."""
    words, (left, right) = state["words"], state["plot"]
    assert len(words) == 15
    for one, other in itertools.combinations(words, 2):
        (a, b, c, d), (p, q, r, s) = one["box"], other["box"]
        # One pixel: the boxes of two lines of text are higher than their letters.
        assert b <= p or q <= a or d <= r + 1 or s <= c + 1, (one["text"], other["text"])
    assert all(left <= it["box"][0] and it["box"][1] <= right for it in words)
    letter = next(it for it in words if it["text"] == "x")
    assert max(x for x, _ in state["path"]) < letter["at"] - 10


@pytest.mark.parametrize("name", ["print", *(name for name, *_ in STATES)])
def test_no_word_is_covered_or_cut(facts, name):
    read(facts[name])


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_it_can_be_read_in_grey(facts, theme):
    colours = facts[theme]["colours"]
    assert figures.contrast(colours["path"], colours["level"]) >= 1.5
    assert len(set(facts[theme]["dashes"])) == 2


@pytest.mark.parametrize("name", ["phone", "light"])
def test_valley_and_losses_stand_below_or_beside_each_other(facts, name):
    top, wide, high = facts[name]["valley"]
    left, upper, width, height = facts[name]["frame"]
    _, _, right, bottom = facts[name]["view"]
    assert left + width <= right and upper + height <= bottom
    assert (upper > top + high and wide == right) if name == "phone" else left > wide
    assert width > 200 and wide >= 300


def test_the_lesson_asks_for_stops_that_exist():
    text = (STATIC.parents[1] / f"{LESSON}.md").read_text("utf-8")
    (eta, mu), = re.findall(r'<lab-momentum eta="([\d.]+)" mu="([\d.]+)">', text)
    assert 20 * float(eta) in range(1, 20) and 20 * float(mu) in range(19)


def test_what_the_lesson_says_to_try():
    """At eta 0.2 x decides; the pair where the marks meet climbs first, and wins in the end."""
    assert kind(0.2 * 4, 0.5) == "swings" and kind(0.2 * 0.2, 0.5) == "creeps"
    ends = [steps(0.2, mu) for mu in (0.0, STEEP, 0.3, FLAT, 0.9, 0.99)]
    assert ends[:4] == sorted(ends[:4], reverse=True) and ends[3:] == sorted(ends[3:])
    best, other = (path(*pair, 100).loss for pair in ((PAIR, BEST), (0.65, 0.45)))
    assert best[1] > best[0] and other[40] < best[40] / 10 and best[100] < other[100] / 10


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_the_lesson(chromium, book, scheme):
    """The lesson's own figure, in the book's theme: as it opens it says what its tag asks for."""
    html = (book / f"{LESSON}.html").read_text("utf-8")
    eta, mu = re.search(r'<lab-momentum eta="([\d.]+)" mu="([\d.]+)">', html).groups()
    state = figures.in_lesson(TAG, LESSON, book, chromium, scheme)
    assert complaints(state, float(mu), float(eta)) == []
    figures.seen(state)
    read(state)


@pytest.mark.parametrize(("script", "right", "wrong", "found"), [
    ("lab-heavy-ball.js", "mu * b[i] + lams[i]", "mu * b[i] + (1 - mu) * lams[i]",
     ["the path is not the walk", "the line of the loss is not the loss", "loss: "]),
    ("lab-heavy-ball.js", "d < 0 ? Math.sqrt(mu)", "d < 0 ? mu", ["flat: ", "steep: ", "worst: "]),
    ("lab-heavy-ball.js", "if (Math.abs(theta) > 1e-3) last = t",
     "if (Math.abs(theta) > 1e-3) last = t; else break", ["steps: "]),
    ("lab-contour.js", "Math.sqrt(level / 2)", "Math.sqrt(level)", ["is no level curve"]),
    ("lab-momentum.js", "heavyBall.walk(DESCENT, 0, STEPS)", "heavyBall.walk(PAIR, 0, STEPS)",
     ["the line of the reference", "gradient descent at its best rate has"]),
    ("lab-momentum.js", 'period === Infinity ? "critical"', 'period < 99 ? "critical"',
     ["flat reads", "'x swings"]),
    ("lab-momentum.js", "((HIGHEST - power)", "((HIGHEST - 2 * power)",
     ["the line of the loss is not the loss"]),
    ("lab-momentum.js", "[found.flat.period, found.steep.period]",
     "[found.steep.period, found.flat.period]", ["period: ", "period reads"]),
])
def test_a_broken_figure_is_found(tmp_path, chromium, script, right, wrong, found):
    state = figures.broken(TAG, PAGE, tmp_path, chromium, script, right, wrong)
    said = "\n".join(complaints(state, 0.9, 0.2))
    assert [part for part in found if part not in said] == []
