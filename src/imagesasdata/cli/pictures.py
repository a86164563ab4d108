"""Commands that read, measure and change pictures and videos."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from imagesasdata.cli.command import ModelName, Paths, Videos, command, images


@command("read", without=("batch_size", "device"))
def read(
    paths: Paths,
    exif: Annotated[bool, typer.Option("--exif", help="Add what the camera wrote.")] = False,
    gps: Annotated[bool, typer.Option("--gps", help="Add where pictures were taken.")] = False,
    frames: Annotated[str, typer.Option(help="first; or all, for a row for each page.")] = "first",
    **common: Any,
) -> Any:
    """List pictures: format, size, hash, time taken, and which cannot be read."""
    from imagesasdata import read_images

    return read_images(
        images(paths),
        exif=exif,
        gps=gps,
        frames=frames,  # type: ignore[arg-type]
        **common,
    )


@command("features", without=("batch_size", "device"))
def features(
    paths: Paths,
    group: Annotated[
        list[str] | None,
        typer.Option(
            help="size, color, light, texture, composition, hog or hash; may be repeated."
        ),
    ] = None,
    **common: Any,
) -> Any:
    """Measure size, color, light, texture and composition."""
    from imagesasdata import features as verb

    return verb(
        images(paths),
        groups=group,
        **common,
    )


@command("transform", without=("batch_size", "device", "cache"))
def transform(
    paths: Paths,
    step: Annotated[
        list[str],
        typer.Option(help="Such as 'resize(256)' or 'edges(\"canny\")'; may be repeated."),
    ],
    into: Annotated[str, typer.Option(help="The folder for the new pictures.")],
    format: Annotated[str, typer.Option(help="jpeg, png, tiff or webp.")] = "jpeg",
    **common: Any,
) -> Any:
    """Put pictures through steps and write the results to a folder."""
    from imagesasdata import transform as verb
    from imagesasdata.steps.written import read_step

    return verb(
        images(paths),
        [read_step(text) for text in step],
        to=into,
        format=format,
        **common,
    )


@command("aesthetics", without=("batch_size",))
def aesthetics(
    paths: Paths,
    head: Annotated[
        str | None, typer.Option(help="A linear predictor on embeddings, as an .npz file.")
    ] = None,
    model: ModelName = "efficientnet_lite0",
    **common: Any,
) -> Any:
    """Score how far pictures follow the handbook of photography."""
    from imagesasdata import score_aesthetics

    return score_aesthetics(
        images(paths),
        head=head,
        model=model,
        **common,
    )


@command("frames", without=("batch_size", "device"))
def frames(
    videos: Videos,
    every: Annotated[
        str | None, typer.Option(help="1s, 500ms, 2min; or shots, or frame. By default 1s.")
    ] = None,
    fps: Annotated[
        float | None, typer.Option(help="Frames per second, in place of --every.")
    ] = None,
    n: Annotated[
        int | None, typer.Option("--n", help="So many frames of each video, in place of --every.")
    ] = None,
    into: Annotated[
        str | None, typer.Option(help="Write the frames to this folder, as JPEG files.")
    ] = None,
    **common: Any,
) -> Any:
    """List frames of videos, as rows that the other commands take."""
    from imagesasdata import read_video

    return read_video(
        images(videos),
        every=every,
        fps=fps,
        n=n,
        to=into,
        **common,
    )


@command("shots", without=("batch_size", "device"))
def shots(
    videos: Videos,
    min_length: Annotated[str, typer.Option(help="The shortest shot.")] = "0.6s",
    **common: Any,
) -> Any:
    """Find the shots of videos."""
    from imagesasdata import video_shots

    return video_shots(
        images(videos),
        min_length=min_length,
        **common,
    )


@command("motion", without=("batch_size", "device"))
def motion(
    videos: Videos,
    every: Annotated[str, typer.Option(help="How long an interval is.")] = "1s",
    fps: Annotated[float, typer.Option(help="Frames per second that are compared.")] = 5.0,
    flow: Annotated[str, typer.Option(help="Optical flow: dis or farneback.")] = "dis",
    **common: Any,
) -> Any:
    """Measure how much moves in videos."""
    from imagesasdata import video_motion

    return video_motion(
        images(videos),
        every=every,
        fps=fps,
        flow=flow,  # type: ignore[arg-type]
        **common,
    )
