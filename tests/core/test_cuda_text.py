"""The CUDA of every rule compiles for three generations of GPUs and computes what it should."""

import os
import re
import shutil

import pytest

import rmsprop_lab as lab
from rmsprop_lab.executors import cupy as executor
from rmsprop_lab.executors.identity import DTYPES, cases, differences
from tests.core import cuda

ONCE = [case for case in cases() if case.once]


@pytest.fixture(scope="module", autouse=True)
def nvrtc():
    """NVRTC comes from the test group; where CI lacks it, something is broken, not missing."""
    try:
        from cupy_backends.cuda.libs import nvrtc

        nvrtc.getVersion()
    except (ImportError, RuntimeError, OSError) as error:
        reason = f"NVRTC cannot be loaded: {error}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("architecture", ["sm_75", "sm_80", "sm_90"])
def test_every_kernel_compiles(architecture, dtype):
    programs = [case.rule.program for case in ONCE]
    code = cuda.nvrtc_compile(cuda.translation_unit(programs, dtype), architecture)
    for k in range(len(programs)):
        assert f"kernel{k}".encode() in code


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_no_kernel_contracts_or_approximates(dtype):
    text = cuda.translation_unit([case.rule.program for case in ONCE], dtype)
    bits = 8 * dtype.itemsize
    exact = cuda.nvrtc_compile(text, "compute_80")
    assert not re.search(rf"(fma|mad)\.(rn\.)?f{bits}", exact)
    roots, quotients = (set(re.findall(rf"\b{op}\.[a-z.]+\.?f{bits}", exact))
                        for op in ("sqrt", "div"))
    assert roots == {f"sqrt.rn.f{bits}"} and quotients == {f"div.rn.f{bits}"}
    assert ".ftz" not in exact
    # The same text without the option contracts: the check above can fail.
    assert f"fma.rn.f{bits}" in cuda.nvrtc_compile(text, "compute_80", options=())
    assert "sqrt.approx" in cuda.nvrtc_compile(
        text, "compute_80", options=("--use_fast_math",)) or bits == 64


def test_cupy_gets_the_option():
    made = executor.elementwise(lab.rmsprop.rmsprop.program)
    assert executor.OPTIONS == ("--fmad=false",)
    assert made.kwargs["options"] == executor.OPTIONS


def test_an_operation_that_is_no_cuda_is_seen():
    text = cuda.translation_unit([lab.rmsprop.rmsprop.program], DTYPES[0])
    with pytest.raises(AssertionError, match="wurzel"):
        cuda.nvrtc_compile(text.replace("sqrt", "wurzel"), "sm_80")


@pytest.mark.parametrize("dtype", ["float", "double"])
def test_the_readers_kernel_compiles(dtype):
    for case in ONCE:
        name = f"{case.rule.__name__}<{dtype}>"
        ptx = cuda.nvrtc_compile(case.rule.source("cuda"), "compute_80", names=[name])
        assert ".entry" in ptx and "fma.rn" not in ptx


@pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not installed")
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_the_kernels_body_run_by_gpp(dtype, monkeypatch):
    """CuPy's step on the host: its order of arguments, its kernel's own text, another compiler."""
    programs = [case.rule.program for case in ONCE]
    stand_ins = dict(zip(programs, cuda.through_gpp(programs, dtype), strict=True))
    monkeypatch.setattr(executor, "elementwise", stand_ins.get)
    for case in ONCE:
        step, program = executor.kernel(case.rule.program), case.rule.program
        for size, edge in ((1, False), (7, True), (1031, False)):
            assert not differences(case.rule, lambda job, given, step=step, p=program: step(
                job, p.host(**given)), dtype, size, seed=size, edge=edge), case


@pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not installed")
def test_a_wrong_body_run_by_gpp_is_seen(monkeypatch):
    program = lab.rmsprop.rmsprop.program
    right = executor.body
    monkeypatch.setattr(executor, "body", lambda p: [
        line.replace("sqrt(v_new) + eps", "sqrt(v_new + eps)") for line in right(p)])
    executor.elementwise.cache_clear()
    try:
        stand_in, = cuda.through_gpp([program], DTYPES[0])
    finally:
        executor.elementwise.cache_clear()
    monkeypatch.setattr(executor, "elementwise", lambda p: stand_in)
    step = executor.kernel(program)
    assert differences(lab.rmsprop.rmsprop, lambda job, given: step(job, program.host(**given)),
                       DTYPES[0], 1031)
