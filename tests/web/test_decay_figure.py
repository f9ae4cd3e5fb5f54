"""<lab-decay> used as a reader uses it: keyboard, both themes, phone, print, no scripts."""

import math
import re
import shutil

import pytest

from rmsprop_lab import averages
from tests.web.webtools import PHONE, STATIC, node, serve

LESSON = "lessons/01_averages"
FALLBACK = "In the rendered book this is an interactive figure."
PAGE = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A figure</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<link rel="stylesheet" href="lab-widgets.css">
<script src="lab-averages.js"></script><script src="lab-common.js"></script>
<script src="lab-decay.js"></script></head><body>
<p><lab-decay rho="0.9" window="10">{FALLBACK}</lab-decay></p>
<lab-decay rho="0.975" window="7">{FALLBACK}</lab-decay>
<lab-decay rho="1.5" window="many">{FALLBACK}</lab-decay>
</body></html>"""


def look(folder, chromium, stages=None):
    """Facts about the figure, from a page that holds the scripts of `folder`; 1: as it opens."""
    (folder / "index.html").write_text(PAGE, "utf-8")
    with serve(folder) as address:
        task = {"chromium": chromium, "url": f"{address}/index.html", "stages": stages}
        return node("decay.mjs", task)


@pytest.fixture(scope="module")
def facts(tmp_path_factory, chromium):
    """What the figure shows at every stage of one reader's visit."""
    folder = tmp_path_factory.mktemp("figure")
    shutil.copytree(STATIC, folder, dirs_exist_ok=True)
    return look(folder, chromium)


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
    out = []
    want = expected(rho, n)
    for name, numbers in want.items():
        got = state["values"].get(name, [])
        if len(got) != len(numbers) or not all(
            math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-15)
            for a, b in zip(got, numbers, strict=True)
        ):
            out.append(f"{name}: {got} instead of {numbers}")
        write = percent if name in ("share", "claimed") else "{:.4g}".format
        if not all(write(number) in state["texts"][name] for number in numbers):
            out.append(f"{name} reads {state['texts'][name]!r}")
    samples = "the newest sample" if n == 1 else f"the last {n} samples"
    if [slider["says"] for slider in state["sliders"]] != [f"{rho:g}", str(n)]:
        out.append(f"the sliders say {state['sliders']}")
    if any(slider["shown"] != slider["says"] for slider in state["sliders"]):
        out.append(f"a slider shows something else than it says: {state['sliders']}")
    for text in (state["status"], state["label"]):
        for part in (f"{rho:g}", samples, percent(want["share"][0]), f"{want['half'][0]:.4g}"):
            if part not in text:
                out.append(f"{part!r} is missing in {text!r}")
    return out + geometry(state, rho, n)


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
    assert all(min(mark["width"], mark["height"]) >= 24 for mark in marks)


def test_the_live_region_waits_for_the_slider_to_rest(facts):
    assert facts["moving"] == {"silent": True}


def test_no_errors_and_nothing_from_another_host(facts):
    seen = facts["seen"]
    assert (seen["errors"], seen["failed"], seen["outside"]) == ([], [], [])


def luminance(colour):
    """Relative luminance of `rgb(r, g, b)`, as WCAG defines it."""
    def linear(channel):
        c = channel / 255
        return c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(x)) for x in re.findall(r"\d+", colour)[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    """Contrast ratio of two colours, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def check_colours(state):
    """Fail when a reader could miss a part of the figure, also in grey."""
    colours, paper = state["colours"], state["colours"]["paper"]
    assert contrast(colours["text"], paper) >= 7
    assert min(contrast(colours[it], paper) for it in ("recent", "older", "half")) >= 3
    # A grey print shows luminance alone.
    assert contrast(colours["recent"], colours["older"]) >= 1.5
    assert len(set(state["dashes"])) == 2


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_colours_are_readable_also_in_grey(facts, theme):
    check_colours(facts[theme])


def test_dark_is_dark(facts):
    assert luminance(facts["light"]["colours"]["paper"]) > 0.5
    assert luminance(facts["dark"]["colours"]["paper"]) < 0.1


def test_it_fits_a_phone(facts):
    phone = facts["phone"]
    assert phone["page"] <= PHONE
    left, right = phone["plot"]
    assert 0 <= left < right <= PHONE


def test_print_shows_figure_and_numbers_without_sliders(facts):
    assert facts["print"]["sliderHeight"] == 0
    assert facts["light"]["sliderHeight"] > 0
    left, right = facts["print"]["plot"]
    assert right - left > 200


def test_without_scripts_the_fallback_text_shows(facts):
    assert facts["without"]["text"].strip() == FALLBACK
    assert facts["without"]["height"] > 10


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_the_lesson(chromium, book, scheme):
    """The lesson's own figure, in the book's theme: as it opens it says what its tag asks for."""
    html = (book / f"{LESSON}.html").read_text("utf-8")
    rho, n = re.search(r'<lab-decay rho="([\d.]+)" window="(\d+)">', html).groups()
    with serve(book) as address:
        task = {"chromium": chromium, "url": f"{address}/{LESSON}.html", "stages": 1}
        state = node("decay.mjs", task | {"scheme": scheme})[scheme]
    assert complaints(state, float(rho), int(n)) == []
    check_colours(state)


@pytest.mark.parametrize(("script", "right", "wrong", "found"), [
    ("lab-averages.js", "Math.LN2 /", "1 /", ["half: [9.49", "the half-life line is at"]),
    ("lab-averages.js", "1 - rho ** n", "1 - rho ** (n + 1)", ["share: [0.68", "claimed: [0.68"]),
    ("lab-decay.js", "Math.min(n, ages)", "Math.min(n + 1, ages)", ["filled area 0.68"]),
    ("lab-decay.js", "[found.half], digits", "[found.half], String", ["half reads"]),
])
def test_a_broken_figure_is_found(tmp_path, chromium, script, right, wrong, found):
    shutil.copytree(STATIC, tmp_path, dirs_exist_ok=True)
    text = (tmp_path / script).read_text("utf-8")
    assert text.count(right) == 1
    (tmp_path / script).write_text(text.replace(right, wrong), "utf-8")
    said = "\n".join(complaints(look(tmp_path, chromium, stages=1)["light"], 0.9, 10))
    assert [part for part in found if part not in said] == []
