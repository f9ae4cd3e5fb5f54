"""Lines against the step or against anything else: loss, step size, averages."""

import numpy as np

from rmsprop_lab import arrays
from rmsprop_lab.errors import LabError, ShapeMismatch
from rmsprop_lab.plots.furniture import (
    dress,
    handle,
    label_ends,
    limits,
    reference_line,
    scale,
)
from rmsprop_lab.plots.picture import Picture, plain, say, sentence_list, titled, trajectory
from rmsprop_lab.plots.style import PAPER, looks, sheet, styled

__all__ = ["lines", "loss", "step_size"]


@styled
def lines(x, series, *, xlabel="step", ylabel="", title=None, log=None, keys="auto",
          reference=None):
    """Lines over a common x.

    x: (n,), or None for 0, 1, 2, ... series: {label: (n,)}, or one array without a label.
    log: None, "x", "y" or "xy". keys: "direct" writes labels at the ends of the lines, "legend"
    above them, "auto" chooses. reference: {label: y}, thin horizontal lines for known values.

    >>> lines(None, {"RMSprop": [4.0, 2.0, 0.5]}, ylabel="loss")
    Line chart: loss against step, 0 to 2. RMSprop goes from 4 to 0.5.
    """
    if log not in (None, "x", "y", "xy"):
        raise LabError(f'log is {log!r}; say "x", "y", "xy" or None')
    if keys not in ("auto", "direct", "legend"):
        raise LabError(f'keys is {keys!r}; say "direct", "legend" or "auto"')
    log = log or ""
    series = series if isinstance(series, dict) else {"": series}
    if not series:
        raise LabError("no series to draw; give {label: values}")
    series = {label: _column(y, label) for label, y in series.items()}
    length = len(next(iter(series.values())))
    x = np.arange(length) if x is None else _column(x, "x")
    for label, y in series.items():
        if len(y) != len(x):
            raise ShapeMismatch(
                f"{label or 'the series'} has {len(y)} values for {len(x)} places on the x axis"
            )
    reference = {label: float(y) for label, y in (reference or {}).items()}
    figure, axes = sheet()
    box = limits(x, log="x" in log), limits(*series.values(), *_each(reference), log="y" in log)
    if not np.isfinite(x).all():
        raise LabError("x holds a value that is not finite; leave those points out")
    if None in box:
        raise LabError(
            "nothing to draw: no value is finite" + (" and positive; use log=None" if log else "")
        )
    axes.set_xlim(*(box[0] if "x" in log else (x.min(), x.max()) if len(x) > 1 else box[0]))
    axes.set_ylim(*box[1])
    scale(axes, log)
    for label, y in reference.items():
        reference_line(axes, label, y)
    chosen = looks(series)
    _draw(axes, x, series, chosen, log)
    direct = keys == "direct" or (
        keys == "auto" and len(series) <= 4 and max(map(len, series)) <= 14
    )
    handles = [] if direct else [handle(chosen[label], label) for label in series]
    dress(axes, title=title, xlabel=xlabel, ylabel=ylabel, handles=handles)
    if direct:
        last = {label: _last_finite(y) for label, y in series.items() if label}
        label_ends(axes, {k: (y, chosen[k].text) for k, y in last.items() if y is not None})
    return Picture(figure, _alt(x, series, xlabel, ylabel, title, log, reference))


def loss(trajectories, *, title=None, ylabel="loss", log="y", **options):
    """The loss of each trajectory against the step, logarithmic unless log=None.

    trajectories: {label: Trajectory}, of any lengths. A loss of 0 is off a logarithmic axis: the
    line ends there, and the alt text says 0. options: those of `lines`.
    """
    series = {label: trajectory(path).loss for label, path in trajectories.items()}
    return lines(None, _padded(series), ylabel=ylabel, title=title, log=log, **options)


def step_size(trajectories, *, coordinate=None, quantity="step", title=None, log=None, **options):
    """How large the steps were: step t at x = t.

    trajectories: {label: Trajectory}. quantity: "step" is |theta_t - theta_{t-1}|, "rate" is that
    for each unit of gradient, lr / sqrt(v) for RMSprop. coordinate: which parameter; None takes
    the only one, or the Euclidean length of the step over all. options: those of `lines`.
    """
    if quantity not in ("step", "rate"):
        raise LabError(f'quantity is {quantity!r}; say "step" or "rate"')
    series = {
        label: _sizes(trajectory(path), coordinate, quantity)
        for label, path in trajectories.items()
    }
    series = _padded(series)
    count = len(next(iter(series.values()), ()))
    name = "effective step" if quantity == "step" else "effective learning rate"
    name += "" if coordinate is None else f" of parameter {coordinate}"
    options.setdefault("ylabel", name)
    return lines(np.arange(1, count + 1), series, title=title, log=log, **options)


def _sizes(path, coordinate, quantity):
    rows = arrays.to_host(path.effective_step if quantity == "step" else path.effective_rate)
    rows = rows.reshape(path.steps, -1)
    if coordinate is None and rows.shape[1] == 1:
        return rows[:, 0]
    if coordinate is None:
        if quantity == "rate":
            raise LabError("each parameter has its own rate; name one, as in coordinate=0")
        return np.sqrt((rows * rows).sum(axis=1))
    if not 0 <= coordinate < rows.shape[1]:
        raise LabError(f"coordinate is {coordinate}; there are {rows.shape[1]}, counted from 0")
    return rows[:, coordinate]


def _draw(axes, x, series, chosen, log):
    for k, (label, y) in enumerate(series.items()):
        y = np.where(y > 0, y, np.nan) if "y" in log else y
        # few points: each is a datum and gets its marker; many: a marker now and then, staggered
        spacing = max(1, len(x) // 6)
        every = 1 if len(x) <= 24 else (spacing * (2 * k + 1) // (2 * len(series)), spacing)
        every = [] if len(series) == 1 and len(x) > 24 else every
        axes.plot(
            x, y, color=chosen[label].colour, linestyle=chosen[label].dash,
            marker=chosen[label].marker, markevery=every, markeredgecolor=PAPER,
            markeredgewidth=0.8, zorder=3 + 0.1 * k, clip_on=len(x) > 24,
        )


def _alt(x, series, xlabel, ylabel, title, log, reference):
    scales = {"x": ", x axis logarithmic", "y": ", logarithmic", "xy": ", both axes logarithmic"}
    head = (
        f"Line chart{titled(title)}: {plain(ylabel) or 'values'} against {plain(xlabel)}, "
        f"{say(x[0])} to {say(x[-1])}{scales.get(log, '')}."
    )
    parts = []
    for label, y in series.items():
        known = y[~np.isnan(y)]
        ends = f"from {say(known[0])} to {say(known[-1])}" if len(known) else "nowhere"
        parts.append(f"{plain(label) or 'The line'} {'' if parts else 'goes '}{ends}")
    text = f"{head} {sentence_list(parts)}."
    if reference:
        marked = sentence_list(f"{plain(k)} at {say(y)}" for k, y in reference.items())
        text += f" Marked: {marked}."
    return text


def _column(values, label):
    values = np.asarray(arrays.to_host(values), dtype=np.float64)
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]  # the history of a single parameter
    if values.ndim != 1 or not len(values):
        raise ShapeMismatch(
            f"{label or 'the series'} has shape {values.shape}; a line needs (n,), "
            "for example theta[:, 0]"
        )
    return values


def _each(mapping):
    return [np.array([y]) for y in mapping.values()]


def _last_finite(y):
    finite = y[np.isfinite(y)]
    return finite[-1] if len(finite) else None


def _padded(series):
    """Rows of unequal length, filled with NaN at the end, where nothing is drawn."""
    length = max((len(y) for y in series.values()), default=0)
    return {k: np.pad(y.astype(float), (0, length - len(y)), constant_values=np.nan)
            for k, y in series.items()}
