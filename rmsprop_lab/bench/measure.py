"""Timing in turns: every contender is called in every repetition, in an order that rotates.

Several OpenMP runtimes share the process: torch's, Numba's, the floor's. After a parallel loop the
idle threads of one spin for some milliseconds, in case another loop follows, and on a machine of
few cores they take the time of whoever comes next. Without a remedy a step of torch at 1e5
parameters took twice its time alone. `OMP_WAIT_POLICY=passive` stops the spinning, but then every
loop pays for waking its threads: it doubles the time of the floor and of our kernel at 1e5, and
no user runs that way. So each runtime keeps its defaults, and a pause before each sample lets the
threads of the last contender fall asleep. An unmeasured call then wakes one's own.
"""

import gc
import statistics
import time
from dataclasses import dataclass

__all__ = ["Timing", "interleaved"]

#: A sample shorter than this many seconds would measure the clock, or one interruption.
SAMPLE = 8e-3
#: Seconds of rest before a sample, longer than idle threads spin.
PAUSE = 1e-2


@dataclass(frozen=True)
class Timing:
    """Seconds per call of one contender, a number a repetition."""

    seconds: tuple

    @property
    def median(self):
        """The middle sample."""
        return statistics.median(self.seconds)

    @property
    def quartiles(self):
        """First and third quartile."""
        if len(self.seconds) < 2:
            return self.seconds[0], self.seconds[0]
        first, _, third = statistics.quantiles(self.seconds, n=4, method="inclusive")
        return first, third

    def over(self, other):
        """How many times longer than `other`: the median of the ratios within repetitions.

        >>> Timing((2.0, 4.0, 9.0)).over(Timing((1.0, 2.0, 3.0)))
        2.0
        """
        pairs = zip(self.seconds, other.seconds, strict=True)
        return statistics.median(a / b for a, b in pairs)


def interleaved(contenders, repetitions=9, advance=lambda: None):
    """Time functions of no arguments against each other.

    contenders: name -> function. Each is called often enough per sample to outlast the clock's
    grain. advance is called after each repetition. Returns name -> Timing.

    >>> sorted(interleaved({"a": lambda: 0, "b": lambda: sum(range(99))}, repetitions=3))
    ['a', 'b']
    """
    names = list(contenders)
    calls = {name: _calibrate(function) for name, function in contenders.items()}
    samples = {name: [] for name in names}
    collecting = gc.isenabled()
    gc.disable()
    try:
        for turn in range(repetitions):
            for name in names[turn % len(names):] + names[:turn % len(names)]:
                time.sleep(PAUSE)
                if calls[name] > 1:  # a step of many milliseconds needs no warming
                    contenders[name]()
                samples[name].append(_sample(contenders[name], calls[name]))
            advance()
    finally:
        if collecting:
            gc.enable()
    return {name: Timing(tuple(seconds)) for name, seconds in samples.items()}


def _sample(function, calls):
    begun = time.perf_counter()
    for _ in range(calls):
        function()
    return (time.perf_counter() - begun) / calls


def _calibrate(function):
    """Calls a sample needs; the first call also warms caches and compiles what compiles late."""
    function()
    calls = 1
    while True:
        seconds = _sample(function, calls) * calls
        if seconds >= SAMPLE:
            return calls
        calls = max(2 * calls, int(calls * SAMPLE / max(seconds, 1e-7)))
