"""The errors of the lab: each message says what was wrong and names the repair."""

__all__ = [
    "AliasedArrays",
    "DtypeRefused",
    "EpsUnderflow",
    "ExecutorUnavailable",
    "HyperparameterError",
    "LabError",
    "MixedLibraries",
    "ReadOnlyParameter",
    "RuleError",
    "SettingNotOffered",
    "ShapeMismatch",
    "StateRefused",
    "StructureMismatch",
]


class LabError(ValueError):
    """Anything the lab refuses. It is raised before a parameter or a state is written."""


class HyperparameterError(LabError):
    """A hyper-parameter is not a number in its range, or two choices exclude each other."""


class SettingNotOffered(HyperparameterError):
    """A setting that a library does not let its users choose."""


class StructureMismatch(LabError):
    """Parameters and gradients are not the same kind of container with the same keys."""


class ShapeMismatch(LabError):
    """A gradient or a state does not have its parameter's shape."""


class DtypeRefused(LabError):
    """A dtype in which the step would not be what its equation says."""


class EpsUnderflow(LabError):
    """A positive eps that is zero in the parameters' dtype."""


class MixedLibraries(LabError):
    """Arrays of two libraries in one call."""


class AliasedArrays(LabError):
    """Two arguments share memory, so that writing one would change the other."""


class ReadOnlyParameter(LabError):
    """A parameter that cannot be written in place."""


class StateRefused(LabError):
    """A saved state that does not belong to this optimizer or these parameters."""


class RuleError(LabError):
    """A function that cannot be traced as an elementwise rule."""


class ExecutorUnavailable(LabError):
    """An executor that was asked for by name and cannot run here."""
