"""<lab-cycle> used as a reader uses it: keyboard, both themes, phone, print, no scripts."""

import itertools
import math
import re

import pytest

from rmsprop_lab import long_run
from tests.web import figures
from tests.web.test_long_run_js import LAMS, path
from tests.web.webtools import STATIC

TAG, LESSON = "lab-cycle", "lessons/05_long_run"
PAGE = figures.page(TAG, "lab-long-run.js", 'eta="0.4" eps="0"', 'eta="0.2" eps="0.3"',
                    'eta="7" eps="small"')
STEPS, LAST, REACH = 400, 12, 0.6


@pytest.fixture(scope="module")
def facts(tmp_path_factory, chromium):
    """What the figure shows at every stage of one reader's visit."""
    return figures.visited(TAG, PAGE, tmp_path_factory.mktemp("figure"), chromium)


class TestEveryReader(figures.EveryFigure):
    """What every figure owes its readers."""


def stops(name):
    """The list of that name in the script."""
    script = (STATIC / "lab-cycle.js").read_text("utf-8")
    return [float(one) for one in re.findall(
        r"[\d.]+", script.partition(f"const {name} = [")[2].partition("]")[0])]


def walk(rate, eps):
    """The two coordinates of the lab's own walk, a list each, and its loss at the end."""
    run = path(rate, eps, 0.9, STEPS)
    return run.theta.T.tolist(), float(run.loss[-1])


def law(rate, lam, eps):
    """The distance of the cycle; nothing is left of it where kappa is 2 but for a rounding."""
    return long_run.amplitude(rate, lam, eps) if jumps(rate, lam, eps) else 0.0


def jumps(rate, lam, eps):
    return long_run.kappa(rate, lam, eps) > 2 + 1e-9


def written(number):
    """As the figure writes a distance or a loss."""
    return f"{number:.4g}" if number >= 1e-6 else "< 10⁻⁶"


def endings(rate, eps):
    """What the sentence says about x and about y: by the theory where there is a cycle."""
    out = []
    for lam, coordinate in zip(LAMS, walk(rate, eps)[0], strict=True):
        end = coordinate[-1]
        if jumps(rate, lam, eps):
            far = f"{law(rate, lam, eps):.4g}"
            out.append(f"jumps between −{far} and {far}")
        elif abs(end) < 1e-3 * rate:
            out.append("rests at 0")
        else:
            out.append(f"is still on its way, at {end:.4g}".replace("-", "−"))
    return out


def complaints(state, rate, eps):
    """What one state of the figure says or draws wrongly about a learning rate and a guard."""
    both, loss = walk(rate, eps)
    want = {"end": [abs(one[-1]) for one in both], "law": [law(rate, lam, eps) for lam in LAMS],
            "kappa": [long_run.kappa(rate, lam, eps) for lam in LAMS],
            "loss": [loss], "floor": [long_run.valley_floor(LAMS, rate)]}
    out = figures.unequal(state, want, rel_tol=1e-8)
    shown = {"end": " / ".join(map(written, want["end"])),
             "law": " / ".join(f"{one:.4g}" for one in want["law"]),
             "kappa": " / ".join(f"{one:.4g}".replace("inf", "∞") for one in want["kappa"]),
             "loss": written(loss), "floor": f"{want['floor'][0]:.4g}"}
    out += [f"{name} reads {state['texts'][name]!r}" for name, text in shown.items()
            if not state["texts"][name].endswith(text)]
    x, y = endings(rate, eps)
    verdict = f"x {x}, y {y}" if x != y else "x and y both " + re.sub("^(jump|rest)s", r"\1", x)
    parts = (f"η = {rate:g} and ε = {eps:g}", verdict)
    if (", half the learning rate" in state["status"]) != (eps == 0):
        out.append("half the learning rate is said at the wrong guard")
    return (out + figures.unsaid(state, [f"{rate:g}", f"{eps:g}"], parts)
            + geometry(state, rate, both))


def geometry(state, rate, both):
    """What is drawn in the wrong place: frames, dots, lines, the last steps, words."""
    width = state["view"][2]
    out = []
    if len(state["frames"]) != 4 or any(x < 0 or x + w > width for x, _, w, _ in state["frames"]):
        return [f"the frames are {state['frames']}"]
    for i, coordinate in enumerate(both):
        (x0, top, wide, tall), (near, _, narrow, _) = state["frames"][2 * i:2 * i + 2]

        def place(value, held=REACH, top=top, tall=tall):
            value = max(-held, min(held, value))
            return top + tall / 2 * (1 - value / REACH)

        at = [x0 + t / STEPS * wide for t in range(STEPS + 1)]
        inside = [abs(value) <= REACH for value in coordinate]
        dots = [(at[t], place(v)) for t, v in enumerate(coordinate) if inside[t]]
        way = [(at[s], place(coordinate[s])) for t in range(1, STEPS + 1)
               if inside[t] or inside[t - 1] for s in (t - 1, t)]
        gap = (narrow - 12) / LAST
        last = [(near + 6 + k * gap, place(v, 9)) for k, v in enumerate(coordinate[-LAST - 1:])]
        drawn = state["circles"][i * (LAST + 1):(i + 1) * (LAST + 1)]
        for name, got, right in (("dots", state["dots"][i], dots), ("line", state["ways"][i], way),
                                 ("last line", state["last"][i], last), ("circles", drawn, last)):
            if len(got) != len(right) or any(math.dist(*pair) > 0.1 for pair in zip(got, right,
                                                                                  strict=True)):
                out.append(f"the {name} of {'xy'[i]} is not the walk")
        halves = state["halves"][4 * i:4 * i + 4]
        if halves != pytest.approx([place(s * rate / 2) for s in (1, 1, -1, -1)], abs=1e-6):
            out.append(f"the lines of half the rate are at {halves}")
    pairs = itertools.combinations(state["words"], 2)
    return out + [f"{a['text']!r} covers {b['text']!r}" for a, b in pairs
                  if cover(a["box"], b["box"])]


def cover(a, b):
    """Whether two boxes overlap by more than the empty rim of a line of text."""
    return (min(a[2], b[2]) - max(a[0], b[0]) > 1) and (min(a[3], b[3]) - max(a[1], b[1]) > 3)


STATES = [
    ("light", 0.4, 0.0), ("dark", 0.4, 0.0), ("phone", 0.4, 0.0), ("odd", 0.2, 0.3),
    ("wrong", 0.4, 0.0), ("right", 0.6, 0.0), ("end", 0.8, 0.0), ("home", 0.1, 0.0),
    ("low", 0.2, 0.0), ("lesson", 0.4, 0.0), ("high", 0.8, 0.0), ("guard", 0.8, 0.004),
    ("flat", 0.8, 0.08), ("steep", 0.8, 1.6), ("large", 0.8, 2.0), ("slow", 0.1, 2.0),
]


@pytest.mark.parametrize(("name", "rate", "eps"), STATES)
def test_every_number_and_every_place_is_pythons(facts, name, rate, eps):
    assert complaints(facts[name], rate, eps) == []


def test_every_stop_has_reached_its_end_or_says_that_it_has_not():
    """Where there is a cycle it is reached to all digits shown; nothing hangs on a last bit."""
    rates, guards = stops("RATES"), stops("GUARDS")
    assert (len(rates), len(guards)) == (6, 19)
    for rate, eps in itertools.product(rates, guards):
        both, loss = walk(rate, eps)
        for lam, coordinate in zip(LAMS, both, strict=True):
            end = abs(coordinate[-1])
            if jumps(rate, lam, eps):
                assert written(end) == written(law(rate, lam, eps))
                assert coordinate[-1] * coordinate[-2] < 0
            else:
                assert not 0.5e-3 < end / rate < 2e-3, "a verdict on the edge"
            assert firm(end)
        assert firm(loss)
        if eps == 0:
            assert written(loss) == written(long_run.valley_floor(LAMS, rate))


def firm(number):
    """Whether what is written stays when the number changes by a hundred-billionth."""
    return written(number * (1 - 1e-11)) == written(number * (1 + 1e-11))


def test_both_edges_of_every_rate_are_stops():
    for rate, lam in itertools.product(stops("RATES"), LAMS):
        assert any(math.isclose(eps, rate * lam / 2) for eps in stops("GUARDS"))


def test_tab_reaches_sliders_and_marks_in_order_and_keeps_the_focus(facts):
    order = [facts[name]["focus"] for name in ("left", "low", "lesson", "high", "guard", "flat",
                                               "steep", "large", "slow")]
    assert order == ["learning rate η", "set η to 0.2", "set η to 0.4", "set η to 0.8", "guard ε",
                     "x rests: set ε to ηλ/2, 0.08", "y rests: set ε to ηλ/2, 1.6", "guard ε",
                     "learning rate η"]


def test_marks_stand_where_the_slider_stops_and_move_with_the_rate(facts):
    for view, flat, steep in (("light", 6, 14), ("phone", 6, 14), ("end", 8, 17), ("slow", 3, 10)):
        marks = facts[view]["marks"]
        assert [mark["text"] for mark in marks] == ["0.2", "0.4", "0.8", "0", "x rests", "y rests"]
        assert all(mark["text"] in mark["label"] for mark in marks)
        at = [1 / 5, 3 / 5, 1, 0, flat / 18, steep / 18]
        assert [mark["at"] for mark in marks] == pytest.approx(at, abs=0.04)
        pairs = itertools.pairwise(marks[3:])
        assert all(a["right"] < b["left"] for a, b in pairs), view


def grey(state):
    """Fail when a grey print, which shows luminance alone, hides a difference."""
    assert figures.contrast(state["colours"]["dots"], state["colours"]["way"]) >= 1.5
    assert state["dash"] != "none"


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_it_can_be_read_in_grey(facts, theme):
    grey(facts[theme])


def asked():
    """The settings for which the lesson's tag asks."""
    text = (STATIC.parents[1] / f"{LESSON}.md").read_text("utf-8")
    (rate, eps), = re.findall(r'<lab-cycle eta="([\d.]+)" eps="([\d.]+)">', text)
    return float(rate), float(eps)


def test_the_lesson_asks_for_stops_that_exist():
    rate, eps = asked()
    assert rate in stops("RATES") and eps in stops("GUARDS")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_the_lesson(chromium, book, scheme):
    """The lesson's own figure, in the book's theme: as it opens it says what its tag asks for."""
    state = figures.in_lesson(TAG, LESSON, book, chromium, scheme)
    assert complaints(state, *asked()) == []
    figures.seen(state)
    grey(state)


@pytest.mark.parametrize(("script", "right", "wrong", "found"), [
    ("lab-long-run.js", "Math.sqrt(v[i]) + eps", "Math.sqrt(v[i] / 2) + eps",
     ["end: [0.28", "the dots of x", "the circles of y", "loss: "]),
    ("lab-long-run.js", "0.5 - 1 / k", "1 - 1 / k", ["law: [0.4", "law reads"]),
    ("lab-cycle.js", "k % 2 === i", "k % 2 === 0", ["the line of y is not the walk"]),
    ("lab-cycle.js", "if (inside(t)) dots", "dots", ["the dots of x"]),
    ("lab-cycle.js", "path.slice(STEPS - LAST)", "path.slice(STEPS - LAST - 1)",
     ["the last line of x", "the circles of y"]),
    ("lab-cycle.js", "line(\"lab-half\", LEFT, split, y(sign * rate / 2))",
     "line(\"lab-half\", LEFT, split, y(sign * rate))", ["the lines of half the rate"]),
    ("lab-cycle.js", "Math.max(7, y(0) - y(rate / 2))", "2", ["covers"]),
    ("lab-cycle.js", "end * path[STEPS - 1] < 0", "end * path[STEPS - 1] > 0", ["both jump"]),
    ("lab-cycle.js", "eps === 0 ?", "eps > 0 ?", ["said at the wrong guard"]),
])
def test_a_broken_figure_is_found(tmp_path, chromium, script, right, wrong, found):
    state = figures.broken(TAG, PAGE, tmp_path, chromium, script, right, wrong)
    said = "\n".join(complaints(state, 0.4, 0.0))
    assert [part for part in found if part not in said] == [], said
