"""Sweeps: many configurations as one vectorised run, on one core or on many machines."""

from rmsprop_lab.sweeps.driver import sweep
from rmsprop_lab.sweeps.grid import Grid, product
from rmsprop_lab.sweeps.pools import WorkersLost
from rmsprop_lab.sweeps.result import Configuration, Sweep

__all__ = ["Configuration", "Grid", "Sweep", "WorkersLost", "product", "sweep"]
