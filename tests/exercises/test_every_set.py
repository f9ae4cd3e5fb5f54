"""What every exercise of every set owes: its stub is no answer, its hints go in steps, its messages
are true. What only one exercise says is tested in test_lessonNN.py."""

import re
from importlib import import_module

import pytest

from rmsprop_lab.exercises import index
from rmsprop_lab.exercises.function import FunctionExercise
from rmsprop_lab.exercises.prediction import Prediction
from tests.exercises.answers import fresh, function

ALL = {(n, e.name): e for n in index.lessons()
       for e in import_module(f"rmsprop_lab.exercises.lesson{n:02d}").EXERCISES}


def every(kind=object):
    """Parametrize a test by the exercises of a kind."""
    found = {key: e for key, e in ALL.items() if isinstance(e, kind)}
    return pytest.mark.parametrize("exercise", found.values(),
                                   ids=[f"{n:02d} {name}" for n, name in found])


def test_there_are_many():
    assert len(ALL) > 80 and sum(isinstance(e, Prediction) for e in ALL.values()) == 17


@every()
def test_the_stub_is_not_attempted(exercise):
    asked = fresh(exercise) if isinstance(exercise, Prediction) else exercise
    assert asked.check(...).kind == asked.check().kind == "NotAttempted"


@every(FunctionExercise)
def test_a_function_that_still_returns_the_dots_is_not_attempted(exercise):
    stub = f"def {exercise.name}({', '.join(exercise.arguments)}):\n    return ...\n"
    assert exercise.check(function(stub, exercise.name)).kind == "NotAttempted"


@every()
def test_hints_go_one_step_further_and_then_begin_again(exercise):
    hints = [exercise.hint() for _ in range(len(exercise.hints) + 1)]
    texts = [hint.text for hint in hints]
    assert len(set(texts)) == len(exercise.hints) >= 2 and texts[0] == texts[-1]
    assert re.match(rf"Hint \d of {len(exercise.hints)}: ", str(hints[1]))


@every()
def test_an_exercise_introduces_itself_and_its_solution(exercise):
    assert str(exercise).startswith(f"{exercise.name}: ")
    solution = exercise.solution()
    assert exercise.name in str(solution) and "SOLUTION" not in str(solution)
    assert f"**Solution:** {exercise.title}" in solution._repr_markdown_()
    assert "```python" in solution._repr_markdown_()


@every(Prediction)
def test_a_prediction_is_committed_once_and_judged_by_the_measurement(exercise):
    measured, outcomes = exercise.measure(), {}
    for letter, (_, phrase) in exercise.options.items():
        asked = fresh(exercise)
        assert asked.reveal(measured).kind == "NotAttempted"
        assert asked.check("z").kind == "NotYet"
        said = asked.check(letter.upper())
        assert said.kind == "Committed" and phrase in said.message
        other = next(one for one in exercise.options if one != letter)
        assert "first prediction counts" in asked.check(other).message
        assert asked.reveal(-1.0).kind == "NotYet"
        outcomes[letter] = asked.reveal(measured)
    assert [letter for letter, outcome in outcomes.items() if outcome] == [exercise.right(measured)]
    for letter, outcome in outcomes.items():
        assert f"you predicted {letter}" in outcome.message and exercise.because in outcome.message


@every(FunctionExercise)
def test_the_words_of_every_mistake_are_heard(exercise):
    """A mistake that another one hides would never speak."""
    heard = {}
    for mistake in exercise.mistakes:
        heard.setdefault(exercise.check(mistake.wrong).message, set()).add(mistake.says)
    assert [words for words in heard.values() if len(words) > 1] == []


@every(FunctionExercise)
def test_no_message_gives_one_number_as_wrong_and_as_right(exercise):
    for mistake in exercise.mistakes:
        said = exercise.check(mistake.wrong).message
        for got, want in re.findall(r"(\S+)(?: lr| learning rates| bytes)?, expected (\S+)", said):
            assert got != want.rstrip(".,:;"), said
