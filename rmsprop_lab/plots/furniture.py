"""What stands around the data: title, the axes' names, keys to the series."""

import matplotlib.transforms as transforms
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator

from rmsprop_lab.plots.style import BODY, INK, MUTED, WIDTH, wrapped

__all__ = ["dress", "fit", "handle", "label_ends", "limits", "reference_line", "scale"]

_MARGIN = 0.13  # inches of paper around everything
_LINE = 1.35 * BODY  # height of a line of text in points


def handle(look, label, **changes):
    """A key for the legend: dash and marker of a look."""
    style = {"marker": look.marker, "color": look.colour, "linestyle": look.dash} | changes
    return Line2D([], [], label=label, **style)


def dress(axes, *, title=None, xlabel=None, ylabel=None, handles=()):
    """Put title, key and y label above the axes, from left; the x label below.

    A y label that reads horizontally costs no width, which a phone has least of.
    """
    above = 5.0
    if ylabel:
        _above(axes, ylabel, above)
        above += _LINE
    if handles:
        columns = _columns([h.get_label() for h in handles])
        rows = -(-len(handles) // columns)
        shift = transforms.ScaledTranslation(0, (above + 2) / 72, axes.figure.dpi_scale_trans)
        axes.legend(
            handles=list(handles),
            loc="lower left",
            bbox_to_anchor=(0, 1),
            bbox_transform=axes.transAxes + shift,
            ncols=columns,
        )
        above += 6 + rows * (_LINE + 2)
    if title:
        axes.set_title(wrapped(title), pad=above + 3)
    if xlabel:
        axes.set_xlabel(xlabel)


def fit(figure, axes, ratio):
    """Give the axes height / width = ratio, and the sheet the height that leaves even margins.

    What stands around the axes has a size of its own, so it is measured once and then kept.
    """
    figure.set_layout_engine("none")
    FigureCanvasAgg(figure)
    figure.draw_without_rendering()
    outer, inner = axes.get_tightbbox(), axes.get_window_extent()
    sides = (inner.x0 - outer.x0, outer.x1 - inner.x1, inner.y0 - outer.y0, outer.y1 - inner.y1)
    left, right, below, above = (_MARGIN + max(side, 0.0) / figure.dpi for side in sides)
    width = WIDTH - left - right
    total = ratio * width + below + above
    figure.set_size_inches(WIDTH, total)
    axes.set_position((left / WIDTH, below / total, width / WIDTH, ratio * width / total))


def _above(axes, text, offset):
    axes.annotate(
        text,
        xy=(0, 1),
        xycoords="axes fraction",
        xytext=(0, offset),
        textcoords="offset points",
        color=MUTED,
        ha="left",
        va="bottom",
        annotation_clip=False,
    )


def _columns(labels):
    """The most columns that fit the sheet; a key costs about 4.5 ems beside its text."""
    for columns in range(len(labels), 1, -1):
        widest = sum(max(len(t) for t in labels[k::columns]) for k in range(columns))
        if (0.6 * widest + 5.2 * columns) * BODY < (WIDTH - 0.7) * 72:
            return columns
    return 1


def label_ends(axes, ends):
    """Write each label right of its line's end, moved apart where they would overlap.

    ends: {label: (y, colour)}, after the limits of the axes are fixed.
    """
    height = axes.figure.get_figheight() * 72 - 70  # of the axes in points, about
    gap = _LINE / height
    to_axes = axes.transData + axes.transAxes.inverted()
    x = axes.get_xlim()[1]
    places = {label: float(to_axes.transform((x, y))[1]) for label, (y, _) in ends.items()}
    order = sorted(places, key=places.get)
    for label, place in zip(order, spread([places[k] for k in order], gap), strict=True):
        axes.annotate(
            label,
            xy=(1, min(max(places[label], 0), 1)),
            xycoords="axes fraction",
            xytext=(1.035, place),
            textcoords="axes fraction",
            color=ends[label][1],
            va="center",
            ha="left",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": ends[label][1], "lw": 0.8, "shrinkB": 0},
        )


def spread(places, gap):
    """Sorted places in [0, 1], at least gap apart, moved as little as a sweep can.

    >>> spread([0.5, 0.5], 0.25)
    [0.375, 0.625]
    """
    groups = []  # [mean place, members]: groups that touch are merged and centred
    for place in places:
        groups.append([min(max(place, 0.0), 1.0), 1])
        while len(groups) > 1:
            (a, m), (b, n) = groups[-2:]
            if b - (n - 1) * gap / 2 - (a + (m - 1) * gap / 2) >= gap:
                break
            groups[-2:] = [[(a * m + b * n) / (m + n), m + n]]
    return [a + (k - (n - 1) / 2) * gap for a, n in groups for k in range(n)]


def scale(axes, log=""):
    """Few round ticks, after the limits are set; logarithmic on the axes that log names."""
    for name, axis in (("x", axes.xaxis), ("y", axes.yaxis)):
        if name in log:
            axes.set(**{f"{name}scale": "log"})
            ticks = decades(*getattr(axes, f"get_{name}lim")())
            axis.set_major_locator(FixedLocator(ticks))
            if any(tick != 10.0 ** round(np.log10(tick)) for tick in ticks):
                axis.set_major_formatter(lambda value, _: f"{value:.3g}")
        else:
            axis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
        axis.set_minor_locator(NullLocator())


def decades(low, high):
    """Ticks of a logarithmic axis: every k-th power of ten, so that at most seven are left.

    >>> decades(1e-5, 10.0)
    [1e-05, 0.0001, 0.001, 0.01, 0.1, 1.0, 10.0]
    >>> decades(0.4, 30.0)
    [0.5, 1.0, 2.0, 5.0, 10.0, 20.0]
    """
    first, last = np.log10(low), np.log10(high)
    if last - first < 2:
        powers = range(int(np.floor(first)), int(np.floor(last)) + 1)
        ticks = [float(f"{m}e{k}") for k in powers for m in (1, 2, 5)]
        return [tick for tick in ticks if low <= tick <= high]
    stride = next(k for k in (1, 2, 3, 5, 10, 20, 50, 100, 200) if (last - first) / k <= 6)
    powers = range(int(np.ceil(first / stride)) * stride, int(np.floor(last)) + 1, stride)
    return [float(f"1e{k}") for k in powers]


def reference_line(axes, label, y):
    """A thin horizontal line at y, with its name written on it at the left."""
    axes.axhline(y, color=INK, linewidth=0.9, linestyle=(0, (1, 2)), zorder=1.5)
    axes.annotate(
        label,
        xy=(0, y),
        xycoords=("axes fraction", "data"),
        xytext=(4, 3),
        textcoords="offset points",
        color=MUTED,
        fontsize=BODY - 0.5,
        annotation_clip=True,
    )


def limits(*arrays, log=False):
    """Smallest and largest finite (and, for log, positive) value, with a margin."""
    values = np.concatenate([np.ravel(a) for a in arrays])
    values = values[np.isfinite(values) & ((values > 0) | (not log))]
    if not len(values):
        return None
    low, high = values.min(), values.max()
    if log:
        margin = (high / low) ** 0.05 if high > low else 2.0
        return low / margin, high * margin
    margin = 0.05 * (high - low) or 0.05 * abs(high) or 1.0
    return low - margin, high + margin
