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
        AppearanceWarning,
        ArgumentError,
        ArgumentTypeError,
        CacheError,
        ColumnError,
        DeviceError,
        DroppedImagesWarning,
        ImageError,
        ImagesAsDataError,
        MissingPackageError,
        NameClashError,
        SmallerBatchWarning,
        UnknownNameError,
        WeightsError,
    )
    from imagesasdata.verbs.classify.caption import caption
    from imagesasdata.verbs.classify.classify import classify
    from imagesasdata.verbs.classify.embed import embed
    from imagesasdata.verbs.classify.register_model import register_model
    from imagesasdata.verbs.classify.zero_shot import zero_shot
    from imagesasdata.verbs.collections.cluster import cluster
    from imagesasdata.verbs.collections.cluster_table import cluster_table
    from imagesasdata.verbs.collections.find_duplicates import find_duplicates
    from imagesasdata.verbs.collections.find_similar import find_similar
    from imagesasdata.verbs.collections.map_images import map_images
    from imagesasdata.verbs.collections.reduce import reduce
    from imagesasdata.verbs.faces.analyze_faces import analyze_faces
    from imagesasdata.verbs.faces.blur_faces import blur_faces
    from imagesasdata.verbs.faces.cluster_faces import cluster_faces
    from imagesasdata.verbs.faces.detect_faces import detect_faces
    from imagesasdata.verbs.faces.embed_faces import embed_faces
    from imagesasdata.verbs.faces.find_faces import find_faces
    from imagesasdata.verbs.faces.verify_faces import verify_faces
    from imagesasdata.verbs.inside.explain import explain
    from imagesasdata.verbs.inside.feature_maps import feature_maps
    from imagesasdata.verbs.inside.models import model_card, models
    from imagesasdata.verbs.inside.summary import summary
    from imagesasdata.verbs.measure.features import features
    from imagesasdata.verbs.measure.measure_regions import measure_regions
    from imagesasdata.verbs.measure.score_aesthetics import score_aesthetics
    from imagesasdata.verbs.measure.score_emotions import score_emotions
    from imagesasdata.verbs.measure.score_unsafe import score_unsafe
    from imagesasdata.verbs.measure.segment_colors import segment_colors
    from imagesasdata.verbs.read.contact_sheet import contact_sheet
    from imagesasdata.verbs.read.read_images import read_images
    from imagesasdata.verbs.read.read_video import read_video
    from imagesasdata.verbs.read.show import show
    from imagesasdata.verbs.read.transform import transform
    from imagesasdata.verbs.read.video_motion import video_motion
    from imagesasdata.verbs.read.video_shots import video_shots
    from imagesasdata.verbs.scale.isolate import isolate
    from imagesasdata.verbs.scale.ray_dataset import ray_dataset
    from imagesasdata.verbs.scale.ray_workers import ray_workers
    from imagesasdata.verbs.things.count_objects import count_objects
    from imagesasdata.verbs.things.detect_objects import detect_objects
    from imagesasdata.verbs.things.read_text import read_text
    from imagesasdata.verbs.things.recognize_objects import recognize_objects
    from imagesasdata.verbs.train.fine_tune import fine_tune
    from imagesasdata.verbs.train.fitted_model import FittedModel
    from imagesasdata.verbs.train.load_model import load_model
    from imagesasdata.verbs.trust.agreement import agreement
    from imagesasdata.verbs.trust.audit import audit
    from imagesasdata.verbs.trust.cite import cite
    from imagesasdata.verbs.trust.label_page import label_page, read_labels
    from imagesasdata.verbs.trust.pseudonymize import pseudonymize
    from imagesasdata.verbs.trust.read_annotations import read_annotations
    from imagesasdata.verbs.trust.regress import regress
    from imagesasdata.verbs.trust.sample_for_labels import sample_for_labels
    from imagesasdata.verbs.trust.validate import validate

__version__ = "0.1.0.dev0"

_HOME = {
    # read
    "read_images": "verbs.read.read_images",
    "read_video": "verbs.read.read_video",
    "transform": "verbs.read.transform",
    "contact_sheet": "verbs.read.contact_sheet",
    "show": "verbs.read.show",
    # measure
    "features": "verbs.measure.features",
    "score_aesthetics": "verbs.measure.score_aesthetics",
    "score_emotions": "verbs.measure.score_emotions",
    "score_unsafe": "verbs.measure.score_unsafe",
    "segment_colors": "verbs.measure.segment_colors",
    "measure_regions": "verbs.measure.measure_regions",
    "video_shots": "verbs.read.video_shots",
    "video_motion": "verbs.read.video_motion",
    # classify
    "classify": "verbs.classify.classify",
    "embed": "verbs.classify.embed",
    # faces
    "detect_faces": "verbs.faces.detect_faces",
    "embed_faces": "verbs.faces.embed_faces",
    "verify_faces": "verbs.faces.verify_faces",
    "find_faces": "verbs.faces.find_faces",
    "cluster_faces": "verbs.faces.cluster_faces",
    "analyze_faces": "verbs.faces.analyze_faces",
    "blur_faces": "verbs.faces.blur_faces",
    # things and words
    "detect_objects": "verbs.things.detect_objects",
    "count_objects": "verbs.things.count_objects",
    "recognize_objects": "verbs.things.recognize_objects",
    "read_text": "verbs.things.read_text",
    "fine_tune": "verbs.train.fine_tune",
    "load_model": "verbs.train.load_model",
    "FittedModel": "verbs.train.fitted_model",
    "zero_shot": "verbs.classify.zero_shot",
    "caption": "verbs.classify.caption",
    # look inside
    "models": "verbs.inside.models",
    "model_card": "verbs.inside.models",
    # collections
    "find_similar": "verbs.collections.find_similar",
    "find_duplicates": "verbs.collections.find_duplicates",
    "cluster": "verbs.collections.cluster",
    "cluster_table": "verbs.collections.cluster_table",
    "reduce": "verbs.collections.reduce",
    "map_images": "verbs.collections.map_images",
    "register_model": "verbs.classify.register_model",
    "summary": "verbs.inside.summary",
    "feature_maps": "verbs.inside.feature_maps",
    "explain": "verbs.inside.explain",
    # trust
    "sample_for_labels": "verbs.trust.sample_for_labels",
    "label_page": "verbs.trust.label_page",
    "read_labels": "verbs.trust.label_page",
    "agreement": "verbs.trust.agreement",
    "validate": "verbs.trust.validate",
    "audit": "verbs.trust.audit",
    "regress": "verbs.trust.regress",
    "read_annotations": "verbs.trust.read_annotations",
    "cite": "verbs.trust.cite",
    "pseudonymize": "verbs.trust.pseudonymize",
    # scale
    "isolate": "verbs.scale.isolate",
    "ray_dataset": "verbs.scale.ray_dataset",
    "ray_workers": "verbs.scale.ray_workers",
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
    "DroppedImagesWarning": "errors",
    "AppearanceWarning": "errors",
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
    "pseudonymize",
    "ray_dataset",
    "ray_workers",
    "read_annotations",
    "read_images",
    "read_labels",
    "read_text",
    "read_video",
    "recognize_objects",
    "reduce",
    "register_model",
    "regress",
    "sample_for_labels",
    "score_aesthetics",
    "score_emotions",
    "score_unsafe",
    "segment_colors",
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
