"""Gradients as expressions and of many points at once: the same bits as `grad` gives for each."""

import pickle

import numpy as np
import pytest

import rmsprop_lab as lab
from rmsprop_lab.arrays import sign, sqrt, where
from rmsprop_lab.errors import LabError, RuleError, ShapeMismatch
from rmsprop_lab.problems import Formula
from rmsprop_lab.rule import rule
from rmsprop_lab.sweeps import chunk, lanes
from rmsprop_lab.sweeps.fields import Batched, Formulated, OneByOne, field, offers
from tests.sweeps.cases import Saddle, assert_same_as_run, problems, same

RNG = np.random.default_rng(7)


def quadratics():
    for d in (1, 2, 3, 7, 8, 9, 17, 130):
        h = RNG.normal(size=(d, d))
        yield lab.problems.Quadratic(h + h.T, RNG.normal(size=d))
        yield lab.problems.Quadratic(RNG.normal(size=d) ** 2, RNG.normal(size=d))


ALL = [*quadratics(), *problems("float64").values(), Saddle(),
       lab.problems.Stream(RNG.normal(size=(5, 3, 4))), lab.problems.constant(3.0)]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("n", [1, 2, 5, 300])
def test_every_field_is_the_gradient_of_each(dtype, n):
    for problem in ALL:
        shape = problem.theta0.shape
        thetas = (RNG.normal(size=(n, *shape)) * 10.0 ** RNG.integers(-3, 3, (n, *shape)))
        thetas = thetas.astype(dtype)
        columns = np.ascontiguousarray(thetas.reshape(n, -1).T)
        for t in (1, 2, 11):
            found = np.empty_like(columns)
            field(problem, np.dtype(dtype)).gradient(columns, t, found)
            each = np.array([problem.grad(theta.copy(), t) for theta in thetas])
            assert same(found.T.reshape(thetas.shape), each), (problem, t)
        if many := offers(problem, "losses", "loss"):
            assert many(thetas).tolist() == [problem.loss(theta.copy()) for theta in thetas]


def test_which_field_a_problem_gets():
    kinds = {name: type(field(p, np.dtype("float64"))) for name, p in problems("float64").items()}
    assert kinds == {"bench": Formulated, "diagonal": Formulated, "noisy": Formulated,
                     "matrix": Batched, "hinge": OneByOne}
    own = [lab.problems.noisy(seed=k) for k in range(3)]
    assert type(field(own, np.dtype("float64"))) is Formulated
    assert type(field([*own, lab.problems.noisy(steps=5)], np.dtype("float64"))) is OneByOne
    assert type(field([problems("float64")["matrix"]] * 2, np.dtype("float64"))) is OneByOne


def test_an_older_method_does_not_speak_for_a_newer_gradient():
    class Child(Saddle):
        pass

    class Changed(Child):
        def grad(self, theta, t):
            return theta

    class Both(Changed):
        def formula(self):
            return None

    assert offers(Child(), "formula", "grad") and not offers(Changed(), "formula", "grad")
    assert offers(Both(), "formula", "grad")
    one = Saddle()
    one.grad = lambda theta, t: theta
    assert not offers(one, "formula", "grad") and not offers(one, "grads", "grad")


@pytest.mark.parametrize(("make", "kind", "words"), [
    (lambda: Formula(_one, constants={"h": [[1.0]]}), ShapeMismatch, r"\(groups,\) for a constant"),
    (lambda: Formula(_one, streams={"h": [1.0]}), ShapeMismatch, r"\(rows, groups\)"),
    (lambda: Formula(_one, constants={"h": []}), ShapeMismatch, r"\(groups,\)"),
    (lambda: Formula(_one, constants={"h": [1.0], "k": [1.0, 2.0]}), LabError, r"\[1, 2\] groups"),
    (lambda: Formula(_one), LabError, "groups"),
])
def test_data_that_do_not_fit_are_refused(make, kind, words):
    with pytest.raises(kind, match=words):
        make()


class Given(Saddle):
    """A problem with the formula it is given."""

    def __init__(self, formula):
        super().__init__()
        self.given = formula

    def formula(self):
        return self.given


def _one(x, *, h):
    return (h * x,)


def _bare(x, *, h):
    return h * x


def _number(x, *, h):
    return (1.0,)


@pytest.mark.parametrize(("formula", "words"), [
    (Formula(_one, constants={"h": [1.0]}), "1 groups of 1 coordinates, theta has 4"),
    (Formula(_bare, constants={"h": [1.0] * 4}), "must return 1 gradients, a tuple"),
    (Formula(_number, constants={"h": [1.0] * 4}), "must return 1 gradients, a tuple"),
])
def test_a_formula_that_is_none_says_why(formula, words):
    with pytest.raises(LabError, match=words):
        lab.sweep(lab.SGD, {"lr": [0.1]}, Given(formula), 3)


def test_names_of_data_that_a_loop_cannot_spell_are_refused():
    def gradient(x, *, x0):
        return (x0 * x,)

    with pytest.raises(RuleError, match="stands twice"):
        lab.sweep(lab.SGD, {"lr": [0.1]}, Given(Formula(gradient, constants={"x0": [1.0] * 4})), 3)


@rule(state=("a",))
def hostile(theta, g, a, *, lr, late):
    """Everything a rule may use, and a number that is infinite at its tenth step."""
    a = where(g > 0, a + sqrt(abs(g)), -a)
    return theta - lr * sign(a) * a / late, a


class Hostile(lab.SGD):
    rule = hostile

    def choices(self):
        return {}

    def numbers(self):
        return {"lr": self.lr, "late": 1 / (self.t - 20.0)}


@pytest.mark.parametrize("executor", ["numba", "numpy", "loop"])
def test_all_functions_of_a_rule(executor):
    problem = problems("float32")["bench"]
    grid = {"lr": np.geomspace(1e-3, 1, 70).tolist()}
    assert_same_as_run(lab.sweep(Hostile, grid, problem, 20, executor=executor), Hostile, problem)


@pytest.mark.parametrize("executor", ["numba", "numpy", "loop"])
def test_a_division_by_zero_in_mid_run_is_raised_as_python_raises_it(executor):
    with pytest.raises(ZeroDivisionError):
        lab.sweep(Hostile, {"lr": [0.1, 0.2]}, lab.problems.bench(), 30, executor=executor)


class Late(lab.Adam):
    """Its lr is divided by a number that is 0 at one step of some of the configurations."""

    def numbers(self):
        return super().numbers() | {"lr": self.lr / (self.t - self.eps)}


@pytest.mark.parametrize("executor", ["numba", "numpy", "loop"])
def test_a_division_by_zero_of_one_configuration(executor, monkeypatch):
    monkeypatch.setattr(Late, "__module__", "rmsprop_lab.late")  # asked in columns
    grid = {"lr": [0.1, 0.2], "eps": [0.5, 7.5]}
    problem = lab.problems.bench()
    assert_same_as_run(lab.sweep(Late, grid, problem, 12, executor=executor), Late, problem)
    with pytest.raises(ZeroDivisionError) as caught:
        lab.sweep(Late, grid | {"eps": [0.5, 7.0]}, problem, 12, executor=executor)
    assert caught.value.__notes__ == ["configuration 1 (lr=0.1, eps=7.0)"]


# --- what is compiled ----------------------------------------------------------------------------

def test_the_loop_can_be_read():
    from rmsprop_lab.rmsprop import rmsprop

    text = lanes.render(rmsprop.program, field(lab.problems.Quadratic([1.0], [1.0]),
                                               np.dtype("float32")).program, (), ("h",), False)
    assert "v_new = rho * v_i + k1 * (g_i * g_i)" in text
    assert "theta_new = theta_i - lr * (g_i / (sqrt(v_new) + eps))" in text
    assert "g0_new = h_data_ * x0_data_" in text


def test_auto_compiles_when_it_pays_and_then_stays(monkeypatch):
    used = []
    for engine in (chunk.Leading, lanes.Lanes):
        monkeypatch.setattr(engine, "advance", lambda self, a, b, f=engine.advance: (
            used.append(type(self).__name__), f(self, a, b))[1])
    problem = lab.problems.Quadratic([1.0, 2.0, 3.0], [1.0, 1.0, 1.0])
    run = lambda steps: lab.sweep(lab.AdaDelta, {"rho": [0.5, 0.9]}, problem, steps)  # noqa: E731
    lanes._known.clear()
    run(5)
    assert set(used) == {"Leading"}
    monkeypatch.setattr(chunk, "COMPILE_FROM", 2 * 3 * 6)
    run(6)
    assert used[-1] == "Lanes"
    run(5)
    assert used[-1] == "Lanes"  # it is compiled now
    monkeypatch.setattr("rmsprop_lab.executors.numba.available", lambda: False)
    run(6)
    assert used[-1] == "Leading"


def test_without_numba_the_name_is_refused(monkeypatch):
    lanes.compiled.cache_clear()
    monkeypatch.setattr(lanes, "available", lambda: False)
    with pytest.raises(lab.errors.ExecutorUnavailable, match=r"rmsprop-lab\[fast\]"):
        lab.sweep(lab.SGD, {"lr": [0.1]}, lab.problems.bench(), 3, executor="numba")


# --- on the way to a worker ----------------------------------------------------------------------

@pytest.mark.parametrize("problem", [*ALL[-7:], lab.problems.MLP(hidden=(3,), batch=8),
                                     lab.problems.Logistic()], ids=lambda p: p.name)
def test_problems_survive_a_pickle(problem):
    theta = problem.theta0
    problem.grad(theta, 1)  # a copy of its numbers may lie beside theta now
    again = pickle.loads(pickle.dumps(problem))
    assert again.theta0.tobytes() == theta.tobytes() and again.theta0.dtype == theta.dtype
    assert again.grad(theta, 3).tobytes() == problem.grad(theta, 3).tobytes()
    assert again.loss(theta) == problem.loss(theta) and repr(again).split(" at 0x")[0] == repr(
        problem).split(" at 0x")[0]


def test_a_pickle_keeps_what_is_read_only():
    problem = pickle.loads(pickle.dumps(lab.problems.bench()))
    with pytest.raises(ValueError, match="read-only"):
        problem.H[0, 0] = 1.0
