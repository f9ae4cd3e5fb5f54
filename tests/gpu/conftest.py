"""The stand-in for CuPy, in place of the real one for as long as a test runs."""

import shutil
import sys

import pytest

from rmsprop_lab.executors import cupy as single
from rmsprop_lab.executors import cupy_list
from tests.gpu import fake_cupy


@pytest.fixture
def fake(monkeypatch):
    """The stand-in, in sys.modules, with nothing kept from or for other tests."""
    if shutil.which("g++") is None:
        pytest.skip("g++ is not installed")
    _forget()
    monkeypatch.setitem(sys.modules, "cupy", fake_cupy.module)
    yield fake_cupy.module
    _forget()


def _forget():
    cupy_list.compiled.cache_clear()
    cupy_list._tables.clear()
    single.elementwise.cache_clear()
    fake_cupy.reset()
