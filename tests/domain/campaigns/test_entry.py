"""Who takes part: subject, registration, cohorts, eligibility."""

from __future__ import annotations

import pytest

from leaderboard.domain.campaigns import Cohort, Eligibility, Registration, Subject, parse_toml

from .spring import SPRING, changed, parse_spring, problems_of

COHORT = '[cohort.fresh]\nwhere = ["attr.spent < 100"]\nas_of = "campaign_start"\n'


def test_entry_has_defaults() -> None:
    registration = 'mode = "approve"\nrequires = ["hosts", "schedule", "bank_account"]\n'

    definition = parse_spring(f"[registration]\n{registration}", "")

    assert definition.registration == Registration(mode="approve", requires=())
    assert definition.subject == Subject(unit="account", member="host")


def test_eligibility_asks_for_all_or_for_any() -> None:
    definition = parse_spring(
        'require = ["attr.kind == partner"]', 'any = ["attr.a == true", "attr.b == true"]'
    )

    [eligibility] = definition.eligibility

    assert [str(condition) for condition in eligibility.any] == ["attr.a == true", "attr.b == true"]
    assert eligibility == Eligibility(id="partners", at="open", any=eligibility.any)


def test_a_cohort_is_known_to_awards() -> None:
    toml = SPRING.replace("limit = 3", 'limit = 3\ncohort = "fresh"') + COHORT

    definition = parse_spring(SPRING, toml)

    assert definition.cohorts["fresh"] == Cohort(
        where=definition.cohorts["fresh"].where, as_of="campaign_start"
    )
    assert definition.awards[0].cohort == "fresh"


@pytest.mark.parametrize(
    ("old", "new", "path", "message"),
    [
        ('mode = "approve"', 'mode = "aprove"', "registration.mode", "did you mean `approve`?"),
        ('mode = "approve"', 'mods = "approve"', "registration.mods", "did you mean `mode`?"),
        ('mode = "approve"', "opens = 2031-03-03", "registration.opens", "must say the time of the day"),
        (
            'mode = "approve"',
            "opens = 2031-03-03T00:00:00\ncloses = 2031-03-03T00:00:00",
            "registration.closes",
            "must be later than `opens`",
        ),
        ('requires = ["hosts",', 'requires = ["Hosts",', "registration.requires[0]", "must be a word"),
        ('at = "open"', 'at = "opening"', "eligibility.partners.at", "did you mean `open`?"),
        (
            'require = ["attr.kind == partner"]',
            "",
            "eligibility.partners.require",
            "either `require` or `any`",
        ),
        (
            'require = ["attr.kind == partner"]',
            "require = []",
            "eligibility.partners.require",
            "give conditions",
        ),
        ('id = "partners"', "", "eligibility[0].id", "is required"),
        ('id = "partners"', 'id = "a.b"', "eligibility[0].id", "must be 1 to 64"),
        ("[settlement]", '[subject]\nunit = "host"\n[settlement]', "subject.member", "must differ"),
        ("[settlement]", '[subject]\nunits = "x"\n[settlement]', "subject.units", "did you mean `unit`?"),
        ("[settlement]", "[cohort.new]\n[settlement]", "cohort.new.where", "needs at least one condition"),
        ("[settlement]", "cohort = 1\n[settlement]", "award.rebate.cohort", "must be a text"),
        (
            "[settlement]",
            '[cohort.new]\nwhere = ["attr.a == b"]\nas_of = "now"\n[settlement]',
            "cohort.new.as_of",
            "must be one of window_start",
        ),
    ],
)
def test_what_is_wrong_with_entry_is_told(old: str, new: str, path: str, message: str) -> None:
    problems = {problem.path: problem.message for problem in problems_of(changed(old, new))}

    assert message in problems[path]


def test_the_subject_may_be_another_word() -> None:
    subject = 'action = "hold"\n[subject]\nunit = "guild"'
    toml = changed('action = "hold"', subject).replace('scope = "account"', 'scope = "guild"')

    definition = parse_toml(toml)

    assert definition.subject.unit == "guild"
    assert {award.subject for award in definition.awards} == {"guild"}
