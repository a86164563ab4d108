"""Each verb's group, summary, parameters and defaults, read from its source code.

No verb is imported: its module is parsed, and so are the modules that define the names in its
annotations.
"""

from __future__ import annotations

import ast
import functools
import inspect
import re
from pathlib import Path
from typing import Any, NamedTuple

import imagesasdata

_ROOT = Path(imagesasdata.__file__).parent
# The folders of verbs, in the order of the reference.
GROUPS = ("read", "measure", "classify", "train", "inside")
GROUPS += ("faces", "things", "collections", "trust", "scale")


class Parameter(NamedTuple):
    """A parameter of a verb; ``default`` is ``...`` if it has none."""

    name: str
    kinds: set[str]  # the words of its annotation, such as str, None and Sequence
    choices: list[str]
    is_data: bool  # may be a table
    is_argument: bool  # the data, or a parameter after it without a default
    default: Any
    help: str
    is_either: bool = False  # a number or text, or several


@functools.cache
def verbs() -> dict[str, tuple[str, str]]:
    """The verbs, and ``augment`` of a fitted model, with their group and file."""
    found = {}
    for group in GROUPS:
        for file in sorted((_ROOT / "verbs" / group).glob("*.py")):
            for name in re.findall(r"^def (\w+)\(", file.read_text("utf-8"), re.MULTILINE):
                if name in imagesasdata.__all__:
                    found[name] = (group, file.stem)
        found |= {"augment": ("train", "fitted_model")} if group == "train" else {}
    return found


def summary(verb: str) -> str:
    """The first paragraph of a verb's docstring."""
    file = _ROOT.joinpath("verbs", *verbs()[verb]).with_suffix(".py")
    after = file.read_text("utf-8").partition(f"def {verb}(")[2]
    return _first(inspect.cleandoc(after.partition('"""')[2].partition('"""')[0]))


def read(verb: str) -> tuple[list[Parameter], str]:
    """A verb's parameters, and the annotation of its result."""
    module = "imagesasdata.verbs.{}.{}".format(*verbs()[verb])
    tree = ast.walk(_source(module))
    # The last definition is the function itself; its overloads come before.
    code = [one for one in tree if isinstance(one, ast.FunctionDef) and one.name == verb][-1]
    doc = ast.get_docstring(code) or ""
    section = re.search(r"^Parameters\n-+\n((?:.*\n)*?)(?=\S.*\n---|\Z)", doc, re.MULTILINE)
    entries = re.findall(r"^(\S.*)\n((?: +.*\n?|\n)+)", section[1] if section else "", re.M)
    texts = {name: text for names, text in entries for name in names.split(", ")}
    places = [one for one in code.args.args if one.arg != "self"]
    defaults = [*[None] * len(code.args.args), *code.args.defaults, *code.args.kw_defaults]
    parameters = [*places, *code.args.kwonlyargs]
    found: list[Parameter] = []
    for one, default in zip(parameters, defaults[-len(parameters) :], strict=True):
        text = _expanded(ast.unparse(one.annotation or ast.Constant("")), module)
        kinds = re.findall(r"[\w.]+", re.sub(r"'.*?'|Literal|(?<=Mapping)\[.*?\]", "", text))
        plain = re.sub(r"\[.*?\]", "", text)
        is_data = re.search(r"\bAny\b|Frame\b", plain) is not None
        is_either = re.search(r"\b(?:int|float|str)\b", plain) is not None
        argument = default is None and (not found or (is_data and one in places))
        home = module
        while isinstance(default, ast.Name) and (constant := _find(default.id, home)):
            default, home = constant
        value = ... if default is None else ast.literal_eval(default)
        choices = re.findall(r"'(.*?)'", text)
        about = _first(inspect.cleandoc(texts.get(one.arg, "")))
        kind = (set(kinds), choices, is_data, argument)
        found.append(Parameter(one.arg, *kind, value, about, is_either))
    return found, ast.unparse(code.returns).partition("[")[0] if code.returns else ""


def _first(text: str) -> str:
    """The first paragraph of a docstring, for a terminal."""
    return " ".join(re.sub('``"|"``|``', "`", text.split("\n\n")[0]).split())


def _expanded(annotation: str, module: str) -> str:
    """An annotation with its aliases expanded into literals and unions."""

    def expand(name: re.Match[str]) -> str:
        alias = _find(name[0], module)
        return _expanded(ast.unparse(alias[0]), alias[1]) if alias else name[0]

    return re.sub(r"(?<!['\w.])_?[A-Z]\w+(?<!Frame)", expand, annotation)


@functools.cache
def _source(module: str) -> ast.Module:
    file = _ROOT.joinpath(*module.split(".")[1:]).with_suffix(".py")
    return ast.parse(file.read_text("utf-8") if file.exists() else "")  # a folder has no aliases


@functools.cache
def _find(name: str, module: str) -> tuple[ast.expr, str] | None:
    """The expression that a module assigns to a name, and the module that defines it."""
    body = _source(module).body
    for one in [*body, *(one for part in body if isinstance(part, ast.If) for one in part.body)]:
        if isinstance(one, ast.ImportFrom) and str(one.module).startswith("imagesasdata."):
            if name in [alias.name for alias in one.names]:
                return _find(name, str(one.module))
        elif isinstance(one, (ast.Assign, ast.AnnAssign)) and one.value is not None:
            target = one.targets[0] if isinstance(one, ast.Assign) else one.target
            if ast.unparse(target) == name:
                return one.value, module
    return None
