"""The house style: one paper, six looks, no setting of the reader's touched.

A figure is opaque, because it stands on light and on dark pages. Lines differ in hue, in grey, in
dash and in marker, so that no reader depends on one of them. Sizes are chosen for the narrowest
page: at 390 pixels of width the text is still about 9 pixels high.
"""

import functools
import textwrap
from dataclasses import dataclass

import matplotlib as mpl
from matplotlib.figure import Figure

from rmsprop_lab.errors import LabError

__all__ = ["DPI", "GRID", "INK", "LOOKS", "MUTED", "PAPER", "Look", "house", "looks", "sheet"]

PAPER = "#fbf9f4"
INK = "#14161b"
MUTED = "#5b5a57"  # axis text: contrast 6.6 on paper
GRID = "#e6e2d8"
LEVEL = "#bdb4a1"  # level curves: background, fainter than any series
REST = "#8f8571"  # bars beside the ones spoken of
WIDTH = 5.6  # inches
DPI = 150  # 840 pixels: sharp in a column of 420 on a screen of double density
BODY = 10.5  # points


@dataclass(frozen=True)
class Look:
    """How one series is drawn: colour, dash pattern in line widths, marker, and colour of text."""

    colour: str
    dash: tuple
    marker: str
    text: str


_SOLID = (0, ())
_LOOKS = {
    "RMSprop": Look("#1e55d6", _SOLID, "o", "#1e55d6"),
    "AdaGrad": Look("#e06c10", (0, (5, 1.6)), "s", "#ad4f05"),
    "SGD": Look("#14161b", (0, (1.2, 1.2)), "D", "#14161b"),
    "AdaDelta": Look("#12895a", (0, (7, 1.6, 1.4, 1.6)), "^", "#0d7a4f"),
    "Adam": Look("#52126a", (0, (3, 1.3)), "v", "#52126a"),
    "Rprop": Look("#82330c", (0, (9, 1.4, 1.4, 1.4, 1.4, 1.4)), "P", "#82330c"),
}
#: The looks in the order in which unnamed series take them.
LOOKS = tuple(_LOOKS.values())
_NAMES = {"gradient descent": "SGD", "GD": "SGD", "sign": "Rprop", "AdamW": "Adam"}

_RC = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # ships with Matplotlib: the same on every machine
    "font.size": BODY,
    "mathtext.fontset": "dejavusans",
    "text.color": INK,
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "axes.facecolor": PAPER,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.8,
    "axes.labelcolor": MUTED,
    "axes.titlesize": 11.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "axes.formatter.useoffset": False,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.major.size": 3.5,
    "ytick.major.size": 0.0,
    "xtick.minor.size": 0.0,
    "ytick.minor.size": 0.0,
    "lines.linewidth": 2.0,
    "lines.markersize": 5.5,
    "lines.dash_capstyle": "butt",
    "legend.frameon": False,
    "legend.handlelength": 3.4,
    "legend.columnspacing": 1.6,
    "legend.borderpad": 0.0,
    "legend.borderaxespad": 0.0,
    "savefig.dpi": DPI,
    "figure.dpi": DPI,
    "path.simplify": True,
}
# The reader's own settings must not reach a figure, so everything else is Matplotlib's default.
_DEFAULTS = {key: mpl.rcParamsDefault[key] for key in mpl.rcParamsDefault if key != "backend"}


def house():
    """A context in which Matplotlib draws in the house style; the settings before it come back.

    >>> before = mpl.rcParams["font.size"]
    >>> with house():
    ...     inside = mpl.rcParams["font.size"]
    >>> inside, mpl.rcParams["font.size"] == before
    (10.5, True)
    """
    return mpl.rc_context(_DEFAULTS | _RC)


def styled(function):
    """Run a plotting function inside `house()`."""

    @functools.wraps(function)
    def inside(*args, **kwargs):
        with house():
            return function(*args, **kwargs)

    return inside


def sheet(height=3.3):
    """A new figure of the house's width with one pair of axes; height in inches."""
    figure = Figure(figsize=(WIDTH, height), dpi=DPI, layout="constrained")
    figure.get_layout_engine().set(w_pad=0.13, h_pad=0.13)
    return figure, figure.add_subplot()


def looks(labels):
    """A look for each label: a method keeps its own in every figure, others take what is left.

    labels: at most six, more raise LabError. "RMSprop, rho .99" counts as RMSprop unless a label
    before it did.

    >>> chosen = looks(["AdaGrad", "mine"])
    >>> chosen["AdaGrad"].marker, chosen["mine"].marker
    ('s', 'o')
    """
    labels = list(labels)
    if len(labels) > len(LOOKS):
        raise LabError(
            f"{len(labels)} series in one figure cannot be told apart; show at most {len(LOOKS)}"
        )
    chosen = {}
    # Exact names first, so that "RMSprop" keeps its look beside "RMSprop, rho .99".
    for exact in (True, False):
        for label in labels:
            name = _method(label, exact)
            if label not in chosen and name and _LOOKS[name] not in chosen.values():
                chosen[label] = _LOOKS[name]
    left = [look for look in LOOKS if look not in chosen.values()]
    return {label: chosen[label] if label in chosen else left.pop(0) for label in labels}


def _method(label, exact):
    for name in sorted([*_LOOKS, *_NAMES], key=len, reverse=True):
        if label == name or (not exact and str(label).startswith(name)):
            return _NAMES.get(name, name)
    return None


def wrapped(title):
    """A title broken into lines that fit the sheet."""
    return textwrap.fill(title, 54)
