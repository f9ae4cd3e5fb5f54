"""An optimizer: a rule, its numbers, and the one home of its state."""

import copy

from rmsprop_lab import arrays, checkpoint, executors
from rmsprop_lab.errors import HyperparameterError, ShapeMismatch
from rmsprop_lab.structure import (
    check_eps,
    check_gradients,
    check_parameters,
    flatten,
    layout_of,
    unflatten,
)

__all__ = ["Optimizer"]


class Optimizer:
    """Steps parameters in place by its rule, on the executor that fits their library.

    A subclass names its `rule`, declares its hyper-parameters with `Number` and `Word`, and says
    in `choices` and `numbers` what they mean to the rule. Hyper-parameters may be set between
    steps: `opt.lr = 1e-4` is how a schedule works.
    """

    rule = None

    def __init__(self, executor="auto"):
        """executor: "auto", "reference", "numpy", "numba" or "cupy"; all give the same bits."""
        self.executor = executors.check_name(executor)
        self.t = 0
        self._layout, self._leaves, self._states = None, None, {}
        self._variant = None

    def choices(self):
        """The words of the rule that the settings choose; none by default."""
        return {}

    def starts(self):
        """State name -> the number it starts from, or "g2" for the first squared gradient."""
        return {}

    def numbers(self):
        """The numbers of the rule at the coming step."""
        raise NotImplementedError

    @property
    def variant(self):
        """The rule with this optimizer's choices made."""
        if self._variant is None:
            self._variant = self.rule.variant(**self.choices())
        return self._variant

    @property
    def state(self):
        """Name -> the state, in the container of the parameters; {} before the first step."""
        return {name: unflatten(leaves, self._layout) for name, leaves in self._states.items()}

    def init(self, params, grads=None):
        """Create the state for these parameters, as the first step would; return the optimizer.

        grads: the first gradients, which only a start from "g2" needs. Does nothing when there is
        a state already.
        """
        layout = layout_of(params)
        leaves = flatten(params)
        xp = check_parameters(leaves, layout)
        gradients = None if grads is None else flatten(grads, like=layout)
        self._adopt(leaves, layout, self._fresh_states(xp, leaves, layout, gradients))
        return self

    def step(self, params, grads):
        """Make one step: `params` and the state change in place, `grads` is only read.

        params: an array, or a list or dict of arrays of one library, float32 or float64; grads:
        the same container of gradients. Everything is checked before anything is written, so a
        refused step changes nothing. Raises the errors of `rmsprop_lab.errors`.
        """
        layout = layout_of(params)
        leaves = flatten(params)
        gradients = flatten(grads, like=layout)
        xp = check_parameters(leaves, layout)
        check_gradients(gradients, leaves, layout)
        if "eps" in self.__dict__:
            check_eps(self.eps, leaves, layout)
        states = self._fresh_states(xp, leaves, layout, gradients)
        jobs = list(zip(leaves, gradients, *states.values(), strict=True))
        executors.step(self.executor, self.variant, jobs, self.numbers())
        self._adopt(leaves, layout, states)
        self.t += 1

    def state_dict(self):
        """Everything a resumed run needs, as plain data and NumPy copies on the host.

        Keys: format (the version of this layout), optimizer, t, settings, layout, state.
        """
        return checkpoint.save(self)

    def load_state_dict(self, saved):
        """Take over a saved state and its settings; the next step continues bit for bit.

        Raises StateRefused, with the reason, when the state is of an unknown format, of another
        optimizer, made with other words, or of other shapes than the present state.
        """
        checkpoint.load(self, saved)

    def _assign(self, name, value):
        """Store a hyper-parameter; a new choice or a number that becomes zero is a new variant."""
        self.__dict__[name] = value
        self._variant = None

    def _fresh_states(self, xp, leaves, layout, gradients):
        """The present states, checked against the parameters, with missing ones created.

        Nothing of the optimizer changes here: a step that is refused later leaves no trace.
        """
        self._check_present(leaves, layout)
        states = {}
        for name in self.variant.state:
            present = self._states.get(name)
            states[name] = present if present is not None else [
                self._started(xp, name, x, None if gradients is None else gradients[i])
                for i, x in enumerate(leaves)]
            if arrays.library(states[name][0]) != arrays.library(leaves[0]):
                states[name] = [xp.asarray(s) for s in states[name]]  # loaded on the host
        return states

    def _started(self, xp, name, x, g):
        start = self.starts().get(name, 0.0)
        if start != "g2":
            return xp.full_like(x, start)
        if g is None:
            raise HyperparameterError('v0="g2" needs the first gradients: init(params, grads)')
        weight_decay = self.weight_decay if self.decay == "l2" else 0.0
        g = g + weight_decay * x if weight_decay else g
        return g * g

    def _check_present(self, leaves, layout):
        if not self._states and self.t == 0:
            return
        if self._layout is not None and layout != self._layout:
            flatten(unflatten(leaves, layout), like=self._layout)  # raises with both described
        for name, present in self._states.items():
            for s, x in zip(present, leaves, strict=True):
                if s.shape != x.shape or str(s.dtype) != str(x.dtype):
                    raise ShapeMismatch(
                        f"the state {name} is {tuple(s.shape)} {s.dtype}, the parameter "
                        f"{tuple(x.shape)} {x.dtype}; an optimizer belongs to its parameters: make "
                        "a new one for others")

    def _adopt(self, leaves, layout, states):
        self._layout, self._states = layout, states

    def __deepcopy__(self, memo):
        """A copy with a state of its own."""
        twin = copy.copy(self)
        memo[id(self)] = twin
        twin._states = {k: [copy.deepcopy(s) for s in v] for k, v in self._states.items()}
        return twin

    def __repr__(self):
        """The call that makes it, with every setting said."""
        settings = ", ".join(f"{k}={v!r}" for k, v in checkpoint.settings(self).items())
        return f"{type(self).__name__}({settings})"


