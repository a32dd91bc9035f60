"""A decoder's complaints, in words that say what to do."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta, Struct

from leaderboard.domain.accounts import Account
from leaderboard.domain.enrollments import Enrollment
from leaderboard.domain.events import Event
from leaderboard.domain.tokens import TokenRequest
from leaderboard.web.event_batches import EventBatch
from leaderboard.web.problems import FieldError
from leaderboard.web.wording import explain, explain_unsaid, sentence


class Shade(Struct, forbid_unknown_fields=True):
    """A colour."""

    name: Annotated[str, Meta(min_length=2, max_length=5)]
    kind: Literal["light", "dark"]
    depth: Annotated[int, Meta(ge=0)] = 0
    share: Annotated[float, Meta(gt=0, lt=1)] | None = None
    tags: Annotated[list[str], Meta(max_length=2)] | None = None


def complaint(text: str | bytes, kind: Any = Shade) -> FieldError:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.json.decode(text, type=kind)
    return explain(caught.value, kind)


GOOD = '"name": "red", "kind": "dark"'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("5", "must be an object, not a whole number"),
        ("[]", "must be an object, not a list"),
        ("{}", "name: is required"),
        ('{"name": "red"}', "kind: is required; one of dark, light"),
        ('{"name": "red", "kind": "grey"}', "kind: must be one of dark, light, not 'grey'"),
        ('{"name": "red", "kind": null}', "kind: must be one of dark, light, not null"),
        ('{"name": "r"}', "name: must have at least 2 characters"),
        ('{"name": "redder"}', "name: must have at most 5 characters"),
        ('{"name": 5}', "name: must be a text, not a whole number"),
        (f'{{{GOOD}, "depth": -1}}', "depth: must be at least 0"),
        (f'{{{GOOD}, "depth": 1.5}}', "depth: must be a whole number, not a number"),
        (f'{{{GOOD}, "depth": true}}', "depth: must be a whole number, not true or false"),
        (f'{{{GOOD}, "share": 1}}', "share: must be less than 1.0"),
        (f'{{{GOOD}, "share": 0}}', "share: must be more than 0.0"),
        (f'{{{GOOD}, "share": "x"}}', "share: must be a number or null, not a text"),
        (f'{{{GOOD}, "share": 1e400}}', "share: is a number out of all range"),
        (f'{{{GOOD}, "tags": ["a", "b", "c"]}}', "tags: must have at most 2 entries"),
        (f'{{{GOOD}, "tags": [1]}}', "tags[0]: must be a text, not a whole number"),
        (f'{{{GOOD}, "nmae": 1}}', "nmae: is not a field here; did you mean `name`?"),
        (f'{{{GOOD}, "zzz": 1}}', "zzz: is not a field here; its fields are name, kind, depth, share, tags"),
    ],
)
def test_a_complaint_names_the_field_and_the_fix(text: str, words: str) -> None:
    assert sentence(complaint(text)) == words


def test_what_was_sent_is_repeated_in_part_only() -> None:
    long = "x" * 100_000

    assert len(sentence(complaint(f'{{"name": "red", "kind": "{long}"}}'))) < 200
    assert len(sentence(complaint(f'{{{GOOD}, "{long}": 1}}'))) < 200


def test_the_place_inside_a_batch_is_shown() -> None:
    wrong = complaint('{"events": [{"type": "heartbeat", "id": "1", "at": 1, "account_id": 5}]}', EventBatch)

    assert (wrong.path, wrong.detail) == ("events[0].account_id", "must be a text, not a whole number")


KINDS: list[Any] = [Account, Enrollment, TokenRequest, Event, EventBatch, Shade]
NAMES = sorted(
    {name for kind in (Account, Enrollment, TokenRequest) for name in kind.__struct_fields__} | {"type"}
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(NAMES) | st.text(), inner),
)


@given(st.sampled_from(KINDS), JSON)
def test_there_are_words_for_every_complaint(kind: Any, document: object) -> None:
    try:
        msgspec.json.decode(msgspec.json.encode(document), type=kind)
    except msgspec.ValidationError as error:
        words = sentence(explain(error, kind))

        assert "`$" not in words
        assert "Expected" not in words
        assert "got `" not in words


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f'{{{GOOD}, "planted": 1}}', "has something that is not a field here; its fields are name, kind"),
        ('{"name": "red", "kind": "planted"}', "kind: must be one of dark, light"),
        (f'{{{GOOD}, "planted - at `$.planted`": 1}}', "has something that is not a field here"),
        (f'{{{GOOD}, "depth": "planted"}}', "depth: must be a whole number, not a text"),
        ('{"tags": ["planted"], "kind": "dark"}', "name: is required"),
    ],
)
def test_of_secrets_the_field_is_named_and_nothing_that_was_sent(text: str, said: str) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.json.decode(text, type=Shade)
    told = sentence(explain_unsaid(caught.value, Shade))

    assert told.startswith(said)
    assert "planted" not in told
