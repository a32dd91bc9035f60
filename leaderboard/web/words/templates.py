"""Builds templates of sentences from expressions: `f"{have} of {need} missing"` is `{0} of {1} missing`.

A text that begins with a space or a comma, or ends with a space, is a part that others go on with, and gets a place for
them. Where expressions stand in a file, and which of them are said, is looked for in `sentences.py`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import product
from typing import Final, NamedTuple, TypeGuard

from leaderboard.web.words.patterns import PLACE

# What people wrote themselves is repeated as it is.
_THEIRS: Final = re.compile(r"(?:.*\.)?(?:reason|note|link|partner_link)")
_A_WORD: Final = re.compile(r"[A-Za-z]{2}")
_SQL: Final = re.compile(r"\b(SELECT|INSERT|CREATE|UPDATE|DELETE|FROM|WITH RECURSIVE|ORDER BY|redis\.call)\b")
_FIELD: Final = re.compile(r"\{(\w*)(?::[^{}]*)?\}")
_PATTERN: Final = re.compile(r"\(\?|\(\.\*|\\[dswvu]|\[A-Z]|\]\*")
_A_FIELD: Final = re.compile(r"(?:\{0\}|[a-z][a-z_]*(?:\.[a-z_]+|\.\{\d\}|\[\{\d\}\])*): ")
_CODE: Final = re.compile(r"`[^`]*`")
_MOST_VARIANTS: Final = 16

# The literal text, or the expression of a place.
_Piece = str | ast.expr


class Template(NamedTuple):
    """`places`: the expression that fills each place, for translators."""

    text: str
    places: tuple[str, ...] = ()

    @property
    def theirs(self) -> tuple[int, ...]:
        """Places of what people wrote."""
        return tuple(at for at, one in enumerate(self.places) if _THEIRS.fullmatch(one))


def templates_in(node: ast.expr) -> Iterator[Template]:
    """Every way in which a text may read."""
    for pieces in _variants(node):
        yield _template(pieces)


def is_word(node: ast.expr) -> TypeGuard[ast.Constant]:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def is_text(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Add) and (is_text(node.left) or is_text(node.right))
    if isinstance(node, ast.IfExp):
        return is_text(node.body)
    return isinstance(node, ast.JoinedStr) or is_word(node)


def is_choice(node: ast.expr) -> bool:
    return isinstance(node, ast.IfExp) and is_text(node.body) and is_text(node.orelse)


def is_said(text: str) -> bool:
    """Whether it is for people: two words, or one between places, that are no code."""
    literal = _CODE.sub("`", _FIELD.sub("#", text))
    if not text.isprintable() or text.startswith("<") or _SQL.search(literal) or _PATTERN.search(text):
        return False
    return bool(_A_WORD.search(literal)) and " " in literal.strip()


def _variants(node: ast.expr) -> list[list[_Piece]]:
    """Every way in which a text may read: words that are chosen by a condition are all spelled out."""
    match node:
        case ast.Constant(value=str() as text):
            return [[text]]
        case ast.JoinedStr(values=values):
            return _together([_variants(one) for one in values])
        case ast.BinOp(left=left, op=ast.Add(), right=right) if is_text(node):
            return _together([_variants(left), _variants(right)])
        case ast.FormattedValue(value=ast.IfExp() as choice) if is_choice(choice):
            return _variants(choice)
        case ast.IfExp(body=body, orelse=orelse) if is_choice(node):
            return [*_variants(body), *_variants(orelse)]
        case ast.FormattedValue(value=value):
            return [[value]]
    return [[node]]


def _together(parts: list[list[list[_Piece]]]) -> list[list[_Piece]]:
    variants = [[piece for part in one for piece in part] for one in product(*parts)]
    return variants[:_MOST_VARIANTS]


def _template(pieces: list[_Piece]) -> Template:
    """Places side by side are one, since nothing tells where the first ends."""
    text, places = "", list[str]()
    was_place = False
    for piece in _opened(pieces):
        if isinstance(piece, str):
            spelled, more = _numbered(piece, len(places))
            text, places, was_place = text + spelled, places + more, (was_place and not piece)
        elif not was_place:
            text += f"{{{len(places)}}}"
            places.append(ast.unparse(piece))
            was_place = True
    return Template(text, tuple(places))


def without_field(template: Template) -> list[Template]:
    """A problem is told with its field in front, or beside it: `hosts: {0} is named twice` is also said without."""
    field = _A_FIELD.match(template.text)
    if not field or not is_said(template.text[field.end() :]):
        return [template]
    first = len(PLACE.findall(field[0]))
    rest = PLACE.sub(lambda place: f"{{{int(place[1]) - first}}}", template.text[field.end() :])
    alone = Template(rest, template.places[first:])
    return [alone] if PLACE.match(template.text) else [template, alone]


def _opened(pieces: list[_Piece]) -> Iterator[_Piece]:
    """With a place where a part goes on with others."""
    before, after = ast.Name("before"), ast.Name("after")
    first = pieces[0]
    if isinstance(first, str) and re.match(r"[ ,;:]", first) and any(_has_words(one) for one in pieces):
        yield before
    yield from pieces
    if isinstance(pieces[-1], str) and pieces[-1].endswith(" "):
        yield after


def _has_words(piece: _Piece) -> bool:
    return isinstance(piece, str) and bool(_A_WORD.search(piece))


def _numbered(text: str, start: int) -> tuple[str, list[str]]:
    """Places of `str.format`, counted on. Braces of other kinds are no places, and none are said."""
    names = _FIELD.findall(text)
    for at, _ in enumerate(names):
        text = _FIELD.sub(f"\0{start + at}\1", text, count=1)
    return text.replace("\0", "{").replace("\1", "}"), [name or "…" for name in names]
