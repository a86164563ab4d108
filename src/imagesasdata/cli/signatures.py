"""A verb's parameters as its source tells them, and the values that texts stand for.

No verb is imported for its help: of a verb's module and the aliases in it the syntax tree is read.
"""

from __future__ import annotations

import ast
import functools
import inspect
import re
from pathlib import Path
from typing import Any, NamedTuple

import imagesasdata

TABLES = (".parquet", ".csv", ".feather")
_ROOT = Path(imagesasdata.__file__).parent
# The folders of verbs, in the order of the help.
GROUPS = ("read", "measure", "classify", "train", "inside")
GROUPS += ("faces", "things", "collections", "trust", "scale")
LEFT_OUT = (
    *(
        "show",
        "load_model",
    ),  # `contact-sheet` writes a file, and `augment` reads one, in their place
    *("register_model", "ray_dataset"),  # take or give an object of Python
    *("ray_workers", "isolate"),  # change the rest of a program in Python
)


class Parameter(NamedTuple):
    """A parameter of a verb; a default of ``...`` stands for none."""

    name: str
    kinds: set[str]  # the words of its annotation, such as str, None and Sequence
    choices: list[str]
    is_data: bool  # may be a table
    is_argument: bool  # has a place in the command, and is no option
    default: Any
    help: str
    is_either: bool = False  # a number, or several

    def value(self, given: Any) -> Any:
        """What the verb takes, of what the command says."""
        texts: list[Any] = [*given] if isinstance(given, (list, tuple)) else [given]
        if self.is_argument and len(texts) > 1:  # of several files all are paths, tables' too
            return texts
        if self.is_argument:
            return _opened(texts[0]) if self.is_data else texts[0]
        if "Mapping" in self.kinds and "=" in texts[0]:
            found: dict[Any, list[Any]] = {}
            for name, _, rest in (text.partition("=") for text in texts):
                found.setdefault(_number(name), []).append(_number(rest))
            return {name: cells if len(cells) > 1 else cells[0] for name, cells in found.items()}
        values = [self._single(text) for text in texts]
        if self.is_either and len(values) == 1:
            return values[0]
        return values if "Sequence" in self.kinds and values[0] not in self.choices else values[0]

    def _single(self, text: Any) -> Any:
        if not isinstance(text, str) or text in self.choices:
            return text
        if "Step" in self.kinds:
            from imagesasdata.steps.written import read_step

            return read_step(text)
        if text == "none" and "None" in self.kinds:
            return None
        number = _number(text) if self.kinds & {"int", "float", "Any"} else text
        if isinstance(number, str):
            return _opened(text) if self.is_data or "FittedModel" in self.kinds else text
        return (number,) if "tuple" in self.kinds and isinstance(number, int) else number


def _opened(text: str) -> Any:
    """The table or the fitted model that a file holds; of any other text, itself."""
    if text.lower().endswith(TABLES):
        from imagesasdata.tables.files import read

        return read(text)
    return imagesasdata.load_model(text) if text.endswith(".iad") else text


def _number(text: str) -> Any:
    """A number, several with commas between them as a tuple, or the text."""
    number = r"-?(\d+|\d*\.\d+)(e-?\d+)?"
    if not re.fullmatch(f"{number}(, ?{number})*", text):
        return text
    parts = [float(one) if set(one) & set(".e") else int(one) for one in text.split(",")]
    return tuple(parts) if len(parts) > 1 else parts[0]


@functools.cache
def verbs() -> dict[str, tuple[str, str]]:
    """The verbs that have a command, with their group and file."""
    found = {}
    for group in GROUPS:
        for file in sorted((_ROOT / "verbs" / group).glob("*.py")):
            for name in re.findall(r"^def (\w+)\(", file.read_text("utf-8"), re.MULTILINE):
                if name in imagesasdata.__all__ and name not in LEFT_OUT:
                    found[name] = (group, file.stem)
        found |= {"augment": ("train", "fitted_model")} if group == "train" else {}
    return found


def read(verb: str) -> tuple[str, list[Parameter], str]:
    """The summary, the parameters and the annotation of what is returned."""
    module = "imagesasdata.verbs.{}.{}".format(*verbs()[verb])
    tree = ast.walk(_source(module))
    # The last of the name comes after its overloads.
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
        is_either = re.search(r"\b(?:int|float)\b", plain) is not None
        argument = default is None and (not found or (is_data and one in places))
        home = module
        while isinstance(default, ast.Name) and (constant := _find(default.id, home)):
            default, home = constant
        value = ... if default is None else ast.literal_eval(default)
        choices = re.findall(r"'(.*?)'", text)
        about = _first(inspect.cleandoc(texts.get(one.arg, "")))
        kind = (set(kinds), choices, is_data, argument)
        found.append(Parameter(one.arg, *kind, value, about, is_either))
    return _first(doc), found, ast.unparse(code.returns) if code.returns else ""


def _first(text: str) -> str:
    """The first paragraph of a docstring, for a terminal."""
    return " ".join(re.sub('``"|"``|``', "`", text.split("\n\n")[0]).split())


def _expanded(annotation: str, module: str) -> str:
    """An annotation with what its names stand for: the literals and unions."""

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
    """What a name in a module stands for, and the module where that is written."""
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
