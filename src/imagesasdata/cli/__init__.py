"""The verbs from a shell: pictures or a table in, a table out."""

from __future__ import annotations

import sys

import typer

# In the order in which the help lists their commands.
# isort: off
from imagesasdata.cli import pictures  # noqa: F401
from imagesasdata.cli import networks  # noqa: F401
from imagesasdata.cli import things  # noqa: F401
from imagesasdata.cli import collections  # noqa: F401
from imagesasdata.cli import weights  # noqa: F401

# isort: on
from imagesasdata.cli.command import app
from imagesasdata.errors import ImageError, ImagesAsDataError

__all__ = ["app", "main"]


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
