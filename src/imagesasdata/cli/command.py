"""The shell's application: a command for each verb, made from its signature when it is needed.

Exit codes: 0 when all went well; 1 when some pictures could not be used (the table says which, or with
``--on-error raise`` the message); 2 for a mistake in the command; 130 after Ctrl-C.
"""

from __future__ import annotations

import enum
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from imagesasdata.cli import signatures
from imagesasdata.cli.signatures import Parameter, Signature
from imagesasdata.cli.values import value
from imagesasdata.options import Options

_ROWS = 20
_MODEL_COLUMNS = ("model", "tasks", "input_size", "parameters", "score", "available", "install")
_COMMON = (*Options.__dataclass_fields__, "quiet")


class Verbs(TyperGroup):
    """The group whose commands are the verbs, each made when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The verbs by group, then the commands that are written by hand."""
        for name in signatures.verbs():
            self.get_command(ctx, name)
        made = [name.replace("_", "-") for name in signatures.verbs()]
        return [*made, *(name for name in self.commands if name not in made)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of a verb, by its name in Python or with hyphens."""
        name, verb = cmd_name.replace("_", "-"), cmd_name.replace("-", "_")
        if name not in self.commands:
            if verb not in signatures.verbs():
                self.list_commands(ctx)  # so that the message can suggest one
                return None
            self.commands[name] = _made(signatures.read(verb))
        return self.commands[name]


app = typer.Typer(
    cls=Verbs,
    help="Pictures as data: the verbs of the Python library, with the same names and options.",
    epilog="Exit codes: 0 done, 1 some pictures could not be used, 2 a mistake in the "
    "command, 130 stopped.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)


@app.callback()
def _imagesasdata() -> None:
    """A callback keeps it a group, whatever commands it has."""


def _made(verb: Signature) -> Any:
    """A verb's command."""
    single = typer.Typer(add_completion=False, rich_markup_mode="markdown")
    name = verb.name.replace("_", "-")
    single.command(name, help=verb.summary, rich_help_panel=verb.group)(_function(verb))
    return typer.main.get_command(single)


def _function(verb: Signature) -> Callable[..., None]:
    known = [one for one in verb.parameters if one.name not in signatures.NOT_OPTIONS]
    last = [one.name for one in known if one.is_argument][-1:]
    own = [_parameter(one, verb, several=[one.name] == last) for one in known]
    added = _added(verb)

    def run(ctx: typer.Context, **given: Any) -> None:
        extra = {one.name: given.pop(one.name) for one in added}
        chosen = {
            one.name: value(one, given[one.name])
            for one in known
            if one.is_argument or ctx.get_parameter_source(one.name).name == "COMMANDLINE"  # type: ignore[union-attr]
        }
        if extra.get("quiet"):
            chosen["progress"] = False
        _show(verb, _verb(verb.name, extra)(**chosen), chosen, extra)

    context = inspect.Parameter(
        "ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context
    )
    all_of_them = [context, *sorted([*added, *own], key=lambda one: one.name in _COMMON)]
    run.__signature__ = inspect.Signature(all_of_them)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in all_of_them}
    return run


def _verb(name: str, extra: dict[str, Any]) -> Callable[..., Any]:
    import imagesasdata

    if name == "augment":
        return imagesasdata.load_model(extra["model"]).augment
    return getattr(imagesasdata, name)


def _parameter(one: Parameter, verb: Signature, *, several: bool) -> inspect.Parameter:
    """A parameter of a verb as typer takes it. Its default is for the help: only what is given is passed on."""
    kind = one.kind
    if one.is_argument:
        many = several and (kind.is_data or kind.items is not None)
        return _typed(one.name, list[str] if many else str, typer.Argument(help=one.help), ...)
    required = one.required or (one.name == "to" and verb.gives == "Figure")
    names = [f"--{one.name.replace('_', '-')}"]
    is_list = kind.items is not None or kind.pairs is not None
    if is_list and one.name.endswith("s"):
        names.append(names[0].removesuffix("s"))
    scalars = kind.scalars - {"None"}
    is_plain = not (kind.choices or kind.parts or is_list or kind.is_data)
    or_none = "None" in kind.scalars and one.default is not None
    choices = (kind.items or kind).choices if is_list else kind.choices
    annotation: Any = str
    if is_plain and scalars == {"bool"}:
        annotation, names = bool, []
    elif is_plain and not or_none and scalars and scalars <= {"int", "float"}:
        annotation = float if "float" in scalars else int
    elif choices and not scalars and not kind.pairs and not kind.parts:
        annotation = enum.Enum(one.name, {text: text for text in choices})
    default = ... if required else _shown(one.default, annotation)
    if is_list:
        annotation = list[annotation]
        default = [default] if isinstance(default, (str, enum.Enum)) else default
    if default is None:
        annotation = annotation | None
    option = typer.Option(
        *names,
        help=one.help,
        metavar="NAME=VALUE" if kind.pairs else None,
        rich_help_panel="Options of all verbs" if one.name in _COMMON else None,
    )
    return _typed(one.name, annotation, option, default)


def _shown(default: Any, annotation: Any) -> Any:
    """A default as the help shows it."""
    if default is None or isinstance(default, (bool, int, float)) and annotation is not str:
        return default
    text = ",".join(map(str, default)) if isinstance(default, (list, tuple)) else str(default)
    return annotation(text) if isinstance(annotation, enum.EnumType) else text


def _typed(name: str, annotation: Any, info: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        annotation=Annotated[annotation, info],
        default=inspect.Parameter.empty if default is ... else default,
    )


def _added(verb: Signature) -> list[inspect.Parameter]:
    """What the shell has and Python has not: where results go, and no progress bar."""
    names = {one.name for one in verb.parameters}
    added = []
    if verb.name == "augment":
        text = "A file that `fine-tune --save` wrote."
        added.append(_typed("model", str, typer.Argument(help=text), ...))
    if verb.gives == "FittedModel":
        text = "Write the model here, such as protest.iad, for `augment`."
        added.append(_typed("save", str, typer.Option("--save", help=text), ...))
    if verb.gives not in ("Figure", "Path"):
        option = "table" if "to" in names else "to"
        text = "Write the table here: .parquet, .csv or .feather."
        if verb.gives in ("ModelCard", "Citation"):
            text = "Write the text here."
        added.append(_typed(option, str | None, typer.Option(f"--{option}", help=text), None))
    if "progress" in names:
        quiet = typer.Option("--quiet", "-q", help="No progress bar.")
        quiet.rich_help_panel = "Options of all verbs"
        added.append(_typed("quiet", bool, quiet, False))
    return added


def _show(verb: Signature, result: Any, chosen: dict[str, Any], extra: dict[str, Any]) -> None:
    """Print and write what a verb gave, and end with the code for pictures that failed."""
    target = extra.get("table", extra.get("to"))
    if "save" in extra:
        result.save(extra["save"])
        typer.echo(str(result))
        if target is not None:
            show(result.glance(), target)
    elif verb.gives in ("Figure", "Path"):
        typer.echo(f"wrote {chosen['to'] if verb.gives == 'Figure' else result}")
    elif verb.name == "models":
        show(result, target, rows=None, columns=_MODEL_COLUMNS)
    else:
        show(result, target, rows=None if verb.group == "inside" else _ROWS)


def show(
    result: Any, to: str | None = None, *, rows: int | None = _ROWS, columns: Any = None
) -> None:
    """Write and print a table or a text, say how many pictures failed, and end with the code for it."""
    from imagesasdata.tables.table import as_text, failures, save

    table = result.tidy() if hasattr(result, "tidy") else result
    is_text = type(result).__str__ is not object.__str__ and not hasattr(result, "columns")
    if to is not None:
        save(table, to) if hasattr(table, "columns") else Path(to).write_text(f"{result}\n")
    if is_text:
        typer.echo(str(result))
        return
    shown = table if columns is None else table[list(columns)]
    typer.echo(as_text(shown, rows=len(table) if rows is None else rows))
    failed = failures(table)
    if failed:
        typer.echo(f"{failed:,} of {len(table):,} rows have an image_error.", err=True)
        raise typer.Exit(1)
