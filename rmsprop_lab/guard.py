"""The guard: where eps stands in the denominator. One letter, two meanings."""

from rmsprop_lab.arrays import sqrt

__all__ = ["guard"]


def guard(s, eps, eps_at):
    """The denominator: sqrt(s) + eps ("outside" the root) or sqrt(s + eps) ("inside").

    s: a mean or sum of squares. eps: in units of g outside, of g squared inside.
    Lesson 6, eqs (6.1) and (6.2).

    >>> guard(4.0, 5.0, "outside"), guard(4.0, 5.0, "inside")
    (7.0, 3.0)
    """
    if eps_at == "inside":
        return sqrt(s + eps)  # (6.2)
    return sqrt(s) + eps  # (6.1)
