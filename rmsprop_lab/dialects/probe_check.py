"""Around the fit: steps of no optimizer at all, why no method is taken, and a free run to check."""

import numpy as np

from rmsprop_lab.dialects.probe_evidence import against, linearity
from rmsprop_lab.dialects.probe_plan import held_out

__all__ = ["decay_unexplained", "free_run", "no_optimizer", "reasons"]


def no_optimizer(seen):
    """Why the steps are those of no optimizer at all, or None."""
    u, plan = seen.u, seen.plan
    finite = np.isfinite(u)
    if finite.mean() < 0.5:
        t, lane = np.argwhere(~finite)[0]
        return (f"{1 - finite.mean():.0%} of its steps are NaN or infinite, the first at call "
                f"{t + 1} for a gradient of {plan.g[t, lane]:.2g}")
    if not u[finite].any():
        return "it never moves, whatever the gradient"
    asked = (plan.g != 0).all(axis=0) & (plan.theta == 0).all(axis=0)
    first = u[0, asked]
    signs = np.sign(plan.g[0, asked])
    if (first == first[0]).all() and first[0] != 0 and (signs != signs[0]).any():
        return f"its first step is {first[0]:.4g} for every gradient: it does not look at them"
    if seen.noise > 0.05:
        return (f"two coordinates with the same gradients differ by {seen.noise:.0%} of a step: "
                "it draws at random, or treats coordinates unlike each other")
    return None


def reasons(subject, seen, found):
    """Why no method of the lab is taken: the nearest, and whether coordinates disturb others."""
    why = []
    if subject.repeatable and _is_coupled(subject, seen):
        why.append("a coordinate steps otherwise when it is alone: the optimizer is not "
                       "elementwise, as with clipping by the global norm or a trust ratio")
    with np.errstate(all="ignore"):
        first, later = linearity(seen), linearity(seen, 3)
    if abs(first - 10) < 1 and abs(later - 10) > 1:
        why.append("its first step grows with the gradient and later ones do not: it divides "
                       "by the variance of one sample, which is 0, as a debiased centred average")
    if found:
        nearest = found[0]
        why += [f"the nearest method is {nearest.method}"]
        why += against(seen, None, nearest)
        why[-1] = why[-1].replace("the nearest RMSprop", "it")
    return why


def _is_coupled(subject, seen):
    """Whether one lane alone takes other steps than in company."""
    lane = seen.plan.find("noise", 1e-2)
    if not lane or subject.allowance - subject.calls < 3:
        return False
    subject.start(1)
    with np.errstate(all="ignore"):
        alone = [-subject.step(np.zeros(1), seen.plan.g[t, lane])[0] for t in range(3)]
        return bool(np.max(np.abs(alone / seen.u[:3, lane[0]] - 1)) > seen.acceptable)


def decay_unexplained(fitted):
    """Why the weight decay stays open."""
    return (f"theta away from 0 changes the steps as neither l2 nor decoupled decay does: the best "
            f"of them misses by {fitted.worst:.2g} of a step")


def free_run(subject, candidate, rounding, at_rest):
    """The largest error of a free run, beyond rounding, as a share of the way; None without one.

    at_rest: start from 0, where no decay acts.
    """
    g, theta0 = held_out()
    if at_rest:
        theta0 = np.zeros_like(theta0)  # a decay that stayed open would show
    if not subject.repeatable or subject.allowance - subject.calls < len(g):
        return None
    subject.start(len(theta0))
    opt = candidate.optimizer()
    theirs, ours, travelled, worst = theta0, theta0.copy(), 0.0, 0.0
    for t, row in enumerate(g, 1):
        before = ours.copy()
        theirs = np.asarray(subject.step(theirs, row), dtype=np.float64)
        opt.step(ours, row.copy())
        travelled = travelled + np.abs(ours - before)
        with np.errstate(all="ignore"):
            error = np.abs(theirs - ours) - 2 * t * rounding * np.abs(theta0)
            error = error / (travelled + 1e-300)
        worst = max(worst, float(np.max(error[np.isfinite(error)], initial=0.0)))
    return worst
