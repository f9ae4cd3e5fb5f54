"""The benchmark: steps per second beside the memory's limit and beside every peer, in one run.

    rmsprop-lab bench [--peers] [--cases 1e4,1e6] [--json FILE]

Ratios are what counts. The machine is shared and its speed drifts, so all contenders take turns
within each repetition, and a ratio is the median of the repetitions' ratios.
"""

from rmsprop_lab.bench.cases import CASES, Case
from rmsprop_lab.bench.contest import Result, contest
from rmsprop_lab.bench.measure import Timing, interleaved

__all__ = ["CASES", "Case", "Result", "Timing", "contest", "interleaved"]
