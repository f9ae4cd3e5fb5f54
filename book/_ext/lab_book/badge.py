"""The line `[Open in Colab](...)` becomes a badge made of text and a drawing of our own."""

import re
from html import escape

from .prose import code_lines

LINE = re.compile(r"^\[Open in Colab\]\((?P<url>https://[^\s)]+)\)\s*$")
# A play sign in a circle: no trademark, no file, no request.
ICON = (
    '<svg aria-hidden="true" focusable="false" viewBox="0 0 16 16" width="16" height="16">'
    '<circle cx="8" cy="8" r="7" fill="none" stroke="currentColor" stroke-width="1.6"/>'
    '<path d="M6.4 4.9v6.2L11.4 8z" fill="currentColor"/></svg>'
)


def colab_badge(text: str) -> str:
    r"""Turn the Colab line under a title into a visible badge; other links are kept.

    >>> "lab-colab" in colab_badge("# Title\n\n[Open in Colab](https://example.org/a.ipynb)")
    True
    """
    lines = text.split("\n")
    for at, code in enumerate(code_lines(lines)):
        match = None if code else LINE.match(lines[at])
        if match:
            url = escape(match["url"], quote=True)
            lines[at] = (
                f'<p class="lab-colab-line"><a class="lab-colab" href="{url}">'
                f"{ICON}<span>Open in Colab</span></a></p>"
            )
            break
    return "\n".join(lines)
