"""The exercises of lesson 17: diagnoses, prediction and repairs."""

import re

import pytest

from rmsprop_lab.clinic import apart, diagnoses, examine, report
from rmsprop_lab.exercises import lesson17, sources
from tests.exercises.answers import fresh, function

SOURCE = sources.find("17_clinic").read_text("utf-8")


@pytest.mark.parametrize("patient", lesson17.PATIENTS, ids=lambda p: p.name)
def test_each_diagnosis_has_an_answer_of_its_own(patient):
    outcomes = {letter: patient.check(letter) for letter in "abcd"}
    right = [letter for letter, o in outcomes.items() if o]
    assert right == [k for k, name in patient.options.items() if name == patient.what]
    messages = {o.message for o in outcomes.values()}
    assert len(messages) == 4
    for letter, outcome in outcomes.items():
        if letter not in right:
            assert outcome.kind == "NotYet"
            assert apart(report(patient.what), patient.options[letter]) in outcome.message
            assert re.search(r"would (fail|pass)(, with \S+|\.) It (fails|passes)",
                             outcome.message)


@pytest.mark.parametrize("patient", lesson17.PATIENTS, ids=lambda p: p.name)
def test_a_patient_keeps_its_secret(patient):
    text = f"{patient.patient.__name__} {examine(patient.patient)} {patient!r}"
    assert patient.what not in text and diagnoses.PHRASES[patient.what] not in text
    assert patient.check(...).kind == "NotAttempted"
    assert "is no option" in patient.check("z").message
    assert patient.check(" " + patient.check.__self__.name[-1].upper()).kind in (
        "NotYet", "Correct")


@pytest.mark.parametrize("patient", lesson17.PATIENTS, ids=lambda p: p.name)
def test_the_notebook_lists_the_same_options(patient):
    begin = SOURCE.index(f"lesson17.{patient.name}.patient")
    part = SOURCE[begin:SOURCE.index(f":exercise: {patient.name}")]
    listed = dict(re.findall(r"- \*\*(.)\*\*: (.*)", part))
    assert listed == patient.choices()


def test_the_right_letters_are_spread():
    right = [next(k for k, n in p.options.items() if n == p.what) for p in lesson17.PATIENTS]
    assert set(right) == set("abcd") and max(map(right.count, right)) <= 3


@pytest.mark.parametrize("name", diagnoses.CONFUSED)
def test_every_bug_has_three_wrong_diagnoses_with_their_evidence(name):
    said = {apart(report(name), other) for other in diagnoses.CONFUSED[name]}
    assert all("would" in sentence for sentence in said)


@pytest.fixture
def prediction():
    return fresh(lesson17.prediction)


@pytest.mark.parametrize(("letter", "right"), [("a", False), ("b", False), ("c", True),
                                               ("d", False)])
def test_the_prediction(prediction, letter, right):
    assert prediction.reveal(5.0).kind == "NotAttempted"
    assert prediction.check(letter).kind == "Committed"
    outcome = prediction.reveal(prediction.measure())
    assert bool(outcome) is right and "5.07" in outcome.message


HEAD = {"buffer_update": "def buffer_update(opt, theta, g, s):\n",
        "count_steps": "def count_steps(opt, params, grads):\n",
        "save_state": "import copy\ndef save_state(opt):\n"}
UPDATE = ("    if 'b' in s:\n        s['b'] *= opt.mu\n        s['b'] += g\n    else:\n"
          "        s['b'] = {first}\n    return theta - opt.lr * s['b']\n")
LOOP = ("    for name, g in grads.items():\n{inside}"
        "        s = opt.state.setdefault(name, opt.start(params[name]))\n"
        "        params[name] = opt.update(params[name], g, s)\n")


def repair(name, body):
    return function(HEAD[name] + body, name)


RIGHT = {
    "buffer_update": [
        UPDATE.format(first="g.copy()"), UPDATE.format(first="1.0 * g"),
        "    s['b'] = opt.mu * s['b'] + g if 'b' in s else g + 0\n"
        "    return theta - opt.lr * s['b']\n"],
    "count_steps": [
        "    opt.t += 1\n" + LOOP.format(inside=""),
        LOOP.format(inside="        opt.t += name == next(iter(grads))\n")],
    "save_state": [
        "    return {'t': opt.t, 'state': copy.deepcopy(opt.state)}\n",
        "    return {'t': opt.t, 'state': {n: {k: x.copy() for k, x in s.items()}"
        " for n, s in opt.state.items()}}\n",
        "    return copy.deepcopy(opt.__dict__)\n"],
}
WRONG = {
    "buffer_update": {
        "starts at zero": (UPDATE.format(first="0 * g"), "the buffer begins as the first gradient"),
        "damped": ("    s['b'] = opt.mu * s.get('b', 0) + (1 - opt.mu) * g\n"
                   "    return theta - opt.lr * s['b']\n", "the first step down a slope of 1 is"),
        "forgets": ("    s['b'] = g.copy()\n    return theta - opt.lr * s['b']\n",
                    "keeps the share mu"),
        "clears the gradient": ("    s['b'] = opt.mu * s.get('b', 0) + g\n    g *= 0\n"
                                "    return theta - opt.lr * s['b']\n", "still touched"),
        "rate inside": ("    s['b'] = opt.mu * s.get('b', 0) + opt.lr * g\n"
                        "    return theta - s['b']\n", "multiplies what leaves"),
        "nothing": ("    pass\n", "raised"),
        "no return": (UPDATE.format(first="g.copy()").rpartition("    return")[0],
                      "Is there a `return`"),
        "a view": (UPDATE.format(first="g[:]"), "still does what it did"),
    },
    "count_steps": {
        "after the loop": (LOOP.format(inside="") + "    opt.t += 1\n", "1 - beta^0, which is 0"),
        "never": (LOOP.format(inside=""), "1 - beta^0, which is 0"),
        "once for ever": ("    opt.t = 1\n" + LOOP.format(inside=""), "does the clock tick"),
        "not kept": ("    opt.t += 1\n" + LOOP.format(inside="").replace(
            "opt.state.setdefault(name, opt.start(params[name]))", "opt.start(params[name])"),
            "does `opt.state` keep"),
        "not stored": ("    opt.t += 1\n" + LOOP.format(inside="").replace(
            "params[name] = opt", "opt"), "belongs into `params`"),
        "by two": ("    opt.t += 2\n" + LOOP.format(inside=""), "the first step down a slope"),
        "fractions": (LOOP.format(inside="        opt.t += 1 / len(grads)\n"),
                      "still walks differently"),
        "backwards": ("    opt.t += len(grads)\n" + LOOP.format(inside=""),
                      "still walks differently"),
    },
    "save_state": {
        "no t": ("    return {'state': copy.deepcopy(opt.state)}\n", "differs from"),
        "shallow": ("    return {'t': opt.t, 'state': dict(opt.state)}\n",
                    "still does what it did"),
        "no v": ("    return {'t': opt.t, 'state': {n: {'m': s['m'].copy(), 'v': 0 * s['v']}"
                 " for n, s in opt.state.items()}}\n", "differs from"),
        "only t": ("    return {'t': opt.t}\n", "differs from"),
        "nothing": ("    pass\n", "A checkpoint is a dict"),
        "itself": ("    return copy.deepcopy(opt)\n", "A checkpoint is a dict"),
        "another key": ("    return {'t': opt.t, 'states': copy.deepcopy(opt.state)}\n",
                        "did not find it"),
        "m alone": ("    return {'t': opt.t, 'state': {n: s['m'].copy()"
                    " for n, s in opt.state.items()}}\n", "under the name of the tensor"),
        "misspelt": ("    return {'t': opt.t, 'state': copy.deepcopy(opt.stat)}\n",
                     "raised AttributeError"),
    },
}
REPAIRS = {e.name: e for e in (lesson17.buffer_update, lesson17.count_steps, lesson17.save_state)}


@pytest.mark.parametrize(("name", "at"), [(n, i) for n, b in RIGHT.items() for i in range(len(b))])
def test_a_repair_is_correct_in_several_ways(name, at):
    assert REPAIRS[name].check(repair(name, RIGHT[name][at]))


@pytest.mark.parametrize(("name", "slip"), [(n, s) for n, rows in WRONG.items() for s in rows])
def test_a_wrong_repair_is_named(name, slip):
    body, words = WRONG[name][slip]
    outcome = REPAIRS[name].check(repair(name, body))
    assert not outcome and words in outcome.message, outcome


@pytest.mark.parametrize(("name", "body"), [
    ("buffer_update", UPDATE.format(first="g")),
    ("count_steps", LOOP.format(inside="        opt.t += 1\n")),
    ("save_state", "    return {'t': opt.t, 'state': opt.state}\n")])
def test_the_method_as_given_is_not_attempted(name, body):
    outcome = REPAIRS[name].check(repair(name, body))
    assert outcome.kind == "NotAttempted" and "still does what it did" in outcome.message


@pytest.mark.parametrize("name", REPAIRS)
def test_a_repair_must_be_a_function_of_these_arguments(name):
    exercise = REPAIRS[name]
    assert exercise.check(...).kind == "NotAttempted"
    assert "what came is of type int" in exercise.check(3).message
    assert "asks for (opt" in exercise.check(lambda x: x).message
