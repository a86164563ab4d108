"""Commands about a whole collection of pictures."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from imagesasdata.cli.command import ModelName, Paths, command, images


@command("similar", without=("batch_size",))
def similar(
    paths: Paths,
    query: Annotated[list[str], typer.Option(help="A picture to look for; may be repeated.")],
    top: Annotated[int, typer.Option(help="How many pictures for each.")] = 10,
    metric: Annotated[str, typer.Option(help="cosine or euclidean.")] = "cosine",
    index: Annotated[str, typer.Option(help="exact; or hnsw or ivf for millions.")] = "exact",
    model: ModelName = "efficientnet_lite0",
    **common: Any,
) -> Any:
    """Find the pictures that are most like a picture."""
    from imagesasdata import find_similar

    return find_similar(
        images(paths),
        query,
        top=top,
        metric=metric,  # type: ignore[arg-type]
        index=index,  # type: ignore[arg-type]
        model=model,
        **common,
    )


@command("duplicates", without=("batch_size",))
def duplicates(
    paths: Paths,
    method: Annotated[str, typer.Option(help="hash, embedding or both.")] = "hash",
    threshold: Annotated[
        float | None, typer.Option(help="Bits (hash) or cosine distance (embedding).")
    ] = None,
    mirror: Annotated[bool, typer.Option("--mirror", help="Mirrored ones are copies.")] = False,
    model: ModelName = "efficientnet_lite0",
    **common: Any,
) -> Any:
    """Group copies of the same picture, and say which to keep."""
    from imagesasdata import find_duplicates

    return find_duplicates(
        images(paths),
        method=method,  # type: ignore[arg-type]
        threshold=threshold,
        mirror=mirror,
        model=model,
        **common,
    )


@command("cluster", without=("batch_size",))
def cluster(
    paths: Paths,
    count: Annotated[
        int | None, typer.Option("--k", help="How many; by default the best silhouette.")
    ] = None,
    method: Annotated[str, typer.Option(help="kmeans, gmm, agglomerative or hdbscan.")] = "kmeans",
    reduce_by: Annotated[
        str | None, typer.Option("--reduce", help="pca or umap before the clustering.")
    ] = None,
    seed: Annotated[int, typer.Option(help="For what begins at random.")] = 0,
    model: ModelName = "efficientnet_lite0",
    **common: Any,
) -> Any:
    """Put pictures that look alike into groups."""
    from imagesasdata import cluster as verb

    return verb(
        images(paths),
        k=count,
        method=method,  # type: ignore[arg-type]
        reduce=reduce_by,  # type: ignore[arg-type]
        seed=seed,
        model=model,
        **common,
    )


@command("reduce", without=("batch_size",))
def reduce(
    paths: Paths,
    method: Annotated[str, typer.Option(help="pca, umap or tsne.")] = "pca",
    dims: Annotated[int, typer.Option(help="How many dimensions.")] = 2,
    seed: Annotated[int, typer.Option(help="For what begins at random.")] = 0,
    model: ModelName = "efficientnet_lite0",
    **common: Any,
) -> Any:
    """Place pictures in few dimensions, those that look alike together."""
    from imagesasdata import reduce as verb

    return verb(
        images(paths),
        method=method,  # type: ignore[arg-type]
        dims=dims,
        seed=seed,
        model=model,
        **common,
    )


@command("map", without=("prefix", "batch_size", "on_error"), to=False)
def map_page(
    paths: Paths,
    to: Annotated[str, typer.Option(help="The page to write.")] = "map.html",
    method: Annotated[
        str, typer.Option(help="pca, umap or tsne, where no places are given.")
    ] = "pca",
    label: Annotated[str | None, typer.Option(help="The column shown first.")] = None,
    color: Annotated[str | None, typer.Option(help="The column of colors.")] = None,
    time: Annotated[str | None, typer.Option(help="The column of times.")] = None,
    title: Annotated[str, typer.Option(help="Above the page.")] = "Map of pictures",
    model: ModelName = "efficientnet_lite0",
    **common: Any,
) -> str:
    """Make a page on which a whole collection can be seen and searched."""
    from imagesasdata import map_images

    page = map_images(
        images(paths),
        to=to,
        method=method,  # type: ignore[arg-type]
        label=label,
        color=color,
        time=time,
        title=title,
        model=model,
        **common,
    )
    return f"wrote {page}"
