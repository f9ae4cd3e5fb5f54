"""Level curves of a function of two parameters, with the paths that optimizers took over it."""

import numpy as np

from rmsprop_lab import arrays
from rmsprop_lab.errors import LabError
from rmsprop_lab.plots.furniture import dress, fit, handle, scale
from rmsprop_lab.plots.picture import Picture, plain, say, sentence_list, titled, trajectory
from rmsprop_lab.plots.style import BODY, INK, LEVEL, MUTED, PAPER, looks, sheet, styled

__all__ = ["contour"]

_GRID = 161
_DOTS = 60  # a path of more steps shows its line only


@styled
def contour(problem, trajectories=None, *, title=None, xlim=None, ylim=None, levels=10,
            xlabel="x", ylabel="y"):
    """Level curves of a two-parameter problem and paths over them, both axes to one scale.

    problem: theta of shape (2,). trajectories: {label: Trajectory}; their starts and ends
    and the problem's `minimum` are marked. levels: how many curves; for a quadratic they are spaced
    evenly along a ray. xlim, ylim: pairs; None shows the paths that stay in the neighbourhood.

    >>> import rmsprop_lab as lab
    >>> p = lab.problems.bench()
    >>> contour(p, {"SGD": lab.run(lab.SGD(lr=0.25), p, steps=8)})  # doctest: +ELLIPSIS
    Level curves of bench. From (-5, -2) with loss 10.5, after 8 steps: SGD at (-3.32, ...
    """
    shape = tuple(problem.theta0.shape)
    if shape != (2,):
        raise LabError(
            f"level curves need two parameters, {problem.name} has shape {shape}; "
            "plot lab.plots.loss instead"
        )
    if levels < 1:
        raise LabError(f"levels is {levels}; draw at least one curve")
    runs = {k: trajectory(path).to_host() for k, path in (trajectories or {}).items()}
    paths = {k: path.theta for k, path in runs.items()}
    first = [path[0] for path in paths.values()] or [arrays.to_host(problem.theta0)]
    starts = np.unique(first, axis=0)
    minimum = getattr(problem, "minimum", None)
    minimum = None if minimum is None else arrays.to_host(minimum)
    x, y, ratio = _frame(starts, minimum, paths, xlim, ylim)
    chosen = looks(paths)
    figure, axes = sheet()
    axes.set(xlim=x, ylim=y)
    axes.grid(visible=False)
    scale(axes)
    _curves(axes, problem, x, y, levels)
    for k, (label, path) in enumerate(paths.items()):
        _path(axes, path, chosen[label], 3 + 0.1 * k)
    _marks(axes, starts if paths else [], minimum)
    handles = [handle(chosen[k], k, markeredgecolor=PAPER) for k in paths]
    dress(axes, title=title, xlabel=xlabel, ylabel=ylabel, handles=handles)
    fit(figure, axes, ratio)
    return Picture(figure, _alt(problem, runs, title))


def _frame(starts, minimum, paths, xlim, ylim):
    """Limits around everything near, and the ratio of height to width that gives one scale."""
    near = np.array([*starts, [0, 0] if minimum is None else minimum])
    reach = 1.5 * max(np.ptp(near, axis=0).max(), 1e-3)
    points = np.concatenate([near, *paths.values()])
    close = np.isfinite(points).all(axis=1) & (np.abs(points - near.mean(0)) <= reach).all(axis=1)
    low, high = points[close].min(axis=0), points[close].max(axis=0)
    pad = 0.1 * (high - low).max()
    low, high = low - pad, high + pad
    low[0], high[0] = xlim or (low[0], high[0])
    low[1], high[1] = ylim or (low[1], high[1])
    width, height = high - low
    if ylim is None and height < 0.45 * width:  # a strip: show more above and below
        more = np.array([0.0, 0.45 * width - height]) / 2
    elif xlim is None and height > 0.85 * width:  # a tower: show more at both sides
        more = np.array([height / 0.85 - width, 0.0]) / 2
    else:
        more = 0.0
    low, high = low - more, high + more
    width, height = high - low
    return (low[0], high[0]), (low[1], high[1]), min(max(height / width, 0.2), 1.6)


def _curves(axes, problem, xlim, ylim, levels):
    x, y = np.linspace(*xlim, _GRID), np.linspace(*ylim, _GRID)
    points = np.stack(np.meshgrid(x, y), axis=-1)
    if hasattr(problem, "losses"):
        z = problem.losses(points)
    else:
        z = np.array([problem.loss(p) for p in points.reshape(-1, 2)]).reshape(points.shape[:2])
    low, high = z[np.isfinite(z)].min(), z[np.isfinite(z)].max()
    at = low + (high - low) * (np.arange(1, levels + 1) / (levels + 1)) ** 2
    if high > low:
        axes.contour(x, y, z, levels=at, colors=LEVEL, linewidths=0.9, zorder=1)


def _path(axes, path, look, order):
    few = len(path) <= _DOTS
    axes.plot(
        path[:, 0], path[:, 1], color=look.colour, linestyle=look.dash, zorder=order,
        linewidth=1.7, marker=look.marker if few else "", markersize=4.2,
        markeredgecolor=PAPER, markeredgewidth=0.6,
    )
    end = path[np.isfinite(path).all(axis=1)][-1]
    axes.plot(*end, look.marker, color=look.colour, markersize=8.5, markeredgecolor=PAPER,
              markeredgewidth=1.2, zorder=order + 2)


def _marks(axes, starts, minimum):
    marks = [(minimum, "minimum", "+")] if minimum is not None else []
    marks += [(start, "start", "o") for start in starts]
    for point, name, marker in marks:
        axes.plot(*point, marker, color=INK, markerfacecolor=PAPER, markersize=8,
                  markeredgewidth=1.6, zorder=2.5 if name == "minimum" else 7)
        low, high = axes.get_xlim()
        side = -1 if point[0] > low + 0.8 * (high - low) else 1  # stay inside the axes
        axes.annotate(name, point, xytext=(7 * side, -12 if name == "start" else 8),
                      textcoords="offset points", color=MUTED, zorder=8, fontsize=BODY - 0.5,
                      ha="left" if side == 1 else "right")


def _alt(problem, runs, title):
    head = f"Level curves of {problem.name}{titled(title)}."
    if not runs:
        return head
    starts = {_point(path, 0) for path in runs.values()}
    counts = {path.steps for path in runs.values()}
    parts = []
    for label, path in runs.items():
        text = f"{plain(label)} " + (f"from {_point(path, 0)} " if len(starts) > 1 else "")
        text += f"at {_point(path, -1)} with loss {say(path.loss[-1])}"
        parts.append(text + (f" after {_steps(path.steps)}" if len(counts) > 1 else ""))
    shared = []
    if len(starts) == 1:
        first = next(iter(runs.values())).loss[0]
        shared.append(f"from {starts.pop()} with loss {say(first)}")
    if len(counts) == 1:
        shared.append(f"after {_steps(counts.pop())}")
    lead = ", ".join(shared) or "the ends"
    return f"{head} {lead[0].upper()}{lead[1:]}: {sentence_list(parts)}."


def _point(path, row):
    """A row of a path in words; what no eye could tell from 0 on this path is 0."""
    least = 1e-6 * np.abs(path.theta[0]).max()
    return f"({', '.join(say(0 if abs(c) < least else c) for c in path.theta[row])})"


def _steps(count):
    return "1 step" if count == 1 else f"{count} steps"
