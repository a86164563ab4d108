"""The shell's application, and how a verb becomes one of its commands.

Exit codes: 0 when all went well; 1 when some pictures could not be used (the table says which, or with
``--on-error raise`` the message); 2 for a mistake in the command; 130 after Ctrl-C.
"""

from __future__ import annotations

import functools
import inspect
import typing
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    help="Pictures as data: tables of features, classes and embeddings.",
    epilog="Exit codes: 0 done, 1 some pictures could not be used, 2 a mistake in the "
    "command, 130 stopped.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Paths = Annotated[
    list[str],
    typer.Argument(help="Folders, globs, pictures, zip files; or one .parquet or .csv table."),
]
Videos = Annotated[
    list[str], typer.Argument(help="Folders, globs, videos; or one .parquet or .csv table.")
]
To = Annotated[str | None, typer.Option(help="Write the table here: .parquet, .csv or .feather.")]
ModelName = Annotated[str, typer.Option(help="A name that `imagesasdata models` lists.")]

_ROWS = 20

# What every verb takes, as in Python; `quiet` stands for ``progress=False``.
_COMMON: dict[str, tuple[Any, Any]] = {
    "path": (
        Annotated[str, typer.Option("--path", help="The table's column of paths.")],
        "path",
    ),
    "prefix": (
        Annotated[str | None, typer.Option(help="Put before the new columns' names.")],
        None,
    ),
    "batch_size": (
        Annotated[int | None, typer.Option(help="Pictures that are run together.")],
        None,
    ),
    "workers": (Annotated[int | None, typer.Option(help="Threads that read and decode.")], None),
    "device": (
        Annotated[str | None, typer.Option(help="cpu, gpu, tpu, or one of several as gpu:1.")],
        None,
    ),
    "cache": (
        Annotated[str | None, typer.Option(help="Keep finished rows here, to go on after a stop.")],
        None,
    ),
    "on_error": (Annotated[str, typer.Option(help="record, raise or drop.")], "record"),
    "quiet": (Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar.")], False),
}


def command(
    name: str, *, without: Sequence[str] = (), to: bool = True
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a function a command that takes the common options, too.

    The function gets them as keywords (``**common``) that a verb takes as they are. What it gives is
    shown: a table is written where ``--to`` says, printed, and its failures are counted.

    Parameters
    ----------
    name
        The command's.
    without
        Those of the common options that the verb does not have.
    to
        Whether there is a ``--to`` for the table.
    """
    options = {option: given for option, given in _COMMON.items() if option not in without}

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        hints = typing.get_type_hints(function, include_extras=True)
        own = [
            parameter.replace(annotation=hints[parameter.name])
            for parameter in inspect.signature(function).parameters.values()
            if parameter.kind is not parameter.VAR_KEYWORD
        ]
        added = {"to": (To, None), **options} if to else options
        shared = [
            inspect.Parameter(
                option, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind
            )
            for option, (kind, default) in added.items()
        ]

        @functools.wraps(function)
        def run(**given: Any) -> None:
            target = given.pop("to") if to else None
            given["progress"] = False if given.pop("quiet") else None
            show(function(**given), target)

        run.__signature__ = inspect.Signature([*own, *shared])  # type: ignore[attr-defined]
        run.__annotations__ = {one.name: one.annotation for one in [*own, *shared]}
        app.command(name)(run)
        return function

    return decorate


def images(paths: list[str]) -> Any:
    """A table when a table's file is named, else the paths."""
    from imagesasdata.tables.files import read

    if len(paths) == 1 and Path(paths[0]).suffix.lower() in {".parquet", ".csv", ".feather"}:
        return read(paths[0])
    return paths[0] if len(paths) == 1 else paths


def show(result: Any, to: str | None = None, *, rows: int | None = _ROWS) -> None:
    """Write and print a table, say how many pictures failed, and end with the code for it.

    A text is printed as it is; of a table the first ``rows``, or all.
    """
    from imagesasdata.tables.files import as_text, failures, save

    if isinstance(result, str):
        typer.echo(result)
        return
    if to is not None:
        save(result, to)
    typer.echo(as_text(result, rows=len(result) if rows is None else rows))
    failed = failures(result)
    if failed:
        typer.echo(f"{failed:,} of {len(result):,} rows have an image_error.", err=True)
        raise typer.Exit(1)
