"""Which columns a part of a formula reads, with a plain message for what only R can compute."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Collection

from imagesasdata.errors import ArgumentError, nearest

_QUOTED = re.compile(r"`([^`]+)`")
_LEVELS = "write C(NAME) for a level for each value."
_ONE_TERM = "make the column first and name it in the formula."
# Functions of R's formulas, with what to write here.
_FROM_R = {
    "as.factor": _LEVELS,
    "as_factor": _LEVELS,
    "factor": _LEVELS,
    "i": _LEVELS,
    "relevel": 'write C(NAME, Treatment("LEVEL")).',
    "ifelse": "write I(np.where(CONDITION, 1, 0)).",
    "if_else": "write I(np.where(CONDITION, 1, 0)).",
    "ns": "write cr(NAME, df=4), a natural cubic spline.",
    "rcs": "write cr(NAME, df=4), a natural cubic spline.",
    "s": "write bs(NAME, df=4) or cr(NAME, df=4): splines with a fixed number of terms.",
    "te": "write bs(NAME, df=4) or cr(NAME, df=4): splines with a fixed number of terms.",
    "cbind": "give one outcome, and run a regression for each.",
    "offset": "offsets are not supported; explain a rate, or add np.log(NAME) as a term.",
    "lag": "rows may be left out or reordered, so make the column first: "
    'data["NAME_before"] = data.groupby("UNIT")["NAME"].shift().',
    "cut": _ONE_TERM,
}
_R_NAMES = {"TRUE": "True", "FALSE": "False", "NULL": "None"}


def plain_r(text: str) -> None:
    """Raise for what Python cannot read in a formula of R's, such as ``as.factor(x)``.

    Raises
    ------
    ArgumentError
        With what to write instead.
    """
    for call in re.findall(r"(?<![\w.`])([A-Za-z]+[._][\w.]+)\(", text):
        if call in _FROM_R:
            raise _unknown(call, _FROM_R[call])
    # What stands in parentheses is Python, or several terms, whose power are their interactions.
    flat, inner = text, None
    while flat != inner:
        flat, inner = re.sub(r"\([^()]*\)", "", flat), flat
    power = re.search(r"([\w.]+|`[^`]+`)\s*(?:\*\*|\^)\s*(\d+)", flat)
    if power is not None:
        raise ArgumentError(
            f"In the formula {text!r}, {power[0]!r} is no power: it crosses a term with itself, which is "
            "the term alone, as in R.",
            f"write I(NAME**{power[2]}).",
        )
    if re.search(r"~\s*\.(?!\w)|\+\s*\.(?!\w)", text):
        raise ArgumentError(
            f"The formula {text!r} has a . for all other columns, which is not known here.",
            'name the columns, as in "likes ~ crowd + day".',
        )


def columns_read(part: str, lookup: bool, columns: Collection[str], text: str) -> frozenset[str]:
    """The columns that a part of a formula reads.

    Parameters
    ----------
    part
        The part, such as ``np.log(x)``.
    lookup
        Whether the part is the name of a column.
    columns
        The table's columns.
    text
        The whole formula.

    Raises
    ------
    ArgumentError
        When it calls a function that is not known, or has a name with a dot that is not quoted.
    """
    if lookup:
        if f"`{part}`" not in text:
            _no_dots(part, columns)
        return frozenset([part])
    quoted: dict[str, str] = {}

    def alias(name: re.Match[str]) -> str:
        quoted[f"_quoted_{len(quoted)}"] = name[1]
        return f"_quoted_{len(quoted) - 1}"

    tree = ast.parse(_QUOTED.sub(alias, part), mode="eval")
    _refused(tree, part, columns)
    return frozenset(_names(tree, quoted, columns))


def _names(tree: ast.AST, quoted: dict[str, str], columns: Collection[str]) -> set[str]:
    from formulaic.transforms import TRANSFORMS

    nodes = list(ast.walk(tree))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    called = {id(call.func) for call in calls}
    bound = {node.arg for node in nodes if isinstance(node, ast.arg)}
    bound |= {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    found = {
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id == "Q" and call.args
        if isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)
    }
    for node in nodes:
        if not isinstance(node, ast.Name) or id(node) in called or node.id in bound:
            continue
        name = quoted.get(node.id, node.id)
        elsewhere = name in TRANSFORMS or hasattr(builtins, name)
        if node.id in quoted or name in columns or not elsewhere:
            found.add(name)
    return found


def _refused(tree: ast.AST, part: str, columns: Collection[str]) -> None:
    from formulaic.transforms import TRANSFORMS

    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitXor):
            raise ArgumentError(
                f"In {part!r}, ^ is Python's exclusive or of bits, not a power.",
                f"write {part.replace(' ^ ', '**')}.",
            )
        if isinstance(node, ast.Attribute):
            dotted = ast.unparse(node)
            if dotted in columns:
                _no_dots(dotted, columns)
        if isinstance(node, ast.Name) and node.id in _R_NAMES and node.id not in columns:
            raise ArgumentError(
                f"{node.id} in {part!r} is R's word.", f"write {_R_NAMES[node.id]}."
            )
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        name = node.func.id
        if name in columns:
            raise ArgumentError(
                f"The formula calls {name}(), but the table has a column of that name.",
                "rename the column.",
            )
        if name in _FROM_R:
            raise _unknown(name, _FROM_R[name])
        if name not in TRANSFORMS and not hasattr(builtins, name):
            import numpy as np

            close = nearest(name, TRANSFORMS)
            raise _unknown(
                name,
                f"write np.{name}(...)."
                if callable(getattr(np, name, None))
                else f"did you mean {close}()?"
                if close
                else _ONE_TERM,
            )


def _no_dots(name: str, columns: Collection[str]) -> None:
    """Raise for a name with a dot, which Python reads as a part of something."""
    root, dot, rest = name.partition(".")
    if not dot:
        return
    if name in columns:
        raise ArgumentError(
            f"The formula has the name {name!r}, and a name with a dot must stand in backticks.",
            f"write `{name}`.",
        )
    hint = f"write I({name})." if root in columns else f"write {rest}." if rest in columns else None
    raise ArgumentError(f"The formula has {name!r}, which is no column of the table.", hint)


def _unknown(name: str, hint: str) -> ArgumentError:
    return ArgumentError(f"The formula calls {name}(), which is not available here.", hint)


def split_absorbed(text: str) -> tuple[str, tuple[str, ...]]:
    """The formula before a ``|``, and the columns after it.

    Raises
    ------
    ArgumentError
        When what follows is not columns joined by +.
    """
    main, bar, rest = text.partition("|")
    if not bar or main.count("(") != main.count(")"):
        return text, ()
    names = [name.strip().strip("`").strip() for name in rest.split("+")]
    names = [name[2:-1].strip() if re.fullmatch(r"C\(.*\)", name) else name for name in names]
    wrong = [name for name in names if not re.fullmatch(r"[^\W\d]\w*", name)]
    if "~" not in main or wrong:
        raise ArgumentError(
            f"After the | of {text!r}, columns are expected whose levels are fixed effects"
            + (f", not {wrong[0]!r}." if wrong else "."),
            'write them as in "likes ~ crowd | outlet" or "likes ~ crowd | outlet + year".',
        )
    return main.strip(), tuple(names)
