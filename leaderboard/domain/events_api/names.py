"""Event names of the dialect: which are standard, and which name an older client means."""

from __future__ import annotations

from typing import Final

from leaderboard.domain.events_api.lenient import NotUnderstood, shorten, text_of

VIEW: Final = "ViewContent"
PURCHASE: Final = "Purchase"

# Renamed before anything else is decided, or a client in the middle of its migration doubles its orders.
RENAMED: Final = {"CompletePayment": PURCHASE, "SubmitForm": "Lead", "PageView": "Pageview"}

_WEB: Final = frozenset(
    {
        "AddPaymentInfo",
        "AddToCart",
        "AddToWishlist",
        "ApplicationApproval",
        "ClickButton",
        "CompleteRegistration",
        "Contact",
        "CustomizeProduct",
        "Download",
        "FindLocation",
        "InitiateCheckout",
        "Lead",
        "Pageview",
        "PlaceAnOrder",
        "Purchase",
        "Schedule",
        "Search",
        "StartTrial",
        "SubmitApplication",
        "Subscribe",
        "ViewContent",
    }
)
_APP: Final = frozenset(
    {
        "AchieveLevel",
        "Checkout",
        "CompleteTutorial",
        "CreateGroup",
        "CreateRole",
        "GenerateLead",
        "InAppADClick",
        "InAppADImpr",
        "InstallApp",
        "JoinGroup",
        "LaunchAPP",
        "LoanApplication",
        "LoanApproval",
        "LoanDisbursal",
        "Login",
        "Rate",
        "Registration",
        "SpendCredits",
        "UnlockAchievement",
    }
)
STANDARD: Final = _WEB | _APP

_MAX_NAME: Final = 128


def sent_name_of(event: dict[str, object]) -> str:
    """The name as it was sent; names are case-sensitive, and any name is allowed."""
    name = text_of(event.get("event"), "event")
    if name is None:
        raise NotUnderstood("event", "missing")
    return shorten(name, _MAX_NAME)


def canonical(name: str) -> str:
    """The present name of an event."""
    return RENAMED.get(name, name)
