"""`> [!NOTE]` alerts become admonitions, wherever they stand."""

import pytest
from lab_book.alerts import admonitions


@pytest.mark.parametrize("kind", ["NOTE", "TIP", "IMPORTANT", "WARNING", "CAUTION"])
def test_each_kind(kind):
    assert admonitions(f"> [!{kind}]\n> text") == f":::{{{kind.lower()}}}\ntext\n:::"


@pytest.mark.parametrize("gap", [" ", "\n> ", "\n>\n> "])
def test_a_bold_sentence_at_the_start_is_the_title(gap):
    titled = admonitions(f"> [!TIP]\n> **Predict first.**{gap}How far?")
    assert titled == ":::{admonition} Predict first\n:class: tip\n\nHow far?\n:::"


def test_bold_words_elsewhere_are_no_title():
    for text in ("Not **here.** Go on.", "**Mind** the gap.", "**Alone.**", "**One**. Two."):
        assert admonitions(f"> [!TIP]\n> {text}") == f":::{{tip}}\n{text}\n:::"


def test_other_quotes_are_kept():
    for text in ("> a quote", "> [!OTHER]\n> text", "text [!NOTE]", "> [!note]\n> text"):
        assert admonitions(text) == text


def test_the_alert_ends_with_its_quote():
    text = "before\n\n> [!NOTE]\n> one\n>\n> two\n\nafter\n\n> a quote"
    assert admonitions(text) == "before\n\n:::{note}\none\n\ntwo\n:::\n\nafter\n\n> a quote"


def test_mathematics_code_and_quotes_inside_are_kept():
    text = "> [!TIP]\n> $v_1$ and\n> ```python\n> x = 1\n>\n> y = [!NOTE]\n> ```\n> > said\n"
    inside = "$v_1$ and\n```python\nx = 1\n\ny = [!NOTE]\n```\n> said"
    assert admonitions(text) == f":::{{tip}}\n{inside}\n:::\n"


def test_code_that_shows_an_alert_is_kept():
    text = "```text\n> [!NOTE]\n> text\n```\n~~~~\n> [!TIP]\n~~~~"
    assert admonitions(text) == text


def test_in_a_list_the_indent_is_kept():
    text = "1. first\n\n   > [!NOTE]\n   > text\n2. second"
    assert admonitions(text) == "1. first\n\n   :::{note}\n   text\n   :::\n2. second"


def test_an_alert_in_an_alert_gets_the_shorter_fence():
    text = "> [!NOTE]\n> outer\n> > [!TIP]\n> > inner\n> last"
    assert admonitions(text) == "::::{note}\nouter\n:::{tip}\ninner\n:::\nlast\n::::"
