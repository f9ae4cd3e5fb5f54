"""Lesson 4, the step: right answers, the stub, and each typical wrong answer with its words."""

import copy

import array_api_strict
import jax
import numpy as np
import pytest

from tests.exercises import answers
from tests.exercises.answers import step
from tests.exercises.step_answers import EXERCISE, RIGHT, WRONG


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_answer_is_correct(name):
    outcome = EXERCISE.check(RIGHT[name])
    assert outcome and outcome.kind == "Correct", outcome


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_answer_is_named(name):
    answer, message = WRONG[name]
    outcome = EXERCISE.check(answer)
    assert outcome.kind == "NotYet" and not outcome
    assert outcome.message.startswith(message), outcome


def test_the_typical_mistakes_have_messages_of_their_own():
    named = ["summed", "weights exchanged", "no square", "stale v", "eps inside", "no root",
             "no lr", "wrong sign", "swapped", "v in place", "both in place", "nothing returned",
             "no eps", "parentheses", "theta alone", "v not updated", "coordinates summed"]
    messages = [EXERCISE.check(WRONG[name][0]).message for name in named]
    assert len(set(messages)) == len(named)


def test_two_mistakes_at_once_are_told_one_after_the_other():
    both = step("v = v + g**2", "theta = theta - g / v**0.5")
    assert "summed" in EXERCISE.check(both).message
    # Neither lr nor eps: each alone has a name, both together are told by what has no effect.
    after = EXERCISE.check(step(move="theta = theta - g / v**0.5"))
    assert after.message.startswith("`lr` has no effect")


def test_an_in_place_answer_with_a_wrong_number_hears_of_the_number_first():
    assert EXERCISE.check(step("v += g**2")).message.startswith("v is summed")


@pytest.mark.parametrize("answer", [..., step("", "", "return ..."), step(end="return ..., v")])
def test_a_stub_is_not_attempted(answer):
    outcome = EXERCISE.check(answer)
    assert outcome.kind == "NotAttempted" and not outcome


def test_an_empty_check_is_not_attempted():
    assert EXERCISE.check().kind == "NotAttempted"


@pytest.mark.parametrize("xp", [np, answers.DEVICE, array_api_strict, jax.numpy],
                         ids=["numpy", "like cupy", "array-api-strict", "jax"])
def test_other_array_libraries(xp):
    with jax.enable_x64(True):
        outcome = EXERCISE.diagnose(EXERCISE.record(RIGHT["power"], xp=xp))
        summed = EXERCISE.diagnose(EXERCISE.record(WRONG["summed"][0], xp=xp))
    assert outcome, outcome
    assert summed.message.startswith("v is summed")


def test_writing_into_device_arrays_is_seen():
    outcome = EXERCISE.diagnose(EXERCISE.record(WRONG["v in place"][0], xp=answers.DEVICE))
    assert outcome.message.startswith("the numbers are right, but `v` changed in place")


def test_an_array_of_another_library_is_named():
    leaves = step(end="return theta, v if isinstance(v, float) else v.get()")
    outcome = EXERCISE.diagnose(EXERCISE.record(leaves, xp=answers.DEVICE))
    assert outcome.message.startswith("for cupy arrays you return a v of numpy")


def test_the_hand_case_is_exact():
    hand = EXERCISE.cases[0]
    assert EXERCISE.reference(**hand.args) == (0.75, 25.0)


def test_an_answer_does_not_disturb_the_next_one():
    before = copy.deepcopy([case.as_data() for case in EXERCISE.cases])
    EXERCISE.check(WRONG["both in place"][0])
    assert [case.as_data() for case in EXERCISE.cases] == before
    assert EXERCISE.check(RIGHT["power"])


def test_warnings_and_prints_of_numpy_stay_out_of_the_notebook(capsys, recwarn):
    EXERCISE.check(WRONG["no eps, numpy"][0])
    assert capsys.readouterr() == ("", "")
    assert not recwarn.list
