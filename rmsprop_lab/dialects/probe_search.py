"""From a record to the candidate that explains it: one method after the other, then the rest.

Every method goes the same way: its shape from huge gradients, its guard from gradients of every
size, its decay from lanes away from 0, the place of lr from the steps after lr was changed.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rmsprop_lab.dialects import probe_others as others
from rmsprop_lab.dialects import probe_rmsprop as rmsprops
from rmsprop_lab.dialects.dialect import MODULES
from rmsprop_lab.dialects.probe_evidence import linearity
from rmsprop_lab.dialects.probe_model import Candidate, misfit, refine, simulate, tuned
from rmsprop_lab.dialects.probe_plan import HUGE
from rmsprop_lab.dialects.probe_record import Record

#: A relative error in the huge lanes that no guard will mend.
HOPELESS = 0.2

__all__ = ["Views", "close", "search", "settled", "weigh"]

#: Weights tried first for a decay: a fit cannot start from 0.
STRENGTHS = np.logspace(-9, 3, 61)


@dataclass(frozen=True, eq=False)
class Views:
    """The parts of a record that show one thing at a time."""

    record: Record

    @cached_property
    def steady(self):
        """All lanes, before the learning rate changes."""
        return self.record.pick(range(len(self.record.plan.lanes)),
                                int((self.record.plan.lr == 1).sum()))

    @cached_property
    def free(self):
        """The lanes at theta = 0, where no decay acts."""
        lanes = self.record.plan.lanes
        return self.steady.pick([i for i, x in enumerate(lanes) if not x.theta.any()])

    @cached_property
    def huge(self):
        """The lanes in which no guard and no start of v shows, and their first steps."""
        lanes = self.free.plan.lanes
        return self.free.pick([i for i, x in enumerate(lanes) if x.scale >= HUGE],
                              min(48, len(self.free.u)))


def weigh(record):
    """The weight of each step for a candidate: none where a centred v lost its digits."""
    def weight(candidate):
        if not candidate.settings.get("centered"):
            return 1
        return rmsprops.cancelling(candidate, record.plan)
    return weight


def close(one, best, record):
    """Whether the data cannot tell a candidate's loss from the best."""
    return one.loss <= 1.02 * best.loss + record.slack


def lean(candidates, record, weight=None):
    """The best candidate refined, without the numbers that the data does not ask for; or None.

    weight: an array for all candidates; each one's own if left out.
    """
    own = weigh(record)
    weight = own if weight is None else lambda candidate, common=weight: common
    done = tuned(candidates, record, weight)
    if not done:
        return None
    best = min((c for c in done if close(c, done[0], record)), key=lambda c: (len(c.free), c.loss))
    for name in ("v0", "eps", "accumulator0", "weight_decay"):
        if name in best.free:
            without = best.but(**{name: 0.0})
            # Others may make up for a number that hardly shows, never for one that does.
            without = refine(without, record, weight(without), unless=1e16 * (best.loss + 1))
            best = without if close(without, best, record) else best
    return best


def search(record):
    """The methods' best candidates, the accepted one first, then by how far they miss.

    Stops at the first that is accepted: no two methods of the list take the same steps.
    """
    views, found = Views(record), []
    first = [_sgd, _rmsprop] if _is_linear(record) else [_rmsprop]
    for method in (*first, _adam, _adagrad, _adadelta, _rprop, _tabled):
        with np.errstate(all="ignore"):
            best = method(views)
        if best is None:
            continue
        found.append(best)
        if best.worst <= record.acceptable:
            break
    return sorted(found, key=lambda c: c.worst)


def _is_linear(record):
    """Whether a gradient ten times as large makes a step ten times as large."""
    with np.errstate(all="ignore"):
        return abs(linearity(record) - 10) < 1


def _best(shapes, guards, views):
    shaped = tuned(shapes, views.huge, weigh(views.huge))
    if not shaped:
        return None
    if shaped[0].worst > HOPELESS:
        return shaped[0]
    return lean(guards(shaped[0], views.free), views.free)


def _rmsprop(views):
    return _best(rmsprops.shapes(views.free), rmsprops.guards, views)


def _adam(views):
    return _best(others.adams(views.free), others.adam_guards, views)


def _adagrad(views):
    return lean(others.adagrads(views.free), views.free)


def _sgd(views):
    return lean(others.sgds(views.free), views.free)


def _adadelta(views):
    return lean(others.adadeltas(views.free), views.free)


def _rprop(views):
    return lean(others.rprops(views.free), views.free)


def _tabled(views):
    methods = set(MODULES) - {"RMSprop", "Adam", "AdaGrad", "AdaDelta", "SGD", "Rprop"}
    return lean(others.by_table(views.free, methods), views.free)


def settled(candidate, record):
    """The candidate with its decay and the place of its lr, refined on all that was seen."""
    views = Views(record)
    candidate = _with_decay(candidate, views.steady)
    if record.lr_seen and candidate.settings.get("lr_at") and candidate.settings["momentum"]:
        other = candidate.but(lr_at="inside")
        candidate = min(tuned([candidate, other], record, weigh(record)), key=lambda c: c.loss)
    return refine(candidate, record, weigh(record)(candidate))


def _with_decay(candidate, record):
    """Without decay if that explains the lanes away from 0 as well; else the kind that does."""
    if "weight_decay" not in candidate.settings:
        return refine(candidate, record, weigh(record)(candidate))
    lanes = [i for i, x in enumerate(record.plan.lanes) if x.theta.any()]
    if not lanes:
        return refine(candidate, record, weigh(record)(candidate))
    away = record.pick(lanes, min(32, len(record.u)))
    weight = weigh(away)(candidate)
    kinds = ("l2", "decoupled") if "decay" in candidate.settings else ("l2",)
    starts = [candidate]
    for kind in kinds:
        said = {"decay": kind} if "decay" in candidate.settings else {}
        tried = [candidate.but(weight_decay=float(w), **said) for w in STRENGTHS]
        z = misfit(simulate(tried, away.plan), away, weight)
        starts.append(tried[int(np.argmin(np.mean(np.log1p(z**2), axis=(1, 2))))])
    # The numbers known so far stay while the strength is found.
    alone = [Candidate(c.method, c.settings, ("weight_decay",) if c is not candidate else ())
             for c in starts]
    best = lean(alone, away, weight)
    return refine(candidate.but(weight_decay=best.settings["weight_decay"],
                                **{k: best.settings[k] for k in ("decay",) if k in best.settings}),
                  record, weigh(record)(best))
