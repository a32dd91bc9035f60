"""A NACHA file of credits: persons by PPD, companies by CCD, fixed lines of 94 characters."""

from __future__ import annotations

from msgspec import Struct, field


class NachaProfile(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The originator and its bank, as the bank has told: who sends (`origin`), to whom, and what payees read."""

    destination: str = ""  # routing number of the bank that takes the file, nine digits
    destination_name: str = ""
    origin: str = ""  # ten characters that the bank has given out, often 1 and the employer's number
    origin_name: str = ""
    company_name: str = ""
    company_id: str = ""  # ten characters
    odfi: str = ""  # routing number of the originating bank; `destination` where it is left out
    description: str = "AWARD"  # ten characters that payees read on their statement
    descriptions: dict[str, str] = field(default_factory=dict)  # award id → another one, such as PAYROLL
    zone: str = "America/New_York"  # in which the file is dated
