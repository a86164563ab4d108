"""Commands about the files of weights on this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from imagesasdata.cli.command import app, show
from imagesasdata.errors import WeightsError

weights_app = typer.Typer(help="The files of weights on this machine.", no_args_is_help=True)
app.add_typer(weights_app, name="weights")


@weights_app.command("list")
def weights_list() -> None:
    """List the files of weights that models need, and which are here."""
    from imagesasdata.networks.weights.store import is_here
    from imagesasdata.networks.zoo.registry import cards
    from imagesasdata.tables.kinds import from_columns

    needed = [(card, file) for card in cards() for file in card.weights]
    show(
        from_columns(
            {
                "model": [card.name for card, _ in needed],
                "file": [file.name for _, file in needed],
                "bytes": [file.bytes for _, file in needed],
                "hash": [file.digest[:16] for _, file in needed],
                "here": [is_here(file) for _, file in needed],
            }
        ),
        rows=None,
    )


@weights_app.command("add")
def weights_add(
    source: Annotated[
        str, typer.Argument(help="A file of weights, a .tgz, .tar or .zip, or a folder of such.")
    ],
) -> None:
    """Take weights from a file, an archive or a folder; what they are is told by their hash."""
    from imagesasdata.networks.weights.store import add
    from imagesasdata.networks.zoo.registry import cards

    for weights in add(source, [file for card in cards() for file in card.weights]):
        typer.echo(f"added {weights.name}")


@weights_app.command("fetch")
def weights_fetch(
    models: Annotated[
        list[str],
        typer.Argument(
            help="Models that `imagesasdata models` lists, or a set of them: faces, objects."
        ),
    ],
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar.")] = False,
) -> None:
    """Download the weights of models now, so that later runs need no connection."""
    from imagesasdata.networks.weights.store import locate
    from imagesasdata.networks.zoo.registry import files

    for file in files(models):
        typer.echo(f"{file.name}: {locate(file, progress=False if quiet else None)}")


@weights_app.command("verify")
def weights_verify(
    models: Annotated[
        list[str] | None, typer.Argument(help="Models; by default all whose weights are here.")
    ] = None,
) -> None:
    """Compare the weights on this machine with the hashes that were published."""
    from imagesasdata.networks.weights.store import verify, where
    from imagesasdata.networks.zoo.registry import card, cards

    chosen = cards() if models is None else [card(name) for name in models]
    bad = 0
    for file in dict.fromkeys(file for one in chosen for file in one.weights):
        place = where(file)
        if place is None:
            if models is not None:
                bad += 1
                typer.echo(f"missing  {file.name}")
            continue
        try:
            verify(place, file)
        except WeightsError as error:
            bad += 1
            typer.echo(f"ALTERED  {place}: {error.message}")
        else:
            typer.echo(f"whole    {place}")
    if bad:
        raise typer.Exit(1)


@weights_app.command("remove")
def weights_remove(
    models: Annotated[list[str], typer.Argument(help="Models whose weights are to go.")],
) -> None:
    """Remove weights that were downloaded or added; those of installed packages stay."""
    from imagesasdata.networks.weights.store import remove
    from imagesasdata.networks.zoo.registry import card

    for file in [file for name in models for file in card(name).weights]:
        typer.echo(f"removed {file.name}" if remove(file) else f"{file.name} is not in the store")
