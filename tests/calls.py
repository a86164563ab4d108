"""How each verb is called where it takes more than pictures: the list that a new one is added to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import imagesasdata as iad

PHOTO, OTHER = "examples/photos/astronaut.jpg", "examples/photos/coffee.jpg"
VIDEO = "examples/videos/shots.mp4"

# As text, for a process of its own that is watched for sockets; it has ``photos``, ``clip``, ``coded``
# and ``folder``.
WATCHED = {
    "read_images": "iad.read_images(photos, exif=True)",
    "read_video": "iad.read_video(clip)",
    "transform": "iad.transform(photos, [iad.steps.resize(32)], to=folder)",
    "contact_sheet": "iad.contact_sheet(photos)",
    "features": "iad.features(photos)",
    "score_aesthetics": "iad.score_aesthetics(photos)",
    "video_shots": "iad.video_shots(clip)",
    "video_motion": "iad.video_motion(clip)",
    "classify": "iad.classify(photos)",
    "embed": "iad.embed(photos)",
    "explain": "iad.explain(photos, to=folder)",
    "feature_maps": "iad.feature_maps(photos[0], 'efficientnet_lite0', 'stem')",
    "feature_maps of filters": "iad.feature_maps(of='filters')",
    "summary": "iad.summary('efficientnet_lite0')",
    "register_model": "iad.register_model('mine', object())",
    "zero_shot": "iad.zero_shot(photos, labels=['cat', 'cup'])",
    "caption": "iad.caption(photos)",
    "cluster": "iad.cluster(photos, k=2, stability=1)",
    "find_similar": "iad.find_similar(photos, photos[0], top=1)",
    "similarities": "iad.similarities(photos).plot()",
    "map_images": "iad.map_images(photos, to=folder + '/map.html')",
    "fine_tune": "iad.fine_tune(photos, outcome='y')",
    "load_model": "iad.load_model(folder + '/labels.csv')",
    "blur_faces": "iad.blur_faces(photos, to=folder)",
    "find_faces": "iad.find_faces(photos[0], photos)",
    "verify_faces": "iad.verify_faces(pd.DataFrame({'path_a': photos, 'path_b': photos}))",
    "recognize_objects": "iad.recognize_objects(photos, {'cat': photos[0]})",
    "segment_colors": "iad.segment_colors(photos, {'wood': 'saddlebrown'})",
    "measure_regions": (
        "iad.measure_regions('examples/lights/lights.tif', 'examples/lights/districts.geojson')"
    ),
    "models": "iad.models()",
    "model_card": "iad.model_card('efficientnet_lite0')",
    "status": "iad.status()",
    "plan_labels": "iad.plan_labels(900, width=0.1, share=0.3).plot()",
    "sample_for_labels": "iad.sample_for_labels(coded, 5)",
    "label_page": "iad.label_page(photos, 'Q?', ['y', 'n'], to=folder + '/l.html')",
    "read_labels": "iad.read_labels(folder)",
    "settle_labels": "iad.settle_labels(coded, coder='path', item='x', value='y')",
    "agreement": "iad.agreement(coded, coder='path', item='x', value='y')",
    "validate": "iad.validate(coded, 'y', 'pred', rounds=5).plot()",
    "audit": "iad.audit(coded, 'y', 'pred', by='path').plot()",
    "prevalence": "iad.prevalence(coded, 'y', 'pred').plot()",
    "regress": "iad.regress('y ~ x', coded).tidy()",
    "read_annotations": "iad.read_annotations(folder)",
    "cite": "iad.cite('efficientnet_lite0')",
    "isolate": "with iad.isolate(): iad.features(photos)",
    "ray_workers": "iad.ray_workers()",
    # Ray's processes speak to one another by sockets; what comes before Ray is looked at.
    "ray_dataset": "iad.ray_dataset(coded, path='none')",
    "pseudonymize": "iad.pseudonymize(coded, key='a key that is long')",
}


def _faces() -> Any:
    return iad.detect_faces(PHOTO)


_CODES = {"path": ["a", "a"], "coder": ["ann", "ben"], "value": ["yes", "yes"]}


def _agreement() -> Any:
    return iad.agreement(pd.DataFrame(_CODES))


def _coded() -> pd.DataFrame:
    truth = [0, 1] * 20
    return pd.DataFrame({"truth": truth, "said": truth[:30] + [0] * 10, "group": ["a", "b"] * 20})


def _regression() -> Any:
    coded = _coded().assign(gold=[0, 1] * 10 + [None] * 20, x=np.arange(40) % 7)
    return iad.regress("said ~ x", coded, gold={"said": "gold"}, method="ppi")


def _vectors() -> pd.DataFrame:
    points = np.random.default_rng(0).normal(size=(60, 8)).astype(np.float32)
    table = pd.DataFrame({"image_id": range(60), "path": [f"{n}.jpg" for n in range(60)]})
    table["label"] = ["cat", "dog"] * 30
    return table.assign(embedding=list(points))


def _head(folder: Path) -> Path:
    np.savez(folder / "head.npz", weight=np.ones(1280), bias=0.0, normalize=0)
    return folder / "head.npz"


def _answers(folder: Path) -> list[Path]:
    (folder / "cat.json").write_text('{"Labels": [{"Name": "Cat", "Confidence": 98.5}]}')
    return [folder / "cat.json"]


def _codes(folder: Path) -> list[Path]:
    head = "image_id,path,coder,question,value,coded_at,seconds\n"
    (folder / "labels.csv").write_text(f"{head}0,a.jpg,ann,Outdoors?,yes,2026-05-01T10:00:00Z,1\n")
    return [folder / "labels.csv"]


# Calls that together give every column of a verb, where ``verb(PHOTO)`` does not. Each gets a folder.
COMPLETE: dict[str, Callable[[Path], Iterable[Any]]] = {
    "read_images": lambda to: [iad.read_images(PHOTO, exif=True, gps=True, frames="all")],
    "read_video": lambda to: [iad.read_video(VIDEO, every="4s")],
    "video_shots": lambda to: [iad.video_shots(VIDEO)],
    "video_motion": lambda to: [iad.video_motion(VIDEO, every="5s", fps=1)],
    "transform": lambda to: [iad.transform(PHOTO, iad.steps.resize(64), to=to)],
    "features": lambda to: [
        iad.features(PHOTO, groups=["size", "color", "light", "texture", "composition"]),
        iad.features(PHOTO, groups=["hog", "hash"]),
    ],
    "score_aesthetics": lambda to: [iad.score_aesthetics(PHOTO, head=_head(to))],
    "score_emotions": lambda to: [
        iad.score_emotions(PHOTO, scheme=scheme) for scheme in ("mikels", "valence_arousal")
    ],
    "segment_colors": lambda to: [iad.segment_colors(PHOTO, {"road": "#c0392b"}, grid=(2, 2))],
    "measure_regions": lambda to: [iad.measure_regions("examples/lights/lights.tif", 0.5)],
    "classify": lambda to: [
        iad.classify(PHOTO, top=2, probs=True),
        iad.classify(PHOTO, top=2, shape="long"),
    ],
    "embed": lambda to: [iad.embed(PHOTO), iad.embed(PHOTO, shape="wide")],
    "zero_shot": lambda to: [iad.zero_shot(PHOTO, labels=["a person", "a cup"])],
    "models": lambda to: [iad.models()],
    "status(...).tidy()": lambda to: [iad.status().tidy()],
    "summary": lambda to: [iad.summary("efficientnet_lite0")],
    "explain": lambda to: [iad.explain(PHOTO, to=to)],
    "count_faces": lambda to: [
        iad.count_faces(PHOTO, attributes=["age", "gender", "race", "expression"])
    ],
    "embed_faces": lambda to: [iad.embed_faces(_faces())],
    "verify_faces": lambda to: [
        iad.verify_faces(pd.DataFrame({"path_a": [PHOTO], "path_b": [PHOTO]}))
    ],
    "find_faces": lambda to: [iad.find_faces(PHOTO, [PHOTO])],
    "cluster_faces": lambda to: [iad.cluster_faces(_faces())],
    "analyze_faces": lambda to: [
        iad.analyze_faces(PHOTO, attributes=["age", "gender", "race", "expression"])
    ],
    "blur_faces": lambda to: [iad.blur_faces(PHOTO, to=to)],
    "count_objects": lambda to: [iad.count_objects(PHOTO, labels=["person"])],
    "recognize_objects": lambda to: [iad.recognize_objects(PHOTO, {"a": PHOTO, "b": OTHER})],
    "read_text": lambda to: [
        iad.read_text(PHOTO, keep_empty=True, shape=shape) for shape in ("long", "wide")
    ],
    "find_similar": lambda to: [iad.find_similar(_vectors(), _vectors()[:2], top=2, index="hnsw")],
    "similarities(...).tidy()": lambda to: [iad.similarities(_vectors()[:3]).tidy()],
    "find_duplicates": lambda to: [iad.find_duplicates([PHOTO, OTHER], against=[PHOTO])],
    "cluster": lambda to: [iad.cluster(_vectors(), k=k) for k in (2, range(2, 4))],
    "cluster_table": lambda to: [iad.cluster_table(iad.cluster(_vectors(), k=2))],
    "reduce": lambda to: [iad.reduce(_vectors())],
    "sample_for_labels": lambda to: [iad.sample_for_labels(_vectors(), 5)],
    "read_labels": lambda to: [iad.read_labels(_codes(to))],
    "read_annotations": lambda to: [
        iad.read_annotations(_answers(to)),
        iad.read_annotations(
            pd.DataFrame({"path": [PHOTO], "answer": ['{"protest": "yes"}']}),
            service="language_model",
        ),
    ],
    "pseudonymize": lambda to: [iad.pseudonymize(_vectors(), key="a long enough key")],
    "plan_labels(...).tidy()": lambda to: [
        iad.plan_labels(900, effect=0.2, group=0.5, share=0.3, accuracy=0.9).tidy()
    ],
    "settle_labels": lambda to: [iad.settle_labels(pd.DataFrame(_CODES))],
    "agreement(...).tidy()": lambda to: [_agreement().tidy()],
    "validate(...).tidy()": lambda to: [iad.validate(_coded(), "truth", "said").tidy()],
    "validate(...).glance()": lambda to: [iad.validate(_coded(), "truth", "said").glance()],
    "validate(...).check()": lambda to: [iad.validate(_coded(), "truth", "said").check()],
    "audit(...).check()": lambda to: [iad.audit(_coded(), "truth", "said", by="group").check()],
    "audit(...).tidy()": lambda to: [iad.audit(_coded(), "truth", "said", by="group").tidy()],
    "audit(...).gaps()": lambda to: [iad.audit(_coded(), "truth", "said", by="group").gaps()],
    "prevalence(...).tidy()": lambda to: [
        iad.prevalence(_coded(), "truth", "said", by="group").tidy()
    ],
    "regress(...).tidy()": lambda to: [_regression().tidy()],
    "regress(...).glance()": lambda to: [_regression().glance()],
    "regress(...).augment()": lambda to: [_regression().augment()],
    "regress(...).compare()": lambda to: [_regression().compare()],
    "regress(...).compare_methods()": lambda to: [_regression().compare_methods().tidy()],
    "regress(...).check()": lambda to: [_regression().check()],
}
