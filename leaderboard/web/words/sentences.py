"""Finds the English sentences of a source file, as templates: an f-string with its values as `{0}`, `{1}` and so on.

Reads code and runs none. Which files are read is declared in `sources.py`; how a template comes of an expression stands
in `templates.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import Final

from leaderboard.web.words.templates import (
    Template,
    is_choice,
    is_said,
    is_text,
    is_word,
    templates_in,
    without_field,
)

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
        if isinstance(node.op, ast.Add) and is_text(node):
            self._take(node)
        else:
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = _name_of(node.func)
        if name == "Meta":
            self.found += _hints(node)
        if name in _NOT_SAID:
            return
        if name in _COUNTING:
            said = [str(one.value) for one in node.args if is_word(one)]
            self.found += [Template(f"{{0}} {one}", (ast.unparse(node.args[0]),)) for one in said]
            return
        if name in _SAYING:
            self.found += [Template(str(one.value)) for one in node.args if is_word(one)]
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
        for template in templates_in(node):
            if self._is_table or is_said(template.text):
                self.found += without_field(template)
        # What fills its places may be said as well, but for words that are spelled out already.
        for one in ast.walk(node):
            if isinstance(one, ast.FormattedValue) and not is_choice(one.value):
                self.visit(one.value)


def _hints(node: ast.Call) -> list[Template]:
    """What a field has to be, as `words_for` in `web/schemas.py` has a problem go on with it."""
    hints = [str(one.value.value) for one in node.keywords if one.arg == "description" and is_word(one.value)]
    return [Template((one if one[1:2].isupper() else one[:1].lower() + one[1:]).rstrip(".")) for one in hints]


def _name_of(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
