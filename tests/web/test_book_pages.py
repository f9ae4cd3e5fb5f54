"""Every page of the built book in Chromium, in light and in dark, and on a phone."""

import pytest

from tests.web.verdict import EXCUSED, complaints, visit
from tests.web.webtools import pages, serve

SCHEMES = ("light", "dark")
VIEWS = [(page, scheme) for page in pages() for scheme in SCHEMES]
#: Views that one browser takes. All of them at once would grow with the book past any time limit.
BATCH = 12


@pytest.fixture(scope="module")
def finding(chromium, book):
    """Function (page, scheme) -> what a browser found there; it looks at a batch at a time."""
    found = {}
    with serve(book) as address:
        def look(*view):
            if view not in found:
                first = VIEWS.index(view) // BATCH * BATCH
                batch = VIEWS[first:first + BATCH]
                visits = [(f"{address}/{page}.html", scheme) for page, scheme in batch]
                found.update(zip(batch, visit(chromium, visits), strict=True))
            return found[view]
        yield look


@pytest.mark.parametrize(("page", "scheme"), VIEWS)
def test_page(finding, page, scheme):
    """No script error, no failed or outside request, nothing axe finds, no sideways scroll."""
    found = complaints(finding(page, scheme))
    assert not found, f"{page} in {scheme}:\n" + "\n".join(found)


def test_every_excuse_is_still_needed(finding):
    used = {i for view in VIEWS for i in finding(*view).get("excused", ())}
    assert [excuse for i, excuse in enumerate(EXCUSED) if i not in used] == []


PLANTED = [
    ("outside script", "light", '<script src="https://example.com/a.js"></script>',
     "asks another host: https://example.com/a.js"),
    ("outside font", "light", "<style>@font-face { font-family: a; src: url(//example.org/a.woff) }"
     "</style><p style='font-family: a'>text</p>", "asks another host: http://example.org/a.woff"),
    ("console error", "light", '<script>console.error("planted")</script>',
     "script error: planted"),
    ("uncaught error", "light", "<script>planted()</script>",
     "script error: uncaught ReferenceError: planted is not defined"),
    ("image without alt text", "light", '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">',
     "axe image-alt"),
    ("missing image", "light", '<img src="none.png" alt="none">', "none.png: 404"),
    ("text lost in the dark", "dark", '<p style="color: #222">dark on dark</p>',
     "axe color-contrast"),
    ("wide block", "light", '<div class="planted" style="width: 900px">wide</div>',
     '<div class="planted"'),
    ("wide equation", "light", '<div id="eq-0-0" style="overflow-x: auto"><mjx-container '
     'display="true" style="display: block; width: 900px">x</mjx-container></div>',
     "the equation eq-0-0 is wider than its column"),
    ("heavy file", "light", '<script>fetch("heavy.bin")</script>', "weighs"),
]


@pytest.fixture(scope="module")
def planted(chromium, book, tmp_path_factory):
    """Complaints about copies of a page of the book, each with one fault: [text]."""
    page = book / f"{pages()[0]}.html"
    html = page.read_text("utf-8")
    top = tmp_path_factory.mktemp("planted")
    folder = (top / page.relative_to(book)).parent
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "heavy.bin").write_bytes(bytes(2_600_000))
    visits = []
    assert html.count("</article>") == 1
    for i, (_, scheme, fault, _) in enumerate(PLANTED):
        copy = folder / f"planted{i}.html"
        copy.write_text(html.replace("</article>", f"{fault}</article>"), "utf-8")
        visits.append((copy.relative_to(top).as_posix(), scheme))
    with serve(top, book) as address:
        found = visit(chromium, [(f"{address}/{path}", scheme) for path, scheme in visits])
    return ["\n".join(complaints(finding)) for finding in found]


@pytest.mark.parametrize("i", range(len(PLANTED)), ids=[name for name, *_ in PLANTED])
def test_a_planted_fault_is_found(planted, i):
    assert PLANTED[i][3] in planted[i]
