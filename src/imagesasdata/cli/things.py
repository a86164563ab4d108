"""Commands that find things, faces and words in pictures."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from imagesasdata.cli.command import ModelName, Paths, command, images


@command("faces")
def faces(
    paths: Paths,
    attribute: Annotated[
        list[str] | None,
        typer.Option(
            help="age, gender, race or expression; may be repeated. See the documentation."
        ),
    ] = None,
    threshold: Annotated[float, typer.Option(help="The least score, over 0 and under 1.")] = 0.65,
    tiles: Annotated[str, typer.Option(help="Search in tiles, too: auto, always, never.")] = "auto",
    **common: Any,
) -> Any:
    """Find the faces: a row for each; with --attribute also what they look like."""
    from imagesasdata import analyze_faces, detect_faces

    prefix, cache, path = common.pop("prefix"), common.pop("cache"), common.pop("path")
    found = detect_faces(
        images(paths),
        path=path,
        threshold=threshold,
        tiles=tiles,  # type: ignore[arg-type]
        prefix=None if attribute else prefix,
        cache=cache,
        **common,
    )
    if attribute:
        found = analyze_faces(found, attributes=attribute, prefix=prefix, **common)  # type: ignore[arg-type]
    return found


@command("blur-faces")
def blur_faces(
    paths: Paths,
    into: Annotated[str, typer.Option(help="The folder for the copies.")],
    method: Annotated[str, typer.Option(help="pixelate, gaussian or fill.")] = "pixelate",
    **common: Any,
) -> Any:
    """Write copies of pictures on which no face can be recognized."""
    from imagesasdata import blur_faces as verb

    return verb(
        images(paths),
        to=into,
        method=method,  # type: ignore[arg-type]
        **common,
    )


@command("objects")
def objects(
    paths: Paths,
    model: ModelName = "centernet",
    threshold: Annotated[
        float | None, typer.Option(help="Leave out what is less sure; by default the model's own.")
    ] = None,
    label: Annotated[
        list[str] | None,
        typer.Option(help="Keep this kind of thing, or look for it (owlvit_b32); may be repeated."),
    ] = None,
    count: Annotated[
        bool, typer.Option("--count", help="Count them, with a row for each picture.")
    ] = False,
    **common: Any,
) -> Any:
    """Find or count the things that pictures show."""
    from imagesasdata import count_objects, detect_objects

    return (count_objects if count else detect_objects)(
        images(paths),
        model=model,
        threshold=threshold,
        labels=label,
        **common,
    )


@command("text", without=("batch_size", "device"))
def text(
    paths: Paths,
    language: Annotated[
        list[str] | None, typer.Option(help="A code such as en or de; may be repeated.")
    ] = None,
    shape: Annotated[str, typer.Option(help="long, or wide for a row for each picture.")] = "long",
    unit: Annotated[str, typer.Option(help="line or word: a row of the long table.")] = "line",
    engine: Annotated[str, typer.Option(help="rapidocr or tesseract.")] = "rapidocr",
    threshold: Annotated[float, typer.Option(help="Leave out lines less sure.")] = 0.5,
    keep_empty: Annotated[
        bool, typer.Option("--keep-empty", help="A row for pictures without text.")
    ] = False,
    **common: Any,
) -> Any:
    """Read the text in pictures."""
    from imagesasdata import read_text

    return read_text(
        images(paths),
        languages=language or ("en",),
        shape=shape,  # type: ignore[arg-type]
        unit=unit,  # type: ignore[arg-type]
        engine=engine,  # type: ignore[arg-type]
        threshold=threshold,
        keep_empty=keep_empty,
        **common,
    )
