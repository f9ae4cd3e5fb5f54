"""What a sweep says of its settings: loss against one of them, or a map over two."""

import numpy as np
from matplotlib import colors
from matplotlib.ticker import MaxNLocator

from rmsprop_lab.errors import LabError
from rmsprop_lab.plots.curves import lines
from rmsprop_lab.plots.furniture import decades, dress
from rmsprop_lab.plots.picture import Picture, plain, say, sentence_list, titled
from rmsprop_lab.plots.style import INK, MUTED, PAPER, sheet, styled

__all__ = ["heat", "sensitivity"]

_TICKS = 6  # the most that stand beside each other on the narrow sheet


def sensitivity(sweep, x="lr", by=None, *, title=None, log="auto", **options):
    """The last loss against a setting: how much hangs on choosing it well.

    sweep: a Sweep. x: a setting of numbers. by: another setting, one line for each of its values,
    at most six. Of the configurations that share a point the best is drawn. A line has a gap where
    all of them diverged or climbed ten times above the start, and lies on the floor where they
    came below 1e-16 of it. log: as in `lines`; "auto" goes by the spread. options: those of
    `lines`.

    >>> import rmsprop_lab as lab
    >>> grid = {"lr": [0.125, 0.25, 1.0]}
    >>> sensitivity(lab.sweep(lab.SGD, grid, lab.problems.bench(), steps=500))
    Line chart: loss after 500 steps against lr, 0.125 to 1, logarithmic. The line goes from
    2.53e-11 to 1.05e-15. Lowest: 1.32e-22 at lr = 0.25, drawn at 1.05e-15; 1 of 3 configurations
    diverged.
    """
    at, names = _axis(sweep, x)
    if not all(type(name) in (int, float) for name in names):
        raise LabError(f"{x} holds words; draw it as `by`, or as an axis of heat")
    which, labels = _axis(sweep, by) if by else (np.zeros(len(sweep), int), [None])
    best = _best(sweep, (at, which), (len(names), len(labels)))
    low, high = _sight(sweep)
    best = np.where(best > high, np.nan, np.maximum(best, low))
    order = np.argsort(names, kind="stable")
    series = {"" if label is None else f"{by} = {_short(label)}": best[order, k]
              for k, label in enumerate(labels)}
    numbers = np.array(names, dtype=float)[order]
    if log == "auto":
        log = ("x" if _spread(numbers) else "") + ("y" if _spread(best[~np.isnan(best)]) else "")
    ylabel = options.pop("ylabel", f"loss after {sweep.steps} steps")
    picture = lines(numbers, series, xlabel=x, ylabel=ylabel, title=title, log=log or None,
                    **options)
    found = _found(sweep, [x, *([by] if by else [])], low)
    return Picture(picture.figure, f"{picture.alt} {found}")


@styled
def heat(sweep, x, y, *, title=None, log="auto"):
    """The last loss over two settings as a map: dark is low, crossed out is diverged.

    sweep: a Sweep. x, y: two settings, of numbers or words. Of the configurations that share a
    cell the best is shown. log: whether the colours go by the logarithm; "auto" by the spread.

    >>> import rmsprop_lab as lab
    >>> grid = {"lr": [0.01, 0.1, 1.0], "rho": [0.5, 0.9]}
    >>> heat(lab.sweep(lab.RMSprop, grid, lab.problems.bench(), steps=100), "lr", "rho")
    Map of loss after 100 steps, colours logarithmic: lr in 3 columns from 0.01 to 1, rho in 2 rows
    from 0.5 to 0.9. From 0.00482 to 3.6. Lowest: 0.00482 at lr = 0.1 and rho = 0.9.
    """
    if x == y:
        raise LabError(f"x and y are both {x!r}; name two settings of the sweep")
    columns, across = _axis(sweep, x)
    rows, up = _axis(sweep, y)
    across, columns = _in_order(across, columns)
    up, rows = _in_order(up, rows)
    best = _best(sweep, (rows, columns), (len(up), len(across)))
    known = best[~np.isnan(best)]
    if not len(known):
        raise LabError("nothing to draw: every configuration diverged")
    log = _spread(known) if log == "auto" else bool(log)
    positive = known[known > 0]
    if log and not len(positive):
        raise LabError("no loss is positive; say log=False")
    figure, axes = sheet(height=3.6)
    # Runs that collapse to 1e-200 or climb to 1e200 would leave the others one colour.
    bounds = _sight(sweep)
    low, high = max(known.min(), bounds[0]), min(known.max(), bounds[1])
    shown = best
    if log:
        low = low if low > 0 else positive.min()
        shown, low, high = np.log10(np.maximum(best, low)), np.log10(low), np.log10(high)
    mesh = axes.pcolormesh(np.arange(len(across) + 1) - 0.5, np.arange(len(up) + 1) - 0.5, shown,
                           cmap="viridis", norm=colors.Normalize(low, high))
    axes.grid(visible=False)
    for row, column in np.argwhere(np.isnan(best)):
        axes.plot(column, row, "x", color=MUTED, markersize=5, markeredgewidth=1.2)
    row, column = np.unravel_index(np.nanargmin(best), best.shape)
    axes.plot(column, row, "o", markersize=9, markerfacecolor="none", markeredgecolor=PAPER,
              markeredgewidth=2.6)
    axes.plot(column, row, "o", markersize=9, markerfacecolor="none", markeredgecolor=INK,
              markeredgewidth=1.1)
    _name(axes.xaxis, across)
    _name(axes.yaxis, up)
    _key(figure, axes, mesh, log, (known.min() < bounds[0], known.max() > bounds[1]))
    label = f"loss after {sweep.steps} steps"
    dress(axes, title=title, xlabel=x, ylabel=f"{y}; colour: {label}")
    scales = ", colours logarithmic" if log else ""
    alt = (f"Map of {label}{scales}{titled(title)}: {_extent(x, across, 'columns')}, "
           f"{_extent(y, up, 'rows')}. From {say(known.min())} to {say(known.max())}. "
           f"{_found(sweep, [x, y])}")
    return Picture(figure, alt)


def _key(figure, axes, mesh, log, beyond):
    """The colour bar; pointed where there are losses beyond it."""
    extend = {(True, True): "both", (True, False): "min", (False, True): "max"}
    key = figure.colorbar(mesh, ax=axes, pad=0.02,
                          extend=extend.get(tuple(map(bool, beyond)), "neither"))
    key.outline.set_visible(False)
    if log:
        low, high = mesh.norm.vmin, mesh.norm.vmax
        ticks = decades(10.0**low, 10.0**high)
        key.set_ticks([np.log10(tick) for tick in ticks],
                      labels=[f"{tick:g}" for tick in ticks])


def _axis(sweep, name):
    """Which value of a setting each configuration has, and the values; all must say one."""
    if not hasattr(sweep, "settings"):
        raise LabError(f"{type(sweep).__name__} is not a Sweep; give lab.sweep(...)")
    if name not in sweep.settings.axes:
        raise LabError(f"the sweep has no {name!r}; it has {', '.join(sweep.settings.axes)}")
    values, codes = sweep.settings.axes[name], sweep.settings.codes[name]
    if (codes < 0).any():
        raise LabError(f"{int((codes < 0).sum())} configurations do not say {name}; sweep those "
                       "that do by themselves")
    names = list(dict.fromkeys(values))
    return np.array([names.index(value) for value in values])[codes], names


def _in_order(names, which):
    """Numbers in rising order, and the places of the configurations' values among them."""
    if not all(type(name) in (int, float) for name in names):
        return names, which
    order = np.argsort(names, kind="stable")
    return [names[i] for i in order], np.argsort(order)[which]


def _best(sweep, places, shape):
    """The lowest finite loss in each cell; NaN where there is none."""
    best = np.full(shape, np.inf)
    loss = np.where(np.isfinite(sweep.loss), sweep.loss, np.inf)
    np.minimum.at(best, places, loss)
    return np.where(np.isinf(best), np.nan, best)


def _sight(sweep):
    """What is worth telling apart: from 1e-16 of the loss at the start to ten times that loss."""
    known = 0 < sweep.start < np.inf
    return (1e-16 * sweep.start, 10 * sweep.start) if known else (-np.inf, np.inf)


def _spread(values):
    """Whether positive values lie so far apart that a logarithm shows them better."""
    low, high = (values.min(), values.max()) if len(values) else (0, 0)
    return bool(low >= 0 and high >= 10 * min(low, *values[values > 0]) if high > 0 else False)


def _name(axis, names):
    """A tick for each value; for many numbers, at round ones between them."""
    count = len(names)
    places, labels = np.arange(count), [_short(name) for name in names]
    if count > _TICKS and all(type(name) in (int, float) for name in names):
        numbers = np.array(names, dtype=float)
        ticks = MaxNLocator(_TICKS, steps=[1, 2, 5, 10]).tick_values(numbers[0], numbers[-1])
        scaled = lambda x: x  # noqa: E731
        if _spread(numbers) and numbers[0] > 0:
            ticks, scaled = np.array(decades(numbers[0], numbers[-1])), np.log
        ticks = ticks[(numbers[0] <= ticks) & (ticks <= numbers[-1])]
        places = np.interp(scaled(ticks), scaled(numbers), np.arange(count))
        labels = [_short(float(f"{tick:.6g}")) for tick in ticks]
    elif count > _TICKS:
        chosen = np.linspace(0, count - 1, _TICKS).round().astype(int)
        places, labels = chosen, [labels[i] for i in chosen]
    axis.set_ticks(list(places), labels)


def _short(name):
    return f"{name:.3g}" if type(name) is float else str(name)


def _extent(name, values, what):
    ends = f"from {_short(values[0])} to {_short(values[-1])}"
    if not all(type(v) in (int, float) for v in values):
        ends = sentence_list(map(str, values))
    return f"{plain(name)} in {len(values)} {what} {ends}"


def _found(sweep, names, floor=-np.inf):
    """Where the lowest loss is, where it is drawn, and how many configurations were lost."""
    best = sweep.best()
    there = sentence_list(f"{plain(k)} = {_short(best.settings[k])}" for k in names)
    lost = f"; {sweep.diverged} of {len(sweep)} configurations diverged" if sweep.diverged else ""
    drawn = f", drawn at {say(floor)}" if best.loss < floor else ""
    return f"Lowest: {say(best.loss)} at {there}{drawn}{lost}."
