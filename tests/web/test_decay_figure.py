"""<lab-decay> used as a reader uses it: keyboard, both themes, phone, print, no scripts."""

import math
import re

import pytest

from rmsprop_lab import averages
from tests.web import figures

TAG, LESSON = "lab-decay", "lessons/01_averages"
PAGE = figures.page(TAG, "lab-averages.js", 'rho="0.9" window="10"', 'rho="0.975" window="7"',
                    'rho="1.5" window="many"')


@pytest.fixture(scope="module")
def facts(tmp_path_factory, chromium):
    """What the figure shows at every stage of one reader's visit."""
    return figures.visited(TAG, PAGE, tmp_path_factory.mktemp("figure"), chromium)


class TestEveryReader(figures.EveryFigure):
    """What every figure owes its readers."""


def expected(rho, n):
    """The figure's values, computed here: {name: [numbers]}."""
    claim = math.floor(1 / (1 - rho) + 0.5)
    return {
        "share": [averages.share_of_last(rho, n)],
        "claimed": [averages.share_of_last(rho, claim)],
        "half": [averages.half_life(rho)],
        "age": [averages.mean_age(rho)],
        "size": [averages.effective_sample_size(rho)],
        "settled": [averages.settling_steps(rho, part) for part in (0.9, 0.95, 0.99)],
    }


def percent(share):
    """A share as the figure writes it."""
    return "over 99.99\xa0%" if 0.99995 < share < 1 else f"{100 * share:.4g}\xa0%"


def complaints(state, rho, n):
    """What one state of the figure says wrongly about rho and the last n samples."""
    want = expected(rho, n)
    out = figures.unequal(state, want, rel_tol=1e-12, abs_tol=1e-15)
    for name, numbers in want.items():
        write = percent if name in ("share", "claimed") else "{:.4g}".format
        if not all(write(number) in state["texts"][name] for number in numbers):
            out.append(f"{name} reads {state['texts'][name]!r}")
    samples = "the newest sample" if n == 1 else f"the last {n} samples"
    parts = (f"{rho:g}", samples, percent(want["share"][0]), f"{want['half'][0]:.4g}")
    return out + figures.unsaid(state, [f"{rho:g}", str(n)], parts) + geometry(state, rho, n)


def geometry(state, rho, n):
    """What is drawn in the wrong place: lines, and the areas that stand for shares."""
    ages = float(re.search(r"ages 0 to (\d+)", state["label"])[1])
    left, right = state["axis"]

    def at(age):
        return left + age / ages * (right - left)

    out = []
    if not math.isclose(state["half"], at(averages.half_life(rho)), abs_tol=0.01):
        out.append(f"the half-life line is at {state['half']}")
    if not math.isclose(state["claim"], at(1 / (1 - rho)), abs_tol=0.01):
        out.append(f"the line of 1/(1-rho) is at {state['claim']}")
    areas = state["areas"]
    drawn = areas["recent"] / (areas["recent"] + areas["older"])
    true = averages.share_of_last(rho, min(n, ages)) / averages.share_of_last(rho, ages)
    # Coordinates are written with two decimals, and one pixel between bars is left out.
    if not math.isclose(drawn, true, abs_tol=5e-3):
        out.append(f"filled area {drawn:.4f} instead of {true:.4f}")
    return out


STATES = [
    ("light", 0.9, 10), ("dark", 0.9, 10), ("phone", 0.9, 10),
    ("odd", 0.975, 7), ("wrong", 0.9, 10),
    ("right", 0.95, 10), ("end", 0.999, 10), ("home", 0.0, 10), ("mark", 0.99, 10),
    ("count", 0.99, 9), ("claim", 0.99, 100), ("one", 0.99, 1), ("many", 0.99, 5000),
]


@pytest.mark.parametrize(("name", "rho", "n"), STATES)
def test_every_number_and_every_place_is_pythons(facts, name, rho, n):
    assert complaints(facts[name], rho, n) == []


def test_tab_reaches_sliders_and_marks_in_order_and_keeps_the_focus(facts):
    order = [facts[name]["focus"] for name in ("left", "right", "mark", "count", "claim", "one")]
    assert order == ["decay ρ", "decay ρ", "set ρ to 0.99", "samples counted n",
                     "set n to 1/(1−ρ), 100", "samples counted n"]


def test_marks_stand_where_the_slider_stops(facts):
    """28 stops: .9, .99 and .999 are the 9th, 18th and 27th step of 27."""
    marks = facts["light"]["marks"]
    assert [mark["text"] for mark in marks] == ["0.9", "0.99", "0.999", "1/(1−ρ)"]
    assert [mark["at"] for mark in marks[:3]] == pytest.approx([1 / 3, 2 / 3, 1], abs=0.03)


def grey(state):
    """Fail when a grey print, which shows luminance alone, hides a difference."""
    assert figures.contrast(state["colours"]["recent"], state["colours"]["older"]) >= 1.5
    assert len(set(state["dashes"])) == 2


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_it_can_be_read_in_grey(facts, theme):
    grey(facts[theme])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_the_lesson(chromium, book, scheme):
    """The lesson's own figure, in the book's theme: as it opens it says what its tag asks for."""
    html = (book / f"{LESSON}.html").read_text("utf-8")
    rho, n = re.search(r'<lab-decay rho="([\d.]+)" window="(\d+)">', html).groups()
    state = figures.in_lesson(TAG, LESSON, book, chromium, scheme)
    assert complaints(state, float(rho), int(n)) == []
    figures.seen(state)
    grey(state)


@pytest.mark.parametrize(("script", "right", "wrong", "found"), [
    ("lab-averages.js", "Math.LN2 /", "1 /", ["half: [9.49", "the half-life line is at"]),
    ("lab-averages.js", "1 - rho ** n", "1 - rho ** (n + 1)", ["share: [0.68", "claimed: [0.68"]),
    ("lab-decay.js", "Math.min(n, ages)", "Math.min(n + 1, ages)", ["filled area 0.68"]),
    ("lab-decay.js", "[found.half], digits", "[found.half], String", ["half reads"]),
])
def test_a_broken_figure_is_found(tmp_path, chromium, script, right, wrong, found):
    state = figures.broken(TAG, PAGE, tmp_path, chromium, script, right, wrong)
    said = "\n".join(complaints(state, 0.9, 10))
    assert [part for part in found if part not in said] == []
