"""Commands that run a network on pictures, or teach one."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from imagesasdata.cli.command import ModelName, Paths, To, app, command, images, show


@command("classify")
def classify(
    paths: Paths,
    model: ModelName = "efficientnet_lite0",
    top: Annotated[int, typer.Option(help="How many classes for each picture.")] = 1,
    shape: Annotated[str, typer.Option(help="wide, or long for a row for each class.")] = "wide",
    probs: Annotated[bool, typer.Option(help="A column for every class.")] = False,
    **common: Any,
) -> Any:
    """Name what each picture shows."""
    from imagesasdata import classify as verb

    return verb(
        images(paths),
        model=model,
        top=top,
        shape=shape,  # type: ignore[arg-type]
        probs=probs,
        **common,
    )


@command("embed")
def embed(
    paths: Paths,
    model: ModelName = "efficientnet_lite0",
    wide: Annotated[bool, typer.Option(help="A column for each dimension.")] = False,
    **common: Any,
) -> Any:
    """Describe each picture by a vector."""
    from imagesasdata import embed as verb

    return verb(
        images(paths),
        model=model,
        wide=wide,
        **common,
    )


@command("zero-shot")
def zero_shot(
    paths: Paths,
    label: Annotated[list[str], typer.Option(help="A label in your own words; give at least two.")],
    template: Annotated[
        str, typer.Option(help="A sentence in which {} stands for a label.")
    ] = "a photo of {}.",
    model: ModelName = "clip_vit_b32",
    **common: Any,
) -> Any:
    """Say which of some labels, in your own words, fits each picture best."""
    from imagesasdata import zero_shot as verb

    return verb(
        images(paths),
        labels=label,
        template=template,
        model=model,
        **common,
    )


@command("caption")
def caption(
    paths: Paths,
    prompt: Annotated[
        str | None, typer.Option(help="The beginning of the sentence, or a question.")
    ] = None,
    max_words: Annotated[int, typer.Option(help="The most that is written.")] = 30,
    model: ModelName = "blip_base",
    **common: Any,
) -> Any:
    """Describe each picture in a sentence, or answer a question about it."""
    from imagesasdata import caption as verb

    return verb(
        images(paths),
        prompt=prompt,
        model=model,
        max_words=max_words,
        **common,
    )


@app.command("models")
def models(
    name: Annotated[str | None, typer.Argument(help="A model, to see all about it.")] = None,
    to: To = None,
) -> None:
    """List the models, or print one model's card."""
    from imagesasdata import model_card
    from imagesasdata import models as verb
    from imagesasdata.tables.files import save

    if name is not None:
        typer.echo(str(model_card(name)))
        return
    table = verb()
    if to is not None:
        save(table, to)
    columns = ["model", "tasks", "input_size", "parameters", "score", "available", "install"]
    show(table[columns])


@app.command("summary")
def summary(
    model: Annotated[str, typer.Argument(help="A name that `imagesasdata models` lists.")],
    input_size: Annotated[int | None, typer.Option(help="Side of the pictures in pixels.")] = None,
    to: To = None,
) -> None:
    """Lay out a network layer by layer: shapes, memory, weights, multiply-adds."""
    from imagesasdata import summary as verb

    show(verb(model, input_size=input_size), to, rows=None)


@app.command("filters")
def filters(
    to: Annotated[str, typer.Option(help="The figure to write: .png, .pdf or .svg.")],
    model: ModelName = "efficientnet_lite0",
    layer: Annotated[str | None, typer.Option(help="As `summary` names it.")] = None,
    most: Annotated[int, typer.Option(help="How many are drawn.")] = 32,
) -> None:
    """Draw the filters that a convolution has learned."""
    from imagesasdata import filters as verb

    verb(model, layer, most=most, to=to)
    typer.echo(f"wrote {to}")


@app.command("feature-maps")
def feature_maps(
    image: Annotated[str, typer.Argument(help="A picture.")],
    layer: Annotated[str, typer.Option(help="As `summary` names it.")],
    to: Annotated[str, typer.Option(help="The figure to write: .png, .pdf or .svg.")],
    model: ModelName = "efficientnet_lite0",
    most: Annotated[int, typer.Option(help="How many channels are drawn.")] = 24,
) -> None:
    """Draw what the channels of a layer make of a picture."""
    from imagesasdata import feature_maps as verb

    verb(image, model, layer, most=most, to=to)
    typer.echo(f"wrote {to}")


@command("explain", without=("cache",))
def explain(
    paths: Paths,
    into: Annotated[str, typer.Option(help="The folder for the heat maps.")],
    model: ModelName = "efficientnet_lite0",
    target: Annotated[str | None, typer.Option(help="A class; by default the likeliest.")] = None,
    method: Annotated[
        str, typer.Option(help="gradcam, integrated_gradients or occlusion.")
    ] = "gradcam",
    **common: Any,
) -> Any:
    """Show where in each picture a network finds the class that it names."""
    from imagesasdata import explain as verb

    return verb(
        images(paths),
        model,
        target,
        to=into,
        method=method,  # type: ignore[arg-type]
        **common,
    )


@command("fine-tune", without=("prefix", "on_error"), to=False)
def fine_tune(
    table: Annotated[str, typer.Argument(help="A .parquet or .csv table of coded pictures.")],
    outcome: Annotated[str, typer.Option(help="The column of codes.")],
    save: Annotated[str, typer.Option(help="Write the model here, such as protest.iad.")],
    to: To = None,
    kind: Annotated[
        str | None, typer.Option(help="binary, multiclass, ordered, multilabel or numeric.")
    ] = None,
    model: ModelName = "efficientnet_lite0",
    train: Annotated[str, typer.Option(help="head, last:2 (stages) or all.")] = "head",
    group: Annotated[
        str | None, typer.Option(help="A column whose values the split keeps whole.")
    ] = None,
    folds: Annotated[int | None, typer.Option(help="Cross-validate with so many folds.")] = None,
    epochs: Annotated[int, typer.Option(help="At most so many.")] = 20,
    seed: Annotated[int, typer.Option(help="The same gives the same model.")] = 1,
    checkpoint: Annotated[str | None, typer.Option(help="A folder, to go on after a stop.")] = None,
    **common: Any,
) -> str:
    """Teach a network what was coded by hand; `predict` then uses it."""
    from imagesasdata import fine_tune as verb
    from imagesasdata.tables.files import read
    from imagesasdata.tables.files import save as save_table

    fit = verb(
        read(table),
        outcome=outcome,
        kind=kind,  # type: ignore[arg-type]
        model=model,
        train=train,
        group=group,
        folds=folds,
        epochs=epochs,
        seed=seed,
        checkpoint=checkpoint,
        **common,
    )
    fit.save(save)
    if to is not None:
        save_table(fit.glance(), to)
    return str(fit)


@command("predict")
def predict(
    model: Annotated[str, typer.Argument(help="A file that `fine-tune` wrote.")],
    paths: Paths,
    **common: Any,
) -> Any:
    """Predict what a fitted model was taught."""
    from imagesasdata import load_model

    return load_model(model).augment(
        images(paths),
        **common,
    )
