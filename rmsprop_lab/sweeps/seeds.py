"""A seed for each configuration, whatever chunk and worker it comes to."""

import numpy as np

__all__ = ["seed_of"]


def seed_of(seed, i):
    """The seed of configuration i, an int of 64 bits: that of `SeedSequence(seed).spawn(n)[i]`.

    >>> child = np.random.SeedSequence(7).spawn(3)[2]
    >>> seed_of(7, 2) == int(child.generate_state(1, np.uint64)[0])
    True
    """
    child = np.random.SeedSequence(seed, spawn_key=(i,))
    return int(child.generate_state(1, np.uint64)[0])
