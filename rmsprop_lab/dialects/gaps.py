"""What the libraries offer and the lab does not reproduce, each with its reason and a recording.

`GAPS` are settings that our rules do not have. `ROUNDED` are dialects whose rule is ours and whose
numbers are not: the library rounds something to float32 inside a float64 step.
"""

from dataclasses import dataclass, field

from rmsprop_lab.dialects import golden
from rmsprop_lab.dialects.rmsprops import RMSPROPS
from rmsprop_lab.dialects.siblings import SIBLINGS

__all__ = ["GAPS", "ROUNDED", "Gap", "Rounded"]


@dataclass(frozen=True)
class Gap:
    """A setting beyond the lab: what to say to the library, and the lab's nearest relative.

    name: key in gaps.json. dialect: key in `dialects.ALL`. words: what the library is told, by its
    own names, besides the settings. settings: by the lab's names, said to both. drops: whether lr
    drops in the recording. why: the reason. same: the library takes the setting and ignores it.
    """

    name: str
    dialect: str
    words: dict
    why: str
    settings: dict = field(default_factory=dict)
    drops: bool = False
    same: bool = False

    @property
    def case(self):
        """The case of `golden` that the lab runs beside the recording."""
        return golden.Case(self.settings, 1.0 if "DELTA" in self.dialect else 0.01, self.drops)

    def difference(self, theirs):
        """How far the lab's nearest relative is from the recorded theta, as `golden` measures."""
        dialect = (RMSPROPS | SIBLINGS)[self.dialect]
        return golden.difference(golden.trajectory(dialect, self.case), theirs)


@dataclass(frozen=True)
class Rounded:
    """A float64 step in which the library rounds to float32: how far apart that is, and why."""

    allowed: float
    why: str


MOMENTUM = {"momentum": 0.9}

GAPS = {one.name: one for one in (
    Gap("optax centred, debiased", "OPTAX", {"bias_correction": True, "centered": True},
        "v/c - (m/c)^2 is exactly 0 at the first step, which divides by sqrt(0 + eps): the lab "
        "refuses debias with centered.", {"centered": True}),
    Gap("timm caution", "TIMM", {"caution": True},
        "Coordinates whose step and gradient disagree in sign are dropped and the others made "
        "longer by the mean: not an elementwise rule.", MOMENTUM),
    Gap("timm corrected decay", "TIMM", {"corrected_weight_decay": True},
        "theta shrinks by lr^2 / (the largest lr), so the decay follows the schedule twice.",
        {"weight_decay": 0.1, "decay": "decoupled"}, drops=True),
    Gap("mxnet momentum", "MXNET1", {"gamma2": 0.5},
        "gamma2, the momentum, is accepted and used only with centered=True.", same=True),
    Gap("jax adagrad, as shipped", "JAX_ADAGRAD", {"momentum": 0.9},
        "The steps are averaged with momentum 0.9 unless 0.0 is said; the lab's AdaGrad has no "
        "momentum."),
    Gap("torch dampening", "PYTORCH_SGD", {"dampening": 0.5},
        "The buffer sums (1 - dampening) g after the first step, which is not dampened.", MOMENTUM),
    Gap("optax eps_root", "OPTAX_ADAM", {"eps_root": 1e-4},
        "One eps inside the root and another outside it; the lab has one."),
    Gap("optax amsgrad, raw", "OPTAX_AMSGRAD", {"bias_correction_nu": False},
        "m is debiased and the maximum of the raw v is not; PyTorch debiases the maximum."),
    Gap("keras adagrad decay", "KERAS3_ADAGRAD", {"weight_decay": 0.1},
        "Keras decays every optimizer decoupled; the lab's AdaGrad knows l2 only."),
    Gap("torch adadelta decay", "PYTORCH_ADADELTA", {"weight_decay": 0.1},
        "The lab's AdaDelta has no weight decay."),
)}

ROUNDED = {
    "TF1_ADAM": Rounded(1e-5, "beta1^t and beta2^t are float32 variables, multiplied up in "
                              "float32; 1 - beta2^t magnifies that."),
}
