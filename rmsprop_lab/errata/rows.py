"""The claims. A new finding is one more entry of `ROWS`; nothing else has to change."""

import math

from rmsprop_lab.averages import ema, share_of_last
from rmsprop_lab.errata.erratum import Claim, Origin

__all__ = ["ROWS"]

FIXING = "RMSprop: fixing AdaGrad"


def constant_gradient(t, g=3.0, rho=0.9, lr=0.1):
    """What RMSprop holds after t steps with the same gradient: v, its root, the step size."""
    v = 0.0
    for _ in range(t):
        v = ema(v, g * g, rho)
    return {"v": v, "sqrt(v)": math.sqrt(v), "step size": lr / math.sqrt(v)}


def worked_example(t, v, root, size, origin=None):
    """One row of that text's worked example: gradient 3 at each step, decay .9, rate .1."""
    return Claim(
        name=f"start-{t}",
        source=FIXING,
        place=f"worked example, step {t}",
        quoted={"v": v, "sqrt(v)": root, "step size": size},
        compute=lambda: constant_gradient(t),
        how=f"v = 0, then {t} times v = 0.9 v + 0.1 * 3^2; step size 0.1 / sqrt(v)",
        origin=origin,
    )


ROWS = (
    worked_example(10, "6.51", "2.551", "0.039",
                   Origin("v", "10 (1 - 0.9^10)", 10 * share_of_last(0.9, 10))),
    worked_example(30, "8.82", "2.970", "0.034"),
    worked_example(1, "0.90", "0.949", "0.105"),
    worked_example(2, "1.71", "1.308", "0.076"),
    worked_example(3, "2.44", "1.562", "0.064"),
    worked_example(5, "3.69", "1.921", "0.052"),
    Claim(
        name="adagrad-30",
        source=FIXING,
        place="AdaGrad beside the worked example, step 30",
        quoted={"sum": "270", "step size": "0.006"},
        compute=lambda: {"sum": 30 * 3.0**2, "step size": 0.1 / math.sqrt(30 * 3.0**2)},
        how="the sum of 30 squares of 3; step size 0.1 / sqrt(sum)",
    ),
)
