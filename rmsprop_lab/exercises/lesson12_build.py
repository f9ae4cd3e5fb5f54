"""Lesson 12, Wilson's data: the labels on which the builder is judged, and typical slips."""

import numpy as np

from rmsprop_lab import arrays
from rmsprop_lab.exercises.calls import Case
from rmsprop_lab.exercises.function import FunctionExercise
from rmsprop_lab.exercises.mistakes import Mistake
from rmsprop_lab.generalisation import wilson_data

__all__ = ["build"]

#: Columns of three examples: 3 + 5 * 3.
_WIDTH = 18


def _built(change=None, **options):
    """Wilson's data after one change: a function (X, labels) that writes into X."""
    def made(labels):
        X = wilson_data(labels, **options)
        if change is not None:
            change(X, labels)
        return arrays.default().asarray(X)
    return made


def _slip(name, says, at, change=None, **options):
    """A slip that shows at one place of the data of three examples."""
    return Mistake(name, _built(change, **options), says, output=0, witness="three examples",
                   measure=lambda args, flat: flat[at[0] * _WIDTH + at[1]])


def _set(columns, value):
    def change(X, labels):
        X[:, columns] = value
    return change


def _shared(X, labels):
    own = X[:, 3:].copy()
    X[:, 3:] = 0.0
    for i, row in enumerate(own):
        X[i, 3:8] = row[5 * i:5 * i + 5]


def _labelled(X, labels):
    X[:, 3:] *= np.array(labels)[:, None]


def _late(X, labels):
    """Private columns that begin one too late: the last of the last example falls off."""
    X[:, 4:] = X[:, 3:-1].copy()
    X[:, 3] = 0.0


def _one_apart(X, labels):
    """Private columns that begin at 3 + i, five or one of them."""
    X[:, 3:] = 0.0
    for i, label in enumerate(labels):
        X[i, 3 + i:3 + i + (1 if label > 0 else 5)] = 1.0


def _from_one(X, labels):
    """The numbers of (12.14) as they stand, with i from 0: 4 + 5 (i - 1) is -1 at first."""
    X[:, 3:] = 0.0
    for i, label in enumerate(labels):
        first = 4 + 5 * (i - 1)
        X[i, first:first + (1 if label > 0 else 5)] = 1.0


def _packed(X, labels):
    """Private features side by side, without the unused columns."""
    X[:, 3:] = 0.0
    at = 3
    for i, label in enumerate(labels):
        count = 1 if label > 0 else 5
        X[i, at:at + count] = 1.0
        at += count


build = FunctionExercise(
    "build", "Wilson's data",
    arguments=("labels",), returns=("X",),
    cases=(
        Case("three examples", {"labels": [1.0, -1.0, 1.0]}),
        Case("one negative", {"labels": [-1.0]}),
        Case("five examples", {"labels": [-1.0, 1.0, 1.0, -1.0, 1.0]}),
    ),
    reference=_built(),
    mistakes=(
        _slip("classes exchanged", "the private features are exchanged: the first example is "
              "positive, and its second private column holds {got:.0f}, expected {want:.0f}. A "
              "positive example has one, a negative one five.", (0, 4), private=(5, 1)),
        _slip("always five", "every example has five private features: the first one is positive, "
              "and its second private column holds {got:.0f}, expected {want:.0f}.", (0, 4),
              private=(5, 5)),
        _slip("always one", "a negative example has five private features: the second one of the "
              "second example is {got:.0f}, expected {want:.0f}.", (1, 9),
              _set(slice(4, None), 0.0), private=(5, 5)),
        _slip("one private", "a negative example has five private features: the second one of the "
              "second example is {got:.0f}, expected {want:.0f}.", (1, 9),
              lambda X, labels: [X.__setitem__((i, slice(4 + 5 * i, None)), 0.0)
                                 for i in range(len(labels))]),
        _slip("four", "a negative example has five private features, and the last one of the "
              "second example is {got:.0f}, expected {want:.0f}: a slice ends before its second "
              "number.", (1, 12),
              lambda X, labels: [X.__setitem__((i, 7 + 5 * i), 0.0) for i in range(len(labels))]),
        _slip("shared", "the private features are not private: all examples use the same columns. "
              "Column 3 of the second example is {got:.0f}, expected {want:.0f}. Example i owns "
              "the five columns from 3 + 5 i on.", (1, 3), _shared),
        _slip("packed", "the private features stand side by side. Every example owns five "
              "columns, used or not: column 4 of the second example is {got:.0f}, expected "
              "{want:.0f}.", (1, 4), _packed),
        _slip("late", "the private columns begin one too late: column 3 of the first example is "
              "{got:.0f}, expected {want:.0f}. Columns are counted from 0 here, and three of them "
              "are shared.", (0, 3), _late),
        _slip("one apart", "column 4 of the second example is {got:.0f}, expected {want:.0f}: your "
              "private columns begin at 3 + i. Every example owns five, so they begin at 3 + 5 i.",
              (1, 4), _one_apart),
        _slip("counted from 1", "column 3 of the first example is {got:.0f}, expected {want:.0f}: "
              "its private column is missing. (12.14) counts examples and columns from 1, Python "
              "from 0.", (0, 3), _from_one),
        _slip("range end", "column 3 of the first example is {got:.0f}, expected {want:.0f}. "
              "2 (1 - y) in (12.14) is 0 or 4, the distance to the *last* private column; a slice "
              "needs one more.", (0, 3),
              lambda X, labels: [X.__setitem__((i, (3 if y > 0 else 7) + 5 * i), 0.0)
                                 for i, y in enumerate(labels)]),
        _slip("with label", "the private features carry the label: that of the second example is "
              "{got:.0f}, expected {want:.0f}. They are 1 for both classes.", (1, 8), _labelled),
        _slip("no label", "column 0 is not the label: for the second example it is {got:.0f}, "
              "expected {want:.0f}.", (1, 0), _set(0, 1.0)),
        _slip("no label yet", "column 0 is not the label: for the second example it is {got:.0f}, "
              "expected {want:.0f}.", (1, 0), _set(0, 0.0)),
        _slip("one constant", "there are two constants: column 2 is {got:.0f}, expected "
              "{want:.0f}. The slice 1:2 is one column.", (0, 2), _set(2, 0.0)),
        _slip("no constants", "the constants are missing: column 1 is {got:.0f}, expected "
              "{want:.0f}.", (0, 1), _set(slice(1, 3), 0.0)),
        _slip("labelled constants", "the constants are 1 for both classes: for the second example "
              "column 1 is {got:.0f}, expected {want:.0f}.", (1, 1),
              lambda X, labels: X.__setitem__((slice(None), slice(1, 3)),
                                              np.array(labels)[:, None])),
    ),
    praise="a label, two constants, and names that occur once: Wilson's data.",
    hints=(
        "One loop over the examples. In row i write column 0, columns 1 and 2, and then the "
        "private ones.",
        "The private columns of example i begin at 3 + 5 * i. How many of them are used depends on "
        "the label.",
        "`X[i, first:first + count] = 1.0`, with count 1 or 5. At the end, return X.",
    ),
    source="12_generalisation",
)
