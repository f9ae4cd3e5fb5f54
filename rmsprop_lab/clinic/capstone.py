"""The capstone: reach a target within a budget of gradients, on a problem drawn from a seed.

Fifty features, some of them rare and some of them small, a linear model, noisy batches. Only
gradients are shown; the `Judge` keeps the loss. A determined reader can find in memory what a
Python process holds: the task keeps honest people from fooling themselves, no more.
"""

import numpy as np

from rmsprop_lab.errors import LabError

__all__ = ["BUDGET", "BudgetSpent", "Judge", "LossHidden", "Task", "pair", "practice", "race"]

#: Gradients that one training may ask for.
BUDGET = 2000
#: What is left of the loss above its minimum, in units of UNIT, when the task is done.
TARGET = 0.012
#: The loss is counted in these units, as losses are that were divided by something large.
UNIT = 1e-9
FEATURES, BATCH = 50, 16


class BudgetSpent(LabError):
    """More gradients were asked for than the budget holds."""


class LossHidden(LabError):
    """The loss was asked for; the task shows gradients only."""


class Task:
    """What a learner sees: theta0, budget, and grad(theta), which counts.

    Each call of grad draws a new batch. It raises BudgetSpent after `budget` calls.
    """

    def __init__(self, grad, theta0, judge):
        """Made by `pair`."""
        self._grad, self._theta0, self._note = grad, theta0, judge.note
        self.budget, self.calls = BUDGET, 0

    def __deepcopy__(self, memo):
        """The task itself: a copy would count its calls apart."""
        return self

    @property
    def theta0(self):
        """Where training starts: zeros, a fresh copy of shape (50,)."""
        return self._theta0.copy()

    @property
    def loss(self):
        """Not shown; raises LossHidden."""
        self._note("looked")
        raise LossHidden("the loss is not shown here: an optimizer sees gradients only; "
                         "capstone.practice gives a score when the training is over")

    def grad(self, theta):
        """The gradient at theta on a new batch, shape (50,); counts as one call."""
        theta = np.array(theta, dtype=np.float64)
        if theta.shape != self._theta0.shape:
            raise LabError(f"theta has shape {theta.shape}, the task has {self._theta0.shape}; "
                           "start from problem.theta0")
        if self._note("asked", theta) > BUDGET:
            raise BudgetSpent(f"the budget of {BUDGET} gradients is spent; return the theta that "
                              "you have")
        self.calls += 1
        return self._grad(theta)


class Judge:
    """What only the check sees: the hidden weights, and how the training went.

    score(theta): the loss above its minimum divided by the target, so that 1 or less is enough.
    asked: calls of grad, refused ones included. looked: whether the loss was asked for. trace:
    the score at each call. moves: how far theta went between calls, the mean over coordinates.
    """

    def __init__(self, hidden, curvature):
        """Made by `pair`."""
        self._hidden, self._curvature = hidden, curvature
        self.asked, self.looked, self.trace, self.moves, self._last = 0, False, [], [], None

    def score(self, theta):
        """A float; for an array of thetas (..., 50), an array."""
        off = np.asarray(theta, dtype=np.float64) - self._hidden
        with np.errstate(all="ignore"):
            value = 0.5 * (off * (off[..., None, :] * self._curvature).sum(-1)).sum(-1) / TARGET
        return value if value.ndim else float(value)

    def distances(self, theta):
        """How far each weight is from the hidden one, as a share of it; steep coordinates first."""
        return np.abs(np.asarray(theta) - self._hidden) / np.abs(self._hidden)

    def note(self, what, theta=None):
        """Called by the task; returns the calls so far."""
        if what == "looked":
            self.looked = True
            return self.asked
        self.asked += 1
        if self.asked <= BUDGET:
            self.trace.append(self.score(theta))
            with np.errstate(all="ignore"):
                self.moves.append(0.0 if self._last is None else
                                  float(np.abs(theta - self._last).mean()))
            self._last = theta
        return self.asked


def _draw(seed):
    """Frequencies, sizes and hidden weights of the features, and a generator for the batches."""
    rng = np.random.default_rng([17, int(seed)])
    often, size = np.geomspace(0.5, 0.01, FEATURES), np.geomspace(3.0, 0.1, FEATURES)
    hidden = rng.choice([-1.0, 1.0], FEATURES) * rng.uniform(15.0, 45.0, FEATURES)
    both = np.outer(often, often)
    np.fill_diagonal(both, often)  # a feature that is on or off is its own square
    return often, size, hidden, both * np.outer(size, size), rng


def _batches(often, size, rng):
    """A function that draws the next batch: features (16, 50) and the noise of the labels (16,)."""
    return lambda: ((rng.random((BATCH, FEATURES)) < often) * size, rng.standard_normal(BATCH))


def _gradients(thetas, hidden, x, noise):
    """The gradients of one batch at many thetas, (n, 50). Sums without matmul: the same bits."""
    errors = (x * (thetas - hidden)[:, None, :]).sum(-1) - noise
    return UNIT / BATCH * (errors[:, :, None] * x).sum(1)


def pair(seed):
    """A Task and its Judge, drawn from a seed.

    >>> task, judge = pair(1)
    >>> task.grad(task.theta0).shape, task.calls, judge.score(task.theta0) > 1e4
    ((50,), 1, True)
    """
    often, size, hidden, curvature, rng = _draw(seed)
    draw, judge = _batches(often, size, rng), Judge(hidden, curvature)
    return Task(lambda theta: _gradients(theta[None], hidden, *draw())[0],
                np.zeros(FEATURES), judge), judge


def practice(train, seed=0):
    """Train once and look: (score, trace), the score at the end and at each call of grad.

    train(problem, budget) -> theta. The check draws problems of its own.
    """
    task, judge = pair(seed)
    with np.errstate(all="ignore"):
        theta = train(task, BUDGET)
    return judge.score(theta), np.array(judge.trace)


def race(optimizers, seed=0, schedule=None):
    """The last scores of many optimizers on the same batches, one for each, without a budget count.

    optimizers: a list of the lab's; each is used up. schedule(share) -> what lr is multiplied by
    when this share of the steps is done; None keeps it. Returns a list of floats.
    """
    often, size, hidden, curvature, rng = _draw(seed)
    draw, judge = _batches(often, size, rng), Judge(hidden, curvature)
    thetas, rates = np.zeros((len(optimizers), FEATURES)), [opt.lr for opt in optimizers]
    lanes = _lanes(optimizers)
    with np.errstate(all="ignore"):
        for t in range(BUDGET):
            gradients = _gradients(thetas, hidden, *draw())
            if schedule is not None:
                for opt, lr in zip(optimizers, rates, strict=True):
                    opt.lr = lr * schedule((t + 0.5) / BUDGET)
            for lane in lanes:
                lane(thetas, gradients, t)
    return [judge.score(theta) for theta in thetas]


def _lanes(optimizers):
    """Functions that step the rows of thetas: one for all optimizers of one variant of a rule."""
    groups, lanes = {}, []
    for i, opt in enumerate(optimizers):
        if opt.rule is None or "g2" in opt.starts().values():
            lanes.append(_single(opt, i))
        else:
            words = tuple(sorted((k, str(v)) for k, v in opt.choices().items()))
            groups.setdefault((type(opt), words), []).append(i)
    return lanes + [_together([optimizers[i] for i in rows], rows) for rows in groups.values()]


def _single(opt, i):
    def lane(thetas, gradients, t):
        opt.step(thetas[i], gradients[i])
    return lane


def _together(optimizers, rows):
    """Rows side by side: where their numbers differ they are columns, and the rule broadcasts."""
    rule, starts = optimizers[0].variant, [opt.starts() for opt in optimizers]
    states = [np.array([np.full(FEATURES, start.get(name, 0.0)) for start in starts])
              for name in rule.state]

    def lane(thetas, gradients, t):
        for opt in optimizers:
            opt.t = t
        numbers = [opt.numbers() for opt in optimizers]
        joint = {name: numbers[0][name] if len({n[name] for n in numbers}) == 1 else
                 np.array([[n[name]] for n in numbers]) for name in numbers[0]}
        out = rule(thetas[rows], gradients[rows], *states, **joint)
        thetas[rows], *states[:] = out if isinstance(out, tuple) else (out,)
    return lane
