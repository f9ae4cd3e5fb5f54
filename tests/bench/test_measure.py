"""Timing in turns: who is called when, and what is made of the samples. No clock is trusted."""

import gc

import pytest

from rmsprop_lab.bench import measure
from rmsprop_lab.bench.measure import Timing, interleaved


@pytest.fixture
def clock(monkeypatch):
    """A clock that only contenders and pauses move."""
    class Clock:
        now = 0.0

        def perf_counter(self):
            return self.now

        def sleep(self, seconds):
            self.now += seconds

        def contender(self, seconds, log=None):
            """A function that takes so long: the k-th call takes seconds[k], the last one on."""
            times = iter(seconds)
            last = [0.0]

            def call():
                last[0] = next(times, last[0])
                self.now += last[0]
                if log is not None:
                    log.append(call)
            return call

    clock = Clock()
    monkeypatch.setattr(measure, "time", clock)
    return clock


def test_medians_and_ratios_of_known_contenders(clock):
    timings = interleaved({"one": clock.contender([1.0]), "three": clock.contender([3.0])}, 5)
    assert timings["three"].median == pytest.approx(3.0)
    assert timings["three"].over(timings["one"]) == pytest.approx(3.0)
    assert timings["one"].over(timings["one"]) == 1.0


def test_fast_contenders_are_called_until_a_sample_is_long_enough(clock):
    calls = []
    tick = 2.0**-20
    timings = interleaved({"fast": clock.contender([tick], calls)}, 1)
    assert timings["fast"].seconds == pytest.approx((tick,))
    assert len(calls) * tick > 2 * measure.SAMPLE  # calibration and one sample
    slow = []
    interleaved({"slow": clock.contender([2 * measure.SAMPLE], slow)}, 3)
    assert len(slow) == 1 + 1 + 3  # warming, calibration, a call a repetition


def test_the_order_rotates_and_every_contender_has_every_place(monkeypatch):
    order = []
    monkeypatch.setattr(measure, "_calibrate", lambda function: 1)
    monkeypatch.setattr(measure, "PAUSE", 0)
    interleaved({name: (lambda name=name: order.append(name)) for name in "abc"}, 3)
    assert "".join(order) == "abc" + "bca" + "cab"


def test_there_is_a_pause_before_every_sample(monkeypatch, clock):
    pauses = []
    monkeypatch.setattr(clock, "sleep", pauses.append)
    interleaved({"a": clock.contender([1.0]), "b": clock.contender([1.0])}, 4)
    assert pauses == [measure.PAUSE] * 8


def test_a_ratio_is_the_median_of_ratios_and_not_the_ratio_of_medians():
    slow, fast = Timing((10.0, 2.0, 30.0)), Timing((1.0, 2.0, 10.0))
    assert slow.over(fast) == 3.0
    assert slow.median / fast.median == 5.0


def test_quartiles():
    assert Timing((4.0, 1.0, 3.0, 2.0, 5.0)).quartiles == (2.0, 4.0)
    assert Timing((7.0,)).quartiles == (7.0, 7.0)


def test_garbage_is_collected_again_after_a_failure(clock):
    def fails():
        if not gc.isenabled():
            raise RuntimeError("in a sample")
        clock.now += 1.0

    with pytest.raises(RuntimeError, match="in a sample"):
        interleaved({"fails": fails}, 2)
    assert gc.isenabled()
