"""The keys of who signs in with a browser, with type and unit; all in the slot of the settings."""

from __future__ import annotations

SIGN_IN_LINKS = "{settings}:sign-in-links"  # hash: SHA-256 of a link's code → JSON `SignInLink`


def sessions(token: str) -> str:
    """hash: SHA-256 of a session's secret → JSON `Session`, of those who signed in with one token; expires."""
    return f"{{settings}}:sessions|{token}"


def sign_in_failures(address: str) -> str:
    """string: attempts to sign in from a network address that failed lately; expires."""
    return f"{{settings}}:sign-in-failures|{address}"


def sign_in_attempt(state: str) -> str:
    """string: JSON `Attempt` of a sign-in by OpenID Connect, by SHA-256 of its state; expires."""
    return f"{{settings}}:sign-in-attempt|{state}"


def sign_in_attempts(address: str) -> str:
    """string: how many of them were begun from a network address lately; expires."""
    return f"{{settings}}:sign-in-attempts|{address}"
