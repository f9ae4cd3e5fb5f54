"""Cards: what `check` and `hint` show, as plain text and as HTML.

A card's kind is said in words and by a mark, and only then by a colour. The text takes the page's
own colours, so a card reads in light and in dark.
"""

import html
import re

__all__ = ["card_html", "card_text"]

#: kind -> (mark, colour of the edge). The colours differ in lightness too.
KINDS = {
    "Correct": ("\N{CHECK MARK}", "#1a7f4b"),
    "NotYet": ("\N{MULTIPLICATION X}", "#c2570c"),
    "NotAttempted": ("\N{WHITE CIRCLE}", "#7a7f87"),
    "Committed": ("\N{BLACK DIAMOND}", "#3b6fb6"),
    "Hint": ("\N{RIGHTWARDS ARROW}", "#3b6fb6"),
}
_WORDS = {"NotYet": "Not yet", "NotAttempted": "Not attempted"}


def card_text(kind, body, label=None):
    """One card as text: the kind, a colon, the body.

    >>> print(card_text("NotYet", "nothing was returned"))
    NotYet: nothing was returned
    """
    return f"{label or kind}: {body}"


def card_html(kind, body, label=None):
    """One card as HTML. Text in backticks becomes code.

    All text is escaped: part of it may be the message of an error in the learner's function.

    >>> print(card_html("Hint", "start with `v`", label="Hint 1 of 2"))
    <div role="note" style="border-left: 4px solid #3b6fb6; padding: 0.1em 0.8em; margin: 0.4em 0">
    <p><strong><span aria-hidden="true">→</span> Hint 1 of 2:</strong> start with <code>v</code></p>
    </div>
    """
    mark, colour = KINDS[kind]
    label = html.escape(label or _WORDS.get(kind, kind))
    return "\n".join([
        f'<div role="note" style="border-left: 4px solid {colour}; '
        'padding: 0.1em 0.8em; margin: 0.4em 0">',
        f'<p><strong><span aria-hidden="true">{mark}</span> {label}:</strong> {_inline(body)}</p>',
        "</div>",
    ])


def _inline(text):
    escaped = html.escape(text, quote=False)
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escaped)
