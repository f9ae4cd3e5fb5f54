"""<lab-descent> used as a reader uses it: keyboard, both themes, phone, print, no scripts."""

import math
import re

import pytest

import rmsprop_lab as lab
from rmsprop_lab import descent
from tests.web import figures
from tests.web.test_valley_js import LAMS, path, steps_to_thousandth
from tests.web.webtools import STATIC

TAG, LESSON = "lab-descent", "lessons/02_descent"
PAGE = figures.page(TAG, "lab-valley.js", 'rate="0.45" angle="0"', 'rate="0.3" angle="30"',
                    'rate="7" angle="steep"', more=("lab-contour.js",))
BEST, EDGE, SAFE = 2 / 4.2, 0.5, 0.25
STEPS = 25


@pytest.fixture(scope="module")
def facts(tmp_path_factory, chromium):
    """What the figure shows at every stage of one reader's visit."""
    return figures.visited(TAG, PAGE, tmp_path_factory.mktemp("figure"), chromium)


class TestEveryReader(figures.EveryFigure):
    """What every figure owes its readers."""


def verdict(rate):
    """What the walk does, by the five kinds of the lesson."""
    if rate > EDGE:
        return "it flies apart"
    if rate == EDGE:
        return "for ever"
    if rate == SAFE:
        return "lands in one step"
    return "oscillates" if rate > SAFE else "creeps"


def complaints(state, rate, angle):
    """What one state of the figure says or draws wrongly about a rate and an angle."""
    walk = path(rate, angle, STEPS)
    want = {"flat": descent.factor(0.2, lr=rate), "steep": descent.factor(4.0, lr=rate),
            "worst": descent.contraction(LAMS, lr=rate), "steps": steps_to_thousandth(rate),
            "loss": float(walk.loss[-1])}
    out = figures.unequal(state, {name: [number] for name, number in want.items()})
    for name in ("flat", "steep", "worst"):
        shown = f"{want[name] + 0.0:.4g}".replace("-", "−")
        if not state["texts"][name].endswith(shown):
            out.append(f"{name} reads {state['texts'][name]!r}")
    steps = "never" if math.isinf(want["steps"]) else f"{want['steps']:.0f}"
    if not state["texts"]["steps"].endswith(steps):
        out.append(f"steps reads {state['texts']['steps']!r}")
    parts = (f"rate {rate:.4g}", f"turned by {angle} degrees", verdict(rate))
    return (out + figures.unsaid(state, [f"{rate:.4g}", f"{angle}°"], parts)
            + geometry(state, angle, walk))


def geometry(state, angle, walk):
    """What is drawn in the wrong place: the walk, the start, the level curves."""
    _, _, width, height = state["view"]
    scale = height / 12
    right = [(width / 2 + scale * x, height / 2 - scale * y) for x, y in walk.theta.tolist()]
    out = []
    if len(state["path"]) != STEPS + 1 or not all(
            math.isclose(a, b, abs_tol=0.006) for one, two in zip(state["path"], right, strict=True)
            for a, b in zip(one, two, strict=True)):
        out.append("the path is not the walk")
    if state["start"] != pytest.approx(right[0], abs=1e-6):
        out.append(f"the start is at {state['start']}")
    inside = sum(0 <= x <= width and 0 <= y <= height for x, y in right[1:])
    if state["dots"] != inside:
        out.append(f"{state['dots']} dots instead of {inside}")
    for rx, ry, turn in state["ellipses"]:
        # .1 x^2 = 2 y^2 = level at the ends of the axes; SVG turns clockwise, as its y points down
        if not math.isclose(0.1 * rx * rx, 2 * ry * ry, rel_tol=1e-9):
            out.append(f"an ellipse of {rx} by {ry} is no level curve")
        if float(re.match(r"rotate\((\S+) ", turn)[1]) != -angle:
            out.append(f"a level curve is turned by {turn}")
    return out


STATES = [
    ("light", 0.45, 0), ("dark", 0.45, 0), ("phone", 0.45, 0), ("odd", 0.3, 30),
    ("wrong", 0.45, 0), ("right", 0.46, 0), ("end", 0.53, 0), ("home", 0.05, 0),
    ("safe", SAFE, 0), ("best", BEST, 0), ("edge", EDGE, 0), ("angle", EDGE, 30),
    ("half", EDGE, 45),
]


@pytest.mark.parametrize(("name", "rate", "angle"), STATES)
def test_every_number_and_every_place_is_pythons(facts, name, rate, angle):
    assert complaints(facts[name], rate, angle) == []


def test_a_turn_changes_no_number(facts):
    for turned in ("angle", "half"):
        assert figures.unequal(facts[turned], {
            name: [math.inf if one is None else one for one in numbers]
            for name, numbers in facts["edge"]["values"].items()}) == []


def test_tab_reaches_sliders_and_marks_in_order_and_keeps_the_focus(facts):
    order = [facts[name]["focus"] for name in ("left", "safe", "best", "edge", "angle", "half")]
    assert order == ["learning rate η", "set η to 1/λmax, 0.25", "set η to the best rate, 0.4762",
                     "set η to the edge 2/λmax, 0.5", "turned by", "turn by 45°"]


def test_marks_stand_where_the_slider_stops(facts):
    for view in ("light", "phone"):
        marks = facts[view]["marks"]
        assert [mark["text"] for mark in marks] == ["1/λmax", "best", "2/λmax", "0°", "45°", "90°"]
        stops = [4 / 27, 13 / 27, 22 / 27, 0, 0.5, 1]
        assert [mark["at"] for mark in marks] == pytest.approx(stops, abs=0.04)


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_it_can_be_read_in_grey(facts, theme):
    colours = facts[theme]["colours"]
    assert figures.contrast(colours["path"], colours["level"]) >= 1.5


def test_on_a_phone_the_walk_is_inside(facts):
    _, _, width, height = facts["phone"]["view"]
    assert all(0 <= x <= width and 0 <= y <= height for x, y in facts["phone"]["path"])


def test_the_lesson_asks_for_stops_that_exist():
    text = (STATIC.parents[1] / f"{LESSON}.md").read_text("utf-8")
    (rate, angle), = re.findall(r'<lab-descent rate="([\d.]+)" angle="(\d+)">', text)
    script = (STATIC / "lab-descent.js").read_text("utf-8")
    assert f" {rate}," in script.partition("const RATES")[2].partition("]")[0]
    assert int(angle) % 5 == 0 and lab.problems.bench(int(angle)).H.shape == (2, 2)


@pytest.mark.parametrize(("script", "right", "wrong", "found"), [
    ("lab-valley.js", "1 - rate * lam", "1 - rate - lam", ["flat: ", "steep: "]),
    ("lab-valley.js", "y -= rate * h", "y -= rate * h / 2", ["the path is not the walk", "loss: "]),
    ("lab-contour.js", "Math.sqrt(level / 2)", "Math.sqrt(level)", ["is no level curve"]),
    ("lab-contour.js", "y = (v) => height / 2 - scale", "y = (v) => height / 2 + scale",
     ["the path is not the walk", "the start is at"]),
    ("lab-descent.js", "steep < 0 ?", "steep > 0 ?", ["'oscillates' is missing"]),
])
def test_a_broken_figure_is_found(tmp_path, chromium, script, right, wrong, found):
    state = figures.broken(TAG, PAGE, tmp_path, chromium, script, right, wrong)
    said = "\n".join(complaints(state, 0.45, 0))
    assert [part for part in found if part not in said] == []
