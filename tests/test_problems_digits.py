"""The digits, logistic regression, the MLP: hand-written gradients against differences."""

import subprocess
import sys

import array_api_strict as strict
import numpy as np
import pytest

import rmsprop_lab as lab
from rmsprop_lab.problems import MLP, Logistic, digits
from rmsprop_lab.problems.digits import Dataset

pytest.importorskip("sklearn", reason="the digits come with scikit-learn")


def small(classes=3, features=4, samples=12):
    """A data set small enough to check every derivative."""
    draw = np.random.default_rng(5)
    x, y = draw.normal(size=(2 * samples, features)), draw.integers(0, classes, 2 * samples)
    y[:classes] = range(classes)
    return Dataset("small", x[:samples], y[:samples], x[samples:], y[samples:])


MAKERS = {
    "logistic": lambda **kw: Logistic(small(), **kw),
    "mlp": lambda **kw: MLP(small(), (5,), **kw),
    "deep": lambda **kw: MLP(small(), (5, 4), **kw),
}
each = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)


def somewhere(p, seed=0):
    return p.theta0 + np.random.default_rng(seed).normal(size=p.theta0.shape)


def gradient_error(p, theta, h=1e-5):
    """The largest difference between p.grad and central differences of p.loss.

    Central differences err by about h^2 = 1e-10 (third derivative) + 1e-16/h = 1e-11 (rounding).
    """
    differences = np.empty(len(theta))
    for i in range(len(theta)):
        step = np.zeros(len(theta))
        step[i] = h
        differences[i] = (p.loss(theta + step) - p.loss(theta - step)) / (2 * h)
    return np.abs(p.grad(theta, 1) - differences).max()


@each
@pytest.mark.parametrize("l2", [0.0, 0.3])
def test_gradients_match_central_differences(make, l2):
    p = make(l2=l2)
    for seed in range(3):
        assert gradient_error(p, somewhere(p, seed)) < 1e-8


def test_mutation_a_wrong_gradient_is_seen():
    class AnotherActivation(MLP):  # whose slope is not 1 - h^2
        def _forward(self, parts, x):
            h = np.sin(x @ parts[0] + parts[1])
            return h @ parts[2] + parts[3], [x, h]

    class ForgotTheMean(Logistic):
        def _backward(self, parts, x, error):
            return super()._backward(parts, x, error * len(x))

    class SwappedSign(Logistic):
        def _backward(self, parts, x, error):
            return super()._backward(parts, x, -error)

    class ForgotThePenalty(Logistic):
        def loss(self, theta):
            return super().loss(theta) + 0.05 * float(np.sum(theta * theta))

    for p in (AnotherActivation(small(), (5,)), ForgotTheMean(small()), SwappedSign(small()),
              ForgotThePenalty(small())):
        assert gradient_error(p, somewhere(p)) > 1e-2


def test_logistic_at_zero_by_hand():
    data = Dataset("two", [[1.0, 0.0], [0.0, 2.0]], [0, 1], [[1.0, 0.0]], [0])
    p = Logistic(data)
    assert p.loss(p.theta0) == pytest.approx(np.log(2), rel=1e-15)
    # softmax is 1/2 everywhere: the error is (-1/2, 1/2) and (1/2, -1/2), divided by n = 2
    assert p.grad(p.theta0).tolist() == [-0.25, 0.25, 0.5, -0.5, 0.0, 0.0]
    assert Logistic(data, l2=2.0).loss(p.theta0 + 1) == pytest.approx(np.log(2) + 6, rel=1e-15)


def test_large_logits_do_not_overflow():
    p = MAKERS["logistic"]()
    theta = somewhere(p) * 1e6
    assert np.isfinite(p.loss(theta)) and np.isfinite(p.grad(theta)).all()


@each
def test_split_gives_views_of_one_flat_vector(make):
    p = make()
    theta = p.theta0
    parts = p.split(theta)
    assert sum(part.size for part in parts) == theta.size
    assert all(np.shares_memory(part, theta) for part in parts)
    parts[-1][...] = 4.0
    assert (theta[-parts[-1].size:] == 4.0).all()


@each
def test_a_minibatch_belongs_to_its_step(make):
    p, again, other = make(batch=4, seed=1), make(batch=4, seed=1), make(batch=4, seed=2)
    theta = somewhere(p)
    assert p.grad(theta, 3).tobytes() == again.grad(theta, 3).tobytes()
    assert p.grad(theta, 3).tobytes() != p.grad(theta, 4).tobytes()
    assert p.rows(3).tolist() != other.rows(3).tolist()
    assert len(set(p.rows(3).tolist())) == 4  # without replacement
    # a batch of everything is the full gradient in another order of adding
    assert make(batch=12).grad(theta, 1) == pytest.approx(make().grad(theta, 1), abs=1e-14)


def test_minibatch_gradients_average_to_the_full_one():
    p, full = Logistic(small(), batch=3), Logistic(small())
    theta = somewhere(full)
    draws = np.array([p.grad(theta, t) for t in range(1, 4001)])
    error = draws.std(axis=0) / np.sqrt(4000)
    assert (np.abs(draws.mean(axis=0) - full.grad(theta)) < 5 * error + 1e-12).all()


@each
@pytest.mark.parametrize("batch", [None, 4])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_theta_stays_in_its_library_dtype_and_device(make, batch, dtype):
    p = make(batch=batch, dtype=dtype)
    assert p.theta0.dtype == dtype
    host = p.theta0
    host.setflags(write=False)
    theta = strict.asarray(host, device=strict.Device("device1"))
    g = p.grad(theta, 2)
    assert (g.dtype, g.device, g.shape) == (theta.dtype, theta.device, theta.shape)
    back = np.asarray(strict.asarray(g, device=strict.Device("CPU_DEVICE")))
    tolerance = 1e-5 if dtype == "float32" else 1e-14  # matmul may add in another order
    assert p.grad(host, 2).dtype == dtype
    assert back == pytest.approx(p.grad(host, 2), abs=tolerance)
    assert p.loss(theta) == pytest.approx(p.loss(host), rel=1e-5)


def test_the_digits_are_fixed_standardised_and_split():
    a, b, c = digits(), digits(), digits(seed=1)
    assert a.x_train.tobytes() == b.x_train.tobytes() != c.x_train.tobytes()
    assert (a.x_train.shape, a.x_test.shape, a.classes) == ((1437, 64), (360, 64), 10)
    assert np.abs(a.x_train.mean(axis=0)).max() < 1e-14
    spread = a.x_train.std(axis=0)
    assert np.all((np.abs(spread - 1) < 1e-12) | (spread == 0))
    assert (spread == 0).sum() >= 1  # the corners of an image are always empty
    assert np.bincount(a.y_train).min() > 100
    with pytest.raises(ValueError, match="read-only"):
        a.x_train[0, 0] = 1.0


def test_rmsprop_takes_the_mlp_to_95_percent_on_unseen_digits():
    """It gives .969 with these numbers; chance is .1."""
    p = MLP(batch=64)
    path = lab.run(lab.RMSprop(lr=2e-3, rho=0.9), p, 400)
    assert p.accuracy(p.theta0) < 0.2
    assert p.accuracy(path.final) >= 0.95
    assert path.loss[-1] < 0.05


def test_logistic_regression_passes_95_percent_with_any_optimizer():
    p = Logistic()
    for opt in (lab.SGD(lr=0.5), lab.RMSprop(lr=1e-2, rho=0.9)):
        path = lab.run(opt, p, 100)
        assert p.accuracy(path.final) >= 0.94
        assert path.loss[-1] < 0.15


def test_mutation_labels_out_of_place_are_not_learnt():
    """Were the accuracy computed against the training labels' order, this would pass."""
    d = digits()
    wrong = Dataset("shuffled", d.x_train, np.roll(d.y_train, 1), d.x_test, d.y_test)
    p = Logistic(wrong)
    assert p.accuracy(lab.run(lab.RMSprop(lr=1e-2), p, 100).final) < 0.5


def test_without_scikit_learn_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(lab.errors.LabError, match=r'pip install "rmsprop-lab\[data\]"'):
        digits()


def test_scikit_learn_is_imported_only_when_asked_for():
    code = (
        "import sys, rmsprop_lab.problems as p; p.bench(); p.MLP; "
        "sys.exit('sklearn' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: digits(test=0), "keep 1 to 1796"),
        (lambda: Logistic(small(), batch=13), "draw 1 to 12"),
        (lambda: Logistic(small(), l2=-1.0), "0 or more"),
        (lambda: MLP(small(), ()), "width of each hidden layer"),
        (lambda: Logistic(small(), batch=2).grad(np.zeros(15)), "belongs to a step"),
        (lambda: Logistic(small()).grad(np.zeros(14)), r"\(15,\), got \(14,\)"),
        (lambda: Logistic(small()).accuracy(np.zeros(15), "dev"), 'say "train" or "test"'),
        (lambda: Dataset("d", np.zeros(3), [0], np.zeros((1, 3)), [0]), "do not fit"),
        (lambda: Dataset("d", np.zeros((1, 3)), [0.5], np.zeros((1, 3)), [0]), "class numbers"),
    ],
)
def test_errors_name_the_repair(call, words):
    with pytest.raises(lab.errors.LabError, match=words):
        call()


@pytest.mark.gpu
@pytest.mark.parametrize("name", MAKERS)
def test_on_a_gpu_losses_and_gradients_agree(name):
    import cupy

    p = MAKERS[name](batch=4)
    host = lab.arrays.to_host(p.theta0) + np.random.default_rng(0).normal(size=p.theta0.shape)
    theta = cupy.asarray(host)
    assert isinstance(p.grad(theta, 2), cupy.ndarray)
    assert p.grad(theta, 2).get() == pytest.approx(p.grad(host, 2), abs=1e-12)
    assert p.loss(theta) == pytest.approx(p.loss(host), rel=1e-12)
    assert p.predict(theta).tolist() == p.predict(host).tolist()
