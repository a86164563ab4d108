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
        UnknownNameError,
        WeightsError,
    )
    from imagesasdata.verb import DroppedImagesWarning
    from imagesasdata.verbs.classify import classify
    from imagesasdata.verbs.contact_sheet import contact_sheet
    from imagesasdata.verbs.embed import embed
    from imagesasdata.verbs.features import features
    from imagesasdata.verbs.fine_tune import fine_tune
    from imagesasdata.verbs.fitted_model import FittedModel
    from imagesasdata.verbs.load_model import load_model
    from imagesasdata.verbs.models import model_card, models
    from imagesasdata.verbs.read_images import read_images
    from imagesasdata.verbs.read_video import read_video
    from imagesasdata.verbs.score_aesthetics import score_aesthetics
    from imagesasdata.verbs.transform import transform
    from imagesasdata.verbs.video_motion import video_motion
    from imagesasdata.verbs.video_shots import video_shots

__version__ = "0.1.0.dev0"

_HOME = {
    # read
    "read_images": "verbs.read_images",
    "read_video": "verbs.read_video",
    "transform": "verbs.transform",
    "contact_sheet": "verbs.contact_sheet",
    # measure
    "features": "verbs.features",
    "score_aesthetics": "verbs.score_aesthetics",
    "video_shots": "verbs.video_shots",
    "video_motion": "verbs.video_motion",
    # classify
    "classify": "verbs.classify",
    "embed": "verbs.embed",
    "fine_tune": "verbs.fine_tune",
    "load_model": "verbs.load_model",
    "FittedModel": "verbs.fitted_model",
    # look inside
    "models": "verbs.models",
    "model_card": "verbs.models",
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
    "UnknownNameError": "errors",
    "WeightsError": "errors",
    "DroppedImagesWarning": "verb",
}

# Modules that are part of the interface, as in iad.steps.resize(256).
_MODULES = ("augmentations", "steps")

__all__ = [
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
    "UnknownNameError",
    "WeightsError",
    "classify",
    "contact_sheet",
    "embed",
    "features",
    "fine_tune",
    "load_model",
    "model_card",
    "models",
    "read_images",
    "read_video",
    "score_aesthetics",
    "transform",
    "video_motion",
    "video_shots",
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
