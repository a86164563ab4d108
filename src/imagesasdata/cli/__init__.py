"""The verbs from a shell: pictures or a table in, a table out. Each command is made from its verb."""

from __future__ import annotations

import sys

import typer

from imagesasdata.cli.command import app
from imagesasdata.cli.weights import weights_app
from imagesasdata.errors import ImageError, ImagesAsDataError

__all__ = ["app", "main"]

app.add_typer(weights_app, name="weights", rich_help_panel="weights")


def main() -> None:
    """Run the command line; what the user got wrong is told in a sentence, without a traceback."""
    try:
        app()
    except ImageError as error:
        typer.echo(f"Error: {error}", err=True)
        sys.exit(1)
    except ImagesAsDataError as error:
        typer.echo(f"Error: {error}", err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        typer.echo("Stopped.", err=True)
        sys.exit(130)
