"""The engine: outcomes and strict mode, records that another process can judge, determinism."""

import html.parser
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rmsprop_lab import exercises
from rmsprop_lab.exercises import lesson04
from rmsprop_lab.exercises.calls import Case, call_all, signature_problem
from rmsprop_lab.exercises.function import FunctionExercise
from rmsprop_lab.exercises.number import NumberExercise
from rmsprop_lab.exercises.outcome import STRICT_VARIABLE
from rmsprop_lab.exercises.values import MOST_VALUES, close, describe
from tests.exercises.answers import drift, step, train
from tests.exercises.step_answers import EXERCISE, RIGHT, WRONG


@pytest.fixture
def strict(monkeypatch):
    """Leaves strict mode as it was, whatever a test does."""
    monkeypatch.delenv(STRICT_VARIABLE, raising=False)
    exercises.strict(None)
    yield exercises.strict
    exercises.strict(None)


def test_strict_mode_raises_the_message(strict):
    wrong = WRONG["eps inside"][0]
    assert EXERCISE.check(wrong).kind == "NotYet"
    strict()
    with pytest.raises(exercises.NotYet, match=r"^eps is inside the root: at g = 1e-4 your step "):
        EXERCISE.check(wrong)
    with pytest.raises(exercises.NotYet, match="write `rmsprop_step`"):
        EXERCISE.check(...)
    with pytest.raises(exercises.NotYet, match="hidden until a prediction"):
        lesson04.prediction.reveal(0.1)
    assert EXERCISE.check(RIGHT["power"])
    strict(False)
    assert EXERCISE.check(wrong).kind == "NotYet"


@pytest.mark.parametrize("value, raises", [("1", True), ("yes", True), ("0", False), ("", False)])
def test_strict_mode_by_environment(strict, monkeypatch, value, raises):
    monkeypatch.setenv(STRICT_VARIABLE, value)
    if raises:
        with pytest.raises(exercises.NotYet):
            EXERCISE.check(...)
        strict(False)  # what is said in the program goes first
    assert EXERCISE.check(...).kind == "NotAttempted"


@pytest.mark.parametrize("name", [*RIGHT, *WRONG])
def test_an_answer_is_judged_from_plain_data(name):
    answer = RIGHT[name] if name in RIGHT else WRONG[name][0]
    record = json.loads(json.dumps(EXERCISE.record(answer), allow_nan=False))
    assert EXERCISE.diagnose(record) == EXERCISE.check(answer)


@pytest.mark.parametrize("exercise", [EXERCISE, lesson04.drift, lesson04.train],
                         ids=lambda e: e.name)
def test_inputs_are_plain_data_without_answers(exercise):
    data = json.loads(json.dumps(exercise.inputs(), allow_nan=False))
    assert [set(case) for case in data] == [{"name", "args", "dtype"}] * len(exercise.cases)
    assert all(set(case["args"]) == set(exercise.arguments) for case in data)


def test_calling_an_answer_does_not_compute_the_right_one(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("the reference was called")
    monkeypatch.setattr(EXERCISE, "reference", refuse)
    for name in ("right", "wrong"):
        vars(EXERCISE).pop(name, None)
    assert "calls" in EXERCISE.record(RIGHT["power"])
    with pytest.raises((AssertionError, KeyError)):
        EXERCISE.diagnose(EXERCISE.record(RIGHT["power"]))
    for name in ("right", "wrong"):
        vars(EXERCISE).pop(name, None)


@pytest.mark.parametrize("exercise, wrong", [(EXERCISE, step("v = rho * v + g**3")),
                                             (lesson04.drift, drift(end="return 1.0")),
                                             (lesson04.train, train("v = v + 1"))])
def test_an_unnamed_mistake_gets_inputs_and_both_numbers(exercise, wrong):
    assert "it is" in exercise.check(wrong).message
    assert "expected" in exercise.check(wrong).message


@pytest.mark.parametrize("exercise", [EXERCISE, lesson04.drift, lesson04.train],
                         ids=lambda e: e.name)
def test_each_mistake_is_a_mistake_and_finds_itself(exercise):
    for mistake, own in zip(exercise.mistakes, exercise.wrong, strict=True):
        assert mistake.made_by(own, own, exercise.right), mistake.name
        assert not mistake.made_by(exercise.right, own, exercise.right), mistake.name
        found = exercise.diagnose({"calls": own})
        assert found.message == mistake.message(exercise.cases, own, exercise.right), mistake.name
        assert "{" not in found.message


def test_checks_say_the_same_in_every_process():
    program = (
        "from tests.exercises.step_answers import EXERCISE, WRONG\n"
        "for answer, _ in WRONG.values():\n"
        "    outcome = EXERCISE.check(answer)\n"
        "    print(outcome, outcome._repr_html_())\n"
    )
    other = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True,
                           text=True, env={**os.environ, "PYTHONHASHSEED": "7"},
                           cwd=Path(__file__).resolve().parents[2]).stdout
    outcomes = [EXERCISE.check(answer) for answer, _ in WRONG.values()]
    assert other == "".join(f"{o} {o._repr_html_()}\n" for o in outcomes)
    assert " at 0x" not in other


class Tags(html.parser.HTMLParser):
    """The open tags of a fragment, and what tags it has had."""

    def __init__(self):
        super().__init__()
        self.open, self.seen = [], []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.seen.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("name", [*RIGHT, *WRONG])
def test_the_html_card_is_balanced_and_says_its_kind_in_words(name):
    answer = RIGHT[name] if name in RIGHT else WRONG[name][0]
    text = EXERCISE.check(answer)._repr_html_()
    tags = Tags()
    tags.feed(text)
    assert not tags.open and set(tags.seen) <= {"div", "p", "strong", "span", "code"}
    assert ("Correct:" if name in RIGHT else "Not yet:") in text


def test_an_error_message_cannot_bring_tags_into_the_page():
    evil = step("raise ValueError('<script>`<img src=x>`</script>')")
    text = EXERCISE.check(evil)._repr_html_()
    assert "<script" not in text and "<img" not in text and "&lt;script&gt;" in text


def test_an_exception_is_quoted_with_the_learners_line():
    nested = step("v = helper(v)", signature="theta, g, v, lr, rho, eps, helper=lambda v: v.x")
    message = EXERCISE.check(nested).message
    assert "AttributeError in the line `def rmsprop_step(" in message


def test_calls_give_fresh_inputs_and_survive_every_exception():
    def bad(theta, g, v, lr, rho, eps):
        raise RecursionError("deep")
    records = call_all(bad, EXERCISE.cases)
    assert {record["raised"] for record in records} == {"RecursionError"}
    assert EXERCISE.check(bad).message.startswith("your function raised RecursionError")


def test_a_signature_that_python_cannot_read_is_tried():
    assert signature_problem(min, ("theta",)) is None
    assert signature_problem(lambda *args, **kwargs: None, ("theta", "g")) is None


def test_runaway_values_are_described_and_not_recorded():
    import numpy as np

    assert describe(np.zeros(MOST_VALUES + 1))["is"] == "other"
    assert describe([0.0] * (MOST_VALUES + 1))["is"] == "other"
    assert describe("text") == {"is": "other", "type": "str"}
    assert describe(1j) == {"is": "number", "value": "nan"}
    assert describe(np.array(["a"]))["is"] == "other"


def test_close_allows_rounding_and_no_more():
    def number(x):
        return {"is": "number", "value": x}
    assert close(number(1.0 + 1e-12), number(1.0))
    assert not close(number(1.0 + 1e-7), number(1.0))
    assert not close(number("nan"), number(1.0)) and close(number("nan"), number("nan"))
    assert not close({"is": "none"}, number(1.0))


def test_single_numbers_are_praised_only_where_they_ran():
    """Cases of arrays that returned say nothing about numbers."""
    def halve(x):
        if len(x) == 2:
            raise TypeError("no")
        return 0.5 * x

    arrays = FunctionExercise(
        "halve", "half of x", arguments=("x",), returns=("half",), mistakes=(), praise="yes",
        hints=("divide",), source="04_rmsprop", reference=lambda x: 0.5 * x,
        cases=(Case("three", {"x": [1.0, 2.0, 3.0]}, "float64"),
               Case("two", {"x": [1.0, 2.0]}, "float64")))
    assert "single numbers" not in arrays.check(halve).message


TABLE = FunctionExercise(
    "halve", "half of a table", arguments=("x",), returns=("half",), mistakes=(), praise="yes",
    hints=("divide",), source="04_rmsprop", reference=lambda x: 0.5 * x,
    cases=(Case("a table", {"x": [[1.0, 2.0], [3.0, 4.0]]}, "float64"),))


def test_a_wrong_number_of_a_table_is_named_by_row_and_column():
    def halve(x):
        half = 0.5 * x
        half[1, 0] = 7.0
        return half

    assert "element (1, 0), it is 7, expected 1.5" in TABLE.check(halve).message


@pytest.mark.parametrize(("halve", "why"), [
    (lambda x: 0.5 * x.sum(axis=0), " Numbers were merged"), (lambda x: (0.5 * x).reshape(4), ""),
    (lambda x: 0.5 * x[:, None] * x, " Numbers were spread"),
])
def test_a_wrong_shape_is_explained_by_its_size(halve, why):
    said = TABLE.check(halve).message.partition("expected (2, 2).")[2]
    assert said.startswith(why) and bool(said) == bool(why)


def test_an_argument_has_no_effect_only_when_no_pair_of_cases_shows_one():
    exercise = FunctionExercise(
        "power", "a power", arguments=("x", "n"), returns=("power",), mistakes=(), praise="yes",
        hints=("multiply",), source="04_rmsprop", reference=lambda x, n: x**n,
        cases=[Case(str(n), {"x": 2.0, "n": n}) for n in (1, 2, 3)])
    assert "`n` has no effect: with n = 1 and with n = 2" in exercise.check(
        lambda x, n: x).message
    assert "has no effect" not in exercise.check(lambda x, n: x ** max(n, 2)).message


@pytest.mark.parametrize(("answer", "kind"), [(10.0, "Correct"), (10.02, "NotYet"),
                                              (10.009, "Correct"), (10.2, "NotYet")])
def test_a_slip_within_the_tolerance_is_told_from_the_right_number(answer, kind):
    exercise = NumberExercise("ten", "ten", expected=lambda: 10.0, slips=[(10.02, "a slip")],
                              praise="yes", hints=("count",), source="04_rmsprop")
    assert exercise.check(answer).kind == kind
