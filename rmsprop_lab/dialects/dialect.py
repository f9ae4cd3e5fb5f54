"""One framework's optimizer as data: its settings, which of them it lets you choose, the source.

`optimizer()` makes the lab's optimizer that takes the same steps.
"""

import importlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType

from rmsprop_lab.dialects import words
from rmsprop_lab.errors import HyperparameterError, SettingNotOffered
from rmsprop_lab.hyper import Number, Word

__all__ = ["Dialect", "method_class", "setting_names"]

MODULES = {"RMSprop": "rmsprop", "Adam": "adam", "AdaGrad": "adagrad", "AdaDelta": "adadelta",
           "SGD": "descent", "Rprop": "rprop", "Adamax": "adamax", "NAdam": "nadam",
           "AdaBelief": "adabelief"}
INDEXED = re.compile(r"(\w+)\[(\d)\]")


def method_class(name):
    """The lab's optimizer class of this name, as in `Dialect.method`.

    >>> method_class("Adam").__name__
    'Adam'
    """
    if name not in MODULES:
        raise HyperparameterError(f"method={name!r}: the lab has {', '.join(sorted(MODULES))}")
    return getattr(importlib.import_module(f"rmsprop_lab.{MODULES[name]}"), name)


def setting_names(method):
    """The names of all settings of an optimizer class but lr, a set.

    >>> sorted(setting_names("AdaDelta"))
    ['eps', 'rho']
    """
    return {name for cls in method_class(method).__mro__ for name, kind in vars(cls).items()
            if isinstance(kind, (Number, Word))} - {"lr"}


def _table():
    """A field that holds a mapping nobody can write to. It takes no part in the hash."""
    return field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Dialect:
    """How one library defines an optimizer.

    name: key in `dialects.ALL`. library, version, call: whose, which, and what is called there.
    method: the lab's class. settings: every keyword argument of that class except lr, with the
    value that the library ships. lr: its default, None where the caller must say one. spelled: our
    name -> the library's, for what it lets you choose; a name with {} in it says what to add to
    the call instead. values: our name -> {our value: the library's}, where they differ.
    with_momentum, with_centered: settings that change with momentum above 0, or when centered.
    becomes: our name -> {value given: value used}. single: numbers that the library keeps in
    float32, whatever the parameters are. beyond: what the library offers and the lab's class
    does not -> why. notes: what a porter should know. source: where it was read.
    evidence: "recorded" from a run of the library, or "source".

    >>> from rmsprop_lab import dialects
    >>> dialects.TF1.settings["v0"], dialects.TF1.spelled["rho"]
    (1.0, 'decay')
    """

    name: str
    library: str
    version: str
    call: str
    method: str
    settings: Mapping = _table()
    lr: float | None = None
    spelled: Mapping = _table()
    values: Mapping = _table()
    with_momentum: Mapping = _table()
    with_centered: Mapping = _table()
    becomes: Mapping = _table()
    single: tuple = ()
    beyond: Mapping = _table()
    notes: tuple = ()
    source: str = ""
    evidence: str = "source"

    def __post_init__(self):
        """Close the mappings; refuse settings that are not those of the method."""
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, Mapping):
                object.__setattr__(self, one.name, MappingProxyType(dict(value)))
        known = setting_names(self.method)
        if set(self.settings) != known:
            raise HyperparameterError(
                f"{self.name}: settings {sorted(self.settings)} must be those of {self.method}: "
                f"{sorted(known)}")
        if self.evidence not in ("recorded", "source"):
            raise HyperparameterError(f"{self.name}: evidence is 'recorded' or 'source'")

    def __reduce__(self):
        """Pickle as a call: a closed mapping cannot be pickled."""
        values = (getattr(self, one.name) for one in fields(self))
        return Dialect, tuple(dict(v) if isinstance(v, Mapping) else v for v in values)

    @property
    def fixed(self):
        """The settings that the library does not let you choose, in the order of `settings`."""
        return tuple(name for name in self.settings if name not in self.spelled)

    def resolved(self, **overrides):
        """All settings of the method with these overrides, as the library would resolve them.

        Raises SettingNotOffered for what the library does not offer, HyperparameterError for a
        name that is no setting.

        >>> from rmsprop_lab import dialects
        >>> dialects.KERAS2.resolved()["eps_at"], dialects.KERAS2.resolved(momentum=0.9)["eps_at"]
        ('outside', 'inside')
        """
        for name in overrides:
            if name not in self.settings:
                raise HyperparameterError(self._unknown(name))
        given = {name: self.becomes.get(name, {}).get(value, value)
                 for name, value in overrides.items() if name in self.spelled}
        chosen = {**self.settings, **given}
        if chosen.get("centered"):
            chosen |= {**self.with_centered, **given}
        if chosen.get("momentum"):
            chosen |= {**self.with_momentum, **given}
        for name, value in overrides.items():
            self._check_offered(name, value, chosen)
        return chosen

    def optimizer(self, lr=None, executor="auto", **overrides):
        """The lab's optimizer that steps as this library does.

        lr: needed where the library ships none. overrides: settings by the lab's names, as far as
        the library offers them. Raises as `resolved` does, and HyperparameterError without lr.

        >>> from rmsprop_lab import dialects
        >>> opt = dialects.PYTORCH.optimizer(momentum=0.9)
        >>> opt.lr, opt.rho, opt.eps_at
        (0.01, 0.99, 'outside')
        """
        settings = self.resolved(**overrides)
        lr = self.lr if lr is None else lr
        if lr is None:
            raise HyperparameterError(
                f"{self.library} ships no learning rate; say one: {self.name}.optimizer(lr=1e-3)")
        return method_class(self.method)(lr=lr, executor=executor, **settings)

    def keywords(self, lr=None, **overrides):
        """What to say to the library: its own argument names and values, for what was given.

        >>> from rmsprop_lab import dialects
        >>> dialects.OPTAX.keywords(lr=0.01, rho=0.95, eps_at="outside")
        {'learning_rate': 0.01, 'decay': 0.95, 'eps_in_sqrt': False}
        """
        chosen = self.resolved(**overrides)
        said = {} if lr is None else {self.spelled["lr"]: lr}
        for name in overrides:
            theirs = self.spelled.get(name)
            if theirs is None:
                continue  # it is what the library does anyway
            if found := INDEXED.fullmatch(theirs):
                said[found[1]] = self._pair(found[1], chosen)
            else:
                said[theirs] = self.values.get(name, {}).get(overrides[name], overrides[name])
        return said

    def spell(self, lr=None, **overrides):
        """The call of the library as text.

        >>> from rmsprop_lab import dialects
        >>> dialects.KERAS3.spell(lr=0.01, momentum=0.9)
        'keras.optimizers.RMSprop(learning_rate=0.01, momentum=0.9)'
        """
        said = self.keywords(lr, **overrides)
        inside = ", ".join(f"{name}={value!r}" for name, value in said.items() if "{" not in name)
        added = [name.format(value) for name, value in said.items() if "{" in name]
        return f"{self.call}({inside})" + (f", with {' and '.join(added)}" if added else "")

    def diff(self, other, **overrides):
        """What differs, in words: one sentence for each axis. [] when none does.

        overrides: settings that both are given, to compare them as you would use them. The
        shipped learning rates are not compared: a caller says one.

        >>> from rmsprop_lab import dialects
        >>> for sentence in dialects.PYTORCH.diff(dialects.SB3):
        ...     print(sentence)
        eps_at: PYTORCH divides by sqrt(v) + eps; SB3 divides by sqrt(v + eps).
        v0: PYTORCH starts v from 0; SB3 starts v from 1.
        """
        return words.sentences(self, other, overrides)

    def same_step(self, other, **overrides):
        """Whether both take the same steps from one learning rate, schedules included.

        overrides: settings that both are given. Settings without effect are not compared: the
        place of lr without momentum, the kind of decay without decay, the place of an eps of 0.

        >>> from rmsprop_lab import dialects
        >>> dialects.PYTORCH.same_step(dialects.MLX), dialects.PYTORCH.same_step(dialects.TF1)
        (True, False)
        """
        if self.method != other.method:
            return False
        return words.effective(self.resolved(**overrides)) == words.effective(
            other.resolved(**overrides))

    def _pair(self, theirs, chosen):
        """The values of a tuple argument such as betas, in its order."""
        places = {int(found[2]): name for name, spelled in self.spelled.items()
                  if (found := INDEXED.fullmatch(spelled)) and found[1] == theirs}
        return tuple(chosen[places[i]] for i in sorted(places))

    def _unknown(self, name):
        ours = [mine for mine, theirs in self.spelled.items()
                if theirs == name or theirs.startswith(f"{name}[")]
        if ours:
            return f"say {' and '.join(ours)}, which {self.library} spells {name}"
        if name in self.beyond:
            return f"{self.library} offers {name}, the lab's {self.method} does not: " \
                   f"{self.beyond[name]}"
        return f"{name} is no setting of {self.method}; there are {', '.join(self.settings)}"

    def _check_offered(self, name, value, chosen):
        if name in self.spelled:
            kinds = self.values.get(name, {value})
            if value not in kinds:
                kinds = " or ".join(map(repr, kinds))
                raise SettingNotOffered(f"{self.library} offers {name}={kinds}, not {value!r}")
        elif value != chosen[name]:
            if name in self.beyond:
                raise SettingNotOffered(self._unknown(name))
            raise SettingNotOffered(
                f"{self.library} does not let you choose {name}: it is {chosen[name]!r} "
                f"{self._otherwise(name)}there. For a step of your own: "
                f"lab.{self.method}({name}={value!r}, ...)")

    def _otherwise(self, name):
        """When a setting that cannot be chosen is another, in brackets."""
        cases = (("with momentum", self.with_momentum), ("when centred", self.with_centered))
        said = [f"{when} {changes[name]!r}" for when, changes in cases if name in changes]
        return f"({', '.join(said)}) " if said else ""
