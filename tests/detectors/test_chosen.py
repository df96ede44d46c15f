"""
How a value came about.
"""

from __future__ import annotations

import pytest

from auditor.detectors.chosen import is_complex, is_contrived


@pytest.mark.parametrize(
    "value",
    [
        "abcdefghijklmnop",
        "1234567890abcdef",
        "AbCdEfGh12345678",
        "qwertyuiop123456",
        "zyxwvu987654",
    ],
)
def test_what_is_typed_in_order_is_contrived(value: str) -> None:
    """The alphabet, numbers and the keyboard, upwards and downwards, in either case."""
    assert is_contrived(value)


@pytest.mark.parametrize("value", ["k3Jx9mPq2LvR8tZw", "4f9a1c7e2b8d3f60", "correct-horse"])
def test_what_is_drawn_is_not_contrived(value: str) -> None:
    """A few neighbours come by chance."""
    assert not is_contrived(value)


@pytest.mark.parametrize("value", ["h}8k)w{2$m]p>r&x", "t!7k#q@9z%w&2mxp", "b4[n}c(z8$q>w2e~"])
def test_a_password_with_many_symbols_is_complex(value: str) -> None:
    """No language has such syntax."""
    assert is_complex(value)


@pytest.mark.parametrize(
    "value",
    [
        r"^(?=.*[a-z])(?=.*\d).{8,}$",
        "{user}:{password}@{host}!",
        "${DB_USER}#${DB_PASS}&!",
        "get(name)[0]; x&&y!",
        "%(levelname)s!#&[%(x)s]",
        "short!#&$",
        "words and !#&$ blanks",
        "example!#&$password",
    ],
)
def test_patterns_formats_and_code_are_not_complex(value: str) -> None:
    """They close the brackets that they open, or say by their syntax what they are."""
    assert not is_complex(value)
