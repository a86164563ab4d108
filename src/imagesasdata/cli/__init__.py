"""The verbs from a shell: pictures or a table in, a table out. Each command is made from its verb."""

from __future__ import annotations

import sys
import warnings

import typer

from imagesasdata.cli.command import Verbs
from imagesasdata.cli.weights import weights
from imagesasdata.errors import ImageError, ImagesAsDataError

__all__ = ["app", "main"]

app = typer.Typer(
    cls=Verbs,
    help="Pictures as data: the verbs of the Python library, with their names and options.",
    epilog="Exit codes: 0 done, 1 some pictures could not be used, 2 a mistake, 130 stopped.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
app.add_typer(weights, name="weights", rich_help_panel="weights")


def main() -> None:
    """Run the command line; a user's mistake gets one sentence, without a traceback."""
    warnings.formatwarning = lambda message, *_, **__: f"Warning: {message}\n"
    try:
        app()
    except ImagesAsDataError as error:
        typer.echo(f"Error: {error}", err=True)
        sys.exit(1 if isinstance(error, ImageError) else 2)
    except KeyboardInterrupt:
        typer.echo("Stopped.", err=True)
        sys.exit(130)
