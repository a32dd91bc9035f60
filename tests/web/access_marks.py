"""Texts and numbers to look for in answers: what is planted, and who may ever read it."""

from __future__ import annotations

from typing import Final

# The details of agency north's accounts: north may read them, staff may, and nobody else.
HOST, HOST_NAME = "north-host-7731", "Nora Quill 8354"
SESSION, PRODUCT = "north-evening-4417", "north-serum-9921"
SLOT_AT, STEP = "2022-02-17T03:17:23", "NorthStep6631"
LATE_ORDER, CONFLICT = "north-order-5512", "north-view-3308"
NETWORK: Final = "198.51.100.0/24"
SENTENCE: Final = f"6613 visitors came from {NETWORK}."
DECIDED, LINK = "Decided for reason 8812.", "The link is invoice 4471."
DISMISSED, APPEAL = "Dismissed for reason 2209.", "We appeal, says note 5093."
LETTER, LETTER_TEXT = "letter-6187.txt", "Text of the letter 7264."
WAIVER, AWARD = "Waived by contract 3957.", "4017.39"
# So long that no time, no figure and no id of a request has one by chance.
ORDERS, HOUR_UV, RESULT_ORDERS = 8_317_944_261, 5_739_122_687, 7_159_366_043
EFFECTIVE_MS, EFFECTIVE_S = 51_237_891, "51237.891"
GIVEN_BACK_MINOR, GIVEN_BACK = 1_733_119, "17331.19"
LAST4, IBAN_LAST4 = '"last4":"9183"', '"last4":"6237"'
NORTHS: Final = (
    HOST, HOST_NAME, SESSION, PRODUCT, SLOT_AT, STEP, LATE_ORDER, CONFLICT, NETWORK, SENTENCE, DECIDED, LINK, DISMISSED,
    APPEAL, LETTER, LETTER_TEXT, WAIVER, AWARD, str(ORDERS), str(HOUR_UV), str(RESULT_ORDERS), EFFECTIVE_S, GIVEN_BACK,
    LAST4, IBAN_LAST4,
)  # fmt: skip

# What the door told the sender of account a1: for that sender and for admins.
REFUSED: Final = "north-refused-6650"
SENDERS: Final = (REFUSED,)

# For some of the staff; for no agency and no sender, whosever account it is about.
AGENCY_NAME, PIXEL, ATTRIBUTE = "Northwind Talent 1129", "PXNORTH4471", "tier-of-7746"
LIMIT, TWIN, QUEUE_ONLY = 0.307171, "twin-account-5", "Worth a look, says 7719."
PROPOSED, WAITING_LINK = "First call, says 6038.", "Awaited link 9275."
REVIEWERS: Final = ("Rosalind-5561", "Ruben-2216", "Rhea-9037")
PIA, ADA = "Pia-3390", "Ada-7185"
SCREENED, LIST = "A namesake of 4186?", "Sanctions list 5920"
TAXED, DISPUTED = "2022-02-09", "Disputed by 6774."
RESCORED, UNDONE = "Bought, says 8261.", "Undone, says 1157."
FUNDED, FOUNDED = "transfer 2022-7703", "First words 7450."
WAITS, PROBLEM, DIFFERS = "It waits for 3345.", "disk 9461 is full", 918_273_645
STAFFS: Final = (
    AGENCY_NAME, PIXEL, ATTRIBUTE, str(LIMIT), TWIN, QUEUE_ONLY, PROPOSED, WAITING_LINK, *REVIEWERS,
    PIA, ADA, SCREENED, LIST, TAXED, DISPUTED, RESCORED, UNDONE, FUNDED, FOUNDED, WAITS, PROBLEM, str(DIFFERS),
)  # fmt: skip

# Of a draft: for admins.
DRAFT: Final = "Draft of summer 3391"

# Bank details: the file for the bank has them, and no other answer to anybody.
HOLDER, NUMBER = "Zelda Quartermain", "77304491829183"
IBAN_HOLDER, IBAN = "Quentin Zander", "FR7630006000011234567896237"
NEXT_NUMBER, TOWN = "66125540913377", "Springfield"
SEALED: Final = (HOLDER, NUMBER, IBAN_HOLDER, IBAN, NEXT_NUMBER, TOWN)
