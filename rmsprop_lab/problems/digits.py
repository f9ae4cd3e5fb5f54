"""Scikit-learn's handwritten digits: bundled with the library, nothing is downloaded."""

from dataclasses import dataclass

import numpy as np

from rmsprop_lab.errors import HyperparameterError, LabError

__all__ = ["Dataset", "digits"]

_SAMPLES = 1797


@dataclass(frozen=True)
class Dataset:
    """Host arrays of a classification problem, split into train and test.

    x_train (n, features), x_test (m, features): float64. y_train (n,), y_test (m,): class numbers
    0 ... classes - 1. All are read-only.

    >>> two = Dataset("two points", np.eye(2), np.arange(2), np.eye(2), np.arange(2))
    >>> two
    Dataset('two points', 2 train, 2 test, 2 features, 2 classes)
    """

    name: str
    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray

    def __post_init__(self):
        for part in ("train", "test"):
            x = np.array(getattr(self, f"x_{part}"), dtype=np.float64)
            y = np.array(getattr(self, f"y_{part}"))
            if x.ndim != 2 or y.shape != x.shape[:1] or not len(y):
                raise LabError(
                    f"{part} data of shapes {x.shape} and {y.shape} do not fit; "
                    "x is (samples, features), y is (samples,), and neither is empty"
                )
            if not np.issubdtype(y.dtype, np.integer) or y.min() < 0:
                raise LabError(f"y_{part} must hold class numbers 0, 1, 2, ...")
            x.setflags(write=False)
            y.setflags(write=False)
            object.__setattr__(self, f"x_{part}", x)
            object.__setattr__(self, f"y_{part}", y)

    @property
    def features(self):
        """Numbers per sample."""
        return self.x_train.shape[1]

    @property
    def classes(self):
        """How many classes the labels name."""
        return int(max(self.y_train.max(), self.y_test.max())) + 1

    def __repr__(self):
        return (
            f"Dataset({self.name!r}, {len(self.y_train)} train, {len(self.y_test)} test, "
            f"{self.features} features, {self.classes} classes)"
        )


def digits(*, test=360, seed=0):
    """1797 handwritten digits of 8 x 8 pixels, standardised, split by a seed.

    test: how many of them are kept for testing. Each pixel has mean 0 and standard deviation 1
    over the *training* part; a pixel that never changes there becomes 0.
    Source: Alpaydin & Kaynak (1998), UCI, as shipped by scikit-learn.

    >>> digits()
    Dataset('digits', 1437 train, 360 test, 64 features, 10 classes)
    """
    if not 1 <= test < _SAMPLES:
        raise HyperparameterError(f"test is {test}; keep 1 to {_SAMPLES - 1} digits for testing")
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise LabError(
            'the digits come with scikit-learn, which is not installed; pip install '
            '"rmsprop-lab[data]"'
        ) from error
    x, y = load_digits(return_X_y=True)
    order = np.random.default_rng(seed).permutation(len(y))
    held, kept = order[:test], order[test:]
    mean, spread = x[kept].mean(axis=0), x[kept].std(axis=0)
    scaled = np.where(spread > 0, (x - mean) / np.where(spread > 0, spread, 1.0), 0.0)
    return Dataset("digits", scaled[kept], y[kept], scaled[held], y[held])
