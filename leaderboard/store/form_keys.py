"""The keys of forms that may be sent once, with type and unit."""

from __future__ import annotations


def sent_form(number: str) -> str:
    """string: "1", once the form with this number was sent; expires."""
    return f"{{settings}}:sent-form|{number}"
