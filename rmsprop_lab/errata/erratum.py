"""What a claim is, how its verdict is decided, and how a table of claims is shown."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from html import escape

__all__ = ["Claim", "Number", "Origin", "Table", "decide"]


@dataclass(frozen=True)
class Origin:
    """A guess at how a wrong number came about, as a formula and its value.

    quantity: which number of the claim. The guess stands only if its value, rounded as the source
    rounds, is the number that the source printed.
    """

    quantity: str
    formula: str
    value: float


@dataclass(frozen=True)
class Claim:
    """One claim of a source and the computation that tests it.

    name: short and unique. source: title of the text. place: where in it. quoted: quantity -> the
    number as printed, a string, because its digits matter. compute: a function without arguments
    that returns quantity -> number, of the same quantities. how: the computation in words.
    origin: how the error may have come about, None when nobody knows.
    """

    name: str
    source: str
    place: str
    quoted: dict
    compute: Callable[[], dict]
    how: str
    origin: Origin | None = None

    def numbers(self):
        """The claim's quantities, computed and judged, in the order of the source.

        Raises ValueError when the computation answers for other quantities than were quoted.
        """
        computed = self.compute()
        if set(computed) != set(self.quoted):
            raise ValueError(
                f"{self.name} quotes {sorted(self.quoted)} but computes {sorted(computed)}"
            )
        return [Number(key, printed, computed[key]) for key, printed in self.quoted.items()]

    def explained(self):
        """The origin in a sentence if it does give the printed number, else an empty string."""
        if self.origin is None:
            return ""
        printed = self.quoted[self.origin.quantity]
        if decide(printed, self.origin.value) != "holds":
            return ""
        return f"{printed} is {self.origin.formula} = {self.origin.value:.6g}"


@dataclass(frozen=True)
class Number:
    """One quantity: as printed in the source, and as computed."""

    quantity: str
    printed: str
    computed: float

    @property
    def verdict(self):
        """The verdict in words, with the size of the error when the number is wrong."""
        word = decide(self.printed, self.computed)
        if word != "wrong":
            return word
        return f"wrong by {100 * (float(self.printed) / self.computed - 1):+.3g} %"


def decide(printed, computed):
    """Compare a printed number with a computed one at the precision of print.

    printed: a decimal number as a string. computed: a float. "holds" when the computed number
    rounds to the printed one, "last digit" when it misses by one unit there, else "wrong".

    >>> decide("0.35", 0.3456), decide("0.35", 0.3649), decide("0.35", 0.37)
    ('holds', 'last digit', 'wrong')
    """
    printed = Decimal(printed)
    unit = Decimal(1).scaleb(printed.as_tuple().exponent)
    miss = abs(Decimal(computed).quantize(unit) - printed)
    return "holds" if miss == 0 else "last digit" if miss == unit else "wrong"


@dataclass(frozen=True)
class Table:
    """Claims to be shown together: as text, and as a table in a notebook."""

    rows: tuple

    def __repr__(self):
        width = max(len(row.name) for row in self.rows) + 2
        out = []
        for row in self.rows:
            out.append(f"{row.name:<{width}}{row.source}, {row.place}")
            numbers = row.numbers()
            first = max(len(one.quantity) for one in numbers)
            second = max(len(one.printed) for one in numbers)
            for one in numbers:
                out.append(
                    f"{'':<{width}}{one.quantity:<{first}}  quoted {one.printed:<{second}}  "
                    f"computed {one.computed:<9.6g}  {one.verdict}"
                )
            if row.explained():
                out.append(f"{'':<{width}}{row.explained()}")
        return "\n".join(out)

    def _repr_html_(self):
        head = ("Quantity", "Printed", "Computed", "Verdict")
        cells = "".join(f'<th scope="col">{name}</th>' for name in head)
        groups = "".join(_group(row) for row in self.rows)
        return f"<table><thead><tr>{cells}</tr></thead>{groups}</table>"


def _group(row):
    notes = filter(None, (row.how, row.explained()))
    notes = "".join(f"<br><small>{escape(note)}</small>" for note in notes)
    title = f"{escape(row.source)}, {escape(row.place)}{notes}"
    lines = [f'<tr><th scope="rowgroup" colspan="4">{title}</th></tr>']
    for one in row.numbers():
        verdict = one.verdict if one.verdict == "holds" else f"<strong>{one.verdict}</strong>"
        lines.append(
            f"<tr><td>{escape(one.quantity)}</td><td>{escape(one.printed)}</td>"
            f"<td>{one.computed:.6g}</td><td>{verdict}</td></tr>"
        )
    return f"<tbody>{''.join(lines)}</tbody>"
