"""What was done, by the actions of the audit log, and the parts of the service that act by themselves, in words."""

from __future__ import annotations

from leaderboard.web.words import Words


def action_names(words: Words) -> dict[str, str]:
    """Every action there is, in the order in which the filter offers them."""
    return _of_settings(words) | _of_campaigns(words) | _of_reviews(words) | _of_money(words)


def _of_settings(words: Words) -> dict[str, str]:
    _ = words.gettext
    return {
        "agency.put": _("Agency saved"),
        "agency.remove": _("Agency removed"),
        "account.put": _("Account saved"),
        "account.remove": _("Account removed"),
        "host.put": _("Host saved"),
        "host.remove": _("Host removed"),
        "token.put": _("Access issued or changed"),
        "token.remove": _("Access removed"),
        "sign_in_link.put": _("Link to sign in with made"),
        "sign_in_link.remove": _("Link to sign in with taken back"),
        "signing_key.put": _("Key for signing results added"),
        "signing_key.remove": _("Key for signing results removed"),
    }


def _of_campaigns(words: Words) -> dict[str, str]:
    _ = words.gettext
    return {
        "campaign.put": _("Campaign saved"),
        "campaign.remove": _("Campaign removed"),
        "campaign.draft": _("Campaign saved as a draft"),
        "campaign.publish": _("Campaign published"),
        "campaign.change": _("Campaign changed after its start"),
        "campaign.version": _("New rules of the campaign in force"),
        "campaign.open": _("Campaign opened"),
        "campaign.end": _("Campaign ended by the clock"),
        "campaign.close": _("Campaign closed by hand"),
        "campaign.freeze": _("Numbers frozen for review"),
        "campaign.request": _("Certification asked for"),
        "campaign.refuse": _("Certification refused or withdrawn"),
        "campaign.certify": _("Result certified"),
        "campaign.paid": _("Campaign paid"),
        "campaign.cancel": _("Campaign given up"),
        "enrollment.request": _("Request to take part"),
        "enrollment.withdraw": _("Request to take part withdrawn"),
        "enrollment.approve": _("Request to take part approved"),
        "enrollment.reject": _("Request to take part rejected"),
        "enrollment.put": _("Enrolment saved"),
    }


def _of_reviews(words: Words) -> dict[str, str]:
    _ = words.gettext
    return {
        "integrity.checkpoint": _("Detectors have looked"),
        "decision.put": _("Flag decided"),
        "decision.remove": _("Decision on a flag taken back"),
        "decision.propose": _("Decision on a flag proposed"),
        "decision.propose.done": _("Proposal on a flag settled"),
        "appeal.put": _("Appeal made"),
        "appeal.answer": _("Appeal answered"),
        "rescoring.ask": _("Rescoring asked for"),
        "rescoring.prepare": _("Rescoring prepared"),
        "rescoring.apply": _("Rescoring applied"),
        "rescoring.reverse": _("Rescoring put back"),
        "rescoring.cancel": _("Rescoring given up"),
        "rescoring.fail": _("Rescoring failed"),
    }


def _of_money(words: Words) -> dict[str, str]:
    _ = words.gettext
    return {
        "ledger.fund": _("Campaign funded"),
        "payee.propose": _("Bank details proposed"),
        "payee.confirm": _("Bank details confirmed"),
        "payee.reject": _("Bank details rejected"),
        "screening.put": _("Screening noted"),
        "screening.remove": _("Screening removed"),
        "tax_form.put": _("Tax form noted"),
        "tax_form.remove": _("Tax form removed"),
        "dispute.put": _("Award disputed"),
        "dispute.remove": _("Dispute lifted"),
        "difference.put": _("Difference settled by hand"),
        "difference.remove": _("Settling by hand taken back"),
        "payout.prepare": _("Payouts prepared"),
        "payout.approve": _("Payouts approved"),
        "payout.export": _("File for the bank made"),
        "payout.download": _("File for the bank downloaded"),
        "payout.sent": _("Payouts noted as sent"),
        "payout.reconcile": _("Report of the bank taken in"),
        "payout.void": _("Payouts given up"),
        "payout.restore": _("Payouts restored from a backup"),
    }


def actor_names(words: Words) -> dict[str, str]:
    """Those who decide and have no token."""
    _ = words.gettext
    return {
        "scheduler": _("The scheduler"),
        "openid": _("The provider of sign-ins"),
        "first start": _("The first start of the service"),
        "restore": _("A restore from a backup"),
    }
