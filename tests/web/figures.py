"""What the tests of every interactive figure share: a page for it, colours, and what all owe."""

import math
import re
import shutil

import pytest

from tests.web.webtools import PHONE, STATIC, node, serve

FALLBACK = "In the rendered book this is an interactive figure."


def page(tag, mathematics, *settings, more=()):
    """A page with one figure for each text of attributes.

    mathematics: the script of numbers. more: scripts that the figure needs after lab-common.js.
    """
    names = (mathematics, "lab-common.js", *more, f"{tag}.js")
    scripts = "\n".join(f'<script src="{name}"></script>' for name in names)
    figures = "\n".join(f"<{tag} {text}>{FALLBACK}</{tag}>" for text in settings)
    return (f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
            f'<title>A figure</title><meta name="viewport" content="width=device-width">\n'
            f'<link rel="icon" href="data:,"><link rel="stylesheet" href="lab-widgets.css">\n'
            f"{scripts}</head><body>\n{figures}\n</body></html>")


def look(tag, html, folder, chromium, stages=None):
    """Facts about the figure, from a page that holds the scripts of `folder`; 1: as it opens."""
    (folder / "index.html").write_text(html, "utf-8")
    with serve(folder) as address:
        task = {"chromium": chromium, "url": f"{address}/index.html", "stages": stages}
        return node(f"{tag.removeprefix('lab-')}.mjs", task)


def visited(tag, html, folder, chromium):
    """What the figure shows at every stage of one reader's visit."""
    shutil.copytree(STATIC, folder, dirs_exist_ok=True)
    return look(tag, html, folder, chromium)


def broken(tag, html, folder, chromium, script, right, wrong):
    """What the figure shows as it opens when one piece of a script is replaced."""
    shutil.copytree(STATIC, folder, dirs_exist_ok=True)
    text = (folder / script).read_text("utf-8")
    assert text.count(right) == 1
    (folder / script).write_text(text.replace(right, wrong), "utf-8")
    return look(tag, html, folder, chromium, stages=1)["light"]


def in_lesson(tag, lesson, book, chromium, scheme):
    """What the lesson's first figure shows as it opens, in the book's theme."""
    with serve(book) as address:
        task = {"chromium": chromium, "url": f"{address}/{lesson}.html", "stages": 1}
        return node(f"{tag.removeprefix('lab-')}.mjs", task | {"scheme": scheme})[scheme]


def unequal(state, want, rel_tol=1e-9, abs_tol=1e-12):
    """Sentences about the numbers of the table that are not `want`, {name: [numbers]}."""
    out = []
    for name, numbers in want.items():
        # JSON has no infinity: what never happens arrives as null.
        got = [math.inf if one is None else one for one in state["values"].get(name, [])]
        if len(got) != len(numbers) or not all(
                a == b or math.isclose(a, b, rel_tol=rel_tol, abs_tol=abs_tol)
                for a, b in zip(got, numbers, strict=True)):
            out.append(f"{name}: {got} instead of {numbers}")
    return out


def unsaid(state, texts, parts):
    """Sentences about what the sliders do not say and what status and label leave out."""
    out = []
    if not [it["says"] for it in state["sliders"]] == [it["shown"] for it in state["sliders"]] == (
            texts):
        out.append(f"the sliders say {state['sliders']}")
    return out + [f"{part!r} is missing in {text!r}"
                  for text in (state["status"], state["label"]) for part in parts
                  if part not in text]


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


class EveryFigure:
    """What every figure owes its readers. A test module subclasses it and has a fixture `facts`."""

    def test_the_live_region_waits_for_the_slider_to_rest(self, facts):
        assert facts["moving"] == {"silent": True, "busy": "true"}

    def test_no_errors_and_nothing_from_another_host(self, facts):
        seen = facts["seen"]
        assert (seen["errors"], seen["failed"], seen["outside"]) == ([], [], [])

    @pytest.mark.parametrize("theme", ["light", "dark", "print"])
    def test_every_part_can_be_seen(self, facts, theme):
        seen(facts[theme])

    def test_dark_is_dark(self, facts):
        assert luminance(facts["light"]["colours"]["paper"]) > 0.5
        assert luminance(facts["dark"]["colours"]["paper"]) < 0.1

    @pytest.mark.parametrize("place", ["light", "phone"])
    def test_marks_can_be_pressed_and_stand_apart(self, facts, place):
        marks = facts[place]["marks"]
        assert all(it["right"] - it["left"] >= 24 <= it["height"] for it in marks)
        apart = [a["right"] < b["left"] or b["right"] < a["left"] or a["at"] > b["at"]
                 for a, b in zip(marks, marks[1:], strict=False)]
        assert all(apart), marks

    def test_a_mark_is_called_by_what_it_shows(self, facts):
        assert all(it["text"] in it["label"] for it in facts["light"]["marks"])

    def test_it_fits_a_phone(self, facts):
        left, right = facts["phone"]["plot"]
        assert facts["phone"]["page"] <= PHONE and 0 <= left < right <= PHONE

    def test_print_shows_figure_and_numbers_without_sliders(self, facts):
        assert facts["print"]["sliderHeight"] == 0 < facts["light"]["sliderHeight"]
        left, right = facts["print"]["plot"]
        assert right - left > 200

    def test_without_scripts_the_fallback_text_shows(self, facts):
        assert facts["without"]["text"].strip() == FALLBACK and facts["without"]["height"] > 10


def seen(state):
    """Fail when a part of the figure stands out too little from its paper."""
    colours = dict(state["colours"])
    paper = colours.pop("paper")
    assert contrast(colours.pop("text"), paper) >= 7
    assert min(contrast(colour, paper) for colour in colours.values()) >= 3, colours
