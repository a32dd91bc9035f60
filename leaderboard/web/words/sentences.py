"""Finds the English sentences of a source file, as templates: an f-string with its values as `{0}`, `{1}` and so on.

Reads code and runs none. A template that begins or ends with a space or a comma is a part that others go on with, and
gets a place for them. Which files are read is declared in `sources.py`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from itertools import product
from typing import Final, NamedTuple, TypeGuard

# Arguments of these are for machines, for logs, or for the reference of the API, which is English.
_NOT_SAID: Final = frozenset(
    {
        *("AppKey", "Answer", "Endpoint", "Example", "Literal", "Meta", "Parameter", "getLogger"),
        *("compile", "execute", "do", "lua", "split", "strftime", "removeprefix", "removesuffix"),
        *("debug", "info", "warning", "error", "exception"),
    }
)
# Words of which each is said: the label of a rule.
_SAYING: Final = frozenset({"Rule"})
# `_counted(3, "appeal waits", "appeals wait")` is `3 appeals wait`.
_COUNTING: Final = frozenset({"_counted"})
# What people wrote themselves is repeated as it is.
_THEIRS: Final = re.compile(r".*\.(?:reason|note|partner_link)")
_A_WORD: Final = re.compile(r"[A-Za-z]{2}")
_SQL: Final = re.compile(r"\b(SELECT|INSERT|CREATE|UPDATE|DELETE|FROM|WITH RECURSIVE|ORDER BY|redis\.call)\b")
_FIELD: Final = re.compile(r"\{(\w*)(?::[^{}]*)?\}")
_PATTERN: Final = re.compile(r"\(\?|\(\.\*|\\[dswvu]|\[A-Z]|\]\*")
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


def templates_of(
    source: str, word_tables: Iterable[str] = (), unsaid: Iterable[str] = ()
) -> Iterator[Template]:
    """Of one file. `word_tables`: names of its tables of which every value is said, single words too. `unsaid`: names
    of values and of arguments that are not."""
    tree = ast.parse(source)
    finder = _Finder(frozenset(word_tables), frozenset(unsaid), _docstrings(tree))
    finder.visit(tree)
    yield from finder.found


def _docstrings(tree: ast.AST) -> set[int]:
    bodies = (getattr(node, "body", None) for node in ast.walk(tree))
    firsts = (body[0] for body in bodies if isinstance(body, list) and body)
    return {
        id(one.value) for one in firsts if isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)
    }


class _Finder(ast.NodeVisitor):
    def __init__(self, tables: frozenset[str], unsaid: frozenset[str], skipped: set[int]) -> None:
        self.found: list[Template] = []
        self._tables, self._unsaid, self._skipped = tables, unsaid, skipped
        self._is_table = False

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self._take(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and id(node) not in self._skipped:
            self._take(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if isinstance(node.op, ast.Add) and _is_text(node):
            self._take(node)
        else:
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = _name_of(node.func)
        if name in _NOT_SAID:
            return
        if name in _COUNTING:
            said = [str(one.value) for one in node.args if _is_word(one)]
            self.found += [Template(f"{{0}} {one}", (ast.unparse(node.args[0]),)) for one in said]
            return
        if name in _SAYING:
            self.found += [Template(str(one.value)) for one in node.args if _is_word(one)]
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.visit(node.value)

    def visit_Compare(self, node: ast.Compare) -> None:
        """What is compared with is a code."""

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._assigned([node.target], node.value)

    def visit_Assign(self, node: ast.Assign) -> None:
        self._assigned(node.targets, node.value)

    def _assigned(self, targets: list[ast.expr], value: ast.expr | None) -> None:
        if any(isinstance(one, ast.Subscript) for one in targets):
            return  # a header, or a field of a row
        names = {one.id for one in targets if isinstance(one, ast.Name)}
        if value is not None and not names & self._unsaid:
            self._is_table = bool(names & self._tables)
            self.visit(value)
            self._is_table = False

    def visit_keyword(self, node: ast.keyword) -> None:
        if node.arg not in self._unsaid:
            self.visit(node.value)

    def visit_Dict(self, node: ast.Dict) -> None:
        for value in node.values:
            self.visit(value)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Annotations and decorators say nothing."""
        for one in node.body:
            self.visit(one)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        for one in node.body:
            self.visit(one)

    def _take(self, node: ast.expr) -> None:
        for pieces in _variants(node):
            template = _template(pieces)
            if self._is_table or is_said(template.text):
                self.found.append(template)
        # What fills its places may be said as well, but for words that are spelled out already.
        for one in ast.walk(node):
            if isinstance(one, ast.FormattedValue) and not _is_choice(one.value):
                self.visit(one.value)


def is_said(text: str) -> bool:
    """Whether it is for people: two words, or one between places."""
    literal = _FIELD.sub("#", text)
    if not text.isprintable() or text.startswith("<") or _SQL.search(literal) or _PATTERN.search(literal):
        return False
    return bool(_A_WORD.search(literal)) and " " in literal.strip()


def _name_of(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _is_word(node: ast.expr) -> TypeGuard[ast.Constant]:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_text(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Add) and (_is_text(node.left) or _is_text(node.right))
    if isinstance(node, ast.IfExp):
        return _is_text(node.body)
    return isinstance(node, ast.JoinedStr) or _is_word(node)


def _is_choice(node: ast.expr) -> bool:
    return isinstance(node, ast.IfExp) and _is_text(node.body) and _is_text(node.orelse)


def _variants(node: ast.expr) -> list[list[_Piece]]:
    """Every way in which a text may read: words that are chosen by a condition are all spelled out."""
    match node:
        case ast.Constant(value=str() as text):
            return [[text]]
        case ast.JoinedStr(values=values):
            return _together([_variants(one) for one in values])
        case ast.BinOp(left=left, op=ast.Add(), right=right) if _is_text(node):
            return _together([_variants(left), _variants(right)])
        case ast.FormattedValue(value=ast.IfExp() as choice) if _is_choice(choice):
            return _variants(choice)
        case ast.IfExp(body=body, orelse=orelse) if _is_choice(node):
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


def _opened(pieces: list[_Piece]) -> Iterator[_Piece]:
    """With a place where a part goes on with others."""
    before, after = ast.Name("before"), ast.Name("after")
    if (
        isinstance(pieces[0], str)
        and re.match(r"[ ,;:]", pieces[0])
        and any(_is_worded(one) for one in pieces)
    ):
        yield before
    yield from pieces
    if isinstance(pieces[-1], str) and pieces[-1].endswith(" "):
        yield after


def _is_worded(piece: _Piece) -> bool:
    return isinstance(piece, str) and bool(_A_WORD.search(piece))


def _numbered(text: str, start: int) -> tuple[str, list[str]]:
    """Places of `str.format`, counted on. Braces of other kinds are no places, and none are said."""
    names = _FIELD.findall(text)
    for at, _ in enumerate(names):
        text = _FIELD.sub(f"\0{start + at}\1", text, count=1)
    return text.replace("\0", "{").replace("\1", "}"), [name or "…" for name in names]
