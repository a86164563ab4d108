"""A command for each verb, built from its signature on first use."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

import imagesasdata
from imagesasdata.cli.values import TABLES, Tables, value
from imagesasdata.cli.writing import TEXTS, check_target, check_vectors, tell_doubts, write_text
from imagesasdata.errors import ArgumentError
from imagesasdata.options import Options
from imagesasdata.verbs.signatures import Parameter, read, summary, verbs

LEFT_OUT = ("show", "load_model")  # use `contact-sheet` and `augment` instead
LEFT_OUT += ("register_model", "ray_dataset")  # take or return a Python object
LEFT_OUT += ("ray_workers", "isolate")  # affect the rest of a Python program
NOT_OPTIONS = ("progress", "backend")  # --quiet instead; printed tables look the same
_COMMON = (*Options.__dataclass_fields__, "quiet", "escape_formulas")
_MODELS = ["model", "tasks", "ready", "input_size", "parameters", "score", "install"]
_KEYWORD = inspect.Parameter.KEYWORD_ONLY


def commands() -> dict[str, tuple[str, str]]:
    """The verbs that are commands, with their group and file."""
    return {name: location for name, location in verbs().items() if name not in LEFT_OUT}


class Verbs(TyperGroup):
    """The group of all commands; a verb's command is built on first use."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The verbs by group, then the hand-written commands."""
        names = [name.replace("_", "-") for name in commands()]
        return [*names, *(name for name in self.commands if name not in names)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A command by its name, with hyphens or underscores."""
        name, verb = cmd_name.replace("_", "-"), cmd_name.replace("-", "_")
        if name not in self.commands and verb in commands():
            self.commands[name] = _made(verb)
        elif name not in self.commands:  # all, so that the message can suggest one
            for one in self.list_commands(ctx):
                self.get_command(ctx, one)
        return self.commands.get(name)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """List all commands; this needs only the verbs' summaries."""
        for verb, (group, _) in commands().items():
            name = verb.replace("_", "-")
            self.commands[name] = TyperCommand(name, help=summary(verb), rich_help_panel=group)
        super().format_help(ctx, formatter)


def _made(verb: str) -> Any:
    """The command of a verb."""
    parameters, gives = read(verb)
    names = [one.name for one in parameters]
    own = [one for one in parameters if one.name not in NOT_OPTIONS]
    if gives == "Figure":  # a shell cannot show it, so `to` is required
        own = [one._replace(default=...) if one.name == "to" else one for one in own]
    last = [one.name for one in own if one.is_argument][-1:]
    options = [_parameter(one, [one.name] == last) for one in own]
    to = "table" if "to" in names else "to"
    if "progress" in names:
        options.append(_typed("quiet", bool, False, "No progress bar.", "--quiet", "-q"))
    if gives not in ("Figure", "Path"):
        text = "Write the result here: a table as .parquet, .csv, .feather or .dta (Stata)."
        options.append(_typed(to, str, None, text, f"--{to}"))
    if gives not in ("Figure", "Path", *TEXTS):
        text = (
            "In a CSV file, an apostrophe before texts of your own columns, too, that a spreadsheet "
            "would compute."
        )
        options.append(_typed("escape_formulas", bool, False, text, "--escape-formulas"))
    if gives == "FittedModel":
        text = "Write the model here, as protest.iad, for `augment`."
        options.append(_typed("save", str, ..., text, "--save"))
    if verb == "augment":
        options.insert(0, _typed("fitted", str, ..., "A file that `fine-tune --save` wrote."))

    def run(ctx: typer.Context, **given: Any) -> None:
        # Only what the user gave is passed on; the verb has the defaults.
        said = [one for one in own if "COMMANDLINE" in str(ctx.get_parameter_source(one.name))]
        tables = Tables(_texts(verb, given))
        passed = {one.name: value(one, given[one.name], tables) for one in said}
        passed |= {"progress": False} if given.get("quiet") else {}
        if to == "table" and passed.get("to", "").endswith(TABLES):
            raise ArgumentError("--to is a folder.", "write the table with --table.")
        tell_doubts(tables.opened, passed)
        if "save" in given:
            check_target(given["save"], "save")
            if isinstance(passed.get("outcome"), list):
                raise ArgumentError(
                    "A file holds the model of one outcome, and --outcome was given "
                    f"{len(passed['outcome'])} times.",
                    "run fine-tune once for each, with a --save of its own.",
                )
        if given.get(to) is not None and gives not in ("Figure", "Path"):
            check_target(given[to], to, is_text=gives in TEXTS)
            check_vectors(verb, passed, tables.opened, given[to])
        from imagesasdata.engine.results import index_unseen  # it takes time to load

        owner = imagesasdata.load_model(given["fitted"]) if verb == "augment" else imagesasdata
        with index_unseen():
            result = getattr(owner, verb)(**passed)
        if "save" in given:
            result.save(given["save"])
            typer.echo(str(result))
            result = result.glance()
        if gives in ("Figure", "Path"):
            result = f"wrote {passed['to'] if gives == 'Figure' else result}"
        columns = _MODELS if verb == "models" else None
        escape = bool(given.get("escape_formulas"))
        show(result, given.get(to), columns=columns, opened=tables.opened, escape=escape)

    context = inspect.Parameter("ctx", _KEYWORD, annotation=typer.Context)
    options = [context, *sorted(options, key=lambda one: one.name in _COMMON)]
    run.__signature__ = inspect.Signature(options)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in options}
    single = typer.Typer(add_completion=False, rich_markup_mode="markdown")
    name, panel = verb.replace("_", "-"), commands()[verb][0]
    single.command(name, help=summary(verb), rich_help_panel=panel)(run)
    return typer.main.get_command(single)


def _parameter(one: Parameter, is_last: bool) -> inspect.Parameter:
    """An argument or an option; its default is only shown in the help."""
    kinds, default, names = one.kinds - {"None"}, one.default, [f"--{one.name.replace('_', '-')}"]
    is_list = bool(kinds & {"Sequence", "Iterable", "Mapping"})
    if one.is_argument:
        several = is_last and (is_list or one.is_data)
        return _typed(one.name, list[str] if several else str, ..., one.help)
    if is_list and one.name.endswith("s"):
        names.append(names[0][:-1])
    plain: Any = next((kind for kind in (bool, int, float) if kinds == {kind.__name__}), str)
    if plain is bool:
        names = [f"{names[0]}/--no-{names[0][2:]}"]
    if one.choices or ("None" in one.kinds and default not in (None, ...)):
        plain = str  # to accept one of the choices, or the word none, too
    if plain is str and default not in (None, ...):
        default = ",".join(map(str, default if isinstance(default, tuple) else [default]))
    if is_list:
        plain, default = list[plain], [default] if isinstance(default, str) else default
    metavar = "|".join([*one.choices, *(["NAME=VALUE"] if "Mapping" in kinds else [])]) or None
    return _typed(one.name, plain, default, one.help, *names, metavar=metavar)


def _typed(
    name: str, kind: Any, default: Any, text: str, *names: str, metavar: str | None = None
) -> inspect.Parameter:
    """A parameter for typer: an option if it has names, else an argument."""
    make: Any = typer.Option if names else typer.Argument
    panel = "Options of all verbs" if name in _COMMON else None
    info = make(*names, help=text, metavar=metavar, rich_help_panel=panel)
    annotation = Annotated[kind | None if default is None else kind, info]
    default = inspect.Parameter.empty if default is ... else default
    return inspect.Parameter(name, _KEYWORD, annotation=annotation, default=default)


def _texts(verb: str, given: dict[str, Any]) -> set[str]:
    """The columns that hold text, whatever they look like: paths, and what is made into a code."""
    names = [name for name in given if name == "path" or name.startswith("path_")]
    columns = [given[name] for name in names] + (given["columns"] if verb == "pseudonymize" else [])
    return {column for column in columns if isinstance(column, str)}


def show(
    result: Any,
    to: str | None = None,
    *,
    columns: list[str] | None = None,
    opened: Sequence[Any] = (),
    escape: bool = False,
) -> None:
    """Write and print a table or a text; exit with 1 when some pictures failed.

    ``opened`` are the tables that the verb was given, whose columns are written as they were, but with
    ``escape`` for what a spreadsheet would compute.
    """
    from imagesasdata.tables.files import as_text, failures, save

    table = result.tidy() if hasattr(result, "tidy") else result
    is_table = hasattr(table, "columns")
    if to is not None and is_table:
        save(table, to, opened if table is result else (), escape=escape)
    elif to is not None:
        write_text(f"{result}\n", to)
    if getattr(getattr(table, "index", None), "names", ...) == [None]:
        table = table.reset_index(drop=True)
    if not is_table or (table is not result and type(result).__str__ is not object.__str__):
        typer.echo(str(result))
        return
    rows = 20 if columns is None and "layer" not in table.columns else len(table)
    typer.echo(as_text(table[columns] if columns else table, rows=rows))
    if failed := failures(table):
        typer.echo(f"{failed:,} of {len(table):,} rows have an image_error.", err=True)
        raise typer.Exit(1)
