"""Every numbered equation of a lesson is named by a test of its claims, or is a line of the lab."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LESSONS = sorted((ROOT / "lessons").glob("[0-9][0-9]_*.md"))
LINES = "".join(path.read_text("utf-8") for path in (ROOT / "rmsprop_lab").rglob("*.py"))
# "(7.4)", "eq_7_4", "eqs_7_15_to_7_17", "(7.15) to (7.17)"
SINGLE = r"(?<!\d)(?<!\d[._])%d[._]%d(?!\d)"
RANGE = re.compile(r"(\d+)[._](\d+)\)?[ _]to[ _]\(?(\d+)[._](\d+)")


def tags(text):
    """The numbers of the equations of a lesson, (lesson, equation)."""
    return [(int(a), int(b)) for a, b in re.findall(r"\\tag\{(\d+)\.(\d+)\}", text)]


def unnamed(wanted, tests, lines):
    """The equations that no test names and that no line of the lab carries as its comment."""
    ranges = [tuple(map(int, found)) for found in RANGE.findall(tests)]

    def named(lesson, number):
        return (re.search(SINGLE % (lesson, number), tests)
                or any(a == c == lesson and b <= number <= d for a, b, c, d in ranges)
                or re.search(rf"# .*\({lesson}\.{number}\)", lines))
    return [f"({a}.{b})" for a, b in wanted if not named(a, b)]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_every_equation_is_named(lesson):
    tests = "".join(path.read_text("utf-8")
                    for path in Path(__file__).parent.glob(f"*lesson{lesson.name[:2]}*.py"))
    assert unnamed(tags(lesson.read_text("utf-8")), tests, LINES) == []


def test_there_are_many_and_each_has_its_own_number():
    found = [tag for lesson in LESSONS for tag in tags(lesson.read_text("utf-8"))]
    assert len(found) > 350 and len(set(found)) == len(found)


def test_an_equation_without_a_test_is_found():
    wanted = [(9, 1), (9, 2), (9, 3), (9, 4), (9, 11)]
    assert unnamed(wanted, "def test_eqs_9_2_to_9_3", "x = y  # (9.11)") == ["(9.1)", "(9.4)"]
