"""The random numbers and matrices that the claims of lesson 13 are checked on."""

import numpy as np

RNG = np.random.default_rng(13)


def symmetric(d):
    """A random symmetric matrix, eigenvalues of both signs."""
    a = RNG.standard_normal((d, d))
    return a + a.T
