"""Commands for the weights on this machine."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from imagesasdata.cli.command import show
from imagesasdata.errors import ArgumentError, WeightsError

weights = typer.Typer(help="The files of weights on this machine.", no_args_is_help=True)
_Source = typer.Argument(help="A file of weights, a .tgz, .tar or .zip, or a folder of such.")
_Models = typer.Argument(help="Models that `imagesasdata models` lists.")
_Sets = typer.Argument(help="Models that `imagesasdata models` lists, or a set: faces, objects.")
_Some = typer.Argument(help="Models; by default all whose weights are here.")


def _modules() -> tuple[Any, Any]:
    from imagesasdata.networks.weights import store
    from imagesasdata.networks.zoo import registry

    return store, registry


@weights.command("list")
def _list() -> None:
    """List the files of weights that models need, and which are here."""
    from imagesasdata.tables.kinds import from_columns

    store, registry = _modules()
    names = ["model", "file", "bytes", "hash", "here"]
    rows = [
        (card.name, file.name, file.bytes, file.digest[:16], store.is_here(file))
        for card in registry.cards()
        for file in card.weights
    ]
    show(from_columns(dict(zip(names, zip(*rows, strict=True), strict=True))), columns=names)


@weights.command("add")
def _add(source: Annotated[str, _Source]) -> None:
    """Add weights from a file, an archive or a folder; they are identified by their hash."""
    store, registry = _modules()
    for file in store.add(source, [file for card in registry.cards() for file in card.weights]):
        typer.echo(f"added {file.name}")


@weights.command("fetch")
def _fetch(
    models: Annotated[list[str] | None, _Sets] = None,
    every: Annotated[bool, typer.Option("--all", help="The weights of all models.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Go on after a failure, and say what failed.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar.")] = False,
) -> None:
    """Download the weights of models now, so that later runs need no connection.

    The size and hash of each file are compared with the published ones.
    """
    store, registry = _modules()
    if bool(models) == every:
        raise ArgumentError("Name models, or give --all.", "imagesasdata weights fetch faces.")
    names = [card.name for card in registry.cards()] if every else models
    files, failed = registry.files(names), 0
    for file in files:
        try:
            typer.echo(f"{file.name}: {store.locate(file, progress=False if quiet else None)}")
        except WeightsError as error:
            if not check:
                raise
            failed += 1
            typer.echo(f"FAILED   {file.name}: {error.message}")
    if check:
        typer.echo(f"{len(files) - failed} of {len(files)} files are whole.")
    raise typer.Exit(bool(failed))


@weights.command("verify")
def _verify(models: Annotated[list[str] | None, _Some] = None) -> None:
    """Compare the weights on this machine with the published hashes."""
    store, registry = _modules()
    chosen = [registry.card(name) for name in models] if models else registry.cards()
    bad = 0
    for file in dict.fromkeys(file for card in chosen for file in card.weights):
        path = store.where(file)
        try:
            if path is not None:
                store.verify(path, file)
                typer.echo(f"whole    {path}")
            elif models:
                bad = 1
                typer.echo(f"missing  {file.name}")
        except WeightsError as error:
            bad = 1
            typer.echo(f"ALTERED  {path}: {error.message}")
    raise typer.Exit(bad)


@weights.command("remove")
def _remove(models: Annotated[list[str], _Models]) -> None:
    """Remove weights that were downloaded or added; those of installed packages stay."""
    store, registry = _modules()
    for file in [file for name in models for file in registry.card(name).weights]:
        done = store.remove(file)
        typer.echo(f"removed {file.name}" if done else f"{file.name} is not in the store")
