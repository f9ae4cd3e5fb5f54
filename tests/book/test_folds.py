"""`<details><summary>` blocks become dropdowns that keep what is inside."""

import pytest
from lab_book.folds import dropdowns
from lab_book.reader import upgrade_markdown

ANSWER = ":::{dropdown} Answer\n\n$x = 2$\n\n:::"


@pytest.mark.parametrize(
    "text",
    [
        "<details><summary>Answer</summary>\n\n$x = 2$\n\n</details>",
        "<details>\n<summary>Answer</summary>\n\n$x = 2$\n\n</details>",
        "<details> <summary> Answer </summary>\n\n$x = 2$\n\n</details>",
        "<details><summary>Answer</summary> $x = 2$</details>",
        "<details>\n<summary>Answer</summary>$x = 2$ </details>",
    ],
)
def test_every_way_of_writing_it(text):
    assert dropdowns(text) == ANSWER


def test_marks_in_the_title():
    text = "<details><summary>Use <code>rho</code>, <b>not</b> $g$</summary>\n\na\n\n</details>"
    assert dropdowns(text).startswith(":::{dropdown} Use `rho`, **not** $g$\n")


def test_open_stays_open():
    text = "<details open><summary>A</summary>\n\na\n</details>"
    assert dropdowns(text).startswith(":::{dropdown} A\n:open:\n")


def test_code_inside_is_kept_with_its_blank_lines():
    code = "```python\nx = 1\n\n\ny = 2  # </details>\n```"
    text = f"<details><summary>A</summary>\n\n{code}\n\n</details>\nafter"
    assert dropdowns(text) == f":::{{dropdown}} A\n\n{code}\n\n:::\nafter"


def test_code_that_shows_a_fold_is_kept():
    text = "```html\n<details><summary>A</summary>text</details>\n```"
    assert dropdowns(text) == text


def test_nested_folds_and_lists():
    inner = "<details><summary>B</summary>\n\nb\n\n</details>"
    assert dropdowns(f"<details><summary>A</summary>\n\n{inner}\n\n</details>") == (
        "::::{dropdown} A\n\n:::{dropdown} B\n\nb\n\n:::\n\n::::"
    )
    listed = "1. q\n   <details><summary>A</summary>\n\n   a\n\n   </details>\n2. r"
    assert dropdowns(listed) == "1. q\n   :::{dropdown} A\n\n   a\n\n   :::\n2. r"


def test_an_unclosed_fold_is_kept():
    text = "<details><summary>A</summary>\n\ntext"
    assert dropdowns(text) == text


def test_an_alert_in_a_fold():
    text = "<details><summary>A</summary>\n\n> [!NOTE]\n> text\n\n</details>"
    assert upgrade_markdown(text) == "::::{dropdown} A\n\n:::{note}\ntext\n:::\n\n::::"


def test_a_fold_in_an_alert():
    text = "> [!NOTE]\n> a\n> <details><summary>A</summary>\n>\n> b\n>\n> </details>"
    assert upgrade_markdown(text) == "::::{note}\na\n:::{dropdown} A\n\nb\n\n:::\n::::"
