"""What the shell knows of a verb: names, parameters and texts, read from its source without an import."""

from __future__ import annotations

import ast
import functools
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import imagesasdata

# The folders of verbs, in the order of the help.
GROUPS = (
    *("read", "measure", "classify", "train", "inside"),
    *("faces", "things", "collections", "trust", "scale"),
)
LEFT_OUT = (
    "show",  # a display in a notebook; `contact-sheet` writes a file
    "load_model",  # gives an object of Python; `augment` takes the file
    "register_model",  # takes a network that is an object of Python
    "ray_dataset",  # gives an object of Python
    "ray_workers",  # set what the rest of a Python program does
    "isolate",
)
# `progress` is --quiet; of which library a table is does not show in what is printed or written.
NOT_OPTIONS = ("progress", "backend")
_METHODS = {"augment": ("train/fitted_model.py", "FittedModel")}
_SCALARS = ("str", "int", "float", "bool", "None", "Step", "Augmentation", "FittedModel")
_SAME = {"Any": "data", "Frame": "data", "Path": "str", "os.PathLike": "str"}
_OF_PYTHON = ("bytes", "GradientTransformation", "ModelCard")  # no text names one
_SEQUENCES = ("Sequence", "Iterable", "list", "Collection")


@dataclass
class Kind:
    """What a parameter takes: single values, choices, several of a kind, or names with values."""

    scalars: set[str] = field(default_factory=set)
    choices: list[str] = field(default_factory=list)
    items: Kind | None = None
    parts: Kind | None = None  # of a tuple
    pairs: Kind | None = None
    unknown: list[str] = field(default_factory=list)

    @property
    def is_data(self) -> bool:
        """Whether a table may be given."""
        return "data" in self.scalars or bool(self.unknown)


@dataclass(frozen=True)
class Parameter:
    """One parameter of a verb, and how the shell has it: an argument by its place, or an option."""

    name: str
    kind: Kind
    help: str
    default: Any
    required: bool
    is_argument: bool


@dataclass(frozen=True)
class Signature:
    """A verb for the shell."""

    name: str
    group: str
    summary: str
    parameters: tuple[Parameter, ...]
    gives: str


@functools.cache
def verbs() -> dict[str, tuple[str, str]]:
    """The verbs with a command: the name, its file and, of a method, its class."""
    found: dict[str, tuple[str, str]] = {}
    public = set(imagesasdata.__all__) - set(LEFT_OUT)
    for group in GROUPS:
        folder = files(imagesasdata) / "verbs" / group
        for file in sorted(one.name for one in folder.iterdir() if one.name.endswith(".py")):
            text = (folder / file).read_text(encoding="utf-8")
            for name in re.findall(r"^def (\w+)\(", text, re.MULTILINE):
                if name in public:
                    found[name] = (f"{group}/{file}", "")
        found |= {name: home for name, home in _METHODS.items() if home[0].startswith(f"{group}/")}
    return found


def read(name: str) -> Signature:
    """A verb's signature and the texts of its docstring."""
    file, owner = verbs()[name]
    module = f"imagesasdata.verbs.{file.removesuffix('.py').replace('/', '.')}"
    body: list[ast.stmt] = _source(module).body
    if owner:
        body = next(one for one in body if isinstance(one, ast.ClassDef) and one.name == owner).body
    # The last of that name, after its overloads.
    function = [one for one in body if isinstance(one, ast.FunctionDef) and one.name == name][-1]
    summary, texts = _texts(ast.get_docstring(function) or "")
    given = function.args
    defaults = [None] * (len(given.args) - len(given.defaults)) + list(given.defaults)
    positional = list(zip(given.args, defaults, strict=True))[bool(owner) :]
    parameters = []
    for place, (one, default) in enumerate(
        [*positional, *zip(given.kwonlyargs, given.kw_defaults, strict=True)]
    ):
        kind = _kind(one.annotation, module)
        needed = default is None
        is_argument = needed and (place == 0 or (kind.is_data and one not in given.kwonlyargs))
        value = None if default is None else _value(default, module)
        parameters.append(
            Parameter(one.arg, kind, texts.get(one.arg, ""), value, needed, is_argument)
        )
    gives = ast.unparse(function.returns) if function.returns else ""
    return Signature(name, file.split("/")[0], summary, tuple(parameters), gives)


@functools.cache
def _source(module: str) -> ast.Module:
    place = files(imagesasdata).joinpath(*module.split(".")[1:])
    file = place / "__init__.py" if place.is_dir() else files(imagesasdata) / (
        "/".join(module.split(".")[1:]) + ".py"
    )
    return ast.parse(file.read_text(encoding="utf-8"))


def _find(name: str, module: str) -> tuple[ast.expr, str] | None:
    """What a name of a module stands for, and the module where that is written."""
    for one in _statements(_source(module)):
        if isinstance(one, ast.ImportFrom) and (one.module or "").startswith("imagesasdata."):
            for alias in one.names:
                if name == (alias.asname or alias.name):
                    return _find(alias.name, one.module or "")
        targets = one.targets if isinstance(one, ast.Assign) else [getattr(one, "target", None)]
        value = getattr(one, "value", None)
        if value is not None and any(isinstance(t, ast.Name) and t.id == name for t in targets):
            return value, module
    return None


def _statements(tree: ast.Module) -> Iterator[ast.stmt]:
    for one in tree.body:
        yield one
        yield from one.body if isinstance(one, ast.If) else ()


def _value(node: ast.expr, module: str) -> Any:
    """A default, for the help; what is no literal is shown as it is written."""
    if isinstance(node, ast.Name) and (found := _find(node.id, module)):
        return _value(*found)
    try:
        return ast.literal_eval(node)
    except ValueError:
        return ast.unparse(node)


def _kind(node: ast.expr | None, module: str) -> Kind:
    kind = Kind()
    if node is not None:
        _add(kind, node, module)
    return kind


def _add(kind: Kind, node: ast.expr, module: str) -> None:
    """Add to a kind what an annotation allows."""
    if isinstance(node, ast.BinOp):
        _add(kind, node.left, module)
        _add(kind, node.right, module)
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return _add(kind, ast.parse(node.value, mode="eval").body, module)
    inner = node.slice if isinstance(node, ast.Subscript) else None
    name = ast.unparse(node.value if isinstance(node, ast.Subscript) else node)
    name = _SAME.get(name, name)
    within = inner.elts if isinstance(inner, ast.Tuple) else [inner] if inner else []
    if name == "Literal":
        kind.choices += [str(ast.literal_eval(one)) for one in within]
    elif name in _SEQUENCES and within:
        kind.items = _kind(within[0], module)
    elif name == "tuple" and within:
        kind.parts = _kind(within[0], module)
    elif name in ("Mapping", "dict") and within:
        kind.pairs = _kind(within[1], module)
    elif name == "data" or name in _SCALARS:
        kind.scalars.add(name)
    elif isinstance(node, ast.Name) and (found := _find(name, module)) is not None:
        _add(kind, *found)
    elif name not in _OF_PYTHON:
        kind.unknown.append(name)


def _texts(doc: str) -> tuple[str, dict[str, str]]:
    """The summary of a docstring in numpydoc's form, and the text of each parameter."""
    summary = _plain(doc.split("\n\n")[0])
    section = re.search(r"^Parameters\n-+\n(.*?)(?=^\S[^\n]*\n-+$|\Z)", doc, re.M | re.S)
    texts = {}
    for names, text in re.findall(
        r"^(\S[^\n]*)\n((?:[ ]+[^\n]*\n?|\n)+)", section[1] if section else "", re.M
    ):
        first = inspect.cleandoc(text).split("\n\n")[0]
        texts |= {name.strip(): _plain(first) for name in names.split(" : ")[0].split(",")}
    return summary, texts


def _plain(text: str) -> str:
    return " ".join(text.replace('``"', "`").replace('"``', "`").replace("``", "`").split())
