"""The capstone exercise: a training function, run on fresh problems within a budget."""

import math
import secrets

import numpy as np

from rmsprop_lab.clinic import capstone
from rmsprop_lab.exercises.calls import signature_problem
from rmsprop_lab.exercises.exercise import Exercise
from rmsprop_lab.exercises.outcome import correct, incorrect, not_attempted

__all__ = ["Trained"]

#: Fresh problems for one check. The median score counts: one unlucky draw is nobody's mistake.
PROBLEMS = 3
#: A mean path of this length, where the way is about 30, is no way to anywhere.
ROAMING = 1000.0
#: A mean path shorter than this is no way at all.
RESTING = 1.0
#: A coordinate this close to its goal, as a share of it, has arrived.
ARRIVED = 0.1


class Trained(Exercise):
    """Write train(problem, budget) -> theta; it must reach the target on problems never seen.

    `record` draws the problems from the system's own entropy and keeps how each training went;
    `diagnose` sees only that.
    """

    def __init__(self, name, title, *, praise, hints, source):
        """All that it is made of; see the class."""
        super().__init__(name, title, hints=hints, source=source)
        self.praise = praise

    def record(self, answer=..., seeds=None):
        """How the function did on each problem, as plain data. seeds: for tests."""
        if answer is ...:
            return {"unanswered": True}
        if not callable(answer):
            return {"problem": f"give the function itself, `check({self.name})`: what came is of "
                               f"type {type(answer).__name__}."}
        problem = signature_problem(answer, ("problem", "budget"))
        if problem:
            return {"problem": problem + "."}
        seeds = [secrets.randbits(48) for _ in range(PROBLEMS)] if seeds is None else seeds
        runs = []
        for seed in seeds:
            runs.append(_run(answer, seed))
            if "raised" in runs[-1] or "form" in runs[-1]:
                break  # the next one would do the same
        return {"runs": runs}

    def diagnose(self, record):
        """Correct when the median run reached the target; else what went wrong in that one."""
        if record.get("unanswered"):
            return not_attempted(f"write `{self.name}` in the cell above, run it, then this cell.")
        if "problem" in record:
            return incorrect(record["problem"])
        runs = record["runs"]
        if any(run.get("form") == "ellipsis" for run in runs):
            return not_attempted(f"`{self.name}` still returns `...`; replace it by your answer.")
        for find in (_broken, _cheated):
            found = find(runs)
            if found:
                return incorrect(found)
        middle = sorted(runs, key=lambda run: _number(run["score"]))[len(runs) // 2]
        if _number(middle["score"]) <= 1:
            return correct(self.praise)
        return incorrect(_missed(middle))


def _run(train, seed):
    """One training, as plain data."""
    task, judge = capstone.pair(seed)
    run, theta = {}, None
    with np.errstate(all="ignore"):
        try:
            theta = train(task, task.budget)
        except Exception as error:  # whatever the learner's code raises is the learner's to read
            run["raised"] = type(error).__name__
            run["message"] = str(error)[:200].replace("`", "'").rstrip(".")
        run |= {"asked": judge.asked, "budget": task.budget, "looked": judge.looked}
        if "raised" not in run:
            run |= _judged(theta, judge)
    run["trace"] = [float(x) for x in judge.trace[:: max(1, len(judge.trace) // 40)]]
    moves = np.array(judge.moves or [0.0])
    tail = max(1, len(moves) // 20)
    run["last move"] = float(moves[-tail:].mean() / (moves.max() or 1.0))
    run["path"] = float(moves.sum())
    run["start"] = float(judge.score(task.theta0))
    return run


def _judged(theta, judge):
    if theta is ...:
        return {"form": "ellipsis"}
    if theta is None:
        return {"form": "nothing was returned; end with `return theta`."}
    try:
        theta = np.asarray(theta, dtype=np.float64)
    except (TypeError, ValueError):
        return {"form": f"you return a {type(theta).__name__}; return the array theta."}
    if theta.shape != (capstone.FEATURES,):
        return {"form": f"you return an array of shape {theta.shape}; return theta, of shape "
                        f"({capstone.FEATURES},)."}
    far = judge.distances(theta)
    return {"score": float(judge.score(theta)), "answer": [float(x) for x in theta],
            "steep": float(np.median(far[:10])), "flat": float(np.median(far[-10:]))}


def _number(score):
    return score if math.isfinite(score) else math.inf


def _broken(runs):
    """An exception, or nothing to judge."""
    for run in runs:
        if run["looked"]:
            return ("`train` asked for the loss, which the task does not show. Steer by gradients: "
                    "`lab.clinic.capstone.practice(train)` gives a score afterwards.")
        if run.get("raised") == "BudgetSpent" or run["asked"] > run["budget"]:
            return (f"`train` ran over the budget: it asked for more than {run['budget']} "
                    "gradients. One call of `problem.grad` is one of them, and `budget` says how "
                    "many there are.")
        if "raised" in run:
            return f"`train` raised {run['raised']}: {run['message']}."
        if "form" in run:
            return run["form"]
    return None


def _cheated(runs):
    """Answers that do not come from gradients."""
    if any(run["asked"] == 0 for run in runs):
        return ("`train` asked for no gradient, so its answer comes from somewhere else. Each "
                "check draws new problems, with other hidden weights.")
    answers = [run["answer"] for run in runs]
    if len(answers) > 1 and all(a == answers[0] for a in answers):
        return ("`train` returns the same theta for different problems. Each has hidden weights of "
                "its own; numbers that were right for one seed are wrong for the next.")
    return None


def _missed(run):
    """Why the target was missed, as far as the run tells."""
    score, trace = run["score"], np.array(run["trace"])
    used, head = run["asked"] / run["budget"], f"the score is {score:.3g}, and 1 is the target. "
    if not math.isfinite(score):
        early = len(trace) > 1 and not np.isfinite(trace[1])
        return ("theta became NaN or infinite" + (
            " at once. A rare feature has a gradient of exactly 0 in most batches: with eps = 0 "
            "that is 0 / 0." if early else ": it diverged. The learning rate is far too large."))
    if score > run["start"]:
        return head + "That is worse than the start" + (
            ", and none of the gradients was asked for on the way to it. Each check draws problems "
            "with hidden weights of their own." if run["path"] < RESTING else
            ": it diverged. The learning rate is too large.")
    if used < 0.7:
        return head + (f"You used {run['asked']} of {run['budget']} gradients; the others are "
                       "paid for.")
    if run["steep"] < ARRIVED and run["flat"] > 0.5:
        return head + ("The steep coordinates have arrived and the flat ones have hardly moved, as "
                       "in plain gradient descent, or where eps is larger than the gradients. "
                       "Print a gradient, and compare its size with eps.")
    if run["path"] > ROAMING and not _falling(trace) and max(run["flat"], run["steep"]) > 0.5:
        return head + ("It walks about, many times the way to go, and comes no nearer: the steps "
                       "are far too long. Begin with a smaller learning rate.")
    far, still = max(run["flat"], run["steep"]) > 0.5, run["last move"] < 0.02
    if far and still:
        return head + ("It stands still before it has arrived, as where the learning rate fell too "
                       "early. The way is about 30 for each weight.")
    if far or (_falling(trace) and not still):
        return head + ("It is still on its way when the budget ends: begin with a larger learning "
                       "rate. The way is about 30 for each weight.")
    if run["last move"] > 0.05:
        return head + ("It has arrived, and jitters: the steps at the end are as long as before. "
                       "The floor goes with the learning rate (lesson 5), so let that fall, or "
                       "average the last thetas.")
    return head + ("The steps do shrink, but the end is not close enough. Try another first "
                   "learning rate, or another length of memory, with practice().")


def _falling(trace):
    """Whether the score still falls in the last quarter: by more than two thirds."""
    quarter = max(1, len(trace) // 4)
    before, last = np.median(trace[-2 * quarter:-quarter]), np.median(trace[-quarter:])
    return bool(last < 0.3 * before)
