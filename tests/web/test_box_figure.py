"""<lab-box> used as a reader uses it: keyboard, both themes, phone, print, no scripts."""

import itertools
import re

import numpy as np
import pytest

from rmsprop_lab import decay
from tests.web import figures
from tests.web.test_weight_decay_js import ANGLES, hill, inside, ridges, rounded, walk
from tests.web.webtools import STATIC

TAG, LESSON = "lab-box", "lessons/11_decay"
PAGE = figures.page(TAG, "lab-weight-decay.js", 'lam="0.4" angle="0"', 'lam="0.2" angle="15"',
                    'lam="-1" angle="steep"')
STEPS, BELOW, ABOVE, MIDDLE = 800, -2.4, 6.4, 1.6


def first(angle):
    """The lam of the first wall, (11.15), to the last bit: a walk keeps every rounding."""
    return 1 / (2 * float(max(abs(rounded(angle).minimum))))


def corner(angle):
    """The lam of the corner, to the last bit; test_weight_decay_js.py derives it from the walls."""
    def times(x, y):
        (a, b), (_, d) = rounded(angle).H.tolist()
        return [a * x + b * y, b * x + d * y]

    pull = times(*rounded(angle).minimum.tolist())
    signs = [float(np.sign(one)) for one in pull]
    return max(s * push / (2 * abs(p))
               for s, push, p in zip(signs, times(*signs), pull, strict=True))


@pytest.fixture(scope="module")
def facts(tmp_path_factory, chromium):
    """What the figure shows at every stage of one reader's visit."""
    return figures.visited(TAG, PAGE, tmp_path_factory.mktemp("figure"), chromium)


class TestEveryReader(figures.EveryFigure):
    """What every figure owes its readers."""


def expected(lam, angle):
    """The numbers of the table, by the lesson's module and its bounded solver."""
    p = hill(angle)
    rest = inside(lam, angle)
    return {
        "wall": [decay.wall(lam)], "minimum": p.minimum.tolist(),
        "coupled": decay.ridge(p.H, p.minimum, lam).tolist(),
        "first": walk(True, lam, angle)[-1].tolist(), "decoupled": rest.tolist(),
        "second": walk(False, lam, angle)[-1].tolist(),
        "cut": decay.box(p.minimum, lam).tolist(), "slope": p.grad(rest).tolist(),
    }


def shown(number):
    """A number as the figure writes it."""
    return f"{0.0 if abs(number) < 1e-9 else number:.4g}".replace("-", "−")


def pair(numbers):
    """A point as the figure writes it."""
    return f"({', '.join(shown(one) for one in numbers)})"


def holds(slope):
    """What holds the decoupled walk: the walls on which the slope presses."""
    held = [name for name, one in zip("xy", slope, strict=True) if abs(one) > 1e-9]
    if len(held) == 1:
        return f"at the wall of {held[0]}, where the slope of {'y' if held == ['x'] else 'x'} is 0"
    return "in a corner" if held else "no wall is in the way"


def complaints(state, lam, angle):
    """What one state of the figure says or draws wrongly about a strength and an angle."""
    want = expected(lam, angle)
    out = figures.unequal(state, want, abs_tol=1e-9)
    out += [f"{name} reads {state['texts'][name]!r}" for name, numbers in want.items()
            if not state["texts"][name].endswith(" / ".join(shown(one) for one in numbers))]
    parts = (f"λ = {lam:.4g}", pair(want["coupled"]), pair(want["decoupled"]),
             holds(want["slope"]))
    said = figures.unsaid(state, [f"{lam:.4g}", f"{angle}°"], parts)
    return out + said + geometry(state, lam, angle, want)


def geometry(state, lam, angle, want):
    """What is drawn in the wrong place: marks, walls, walks, the ridge, the level curves."""
    left, _, wide, tall = state["frame"]
    scale, centre = tall / (ABOVE - BELOW), left + (wide + 0.5) / 2

    def at(points):
        xs, ys = np.reshape(points, (-1, 2)).T
        return np.stack([centre + scale * (xs - MIDDLE), scale * (ABOVE - ys)], axis=1)

    kept = [t for t in range(STEPS + 1) if t <= 100 or t % 4 == 0]
    wall = decay.wall(lam)
    drawn = {
        "ring": (state["ring"], at(want["coupled"])),
        "cross": (np.mean(state["cross"], axis=0), at(want["decoupled"])),
        "dot": (state["dot"], at(want["minimum"])),
        "square": (state["wall"], [*at([-wall, wall])[0], 2 * scale * wall, 2 * scale * wall]),
        "ridge": (state["ridge"], at(ridges(angle, 60))),
        "coupled walk": (state["coupled"], at(walk(True, lam, angle)[kept])),
        "decoupled walk": (state["decoupled"], at(walk(False, lam, angle)[kept])),
    }
    out = [f"the {name} is in the wrong place" for name, (got, right) in drawn.items()
           if np.size(got) != np.size(right)
           or np.abs(np.ravel(got) - np.ravel(right)).max() > 0.051]
    rest = hill(angle).loss(np.array(want["decoupled"]))
    for cx, cy, rx, ry, turn in state["levels"] + state["touch"]:
        if not np.allclose([cx, cy], at(want["minimum"])[0]) or not np.isclose(rx, ry * 20**0.5):
            out.append(f"an ellipse of {rx} by {ry} is no level curve")
        if float(re.match(r"rotate\((\S+) ", turn)[1]) != -angle:
            out.append(f"a level curve is turned by {turn}")
    if not np.isclose(2 * (state["touch"][0][3] / scale) ** 2, rest, atol=1e-9):
        out.append("the curve that should touch the square is of another level")
    return out


STATES = [
    ("light", 0.4, 0), ("dark", 0.4, 0), ("phone", 0.4, 0), ("odd", 0.2, 15), ("wrong", 0.4, 0),
    ("right", 0.45, 0), ("end", 1.0, 0), ("home", 0.02, 0), ("first", first(0), 0),
    ("corner", corner(0), 0), ("turned", 0.25, 30), ("quarter", 0.25, 90), ("back", 0.25, 30),
    ("deep", corner(30), 30), ("wall", first(30), 30), ("strong", 1.0, 30),
]


@pytest.mark.parametrize(("name", "lam", "angle"), STATES)
def test_every_number_and_every_place_is_pythons(facts, name, lam, angle):
    assert complaints(facts[name], lam, angle) == []


def test_the_states_hold_every_way_to_rest():
    kinds = {holds(expected(lam, angle)["slope"]) for _, lam, angle in STATES}
    assert len(kinds) == 4, kinds


def test_tab_reaches_sliders_and_marks_in_order_and_keeps_the_focus(facts):
    order = [facts[name]["focus"] for name in ("left", "first", "corner", "turned", "quarter")]
    assert order == ["penalty λ", "first wall: set λ to 0.1, where it meets the minimum",
                     "corner: set λ to 0.25, from where on both walls hold", "turned by",
                     "turn by 90°"]
    # The marks move with the angle, and the one that was pressed keeps the focus.
    assert facts["deep"]["focus"] == "corner: set λ to 0.446, from where on both walls hold"
    assert facts["wall"]["focus"] == "first wall: set λ to 0.1181, where it meets the minimum"


def test_marks_stand_where_the_slider_stops(facts):
    text = (STATIC / f"{TAG}.js").read_text("utf-8").partition("const LAMS")[2].partition("]")[0]
    grid = {float(one) for one in re.findall(r"\b[\d.]+\b", text)}
    for name, angle in (("light", 0), ("phone", 0), ("back", 30), ("odd", 15)):
        marks = facts[name]["marks"]
        assert [it["text"] for it in marks] == ["first wall", "corner", "0°", "30°", "90°"]
        stops = sorted(grid | {first(angle), corner(angle)})
        places = [stops.index(one(angle)) / (len(stops) - 1) for one in (first, corner)]
        assert [it["at"] for it in marks] == pytest.approx([*places, 0, 1 / 3, 1], abs=0.05)


def test_no_word_covers_another_or_the_plot(facts):
    for name, state in facts.items():
        if "words" not in state:
            continue
        for a, b in itertools.combinations(state["words"], 2):
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1], (name, a, b)
        left, right = state["plot"]
        assert all(left <= word[0] and word[2] <= right for word in state["words"]), name
        # The book's letters are wider than this page's: a word of the key needs more room.
        wide = right - left
        room = wide / (3 if wide >= 560 else 2) - 36
        assert all(1.3 * (word[2] - word[0]) < room for word in state["words"][-6:]), name
        assert state["key"] == 12, "each kind of mark stands in the plot and in its key"


@pytest.mark.parametrize("name", ["phone", "home", "quarter", "strong"])
def test_marks_are_inside_the_frame(facts, name):
    left, top, wide, tall = facts[name]["frame"]
    for x, y in (facts[name]["ring"], facts[name]["cross"][0], facts[name]["dot"]):
        assert left <= x <= left + wide and top <= y <= top + tall


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_it_can_be_read_in_grey(facts, theme):
    colours = facts[theme]["colours"]
    assert min(figures.contrast(colours[walk], colours["level"])
               for walk in ("coupled", "decoupled", "ridge", "touch", "wall")) >= 1.5
    assert len(set(facts[theme]["dashes"])) == 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_the_lesson(chromium, book, scheme):
    """The lesson's own figure, in the book's theme: as it opens it says what its tag asks for."""
    state = figures.in_lesson(TAG, LESSON, book, chromium, scheme)
    assert complaints(state, *asked()) == []
    figures.seen(state)


def asked():
    """The strength and the angle that the lesson asks for."""
    text = (STATIC.parents[1] / f"{LESSON}.md").read_text("utf-8")
    (lam, angle), = re.findall(r'<lab-box lam="([\d.]+)" angle="(\d+)">', text)
    return float(lam), int(angle)


def test_the_lesson_asks_for_stops_that_exist():
    lam, angle = asked()
    script = (STATIC / f"{TAG}.js").read_text("utf-8").partition("const LAMS")[2].partition("]")[0]
    assert f" {lam:g}," in script and angle in ANGLES


@pytest.mark.parametrize(("script", "right", "wrong", "found"), [
    ("lab-weight-decay.js", "1 / (2 * lam); //", "1 / lam; //", ["wall: ", "the cross is in"]),
    ("lab-weight-decay.js", "q = d + 2 * lam", "q = d + lam", ["coupled: ", "the ring is in"]),
    ("lab-weight-decay.js", "x * (1 - rate * (2 * lam))", "x * (1 - rate * lam)",
     ["second: ", "the decoupled walk is in"]),
    ("lab-box.js", "scale * (ABOVE - v)", "scale * (v - BELOW)",
     ["the ring is in", "the coupled walk is in", "the ridge is in"]),
    ("lab-box.js", "Math.sqrt(height / 2)", "Math.sqrt(height)", ["is no level curve"]),
    ("lab-box.js", "touch: weightDecay.loss(decoupled", "touch: weightDecay.loss([0, 0]",
     ["of another level"]),
    ("lab-box.js", "x(0) - half", "x(0) - half / 2", ["the square is in"]),
    ("lab-box.js", "> 1e-9)", "< 1e-9)", ["'in a corner' is missing"]),
    ("lab-box.js", 'found.cut, signed', 'found.minimum, signed', ["cut: ", "cut reads"]),
])
def test_a_broken_figure_is_found(tmp_path, chromium, script, right, wrong, found):
    state = figures.broken(TAG, PAGE, tmp_path, chromium, script, right, wrong)
    said = "\n".join(complaints(state, 0.4, 0))
    assert [part for part in found if part not in said] == []
