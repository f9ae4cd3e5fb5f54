"""Making the optimizer of a configuration, and saying which configuration is at fault."""

import inspect

from rmsprop_lab.errors import HyperparameterError, LabError

__all__ = ["build", "check_make", "name_of", "place"]


def check_make(make, grid):
    """Refuse a factory that cannot take the grid's names. Returns nothing.

    make: an optimizer class or a function of the grid's names by keyword.
    """
    if not callable(make):
        what = f"an optimizer, {type(make).__name__}" if hasattr(make, "step") else repr(make)
        raise LabError(f"make is {what}; give the class, lab.RMSprop, or a function that makes one")
    try:
        parameters = inspect.signature(make).parameters.values()
    except (TypeError, ValueError):  # built in: the call will tell
        return
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        return
    known = [p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    unknown = [name for name in grid.axes if name not in known]
    if unknown:
        raise HyperparameterError(
            f"{name_of(make)} has no setting {' and no '.join(map(repr, unknown))}; it has "
            f"{', '.join(known) or 'none'}")


def build(make, grid, i, start=0):
    """The optimizer of configuration i of a grid that begins at configuration `start` of the sweep.

    An error of the lab is raised again with the configuration it belongs to in front.
    """
    settings = grid[i]
    with place(start + i, settings):
        opt = make(**settings)
        if isinstance(opt, type) or not all(hasattr(opt, name) for name in ("step", "state", "t")):
            raise LabError(f"{name_of(make)} made {opt!r}, which is no optimizer")
        return opt


class place:  # noqa: N801 - read as a word: with place(i, settings)
    """A context whose errors name the configuration."""

    def __init__(self, i, settings):
        """i: index in the sweep. settings: its dict."""
        self.i, self.settings = i, settings

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        if kind is None or not issubclass(kind, Exception):
            return False
        said = ", ".join(f"{name}={value!r}" for name, value in self.settings.items())
        place = f"configuration {self.i} ({said or 'the defaults'})"
        if issubclass(kind, (LabError, TypeError)):
            kind = kind if issubclass(kind, LabError) else LabError
            raise kind(f"{place}: {error}") from error
        error.add_note(place)
        return False


def name_of(make):
    """What the factory is called, for messages and pictures.

    >>> from rmsprop_lab.rmsprop import RMSprop
    >>> name_of(RMSprop)
    'RMSprop'
    """
    owner = getattr(make, "__self__", None)  # a dialect's optimizer is called after the dialect
    return (getattr(owner, "name", None) or getattr(make, "__name__", None)
            or type(make).__name__)
