"""Weights of an average: bars for one set, stems for several."""

import numpy as np

from rmsprop_lab import arrays
from rmsprop_lab.errors import LabError, ShapeMismatch
from rmsprop_lab.plots.furniture import dress, handle
from rmsprop_lab.plots.picture import Picture, plain, say, sentence_list, titled
from rmsprop_lab.plots.style import LOOKS, MUTED, REST, looks, sheet, styled

__all__ = ["bars", "stems"]


@styled
def bars(values, *, names=None, xlabel="", ylabel="weight", title=None, highlight=None,
         total=None):
    """One bar for each value, the first `highlight` of them in colour with their share of the sum.

    values: (n,). names: what stands under the bars; 0, 1, 2, ... if None. total: what the share is
    a share of, where the bars are only the beginning of a longer row; their sum if None.

    >>> bars([4.0, 2.0, 1.0, 1.0], xlabel="age", highlight=2)
    Bar chart: weight against age, 4 bars from 4 to 1. The first 2 hold 75 % of the sum.
    """
    values = _finite(values, "values")
    if highlight is not None and not 1 <= highlight <= len(values):
        raise LabError(f"highlight is {highlight}; there are {len(values)} bars")
    if names is not None and len(names) != len(values):
        raise ShapeMismatch(f"{len(names)} names for {len(values)} bars; give one for each")
    figure, axes = sheet()
    x = np.arange(len(values))
    chosen = len(values) if highlight is None else highlight
    axes.bar(x[:chosen], values[:chosen], width=0.78, color=LOOKS[0].colour)
    axes.bar(x[chosen:], values[chosen:], width=0.78, color=REST)
    axes.grid(visible=False, axis="x")
    axes.axhline(0, color=MUTED, linewidth=0.8)
    axes.set_xlim(-0.7, len(values) - 0.3)
    if names is not None:
        axes.set_xticks(x, [str(n) for n in names])
    share = ""
    if highlight is not None:
        total = values.sum() if total is None else float(total)
        percent = f"{say(100 * values[:highlight].sum() / total)} %"
        share = f" The first {highlight} hold {percent} of the sum."
        _bracket(axes, highlight, values[:highlight].max(), f"first {highlight}: {percent}")
    dress(axes, title=title, xlabel=xlabel, ylabel=ylabel)
    against = f" against {plain(xlabel)}" if xlabel else ""
    ends = f"{len(values)} bars from {say(values[0])} to {say(values[-1])}"
    return Picture(figure, f"Bar chart{titled(title)}: {plain(ylabel)}{against}, {ends}.{share}")


@styled
def stems(x, series, *, xlabel="", ylabel="weight", title=None):
    """Several sets of weights over one x, as stems set side by side.

    x: (n,), or None for 0, 1, 2, ... series: {label: (n,)}.

    >>> stems(None, {"rho .5": [0.5, 0.25], "rho .9": [0.1, 0.09]}, xlabel="age")
    Stem chart: weight against age. rho .5 goes from 0.5 to 0.25 and rho .9 from 0.1 to 0.09.
    """
    if not series:
        raise LabError("no series to draw; give {label: values}")
    series = {label: _finite(y, label) for label, y in series.items()}
    x = np.arange(len(next(iter(series.values())))) if x is None else _finite(x, "x")
    for label, y in series.items():
        if len(y) != len(x):
            raise ShapeMismatch(f"{label} has {len(y)} values for {len(x)} places on the x axis")
    figure, axes = sheet()
    chosen = looks(series)
    room = np.diff(np.sort(x)).min() if len(x) > 1 else 1.0
    for k, (label, y) in enumerate(series.items()):
        at = x + (k - (len(series) - 1) / 2) * 0.6 * room / len(series)
        axes.vlines(at, 0, y, color=chosen[label].colour, linewidth=1.4)
        axes.plot(at, y, linestyle="", marker=chosen[label].marker, color=chosen[label].colour,
                  markersize=4.5)
    axes.axhline(0, color=MUTED, linewidth=0.8)
    axes.grid(visible=False, axis="x")
    handles = [handle(chosen[label], label, linestyle="-", linewidth=1.4) for label in series]
    dress(axes, title=title, xlabel=xlabel, ylabel=ylabel, handles=handles)
    parts = [
        f"{plain(label)} {'goes ' if k == 0 else ''}from {say(y[0])} to {say(y[-1])}"
        for k, (label, y) in enumerate(series.items())
    ]
    against = f" against {plain(xlabel)}" if xlabel else ""
    return Picture(
        figure, f"Stem chart{titled(title)}: {plain(ylabel)}{against}. {sentence_list(parts)}."
    )


def _bracket(axes, count, top, text):
    """A line over the first bars, with their share written above it."""
    height = 1.05 * top
    axes.plot([-0.4, count - 0.6], [height, height], color=LOOKS[0].text, linewidth=1.2)
    axes.annotate(text, (-0.4, height), xytext=(0, 4), textcoords="offset points",
                  color=LOOKS[0].text, ha="left", va="bottom")
    axes.set_ylim(top=1.2 * top)


def _finite(values, label):
    values = np.asarray(arrays.to_host(values), dtype=np.float64)
    if values.ndim != 1 or not len(values) or not np.isfinite(values).all():
        raise ShapeMismatch(f"{label} must be finite numbers of shape (n,), got {values.shape}")
    return values
