"""Lesson 17: the clinic. Faulty optimizers, and the properties that expose them.

`lab.clinic.examine(MyOptimizer, like=lab.RMSprop(lr=0.1))` examines an optimizer of your own.
"""

import inspect
import textwrap

from rmsprop_lab.clinic import capstone, faults, laws, relapses, sound
from rmsprop_lab.clinic.diagnoses import CONFUSED, apart, report, says
from rmsprop_lab.clinic.examine import examine
from rmsprop_lab.clinic.patient import alone, observe
from rmsprop_lab.clinic.report import Finding, Report
from rmsprop_lab.errors import LabError

__all__ = ["CONFUSED", "FAULTS", "PEOPLE", "Finding", "Report", "alone", "apart", "capstone",
           "code", "examine", "faults", "laws", "observe", "relapses", "report", "says", "sound"]

#: The twelve of the lesson, by name.
FAULTS = {name: getattr(faults, name) for name in (
    "MissingRoot", "MovedEps", "LostMemory", "MultipliedCorrection", "OneClock",
    "BorrowedGradient", "WideRate", "TinyGuard", "SubtractedVariance", "LostState", "UphillDecay",
    "NotCleared")}

#: Five who wrote Adam; one of them has no bug.
PEOPLE = {"Ada": faults.OneClock, "Bo": faults.MultipliedCorrection, "Cleo": faults.UphillDecay,
          "Dan": sound.SoundAdam, "Eve": faults.WideRate}


def code(fault):
    """The lines of a fault, without its docstring.

    >>> print(code(FAULTS["LostState"]))
    class LostState(Sound):
        def state_dict(self):
            return {"lr": self.lr, "t": self.t}
    """
    if not inspect.isclass(fault):
        raise LabError(f"{fault!r} is no class; give one of FAULTS, such as FAULTS['MissingRoot']")
    lines = textwrap.dedent(inspect.getsource(fault)).splitlines()
    kept = [line for line in lines if '"""' not in line]
    return "\n".join(line for i, line in enumerate(kept) if line or (i > 1 and i < len(kept) - 1))
