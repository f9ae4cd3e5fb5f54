"""The article of every page is valid HTML: what a browser mends silently, another may not."""

import pytest

from tests.web.webtools import node, pages

PAGES = pages()


def article(html):
    """Our part of a page, from `<article` to `</article>`.

    >>> article('<main><article class="a">text</article></main>')
    '<article class="a">text</article>'
    """
    assert html.count("<article") == html.count("</article>") == 1
    start, end = html.index("<article"), html.index("</article>")
    return html[start:end] + "</article>"


def check(pieces):
    """What html-validate says about each piece of HTML: [[text]]."""
    return [[f"{it['rule']}, line {it['line']}: {it['message']}\n    {it['text']}" for it in one]
            for one in node("validate.mjs", {"pieces": pieces})]


@pytest.fixture(scope="module")
def articles(book):
    """The article of every page that was built: {page: HTML}."""
    files = {page: book / f"{page}.html" for page in PAGES}
    return {page: article(path.read_text("utf-8")) for page, path in files.items()
            if path.is_file()}


@pytest.fixture(scope="module")
def messages(packages, articles):
    """What is wrong with each page: {page: [text]}."""
    return dict(zip(articles, check(list(articles.values())), strict=True))


@pytest.mark.parametrize("page", PAGES)
def test_article(messages, page):
    assert page in messages, f"the book has no page {page}"
    assert not messages[page], f"{page}:\n" + "\n".join(messages[page])


@pytest.mark.parametrize(("fault", "rule"), [
    ("<p>one <div>two</div></p>", "close-order"),
    ('<p id="a">one</p><p id="a">two</p>', "no-dup-id"),
    ('<img src="a.png" alt="a" alt="b">', "no-dup-attr"),
    ("<table><p>row</p></table>", "element-permitted-content"),
    ('<lab-decay rho="0.9">text', "close-order"),
    ("<a>nowhere<a href='x'>x</a></a>", "element-permitted-content"),
])
def test_a_planted_fault_is_found(packages, articles, fault, rule):
    [found] = check([articles[PAGES[0]].replace("</article>", f"{fault}</article>")])
    assert any(text.startswith(f"{rule},") for text in found), found
