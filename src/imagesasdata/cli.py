"""The verbs from a shell: pictures or a table in, a table out.

Exit codes: 0 when all went well; 1 when some pictures could not be used (the table says which, or with
``--on-error raise`` the message); 2 for a mistake in the command; 130 after Ctrl-C.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from imagesasdata.errors import ImageError, ImagesAsDataError

app = typer.Typer(
    help="Pictures as data: tables of features, classes and embeddings.",
    epilog="Exit codes: 0 done, 1 some pictures could not be used, 2 a mistake in the "
    "command, 130 stopped.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
weights_app = typer.Typer(help="The files of weights on this machine.", no_args_is_help=True)
app.add_typer(weights_app, name="weights")

Paths = Annotated[
    list[str],
    typer.Argument(help="Folders, globs, pictures, zip files; or one .parquet or .csv table."),
]
Videos = Annotated[
    list[str], typer.Argument(help="Folders, globs, videos; or one .parquet or .csv table.")
]
To = Annotated[str | None, typer.Option(help="Write the table here: .parquet, .csv or .feather.")]
PathColumn = Annotated[str, typer.Option("--path", help="The table's column of paths.")]
ModelName = Annotated[str, typer.Option(help="A name that `imagesasdata models` lists.")]
CacheFolder = Annotated[
    str | None, typer.Option(help="Keep finished rows here, to go on after a stop.")
]
Device = Annotated[str | None, typer.Option(help="cpu, gpu, tpu, or one of several as gpu:1.")]
BatchSize = Annotated[int | None, typer.Option(help="Pictures that are run together.")]
Workers = Annotated[int | None, typer.Option(help="Threads that read and decode.")]
Prefix = Annotated[str | None, typer.Option(help="Put before the new columns' names.")]
OnErrorName = Annotated[str, typer.Option(help="record, raise or drop.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar.")]


@app.command()
def read(
    paths: Paths,
    to: To = None,
    path: PathColumn = "path",
    prefix: Prefix = None,
    exif: Annotated[bool, typer.Option("--exif", help="Add what the camera wrote.")] = False,
    gps: Annotated[bool, typer.Option("--gps", help="Add where pictures were taken.")] = False,
    frames: Annotated[str, typer.Option(help="first; or all, for a row for each page.")] = "first",
    workers: Workers = None,
    cache: CacheFolder = None,
    on_error: OnErrorName = "record",
    quiet: Quiet = False,
) -> None:
    """List pictures: format, size, hash, time taken, and which cannot be read."""
    from imagesasdata import read_images

    _finish(
        read_images(
            _images(paths),
            path=path,
            exif=exif,
            gps=gps,
            frames=frames,  # type: ignore[arg-type]
            prefix=prefix,
            workers=workers,
            cache=cache,
            on_error=on_error,  # type: ignore[arg-type]  # checked by the verb
            progress=False if quiet else None,
        ),
        to,
    )


@app.command()
def features(
    paths: Paths,
    to: To = None,
    path: PathColumn = "path",
    group: Annotated[
        list[str] | None,
        typer.Option(
            help="size, colour, light, texture, composition, hog or hash; may be repeated."
        ),
    ] = None,
    prefix: Prefix = None,
    workers: Workers = None,
    cache: CacheFolder = None,
    on_error: OnErrorName = "record",
    quiet: Quiet = False,
) -> None:
    """Measure size, colour, light, texture and composition."""
    from imagesasdata import features as verb

    _finish(
        verb(
            _images(paths),
            path=path,
            groups=group,
            prefix=prefix,
            workers=workers,
            cache=cache,
            on_error=on_error,  # type: ignore[arg-type]
            progress=False if quiet else None,
        ),
        to,
    )


@app.command()
def frames(
    videos: Videos,
    to: To = None,
    path: PathColumn = "path",
    every: Annotated[
        str | None, typer.Option(help="1s, 500ms, 2min; or shots, or frame. By default 1s.")
    ] = None,
    fps: Annotated[
        float | None, typer.Option(help="Frames per second, in place of --every.")
    ] = None,
    count: Annotated[
        int | None, typer.Option(help="So many frames of each video, in place of --every.")
    ] = None,
    into: Annotated[
        str | None, typer.Option(help="Write the frames to this folder, as JPEG files.")
    ] = None,
    prefix: Prefix = None,
    workers: Workers = None,
    cache: CacheFolder = None,
    on_error: OnErrorName = "record",
    quiet: Quiet = False,
) -> None:
    """List frames of videos, as rows that the other commands take."""
    from imagesasdata import read_video

    _finish(
        read_video(
            _images(videos),
            path=path,
            every=every,
            fps=fps,
            frames=count,
            to=into,
            prefix=prefix,
            workers=workers,
            cache=cache,
            on_error=on_error,  # type: ignore[arg-type]
            progress=False if quiet else None,
        ),
        to,
    )


@app.command()
def shots(
    videos: Videos,
    to: To = None,
    path: PathColumn = "path",
    min_length: Annotated[str, typer.Option(help="The shortest shot.")] = "0.6s",
    prefix: Prefix = None,
    workers: Workers = None,
    cache: CacheFolder = None,
    on_error: OnErrorName = "record",
    quiet: Quiet = False,
) -> None:
    """Find the shots of videos."""
    from imagesasdata import video_shots

    _finish(
        video_shots(
            _images(videos),
            path=path,
            min_length=min_length,
            prefix=prefix,
            workers=workers,
            cache=cache,
            on_error=on_error,  # type: ignore[arg-type]
            progress=False if quiet else None,
        ),
        to,
    )


@app.command()
def motion(
    videos: Videos,
    to: To = None,
    path: PathColumn = "path",
    every: Annotated[str, typer.Option(help="How long an interval is.")] = "1s",
    fps: Annotated[float, typer.Option(help="Frames per second that are compared.")] = 5.0,
    flow: Annotated[str, typer.Option(help="Optical flow: dis or farneback.")] = "dis",
    prefix: Prefix = None,
    workers: Workers = None,
    cache: CacheFolder = None,
    on_error: OnErrorName = "record",
    quiet: Quiet = False,
) -> None:
    """Measure how much moves in videos."""
    from imagesasdata import video_motion

    _finish(
        video_motion(
            _images(videos),
            path=path,
            every=every,
            fps=fps,
            flow=flow,  # type: ignore[arg-type]
            prefix=prefix,
            workers=workers,
            cache=cache,
            on_error=on_error,  # type: ignore[arg-type]
            progress=False if quiet else None,
        ),
        to,
    )


@app.command()
def transform(
    paths: Paths,
    step: Annotated[
        list[str],
        typer.Option(help="Such as 'resize(256)' or 'edges(\"canny\")'; may be repeated."),
    ],
    into: Annotated[str, typer.Option(help="The folder for the new pictures.")],
    to: To = None,
    path: PathColumn = "path",
    format: Annotated[str, typer.Option(help="jpeg, png, tiff or webp.")] = "jpeg",
    prefix: Prefix = None,
    workers: Workers = None,
    on_error: OnErrorName = "record",
    quiet: Quiet = False,
) -> None:
    """Put pictures through steps and write the results to a folder."""
    from imagesasdata import transform as verb
    from imagesasdata.steps.written import read_step

    _finish(
        verb(
            _images(paths),
            [read_step(text) for text in step],
            path=path,
            to=into,
            format=format,
            prefix=prefix,
            workers=workers,
            on_error=on_error,  # type: ignore[arg-type]
            progress=False if quiet else None,
        ),
        to,
    )


@app.command()
def aesthetics(
    paths: Paths,
    to: To = None,
    path: PathColumn = "path",
    head: Annotated[
        str | None, typer.Option(help="A linear predictor on embeddings, as an .npz file.")
    ] = None,
    model: ModelName = "efficientnet_lite0",
    prefix: Prefix = None,
    workers: Workers = None,
    device: Device = None,
    cache: CacheFolder = None,
    on_error: OnErrorName = "record",
    quiet: Quiet = False,
) -> None:
    """Score how far pictures follow the handbook of photography."""
    from imagesasdata import score_aesthetics

    _finish(
        score_aesthetics(
            _images(paths),
            path=path,
            head=head,
            model=model,
            prefix=prefix,
            workers=workers,
            device=device,
            cache=cache,
            on_error=on_error,  # type: ignore[arg-type]
            progress=False if quiet else None,
        ),
        to,
    )


@app.command()
def classify(
    paths: Paths,
    to: To = None,
    path: PathColumn = "path",
    model: ModelName = "efficientnet_lite0",
    top: Annotated[int, typer.Option(help="How many classes for each picture.")] = 1,
    shape: Annotated[str, typer.Option(help="wide, or long for a row for each class.")] = "wide",
    probs: Annotated[bool, typer.Option(help="A column for every class.")] = False,
    prefix: Prefix = None,
    batch_size: BatchSize = None,
    workers: Workers = None,
    device: Device = None,
    cache: CacheFolder = None,
    on_error: OnErrorName = "record",
    quiet: Quiet = False,
) -> None:
    """Name what each picture shows."""
    from imagesasdata import classify as verb

    _finish(
        verb(
            _images(paths),
            path=path,
            model=model,
            top=top,
            shape=shape,  # type: ignore[arg-type]
            probs=probs,
            prefix=prefix,
            batch_size=batch_size,
            workers=workers,
            device=device,
            cache=cache,
            on_error=on_error,  # type: ignore[arg-type]
            progress=False if quiet else None,
        ),
        to,
    )


@app.command()
def embed(
    paths: Paths,
    to: To = None,
    path: PathColumn = "path",
    model: ModelName = "efficientnet_lite0",
    wide: Annotated[bool, typer.Option(help="A column for each dimension.")] = False,
    prefix: Prefix = None,
    batch_size: BatchSize = None,
    workers: Workers = None,
    device: Device = None,
    cache: CacheFolder = None,
    on_error: OnErrorName = "record",
    quiet: Quiet = False,
) -> None:
    """Describe each picture by a vector."""
    from imagesasdata import embed as verb

    _finish(
        verb(
            _images(paths),
            path=path,
            model=model,
            wide=wide,
            prefix=prefix,
            batch_size=batch_size,
            workers=workers,
            device=device,
            cache=cache,
            on_error=on_error,  # type: ignore[arg-type]
            progress=False if quiet else None,
        ),
        to,
    )


@app.command("zero-shot")
def zero_shot(
    paths: Paths,
    label: Annotated[list[str], typer.Option(help="A label in your own words; give at least two.")],
    to: To = None,
    path: PathColumn = "path",
    template: Annotated[
        str, typer.Option(help="A sentence in which {} stands for a label.")
    ] = "a photo of {}.",
    model: ModelName = "clip_vit_b32",
    prefix: Prefix = None,
    batch_size: BatchSize = None,
    workers: Workers = None,
    device: Device = None,
    cache: CacheFolder = None,
    on_error: OnErrorName = "record",
    quiet: Quiet = False,
) -> None:
    """Say which of some labels, in your own words, fits each picture best."""
    from imagesasdata import zero_shot as verb

    _finish(
        verb(
            _images(paths),
            labels=label,
            template=template,
            path=path,
            model=model,
            prefix=prefix,
            batch_size=batch_size,
            workers=workers,
            device=device,
            cache=cache,
            on_error=on_error,  # type: ignore[arg-type]
            progress=False if quiet else None,
        ),
        to,
    )


@app.command()
def caption(
    paths: Paths,
    to: To = None,
    path: PathColumn = "path",
    prompt: Annotated[
        str | None, typer.Option(help="The beginning of the sentence, or a question.")
    ] = None,
    max_words: Annotated[int, typer.Option(help="The most that is written.")] = 30,
    model: ModelName = "blip_base",
    prefix: Prefix = None,
    batch_size: BatchSize = None,
    workers: Workers = None,
    device: Device = None,
    cache: CacheFolder = None,
    on_error: OnErrorName = "record",
    quiet: Quiet = False,
) -> None:
    """Describe each picture in a sentence, or answer a question about it."""
    from imagesasdata import caption as verb

    _finish(
        verb(
            _images(paths),
            prompt=prompt,
            path=path,
            model=model,
            max_words=max_words,
            prefix=prefix,
            batch_size=batch_size,
            workers=workers,
            device=device,
            cache=cache,
            on_error=on_error,  # type: ignore[arg-type]
            progress=False if quiet else None,
        ),
        to,
    )


@app.command()
def similar(
    paths: Paths,
    query: Annotated[list[str], typer.Option(help="A picture to look for; may be repeated.")],
    to: To = None,
    path: PathColumn = "path",
    count: Annotated[int, typer.Option("--k", help="How many pictures for each.")] = 10,
    metric: Annotated[str, typer.Option(help="cosine or euclidean.")] = "cosine",
    index: Annotated[str, typer.Option(help="exact; or hnsw or ivf for millions.")] = "exact",
    model: ModelName = "efficientnet_lite0",
    prefix: Prefix = None,
    workers: Workers = None,
    device: Device = None,
    cache: CacheFolder = None,
    on_error: OnErrorName = "record",
    quiet: Quiet = False,
) -> None:
    """Find the pictures that are most like a picture."""
    from imagesasdata import find_similar

    _finish(
        find_similar(
            _images(paths),
            query,
            path=path,
            k=count,
            metric=metric,  # type: ignore[arg-type]
            index=index,  # type: ignore[arg-type]
            model=model,
            prefix=prefix,
            workers=workers,
            device=device,
            cache=cache,
            on_error=on_error,  # type: ignore[arg-type]
            progress=False if quiet else None,
        ),
        to,
    )


@app.command()
def duplicates(
    paths: Paths,
    to: To = None,
    path: PathColumn = "path",
    method: Annotated[str, typer.Option(help="hash, embedding or both.")] = "hash",
    threshold: Annotated[
        float | None, typer.Option(help="Bits (hash) or cosine distance (embedding).")
    ] = None,
    mirror: Annotated[bool, typer.Option("--mirror", help="Mirrored ones are copies.")] = False,
    model: ModelName = "efficientnet_lite0",
    prefix: Prefix = None,
    workers: Workers = None,
    device: Device = None,
    cache: CacheFolder = None,
    on_error: OnErrorName = "record",
    quiet: Quiet = False,
) -> None:
    """Group copies of the same picture, and say which to keep."""
    from imagesasdata import find_duplicates

    _finish(
        find_duplicates(
            _images(paths),
            path=path,
            method=method,  # type: ignore[arg-type]
            threshold=threshold,
            mirror=mirror,
            model=model,
            prefix=prefix,
            workers=workers,
            device=device,
            cache=cache,
            on_error=on_error,  # type: ignore[arg-type]
            progress=False if quiet else None,
        ),
        to,
    )


@app.command()
def cluster(
    paths: Paths,
    to: To = None,
    path: PathColumn = "path",
    count: Annotated[
        int | None, typer.Option("--k", help="How many; by default the best silhouette.")
    ] = None,
    method: Annotated[str, typer.Option(help="kmeans, gmm, agglomerative or hdbscan.")] = "kmeans",
    reduce_by: Annotated[
        str | None, typer.Option("--reduce", help="pca or umap before the clustering.")
    ] = None,
    seed: Annotated[int, typer.Option(help="For what begins at random.")] = 0,
    model: ModelName = "efficientnet_lite0",
    prefix: Prefix = None,
    workers: Workers = None,
    device: Device = None,
    cache: CacheFolder = None,
    on_error: OnErrorName = "record",
    quiet: Quiet = False,
) -> None:
    """Put pictures that look alike into groups."""
    from imagesasdata import cluster as verb

    _finish(
        verb(
            _images(paths),
            path=path,
            k=count,
            method=method,  # type: ignore[arg-type]
            reduce=reduce_by,  # type: ignore[arg-type]
            seed=seed,
            model=model,
            prefix=prefix,
            workers=workers,
            device=device,
            cache=cache,
            on_error=on_error,  # type: ignore[arg-type]
            progress=False if quiet else None,
        ),
        to,
    )


@app.command()
def reduce(
    paths: Paths,
    to: To = None,
    path: PathColumn = "path",
    method: Annotated[str, typer.Option(help="pca, umap or tsne.")] = "pca",
    dims: Annotated[int, typer.Option(help="How many dimensions.")] = 2,
    seed: Annotated[int, typer.Option(help="For what begins at random.")] = 0,
    model: ModelName = "efficientnet_lite0",
    prefix: Prefix = None,
    workers: Workers = None,
    device: Device = None,
    cache: CacheFolder = None,
    on_error: OnErrorName = "record",
    quiet: Quiet = False,
) -> None:
    """Place pictures in few dimensions, those that look alike together."""
    from imagesasdata import reduce as verb

    _finish(
        verb(
            _images(paths),
            path=path,
            method=method,  # type: ignore[arg-type]
            dims=dims,
            seed=seed,
            model=model,
            prefix=prefix,
            workers=workers,
            device=device,
            cache=cache,
            on_error=on_error,  # type: ignore[arg-type]
            progress=False if quiet else None,
        ),
        to,
    )


@app.command("map")
def map_page(
    paths: Paths,
    to: Annotated[str, typer.Option(help="The page to write.")] = "map.html",
    path: PathColumn = "path",
    method: Annotated[
        str, typer.Option(help="pca, umap or tsne, where no places are given.")
    ] = "pca",
    label: Annotated[str | None, typer.Option(help="The column shown first.")] = None,
    colour: Annotated[str | None, typer.Option(help="The column of colours.")] = None,
    time: Annotated[str | None, typer.Option(help="The column of times.")] = None,
    title: Annotated[str, typer.Option(help="Above the page.")] = "Map of pictures",
    model: ModelName = "efficientnet_lite0",
    workers: Workers = None,
    device: Device = None,
    cache: CacheFolder = None,
    quiet: Quiet = False,
) -> None:
    """Make a page on which a whole collection can be seen and searched."""
    from imagesasdata import map_images

    page = map_images(
        _images(paths),
        path=path,
        to=to,
        method=method,  # type: ignore[arg-type]
        label=label,
        colour=colour,
        time=time,
        title=title,
        model=model,
        workers=workers,
        device=device,
        cache=cache,
        progress=False if quiet else None,
    )
    typer.echo(f"wrote {page}")


@app.command()
def faces(
    paths: Paths,
    to: To = None,
    path: PathColumn = "path",
    attribute: Annotated[
        list[str] | None,
        typer.Option(help="age, gender, race or emotion; may be repeated. See the documentation."),
    ] = None,
    threshold: Annotated[float, typer.Option(help="The least score, over 0 and under 1.")] = 0.65,
    tiles: Annotated[str, typer.Option(help="Search in tiles, too: auto, always, never.")] = "auto",
    prefix: Prefix = None,
    batch_size: BatchSize = None,
    workers: Workers = None,
    device: Device = None,
    cache: CacheFolder = None,
    on_error: OnErrorName = "record",
    quiet: Quiet = False,
) -> None:
    """Find the faces: a row for each; with --attribute also what they look like."""
    from imagesasdata import analyze_faces, detect_faces

    shared: dict[str, Any] = {
        "batch_size": batch_size,
        "workers": workers,
        "device": device,
        "on_error": on_error,
        "progress": False if quiet else None,
    }
    found = detect_faces(
        _images(paths),
        path=path,
        threshold=threshold,
        tiles=tiles,  # type: ignore[arg-type]
        prefix=None if attribute else prefix,
        cache=cache,
        **shared,
    )
    if attribute:
        found = analyze_faces(found, attributes=attribute, prefix=prefix, **shared)  # type: ignore[arg-type]
    _finish(found, to)


@app.command("blur-faces")
def blur_faces(
    paths: Paths,
    into: Annotated[str, typer.Option(help="The folder for the copies.")],
    to: To = None,
    path: PathColumn = "path",
    method: Annotated[str, typer.Option(help="pixelate, gaussian or fill.")] = "pixelate",
    prefix: Prefix = None,
    batch_size: BatchSize = None,
    workers: Workers = None,
    device: Device = None,
    cache: CacheFolder = None,
    on_error: OnErrorName = "record",
    quiet: Quiet = False,
) -> None:
    """Write copies of pictures on which no face can be recognised."""
    from imagesasdata import blur_faces as verb

    _finish(
        verb(
            _images(paths),
            path=path,
            to=into,
            method=method,  # type: ignore[arg-type]
            prefix=prefix,
            batch_size=batch_size,
            workers=workers,
            device=device,
            cache=cache,
            on_error=on_error,  # type: ignore[arg-type]
            progress=False if quiet else None,
        ),
        to,
    )


@app.command()
def objects(
    paths: Paths,
    to: To = None,
    path: PathColumn = "path",
    model: ModelName = "centernet",
    threshold: Annotated[float, typer.Option(help="Leave out what is less sure.")] = 0.4,
    label: Annotated[
        list[str] | None, typer.Option(help="Keep this kind of thing; may be repeated.")
    ] = None,
    count: Annotated[
        bool, typer.Option("--count", help="Count them, with a row for each picture.")
    ] = False,
    prefix: Prefix = None,
    batch_size: BatchSize = None,
    workers: Workers = None,
    device: Device = None,
    cache: CacheFolder = None,
    on_error: OnErrorName = "record",
    quiet: Quiet = False,
) -> None:
    """Find or count the things that pictures show."""
    from imagesasdata import count_objects, detect_objects

    _finish(
        (count_objects if count else detect_objects)(
            _images(paths),
            path=path,
            model=model,
            threshold=threshold,
            labels=label,
            prefix=prefix,
            batch_size=batch_size,
            workers=workers,
            device=device,
            cache=cache,
            on_error=on_error,  # type: ignore[arg-type]
            progress=False if quiet else None,
        ),
        to,
    )


@app.command()
def text(
    paths: Paths,
    to: To = None,
    path: PathColumn = "path",
    language: Annotated[
        list[str] | None, typer.Option(help="A code such as en or de; may be repeated.")
    ] = None,
    level: Annotated[str, typer.Option(help="line, word, or image for a row each.")] = "line",
    engine: Annotated[str, typer.Option(help="rapidocr or tesseract.")] = "rapidocr",
    threshold: Annotated[float, typer.Option(help="Leave out lines less sure.")] = 0.5,
    keep_empty: Annotated[
        bool, typer.Option("--keep-empty", help="A row for pictures without text.")
    ] = False,
    prefix: Prefix = None,
    workers: Workers = None,
    cache: CacheFolder = None,
    on_error: OnErrorName = "record",
    quiet: Quiet = False,
) -> None:
    """Read the text in pictures."""
    from imagesasdata import read_text

    _finish(
        read_text(
            _images(paths),
            path=path,
            languages=language or ("en",),
            level=level,  # type: ignore[arg-type]
            engine=engine,  # type: ignore[arg-type]
            threshold=threshold,
            keep_empty=keep_empty,
            prefix=prefix,
            workers=workers,
            cache=cache,
            on_error=on_error,  # type: ignore[arg-type]
            progress=False if quiet else None,
        ),
        to,
    )


@app.command()
def fine_tune(
    table: Annotated[str, typer.Argument(help="A .parquet or .csv table of coded pictures.")],
    outcome: Annotated[str, typer.Option(help="The column of codes.")],
    save: Annotated[str, typer.Option(help="Write the model here, such as protest.iad.")],
    to: To = None,
    path: PathColumn = "path",
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
    batch_size: BatchSize = None,
    workers: Workers = None,
    device: Device = None,
    cache: CacheFolder = None,
    quiet: Quiet = False,
) -> None:
    """Teach a network what was coded by hand; `predict` then uses it."""
    from imagesasdata import fine_tune as verb
    from imagesasdata.table import read
    from imagesasdata.table import save as save_table

    fit = verb(
        read(table),
        outcome=outcome,
        path=path,
        kind=kind,  # type: ignore[arg-type]
        model=model,
        train=train,
        group=group,
        folds=folds,
        epochs=epochs,
        seed=seed,
        checkpoint=checkpoint,
        batch_size=batch_size,
        workers=workers,
        device=device,
        cache=cache,
        progress=False if quiet else None,
    )
    fit.save(save)
    if to is not None:
        save_table(fit.glance(), to)
    typer.echo(str(fit))


@app.command()
def predict(
    model: Annotated[str, typer.Argument(help="A file that `fine-tune` wrote.")],
    paths: Paths,
    to: To = None,
    path: PathColumn = "path",
    prefix: Prefix = None,
    batch_size: BatchSize = None,
    workers: Workers = None,
    device: Device = None,
    cache: CacheFolder = None,
    on_error: OnErrorName = "record",
    quiet: Quiet = False,
) -> None:
    """Predict what a fitted model was taught."""
    from imagesasdata import load_model

    _finish(
        load_model(model).augment(
            _images(paths),
            path=path,
            prefix=prefix,
            batch_size=batch_size,
            workers=workers,
            device=device,
            cache=cache,
            on_error=on_error,  # type: ignore[arg-type]
            progress=False if quiet else None,
        ),
        to,
    )


@app.command()
def models(
    name: Annotated[str | None, typer.Argument(help="A model, to see all about it.")] = None,
    to: To = None,
) -> None:
    """List the models, or print one model's card."""
    from imagesasdata import model_card
    from imagesasdata import models as verb
    from imagesasdata.table import save

    if name is not None:
        typer.echo(str(model_card(name)))
        return
    table = verb()
    if to is not None:
        save(table, to)
    columns = ["model", "tasks", "input_size", "parameters", "score", "available", "install"]
    _print(table[columns])


@weights_app.command("list")
def weights_list() -> None:
    """List the files of weights that models need, and which are here."""
    from imagesasdata.table import from_columns
    from imagesasdata.weights.store import is_here
    from imagesasdata.zoo.registry import cards

    needed = [(card, file) for card in cards() for file in card.weights]
    _print(
        from_columns(
            {
                "model": [card.name for card, _ in needed],
                "file": [file.name for _, file in needed],
                "bytes": [file.bytes for _, file in needed],
                "hash": [file.digest[:16] for _, file in needed],
                "here": [is_here(file) for _, file in needed],
            }
        )
    )


@weights_app.command("add")
def weights_add(
    source: Annotated[
        str, typer.Argument(help="A file of weights, a .tgz, .tar or .zip, or a folder of such.")
    ],
) -> None:
    """Take weights from a file, an archive or a folder; what they are is told by their hash."""
    from imagesasdata.weights.store import add
    from imagesasdata.zoo.registry import cards

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
    quiet: Quiet = False,
) -> None:
    """Download the weights of models now, so that later runs need no connection."""
    from imagesasdata.weights.store import locate
    from imagesasdata.zoo.registry import files

    for file in files(models):
        typer.echo(f"{file.name}: {locate(file, progress=False if quiet else None)}")


@weights_app.command("verify")
def weights_verify(
    models: Annotated[
        list[str] | None, typer.Argument(help="Models; by default all whose weights are here.")
    ] = None,
) -> None:
    """Compare the weights on this machine with the hashes that were published."""
    from imagesasdata.errors import WeightsError
    from imagesasdata.weights.store import verify, where
    from imagesasdata.zoo.registry import card, cards

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
    from imagesasdata.weights.store import remove
    from imagesasdata.zoo.registry import card

    for file in [file for name in models for file in card(name).weights]:
        typer.echo(f"removed {file.name}" if remove(file) else f"{file.name} is not in the store")


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


def _images(paths: list[str]) -> Any:
    """A table when a table's file is named, else the paths."""
    from imagesasdata.table import read

    if len(paths) == 1 and Path(paths[0]).suffix.lower() in {".parquet", ".csv", ".feather"}:
        return read(paths[0])
    return paths[0] if len(paths) == 1 else paths


def _finish(table: Any, to: str | None) -> None:
    """Write or print the table, say how many pictures failed, and end with the code for it."""
    from imagesasdata.table import failures, save

    if to is not None:
        save(table, to)
    _print(table)
    failed = failures(table)
    if failed:
        typer.echo(f"{failed:,} of {len(table):,} rows have an image_error.", err=True)
        raise typer.Exit(1)


def _print(table: Any) -> None:
    from imagesasdata.table import as_text

    typer.echo(as_text(table))
