"""Diagnoses: what each fault is in words, with what it is confused, and what tells them apart."""

from functools import cache

from rmsprop_lab.clinic import faults, relapses
from rmsprop_lab.clinic.examine import examine
from rmsprop_lab.clinic.grafts import graft
from rmsprop_lab.clinic.report import short
from rmsprop_lab.errors import LabError

__all__ = ["CONFUSED", "PHRASES", "apart", "evidence", "fault", "report", "says"]

#: Fault -> the diagnosis in words.
PHRASES = {
    "MissingRoot": "the square root over v is missing",
    "MovedEps": "eps stands under the root",
    "LostMemory": "v is never written back, so that each step starts from an empty average",
    "MultipliedCorrection": "the bias corrections are multiplied instead of divided",
    "OneClock": "the step is counted once for each tensor",
    "BorrowedGradient": "a state is the caller's gradient array itself",
    "WideRate": "a number of the step is an np.float64 and widens float32",
    "TinyGuard": "eps is zero in float16",
    "SubtractedVariance": "the variance is a difference of averages and rounds below zero",
    "LostState": "the checkpoint lacks the states",
    "UphillDecay": "the weight decay has the wrong sign",
    "NotCleared": "the sum of the gradients is not set to zero after a step",
    "AverageOfSizes": "v averages |g| and not its square",
    "CorrectionInPlace": "the corrected averages are written back and corrected again",
    "DecayWithoutRate": "the weight decay is not multiplied by the learning rate",
    "ForgottenClock": "the checkpoint lacks the step t",
    "LateClip": "the gradient is clipped after the step that used it",
    "RateInBuffer": "the learning rate multiplies what enters the momentum buffer",
    "SharedAverage": "tensors of equal shape share one v",
    "UndividedParts": "the parts of a batch are summed and not averaged",
}

#: Fault -> three others for which it is easily taken.
CONFUSED = {
    "MissingRoot": ("AverageOfSizes", "MovedEps", "LostMemory"),
    "MovedEps": ("MissingRoot", "LostMemory", "AverageOfSizes"),
    "LostMemory": ("LostState", "MissingRoot", "NotCleared"),
    "MultipliedCorrection": ("CorrectionInPlace", "OneClock", "ForgottenClock"),
    "OneClock": ("MultipliedCorrection", "SharedAverage", "ForgottenClock"),
    "BorrowedGradient": ("UndividedParts", "NotCleared", "RateInBuffer"),
    "WideRate": ("MultipliedCorrection", "OneClock", "CorrectionInPlace"),
    "TinyGuard": ("MovedEps", "SubtractedVariance", "MissingRoot"),
    "SubtractedVariance": ("TinyGuard", "MovedEps", "MissingRoot"),
    "LostState": ("ForgottenClock", "LostMemory", "SharedAverage"),
    "UphillDecay": ("DecayWithoutRate", "MultipliedCorrection", "CorrectionInPlace"),
    "NotCleared": ("UndividedParts", "BorrowedGradient", "LostMemory"),
    "AverageOfSizes": ("MissingRoot", "MovedEps", "LostMemory"),
    "CorrectionInPlace": ("MultipliedCorrection", "OneClock", "ForgottenClock"),
    "DecayWithoutRate": ("UphillDecay", "CorrectionInPlace", "MultipliedCorrection"),
    "ForgottenClock": ("LostState", "OneClock", "MultipliedCorrection"),
    "LateClip": ("NotCleared", "LostMemory", "SharedAverage"),
    "RateInBuffer": ("UndividedParts", "LostState", "BorrowedGradient"),
    "SharedAverage": ("OneClock", "LostMemory", "LostState"),
    "UndividedParts": ("NotCleared", "BorrowedGradient", "RateInBuffer"),
}


def fault(name):
    """The class of a fault, of the lesson's twelve or of the exercises' eight."""
    found = getattr(faults, name, None) or getattr(relapses, name, None)
    if name not in PHRASES or found is None:
        raise LabError(f"no fault {name!r}; there are {', '.join(PHRASES)}")
    return found


def says(name):
    """A fault in words.

    >>> says("LostState")
    'the checkpoint lacks the states'
    """
    fault(name)
    return PHRASES[name]


@cache
def report(name):
    """The Report on a fault with its usual settings."""
    return examine(fault(name))


@cache
def rival(patient, name):
    """(Report, same): what the fault `name` shows, and whether in the method of the `patient`.

    patient: the name of a fault. A fault that has no place in that method shows what it does in
    its own.
    """
    put = graft(fault(name), fault(patient))
    return (report(name), False) if put is None else (examine(put), True)


def evidence(seen, name):
    """What speaks against a diagnosis: (property, as it would be, as it is, same), or None.

    seen: the `report` on a patient. name: the fault. A property that only the other one fails goes
    first, then one that only the patient fails, then one that both fail with other numbers. same:
    whether both were measured in the same method; else the verdicts count, and no numbers.
    """
    other, same = rival(seen.patient, name)
    pairs = [(mine, other[mine.name]) for mine in seen.findings
             if mine.verdict in ("passes", "fails") and other[mine.name].verdict in (
                 "passes", "fails")]
    for want in (("passes", "fails"), ("fails", "passes")):
        for mine, theirs in pairs:
            if (mine.verdict, theirs.verdict) == want:
                return mine.name, theirs, mine, same
    for mine, theirs in pairs if same else ():
        if mine.verdict == theirs.verdict == "fails" and not _near(mine.measured, theirs.measured):
            return mine.name, theirs, mine, same
    return None


def apart(seen, name):
    """A sentence: what the Report `seen` would show if the patient had the fault `name`.

    >>> apart(report("LostState"), "LostMemory")
    'Then `pace` would fail, with 3.16. It passes, with 1.'
    """
    found = evidence(seen, name)
    if found is None:
        return "Nothing that was measured speaks against it."
    prop, theirs, mine, same = found
    would = "fail" if theirs.verdict == "fails" else "pass"
    does = "fails" if mine.verdict == "fails" else "passes"
    number = f", with {short(theirs.measured)}" if same else ""
    return (f"Then `{prop}` would {would}{number}. "
            f"It {does}, with {short(mine.measured)}.")


def _near(a, b):
    if a != a or b != b:
        return a != a and b != b
    return a == b or abs(a - b) <= 0.01 * max(abs(a), abs(b))
