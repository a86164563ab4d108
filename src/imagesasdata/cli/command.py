"""The application: a command for each verb, made from its signature when it is asked for."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import imagesasdata
from imagesasdata.cli.signatures import Parameter, read, verbs
from imagesasdata.cli.values import LISTS, value
from imagesasdata.options import Options

_COMMON = (*Options.__dataclass_fields__, "quiet")
NOT_OPTIONS = ("progress", "backend")  # --quiet; and what is printed shows no kind of table
_MODELS = ["model", "tasks", "input_size", "parameters", "score", "available", "install"]


class Verbs(TyperGroup):
    """The group of all commands; those of the verbs are made when they are asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The verbs by group, then what is written by hand."""
        names = [name.replace("_", "-") for name in verbs()]
        return [*names, *(name for name in self.commands if name not in names)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A command by its name, with hyphens or as in Python."""
        name, verb = cmd_name.replace("_", "-"), cmd_name.replace("-", "_")
        if name not in self.commands and verb in verbs():
            self.commands[name] = _made(verb)
        elif name not in self.commands:  # all, so that the message can suggest one
            self.commands |= {one: self.get_command(ctx, one) for one in self.list_commands(ctx)}
        return self.commands.get(name)


def _made(verb: str) -> Any:
    """The command of a verb."""
    summary, parameters, gives = read(verb)
    own = [one for one in parameters if one.name not in NOT_OPTIONS]
    last = [one.name for one in own if one.is_argument][-1:]
    options = [_parameter(one, [one.name] == last, gives) for one in own]
    names = [one.name for one in parameters]
    to = "table" if "to" in names else "to"
    if "progress" in names:
        options.append(_typed("quiet", bool, False, "No progress bar.", "--quiet", "-q"))
    if gives not in ("Figure", "Path"):
        text = "Write the result here: a table as .parquet, .csv or .feather."
        options.append(_typed(to, str, None, text, f"--{to}"))
    if gives == "FittedModel":
        text = "Write the model here, as protest.iad, for `augment`."
        options.append(_typed("save", str, ..., text, "--save"))
    if verb == "augment":
        options.insert(0, _typed("fitted", str, ..., "A file that `fine-tune --save` wrote."))

    def run(ctx: typer.Context, **given: Any) -> None:
        # A default is left to the verb: what was not given is not passed on.
        said = [one for one in own if "COMMANDLINE" in str(ctx.get_parameter_source(one.name))]
        passed = {one.name: value(one, given[one.name]) for one in said}
        passed |= {"progress": False} if given.get("quiet") else {}
        owner = imagesasdata.load_model(given["fitted"]) if verb == "augment" else imagesasdata
        result = getattr(owner, verb)(**passed)
        if "save" in given:
            result.save(given["save"])
        if gives in ("Figure", "Path"):
            result = f"wrote {passed['to'] if gives == 'Figure' else result}"
        show(result, given.get(to), columns=_MODELS if verb == "models" else None)

    context = inspect.Parameter("ctx", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    options = [context, *sorted(options, key=lambda one: one.name in _COMMON)]
    run.__signature__ = inspect.Signature(options)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in options}
    single = typer.Typer(add_completion=False, rich_markup_mode="markdown")
    single.command(help=summary, rich_help_panel=verbs()[verb][0])(run)
    return typer.main.get_command(single)


def _parameter(one: Parameter, is_last: bool, gives: str) -> inspect.Parameter:
    """An argument, or an option, whose default is for the help alone."""
    kinds, default = one.kinds - {"None"}, one.default
    is_list = bool(kinds & {*LISTS, "Mapping"})
    if one.is_argument:
        return _typed(
            one.name, list[str] if is_last and (is_list or one.is_data) else str, ..., one.help
        )
    names = [f"--{one.name.replace('_', '-')}"]
    names += [names[0][:-1]] if is_list and one.name.endswith("s") else []
    plain: Any = next((kind for kind in (bool, int, float) if kinds == {kind.__name__}), str)
    if one.choices or ("None" in one.kinds and default not in (None, ...)):
        plain = str  # so that a choice or the word none can stand there, too
    if default is None or (one.name == "to" and gives == "Figure"):
        default = None if one.name != "to" or gives != "Figure" else ...
    elif default is not ... and plain is str:
        default = ",".join(map(str, default if isinstance(default, tuple) else [default]))
    if is_list:
        plain, default = list[plain], [default] if isinstance(default, str) else default
    metavar = "NAME=VALUE" if "Mapping" in kinds else "|".join(one.choices)
    return _typed(one.name, plain, default, one.help, *names, metavar=metavar)


def _typed(
    name: str, kind: Any, default: Any, text: str, *names: str, metavar: str = ""
) -> inspect.Parameter:
    """A parameter as typer takes it: an option where it has names."""
    if kind is bool and len(names) == 1:
        names = (f"{names[0]}/--no-{names[0][2:]}",)
    make: Any = typer.Option if names else typer.Argument
    panel = "Options of all verbs" if name in _COMMON else None
    info = make(*names, help=text, metavar=metavar or None, rich_help_panel=panel)
    annotation = Annotated[kind | None if default is None else kind, info]
    default = inspect.Parameter.empty if default is ... else default
    keyword = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, keyword, annotation=annotation, default=default)


def show(result: Any, to: str | None = None, *, columns: list[str] | None = None) -> None:
    """Write and print a table or a text, and end with 1 when some pictures failed."""
    from imagesasdata.tables.table import as_text, failures, save

    table = result.tidy() if hasattr(result, "tidy") else result
    is_table = hasattr(table, "columns")
    if to is not None and is_table:
        save(table, to)
    elif to is not None:
        Path(to).write_text(f"{result}\n", encoding="utf-8")
    if not is_table or (table is not result and type(result).__str__ is not object.__str__):
        typer.echo(str(result))
        return
    is_about_pictures = columns is None and "layer" not in table.columns
    shown = table if columns is None else table[columns]
    typer.echo(as_text(shown, rows=20 if is_about_pictures else len(table)))
    if failed := failures(table):
        typer.echo(f"{failed:,} of {len(table):,} rows have an image_error.", err=True)
        raise typer.Exit(1)
