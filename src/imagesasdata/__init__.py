"""Pictures as data: tables of image paths in, tables with more columns out.

The public names are listed in `__all__`, grouped as in the reference; each is imported when it is
first used, so that ``import imagesasdata`` is quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imagesasdata import augmentations as augmentations
    from imagesasdata import steps as steps
    from imagesasdata.errors import (
        ArgumentError,
        ArgumentTypeError,
        CacheError,
        ColumnError,
        DeviceError,
        ImageError,
        ImagesAsDataError,
        MissingPackageError,
        NameClashError,
        SmallerBatchWarning,
        UnknownNameError,
        WeightsError,
    )
    from imagesasdata.isolation import isolate
    from imagesasdata.scale.workers import ray_workers
    from imagesasdata.verb import DroppedImagesWarning
    from imagesasdata.verbs.agreement import agreement
    from imagesasdata.verbs.analyze_faces import AppearanceWarning, analyze_faces
    from imagesasdata.verbs.audit import audit
    from imagesasdata.verbs.blur_faces import blur_faces
    from imagesasdata.verbs.caption import caption
    from imagesasdata.verbs.cite import cite
    from imagesasdata.verbs.classify import classify
    from imagesasdata.verbs.cluster import cluster
    from imagesasdata.verbs.cluster_curve import cluster_curve
    from imagesasdata.verbs.cluster_faces import cluster_faces
    from imagesasdata.verbs.cluster_table import cluster_table
    from imagesasdata.verbs.contact_sheet import contact_sheet
    from imagesasdata.verbs.count_objects import count_objects
    from imagesasdata.verbs.detect_faces import detect_faces
    from imagesasdata.verbs.detect_objects import detect_objects
    from imagesasdata.verbs.embed import embed
    from imagesasdata.verbs.embed_faces import embed_faces
    from imagesasdata.verbs.explain import explain
    from imagesasdata.verbs.feature_maps import feature_maps, filters
    from imagesasdata.verbs.features import features
    from imagesasdata.verbs.find_duplicates import find_duplicates
    from imagesasdata.verbs.find_faces import find_faces
    from imagesasdata.verbs.find_similar import find_similar
    from imagesasdata.verbs.fine_tune import fine_tune
    from imagesasdata.verbs.fitted_model import FittedModel
    from imagesasdata.verbs.label_page import label_page, read_labels
    from imagesasdata.verbs.load_model import load_model
    from imagesasdata.verbs.map_images import map_images
    from imagesasdata.verbs.measure_regions import measure_regions
    from imagesasdata.verbs.models import model_card, models
    from imagesasdata.verbs.pseudonymise import pseudonymise
    from imagesasdata.verbs.ray_dataset import ray_dataset
    from imagesasdata.verbs.read_annotations import read_annotations
    from imagesasdata.verbs.read_images import read_images
    from imagesasdata.verbs.read_text import read_text
    from imagesasdata.verbs.read_video import read_video
    from imagesasdata.verbs.recognise_objects import recognise_objects
    from imagesasdata.verbs.reduce import reduce
    from imagesasdata.verbs.register_model import register_model
    from imagesasdata.verbs.regress import regress
    from imagesasdata.verbs.sample_for_labels import sample_for_labels
    from imagesasdata.verbs.score_aesthetics import score_aesthetics
    from imagesasdata.verbs.score_emotions import score_emotions
    from imagesasdata.verbs.score_unsafe import score_unsafe
    from imagesasdata.verbs.segment_colours import segment_colours
    from imagesasdata.verbs.show import show
    from imagesasdata.verbs.summary import summary
    from imagesasdata.verbs.transform import transform
    from imagesasdata.verbs.validate import validate
    from imagesasdata.verbs.verify_faces import verify_faces
    from imagesasdata.verbs.video_motion import video_motion
    from imagesasdata.verbs.video_shots import video_shots
    from imagesasdata.verbs.zero_shot import zero_shot

__version__ = "0.1.0.dev0"

_HOME = {
    # read
    "read_images": "verbs.read_images",
    "read_video": "verbs.read_video",
    "transform": "verbs.transform",
    "contact_sheet": "verbs.contact_sheet",
    "show": "verbs.show",
    # measure
    "features": "verbs.features",
    "score_aesthetics": "verbs.score_aesthetics",
    "score_emotions": "verbs.score_emotions",
    "score_unsafe": "verbs.score_unsafe",
    "segment_colours": "verbs.segment_colours",
    "measure_regions": "verbs.measure_regions",
    "video_shots": "verbs.video_shots",
    "video_motion": "verbs.video_motion",
    # classify
    "classify": "verbs.classify",
    "embed": "verbs.embed",
    # faces
    "detect_faces": "verbs.detect_faces",
    "embed_faces": "verbs.embed_faces",
    "verify_faces": "verbs.verify_faces",
    "find_faces": "verbs.find_faces",
    "cluster_faces": "verbs.cluster_faces",
    "analyze_faces": "verbs.analyze_faces",
    "blur_faces": "verbs.blur_faces",
    # things and words
    "detect_objects": "verbs.detect_objects",
    "count_objects": "verbs.count_objects",
    "recognise_objects": "verbs.recognise_objects",
    "read_text": "verbs.read_text",
    "fine_tune": "verbs.fine_tune",
    "load_model": "verbs.load_model",
    "FittedModel": "verbs.fitted_model",
    "zero_shot": "verbs.zero_shot",
    "caption": "verbs.caption",
    # look inside
    "models": "verbs.models",
    "model_card": "verbs.models",
    # collections
    "find_similar": "verbs.find_similar",
    "find_duplicates": "verbs.find_duplicates",
    "cluster": "verbs.cluster",
    "cluster_curve": "verbs.cluster_curve",
    "cluster_table": "verbs.cluster_table",
    "reduce": "verbs.reduce",
    "map_images": "verbs.map_images",
    "register_model": "verbs.register_model",
    "summary": "verbs.summary",
    "feature_maps": "verbs.feature_maps",
    "filters": "verbs.feature_maps",
    "explain": "verbs.explain",
    # trust
    "sample_for_labels": "verbs.sample_for_labels",
    "label_page": "verbs.label_page",
    "read_labels": "verbs.label_page",
    "agreement": "verbs.agreement",
    "validate": "verbs.validate",
    "audit": "verbs.audit",
    "regress": "verbs.regress",
    "read_annotations": "verbs.read_annotations",
    "cite": "verbs.cite",
    "pseudonymise": "verbs.pseudonymise",
    # scale
    "isolate": "isolation",
    "ray_dataset": "verbs.ray_dataset",
    "ray_workers": "scale.workers",
    # errors
    "ImagesAsDataError": "errors",
    "ArgumentError": "errors",
    "ArgumentTypeError": "errors",
    "CacheError": "errors",
    "ColumnError": "errors",
    "DeviceError": "errors",
    "ImageError": "errors",
    "MissingPackageError": "errors",
    "NameClashError": "errors",
    "SmallerBatchWarning": "errors",
    "UnknownNameError": "errors",
    "WeightsError": "errors",
    "DroppedImagesWarning": "verb",
    "AppearanceWarning": "verbs.analyze_faces",
}

# Modules that are part of the interface, as in iad.steps.resize(256).
_MODULES = ("augmentations", "steps")

__all__ = [
    "AppearanceWarning",
    "ArgumentError",
    "ArgumentTypeError",
    "CacheError",
    "ColumnError",
    "DeviceError",
    "DroppedImagesWarning",
    "FittedModel",
    "ImageError",
    "ImagesAsDataError",
    "MissingPackageError",
    "NameClashError",
    "SmallerBatchWarning",
    "UnknownNameError",
    "WeightsError",
    "agreement",
    "analyze_faces",
    "audit",
    "blur_faces",
    "caption",
    "cite",
    "classify",
    "cluster",
    "cluster_curve",
    "cluster_faces",
    "cluster_table",
    "contact_sheet",
    "count_objects",
    "detect_faces",
    "detect_objects",
    "embed",
    "embed_faces",
    "explain",
    "feature_maps",
    "features",
    "filters",
    "find_duplicates",
    "find_faces",
    "find_similar",
    "fine_tune",
    "isolate",
    "label_page",
    "load_model",
    "map_images",
    "measure_regions",
    "model_card",
    "models",
    "pseudonymise",
    "ray_dataset",
    "ray_workers",
    "read_annotations",
    "read_images",
    "read_labels",
    "read_text",
    "read_video",
    "recognise_objects",
    "reduce",
    "register_model",
    "regress",
    "sample_for_labels",
    "score_aesthetics",
    "score_emotions",
    "score_unsafe",
    "segment_colours",
    "show",
    "summary",
    "transform",
    "validate",
    "verify_faces",
    "video_motion",
    "video_shots",
    "zero_shot",
]


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_MODULES})
