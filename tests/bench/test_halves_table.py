"""The table of 16-bit states: its shape, its bytes, and the stall that it is there to show."""

import numpy as np
import pytest

import rmsprop_lab as lab
from rmsprop_lab.bench import halves as table
from rmsprop_lab.executors import halves

F32 = np.float32


class Silent:
    """A problem whose gradient is a constant."""

    def __init__(self, g, size=2000):
        self.g, self.theta0 = np.full(size, g, F32), np.ones(size, F32)

    def grad(self, theta, t):
        return self.g


def test_the_table_has_a_row_for_each(capsys):
    assert table.main(["--steps", "3"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 + len(table.PROBLEMS) * len(table.METHODS) * len(table.STATES)
    assert {line.count("|") for line in lines} == {lines[0].count("|")}


def test_the_rows_hold_what_was_trained():
    found = table.rows(20, problems=["Logistic"], methods=["RMSprop"])
    assert [r.state for r in found] == list(table.STATES) and found[0].v == 1
    assert [r.bytes for r in found] == [20, 16, 16, 16]
    assert len({r.loss for r in found}) == 4 and all(0 < r.loss < 2.3 for r in found)
    assert all(0.5 < r.train <= 1 and 0.5 < r.test <= 1 for r in found)


@pytest.mark.parametrize(("g", "left"), [(0.0, 0.999**1000), (0.5, 0.25 + 0.75 * 0.999**1000)])
def test_the_nearest_stalls_and_chance_does_not(g, left):
    """From v = 1, towards g^2: the nearest bfloat16 of .999 + .001 g^2 is 1 again, for ever."""
    ends = {state: table.train(Silent(g), "RMSprop from v0=1", state, 1000)[1].state["v"]
            for state in table.STATES}
    assert (ends["bfloat16 nearest"] == 1).all()
    assert ends["float32"] == pytest.approx(left, rel=1e-4)
    for state in ("bfloat16", "float16"):
        v = ends[state].astype(float)
        assert abs(v.mean() - left) < 5 * v.std() / np.sqrt(v.size) + 1e-4 * left
        assert 0 < v.std() < 0.1


def test_the_nearest_by_hand_is_what_a_kernel_would_store():
    _, opt = table.train(Silent(0.3), "Adam", "bfloat16 nearest", 7)
    for s in opt.state.values():
        assert (halves.widen(halves.nearest(s, "bfloat16"), "bfloat16") == s).all() and s.any()
    assert isinstance(opt, lab.Adam) and opt.state_dtype is None
