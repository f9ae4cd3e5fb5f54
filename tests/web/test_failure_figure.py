"""<lab-failure> used as a reader uses it: keyboard, both themes, phone, print, no scripts."""

import itertools
import math
import re

import pytest

from rmsprop_lab import failure
from tests.web import figures
from tests.web.test_rounds_js import steps, walks
from tests.web.webtools import STATIC

TAG, LESSON = "lab-failure", "lessons/10_failure"
PAGE = figures.page(TAG, "lab-rounds.js", 'c="10" rho="0.9"', 'c="3" rho="0.1"',
                    'c="2" rho="slow"')
STEPS, RATE = 3000, 0.5
STAR = failure.threshold(10)


@pytest.fixture(scope="module")
def facts(tmp_path_factory, chromium):
    """What the figure shows at every stage of one reader's visit."""
    return figures.visited(TAG, PAGE, tmp_path_factory.mktemp("figure"), chromium)


class TestEveryReader(figures.EveryFigure):
    """What every figure owes its readers."""


def written(x):
    """A number as the figure writes it."""
    return f"{0.0 if abs(x) < 1e-9 else x:.4g}".replace("-", "−")


def verdict(C, rho):
    """Where RMSprop goes, by the threshold of the lesson."""
    star = failure.threshold(C)
    if rho == star:
        return "this is the threshold"
    return "climbs, towards the worst place" if rho < star else "goes down, towards the best place"


def complaints(state, C, rho):
    """What one state of the figure says or draws wrongly about a round and a decay."""
    down, *up = steps(C, rho)
    paths, star = walks(C, rho, RATE, STEPS), failure.threshold(C)
    want = {"down": [-down], "up": [math.fsum(up)], "pull": [failure.pull(C, None, rho)],
            "move": [failure.move(C, None, rho)], "star": [star], "memory": [1 / (1 - star)],
            "ends": [path[STEPS] for path in paths]}
    out = figures.unequal(state, want)
    for name, numbers in want.items():
        if not all(written(number) in state["texts"][name] for number in numbers):
            out.append(f"{name} reads {state['texts'][name]!r}")
    parts = (f"C = {C} and ρ = {rho:.4g}", f"{-down:.4g} down and {math.fsum(up):.4g} up",
             verdict(C, rho))
    return (out + figures.unsaid(state, [str(C), f"{rho:.4g}"], parts)
            + walked(state, C, paths) + barred(state, -down, up))


def thinned(numbers, parts):
    """The first number in each of the equal parts of the logarithmic axis."""
    groups = itertools.groupby(numbers, lambda t: int(parts * math.log(t) / math.log(STEPS)))
    return [next(group) for _, group in groups]


def walked(state, C, paths):
    """What is wrong with the two walks: both are drawn at the steps of whole rounds."""
    left, right = state["grid"]
    worst, best = sorted(state["walls"])
    starts = [t for t in range(1, STEPS, C) if t + C - 1 <= STEPS]
    early = [t + j for t in starts if t <= 100 for j in range(C)]
    late = [s for t in thinned([t for t in starts if t > 100], 240) for s in (t, t + C - 1)]
    out = []
    for name, path, times in (("rmsprop", paths[0], early + late),
                              ("amsgrad", paths[1], thinned([t + C - 1 for t in starts], 80))):
        true = [(left + (right - left) * math.log(t) / math.log(STEPS),
                 (worst + best) / 2 - path[t] * (best - worst) / 2) for t in times]
        drawn = state[name]
        if len(true) != len(drawn) or not all(
                math.isclose(a, b, abs_tol=0.006) for one, two in zip(drawn, true, strict=True)
                for a, b in zip(one, two, strict=True)):
            out.append(f"the path of {name} is not its walk")
    return out


def barred(state, down, up):
    """What is wrong with the bars: lengths, and that each step up begins where the last ended."""
    (start, long), = state["down"]
    scale = long / down
    out = []
    if not math.isclose(state["limit"], start + long, abs_tol=1e-6):
        out.append("the dotted line is not at the end of the step down")
    ends = [start, *(x + width for x, width in state["ups"])]
    if [x for x, _ in state["ups"]] != pytest.approx(ends[:-1], abs=1e-6):
        out.append("the steps up do not follow each other")
    if [width / scale for _, width in state["ups"]] != pytest.approx(up, rel=1e-9):
        out.append("a step up has the wrong length")
    return out


STATES = [
    ("light", 10, 0.9), ("dark", 10, 0.9), ("phone", 10, 0.9), ("odd", 3, 0.1), ("wrong", 10, 0.9),
    ("right", 11, 0.9), ("end", 30, 0.9), ("home", 3, 0.9), ("ten", 10, 0.9), ("decay", 10, 0.91),
    ("tail", 10, 0.999), ("zero", 10, 0.0), ("threshold", 10, STAR), ("held", 11, STAR),
    ("long", 30, STAR),
]


@pytest.mark.parametrize(("name", "C", "rho"), STATES)
def test_every_number_and_every_place_is_pythons(facts, name, C, rho):
    assert complaints(facts[name], C, rho) == []


def test_at_the_threshold_both_bars_are_equally_long(facts):
    (_, down), = facts["threshold"]["down"]
    assert sum(width for _, width in facts["threshold"]["ups"]) == pytest.approx(down, rel=1e-9)


def test_tab_reaches_sliders_and_marks_in_order_and_keeps_the_focus(facts):
    order = [facts[name]["focus"] for name in ("left", "ten", "decay", "threshold", "held")]
    assert order == ["large slope C", "set C to 10", "decay ρ", "set ρ to the threshold, 0.9554",
                     "large slope C"]


def listed(name):
    """The numbers of one list in the figure's script."""
    script = (STATIC / f"{TAG}.js").read_text("utf-8")
    return [float(x) for x in re.findall(r"[\d.]+", script.partition(f"const {name} = [")[2]
                                         .partition("]")[0])]


@pytest.mark.parametrize(("name", "C", "rho"), STATES)
def test_marks_stand_where_the_slider_stops(facts, name, C, rho):
    """The threshold of this round stands among the decays, wherever it is."""
    marks, star = facts[name]["marks"], failure.threshold(C)
    scale = sorted({*listed("RHOS"), star, rho})
    assert [mark["text"] for mark in marks] == ["3", "10", "30", "threshold"]
    at = [0, 7 / 27, 1, scale.index(star) / (len(scale) - 1)]
    assert [mark["at"] for mark in marks] == pytest.approx(at, abs=0.04)


@pytest.mark.parametrize("name", [*(name for name, _, _ in STATES), "print"])
def test_no_label_meets_another_or_leaves_the_figure(facts, name):
    state = facts[name]
    _, _, width, height = state["view"]
    for _, left, top, right, bottom in state["words"]:
        assert -1 <= left < right <= width + 1 and -1 <= top < bottom <= height + 1
    for (one, *a), (other, *b) in itertools.combinations(state["words"], 2):
        apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
        assert apart, (one, other)


@pytest.mark.parametrize("name", [name for name, _, _ in STATES])
def test_no_label_is_on_a_walk(facts, name):
    places = facts[name]["rmsprop"] + facts[name]["amsgrad"]
    low, high = min(y for _, y in places), max(y for _, y in places)
    left = facts[name]["grid"][0]
    for word, start, top, end, bottom in facts[name]["words"]:
        # The boxes of two lines reach below their letters; 4 pixels of them are empty.
        assert end <= left or start >= places[-1][0] or bottom - 4 <= low or top + 4 >= high, word


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_it_can_be_read_in_grey(facts, theme):
    colours, dashes = facts[theme]["colours"], facts[theme]["dashes"]
    assert figures.contrast(colours["down"], colours["up"]) >= 1.5
    assert len(set(dashes)) == 3


def test_the_lesson_asks_for_stops_that_exist():
    text = (STATIC.parents[1] / f"{LESSON}.md").read_text("utf-8")
    (C, rho), = re.findall(r'<lab-failure c="(\d+)" rho="([\d.]+)">', text)
    assert 3 <= int(C) <= 30 and float(rho) in listed("RHOS")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_the_lesson(chromium, book, scheme):
    """The lesson's own figure, in the book's theme: as it opens it says what its tag asks for."""
    html = (book / f"{LESSON}.html").read_text("utf-8")
    C, rho = re.search(r'<lab-failure c="(\d+)" rho="([\d.]+)">', html).groups()
    state = figures.in_lesson(TAG, LESSON, book, chromium, scheme)
    assert complaints(state, int(C), float(rho)) == []
    figures.seen(state)


@pytest.mark.parametrize(("script", "right", "wrong", "found"), [
    ("lab-rounds.js", "Math.max(peak, v)", "v", ["the path of amsgrad", "ends: "]),
    ("lab-rounds.js", "pull(C, middle) > 1", "pull(C, middle) > 1.1", ["star: ", "memory: "]),
    ("lab-rounds.js", "(j ? 1 : -C)", "(j ? 1 : 1 - C)", ["down: ", "move: ", "down and"]),
    ("lab-failure.js", "places.filter((_, k) => k % 2 === i)",
     "places.filter((_, k) => k % 2 !== i)", ["the path of rmsprop", "the path of amsgrad"]),
    ("lab-failure.js", "[t, t + C - 1]", "[t, t + C]", ["the path of rmsprop"]),
    ("lab-failure.js", "from - length, length, top", "0, length, top",
     ["the steps up do not follow"]),
    ("lab-failure.js", "return move > 0", "return move < 0", ["'climbs, towards the worst place'"]),
    ("lab-failure.js", 'left + scale * found.down, top - 5', 'left + scale * found.up, top - 5',
     ["the dotted line"]),
])
def test_a_broken_figure_is_found(tmp_path, chromium, script, right, wrong, found):
    state = figures.broken(TAG, PAGE, tmp_path, chromium, script, right, wrong)
    said = "\n".join(complaints(state, 10, 0.9))
    assert [part for part in found if part not in said] == []
