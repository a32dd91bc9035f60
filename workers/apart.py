"""Work in a process of its own: its memory goes when it ends, and it can be ended at any time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, ParamSpec, TypeVar, cast

Given = ParamSpec("Given")
Made = TypeVar("Made")


class FailedApart(RuntimeError):
    """The other process could not do it; the text says why."""


async def apart(function: Callable[Given, Made], *given: Given.args, **named: Given.kwargs) -> Made:
    """What the function gives, called in a process of its own. FailedApart if it fails; cancelling ends it."""
    context = get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(theirs, function, given, named), daemon=True)
    process.start()
    theirs.close()
    try:
        failure, made = await asyncio.to_thread(_received, ours)
    finally:
        process.kill()
        await asyncio.to_thread(process.join)
        process.close()
        ours.close()
    if failure:
        raise FailedApart(failure)
    return cast(Made, made)


def _received(ours: Connection) -> tuple[str, Any]:
    try:
        failure, made = ours.recv()
        return str(failure), made
    except EOFError:
        return "the process ended before it had an answer", None


def _answer(
    theirs: Connection, function: Callable[..., Any], given: tuple[Any, ...], named: dict[str, Any]
) -> None:
    try:
        theirs.send(("", function(*given, **named)))
    except Exception as error:
        theirs.send((f"{type(error).__name__}: {error}", None))
