"""A fault put into another method, so that a wrong diagnosis is measured on the patient's own."""

from functools import cache

from rmsprop_lab.clinic.sound import SoundClipped, SoundDecay

__all__ = ["graft"]

#: Methods that hand on to the one they are built on, so that a fault of that one shows through.
WRAPPERS = (SoundClipped, SoundDecay)


@cache
def graft(fault, patient):
    """The method of one fault with another fault instead, or None where that has no place there.

    fault, patient: classes of faults, each built on a sound one.

    >>> from rmsprop_lab.clinic import faults, relapses, sound
    >>> graft(relapses.ForgottenClock, faults.LostState).__mro__[1] is sound.Sound
    True
    """
    home, = fault.__bases__
    base, = patient.__bases__
    if home is base:
        return fault
    if base in WRAPPERS and issubclass(base, home):
        return type(fault.__name__, (base, fault), {})
    methods = {name: f for name, f in vars(fault).items() if callable(f)}
    if "update" in methods:  # it names the states of its own method
        return None
    return type(fault.__name__, (base,), methods)
