"""Saving and resuming: what a state is, as plain data, and which states are refused."""

import copy

import numpy as np

from rmsprop_lab.arrays import to_host
from rmsprop_lab.errors import HyperparameterError, StateRefused
from rmsprop_lab.executors.halves import KINDS
from rmsprop_lab.hyper import Fixed, Number, Seed, Word
from rmsprop_lab.structure import dtype_name

__all__ = ["FORMAT", "load", "save", "settings"]

#: The version of the layout below. A reader of another version must refuse it.
FORMAT = 1

KEYS = ("format", "optimizer", "t", "settings", "layout", "state")


def settings(optimizer):
    """The hyper-parameters and choices of an optimizer by name.

    >>> from rmsprop_lab.descent import SGD
    >>> settings(SGD(lr=0.5))["lr"]
    0.5
    """
    declared, kinds = {}, (Fixed, Number, Seed, Word)
    for cls in reversed(type(optimizer).__mro__):
        declared |= {k: v for k, v in vars(cls).items() if isinstance(v, kinds)}
    return {name: getattr(optimizer, name) for name in declared if name in vars(optimizer)}


def save(optimizer):
    """The optimizer's state_dict: copies, so that later steps do not change it."""
    state = {name: [np.array(to_host(s)) for s in leaves]
             for name, leaves in optimizer._states.items()}
    values = (FORMAT, type(optimizer).__name__, optimizer.t, settings(optimizer),
              optimizer._layout, state)
    return dict(zip(KEYS, values, strict=True))


def load(optimizer, saved):
    """Check everything on a twin, then take over state, step count and settings."""
    if not isinstance(saved, dict) or "format" not in saved:
        raise StateRefused("this is no state of the lab: it has no 'format'; use opt.state_dict()")
    if type(saved["format"]) is not int or saved["format"] != FORMAT:
        raise StateRefused(
            f"the state has format {saved['format']!r}, this version reads {FORMAT}; "
            "load it with the version that wrote it")
    missing = set(KEYS) - set(saved)
    if missing:
        raise StateRefused(f"the state lacks {sorted(missing)}; it was cut: save it again")
    if saved["optimizer"] != type(optimizer).__name__:
        raise StateRefused(
            f"the state is of {saved['optimizer']}, this optimizer is {type(optimizer).__name__}")
    twin = copy.copy(optimizer)
    twin._repeat = None  # it remembers the states that are replaced here
    _take_settings(twin, saved["settings"])
    twin.t, twin._layout = _steps(saved["t"]), _layout(saved["layout"])
    twin._states = _arrays(twin, saved["state"])
    _compare(optimizer, twin)
    optimizer.__dict__.update(twin.__dict__)


def _take_settings(twin, saved):
    """Numbers may differ, a schedule changes them; words may not, they are another method."""
    own = settings(twin)
    if not isinstance(saved, dict):
        raise StateRefused(f"the state's settings are {type(saved).__name__}, not a dict by name")
    made, mine = saved.get("state_dtype"), own.get("state_dtype")
    if made != mine:
        raise StateRefused(
            f"the state was made with state_dtype={made!r}, this optimizer has {mine!r}; make the "
            "optimizer with the state's choice")
    if set(own) != set(saved):
        raise StateRefused(f"the state's settings {sorted(map(str, saved))} are not {sorted(own)}")
    for name, value in own.items():
        if not _is_number(value, saved[name]) and (
                type(value) is not type(saved[name]) or value != saved[name]):
            raise StateRefused(
                f"the state was made with {name}={saved[name]!r}, this optimizer has {value!r}; "
                "make the optimizer with the state's choice")
    try:
        for name in own:
            setattr(twin, name, saved[name])
        twin.choices()
    except HyperparameterError as error:
        raise StateRefused(f"the state's settings are not valid: {error}") from None


def _is_number(*values):
    return all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in values)


def _steps(t):
    if isinstance(t, bool) or not isinstance(t, int) or t < 0:
        raise StateRefused(f"the state's step count t={t!r} is not a whole number from 0")
    return t


def _layout(layout):
    """The layout with tuples: JSON and others hand back lists."""
    if layout is None or layout == "array":
        return layout
    kind, content = layout if isinstance(layout, (list, tuple)) and len(layout) == 2 else (0, 0)
    if kind == "list" and type(content) is int and content > 0:
        return (kind, content)
    if kind == "dict" and isinstance(content, (list, tuple)) and content:
        try:
            if len(set(content)) == len(content):
                return (kind, tuple(content))
        except TypeError:
            pass  # a key that is no key
    raise StateRefused(f"the state's layout {layout!r} is unknown")


def _count(layout):
    if layout == "array":
        return 1
    return layout[1] if layout[0] == "list" else len(layout[1])


def _arrays(twin, saved):
    """Copies of the saved arrays, as many as the layout says, for the states the rule keeps."""
    layout, needed = twin._layout, set(twin.variant.state)
    if not isinstance(saved, dict):
        raise StateRefused(f"the states are {type(saved).__name__}, not a dict by name")
    if twin.t == 0 and not saved:
        return {}
    if layout is None:
        raise StateRefused("the state has no layout: it does not say whose it is; save it again")
    if set(saved) != needed:
        raise StateRefused(
            f"the state holds {sorted(map(str, saved))}, these settings need {sorted(needed)}; "
            "without all of them a run would start cold")
    count = _count(layout)
    try:
        states = {name: [np.array(s) for s in leaves] for name, leaves in saved.items()}
    except (TypeError, ValueError) as error:
        raise StateRefused(f"the states are no lists of arrays: {error}") from None
    kind = KINDS.get(twin.state_dtype)
    taken = (np.float32, np.float64) if kind is None else (kind,)
    for name, leaves in states.items():
        if len(leaves) != count:
            raise StateRefused(f"the state {name} has {len(leaves)} arrays for {count} parameters")
        for s in leaves:
            if s.dtype not in taken:
                words = " or ".join(np.dtype(x).name for x in taken)
                raise StateRefused(f"the state {name} is {s.dtype}; states are {words}")
    return states


def _compare(optimizer, twin):
    """Refuse what does not fit the parameters this optimizer has already stepped."""
    if not optimizer._states or not twin._states:
        return
    if optimizer._layout != twin._layout:
        raise StateRefused(
            f"the state is laid out as {twin._layout}, this optimizer as {optimizer._layout}")
    for name in twin._states.keys() & optimizer._states.keys():
        for i, (s, own) in enumerate(zip(twin._states[name], optimizer._states[name], strict=True)):
            if s.shape != tuple(own.shape) or dtype_name(s) != dtype_name(own):
                raise StateRefused(
                    f"the state {name} is {s.shape} {s.dtype} at parameter {i}, this optimizer's "
                    f"is {tuple(own.shape)} {dtype_name(own)}")
