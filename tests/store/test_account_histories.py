"""What an account was as of some time, by the store's clock."""

from __future__ import annotations

from leaderboard.domain.accounts import Account, History
from leaderboard.store import keys
from leaderboard.store.settings import to_json
from leaderboard.store.store import Store


def account(name: str) -> Account:
    return Account("north", name, "partner", "US", [], {"score": 3.5, "text": "ü", "flag": True})


async def saved(store: Store, *names: str) -> History:
    for name in names:
        await store.settings.put_account("a", account(name), "test")
    return (await store.settings.account_histories(["a"]))["a"]


async def test_every_change_is_a_state_and_the_same_again_is_none(store: Store) -> None:
    before_ms = await store.now_ms()
    history = await saved(store, "One", "Two", "Two", "One")
    after_ms = await store.now_ms()

    times = [since_ms for since_ms, _ in history]
    assert [state for _, state in history] == [account("One"), account("Two"), account("One")]
    assert before_ms <= times[0] <= times[1] <= times[2] <= after_ms


async def test_a_state_holds_until_the_next_and_the_first_for_all_time_before(store: Store) -> None:
    await saved(store, "One")
    texts = [b"[%d,%b]" % (since_ms, to_json(account(name))) for since_ms, name in ((10, "One"), (20, "Two"))]
    await store.client.together(
        [("DEL", keys.account_history("a")), ("RPUSH", keys.account_history("a"), *texts)]
    )

    found = [
        (await store.settings.accounts_as_of(["a", "none"], at_ms))["a"].name for at_ms in (0, 10, 19, 20, 99)
    ]

    assert found == ["One", "One", "One", "Two", "Two"]
    assert await store.settings.accounts_as_of(["none"], 5) == {}
    assert await store.settings.accounts_as_of([], 5) == {}


async def test_an_account_without_history_has_been_as_it_is(store: Store) -> None:
    await saved(store, "Old")
    await store.client.do("DEL", keys.account_history("a"))

    unchanged = await store.settings.account_histories(["a"])
    changed = await saved(store, "New")

    assert unchanged == {"a": ((0, account("Old")),)}
    assert [(since_ms == 0, state.name) for since_ms, state in changed] == [(True, "Old"), (False, "New")]


async def test_other_settings_have_no_history(store: Store) -> None:
    await store.settings.put(keys.AGENCIES, "a", b"{}", "agency", "a", "test")

    assert await store.client.do("EXISTS", keys.account_history("a")) == 0


async def test_the_directory_knows_a_new_state_after_a_refresh(store: Store) -> None:
    await saved(store, "One")
    before = await store.directory.histories(["a", "none"])
    await saved(store, "Two")
    same = (await store.directory.histories(["a"]))["a"]
    place = store.directory.place

    await store.directory.refresh()

    after = await store.directory.histories(["a"])
    assert before["none"] == ()
    assert same is before["a"]
    assert [state.name for _, state in after["a"]] == ["One", "Two"]
    assert store.directory.place > place
