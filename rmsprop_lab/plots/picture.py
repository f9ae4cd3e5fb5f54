"""A figure together with its description, and the words for numbers in descriptions."""

import io
import math
import re

from matplotlib.backends.backend_agg import FigureCanvasAgg

from rmsprop_lab.errors import LabError
from rmsprop_lab.plots.style import DPI, house

__all__ = ["Picture", "plain", "say", "sentence_list", "titled", "trajectory"]


class Picture:
    """A finished figure and the text that stands in for it.

    figure: a Matplotlib Figure. alt: one to three sentences, with the numbers a reader would take
    from the figure. A notebook shows `_repr_png_`; its text output is the alt text. The PNG has
    fixed size and no metadata: the same bytes at every rendering.

    >>> from rmsprop_lab.plots.style import sheet
    >>> Picture(sheet()[0], "An empty sheet.")
    An empty sheet.
    """

    def __init__(self, figure, alt):
        """Keep the figure; it is rendered when first shown."""
        if not alt.strip():
            raise LabError("a picture needs its alt text: one to three sentences on what it shows")
        self.figure = figure
        self.alt = alt
        self._png = None

    def _repr_png_(self):
        if self._png is None:
            with house():
                FigureCanvasAgg(self.figure)
                file = io.BytesIO()
                self.figure.savefig(file, format="png", dpi=DPI, metadata={"Software": None})
            self._png = file.getvalue()
        return self._png

    def save(self, path):
        """Write the PNG to a file."""
        with open(path, "wb") as file:
            file.write(self._repr_png_())

    def __repr__(self):
        return self.alt


def say(x):
    """A number in three digits, as it is read aloud.

    >>> [say(x) for x in (-2.382563, 1.9e-9, -0.0, 1234567.0, float("nan"))]
    ['-2.38', '1.9e-9', '0', '1.23e6', 'not a number']
    """
    x = float(x)
    if math.isnan(x):
        return "not a number"
    if math.isinf(x):
        return "infinity" if x > 0 else "minus infinity"
    if x == int(x) and abs(x) < 1e5:
        return str(int(x))
    text = f"{x:.3g}"
    return re.sub(r"e([+-])0*(\d+)", lambda m: f"e{m[1].replace('+', '')}{m[2]}", text)


def plain(text):
    r"""Text without TeX, for alt text.

    >>> plain(r"$\rho = 0.9$")
    'rho = 0.9'
    """
    return re.sub(r"[$\\{}]", "", str(text))


def titled(title):
    """A title as it stands in alt text, after the kind of chart.

    >>> titled("Up"), titled(None)
    (' "Up"', '')
    """
    return f' "{plain(title)}"' if title else ""


def trajectory(path):
    """The path itself; anything but a Trajectory raises, saying what to give."""
    if not hasattr(path, "effective_step"):
        raise LabError(
            f"{type(path).__name__} is not a Trajectory; give "
            "{label: lab.run(opt, problem, steps)}"
        )
    return path


def sentence_list(parts):
    """Join parts with commas and a last "and".

    >>> sentence_list(["a", "b", "c"])
    'a, b and c'
    """
    parts = list(parts)
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
