"""The door of public functions: numbers of any library, and every wrong argument told in words."""

from __future__ import annotations

import inspect
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import imagesasdata as iad
from imagesasdata.engine import verb as engine
from imagesasdata.errors import LONGEST, ArgumentTypeError, ImageError
from imagesasdata.files.references import Pictures
from imagesasdata.files.sources import Files
from imagesasdata.machine import find_devices
from imagesasdata.verbs.door import door
from tests.calls import PHOTO, VIDEO

VERBS = [name for name in iad.__all__ if inspect.isfunction(getattr(iad, name))]


class ReachedPictures(BaseException):
    """All arguments were taken, and the first picture would be read."""


def a_function(x: Any) -> Any:
    return x


def table() -> pd.DataFrame:
    random = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "image_id": range(40),
            "path": [f"examples/photos/{n}.jpg" for n in range(40)],
            "label": ["cat", "dog"] * 20,
            "cluster": [0, 1] * 20,
            "embedding": list(random.normal(size=(40, 8)).astype(np.float32)),
            "truth": [0, 1] * 20,
            "said": [0, 1] * 15 + [0] * 10,
            "x": random.normal(size=40),
        }
    )


def calls(folder: Path) -> dict[str, tuple[tuple[Any, ...], dict[str, Any]]]:
    """A right call of each verb that needs more than pictures."""
    data = table()
    faces = data[["image_id", "path"]].assign(
        face_id=range(40), face_x=1.0, face_y=1.0, face_width=9.0, face_height=9.0, face_score=0.9
    )
    codes = {"path": list("aabb"), "coder": ["ann", "ben"] * 2, "value": ["yes", "yes", "no", "no"]}
    head = "image_id,path,coder,question,value,coded_at,seconds\n"
    (folder / "l.csv").write_text(f"{head}0,a.jpg,ann,Q?,yes,2026-05-01T10:00:00Z,1\n")
    (folder / "cat.json").write_text('{"Labels": [{"Name": "Cat", "Confidence": 98.5}]}')
    to = {"to": folder / "out"}
    return {
        "agreement": ((pd.DataFrame(codes),), {}),
        "audit": ((data, "truth", "said"), {"by": "label"}),
        "blur_faces": ((data,), to),
        "cite": (("efficientnet_lite0",), {}),
        "cluster_faces": ((faces,), {}),
        "embed_faces": ((faces,), {}),
        "explain": ((data,), to),
        "feature_maps": ((), {"of": "filters"}),
        "find_faces": (([PHOTO], [PHOTO]), {}),
        "find_similar": ((data, data[:2]), {}),
        "fine_tune": ((data,), {"outcome": "truth"}),
        "isolate": ((), {}),
        "label_page": ((data, "Q?", ["y", "n"]), {"to": folder / "l.html"}),
        "load_model": ((folder / "l.csv",), {}),
        "map_images": ((data,), {"to": folder / "m.html"}),
        "measure_regions": (("examples/lights/lights.tif", 0.5), {}),
        "model_card": (("efficientnet_lite0",), {}),
        "models": ((), {}),
        "plan_labels": ((900,), {"width": 0.1, "share": 0.3}),
        "pseudonymize": ((data,), {"key": "a key that is long"}),
        "ray_dataset": ((data,), {"path": "none"}),
        "ray_workers": ((), {}),
        "read_annotations": ((folder / "cat.json",), {}),
        "read_labels": ((folder / "l.csv",), {}),
        "read_video": ((VIDEO,), {}),
        "video_shots": ((VIDEO,), {}),
        "video_motion": ((VIDEO,), {}),
        "recognize_objects": ((data, {"cat": PHOTO}), {}),
        "register_model": (("mine", object()), {}),
        "regress": (("truth ~ x", data), {}),
        "sample_for_labels": ((data, 5), {}),
        "segment_colors": ((data, {"wood": "saddlebrown"}), {}),
        "settle_labels": ((pd.DataFrame(codes),), {}),
        "summary": (("efficientnet_lite0",), {}),
        "transform": ((data, iad.steps.resize(32)), to),
        "validate": ((data, "truth", "said"), {}),
        "verify_faces": ((pd.DataFrame({"path_a": [PHOTO], "path_b": [PHOTO]}),), {}),
        "zero_shot": ((data,), {"labels": ["cat", "cup"]}),
    }


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Pictures are not read; the list has the paths of those that would have been."""
    tried: list[str] = []

    def stop(*args: Any, **kwargs: Any) -> Any:
        raise ReachedPictures

    def no_runner(network: Any, *, device: Any, batch_size: Any) -> None:
        find_devices(device)

    def read(self: Files, path: str) -> bytes:
        tried.append(path)
        raise ImageError("not read")

    monkeypatch.setattr(engine, "stream", stop)
    monkeypatch.setattr(engine, "runner_for", no_runner)
    monkeypatch.setattr(Pictures, "read", read)
    return tried


WRONG: dict[str, Callable[[], Any]] = {
    "None": lambda: None,
    "True": lambda: True,
    "-1": lambda: -1,
    "nan": lambda: float("nan"),
    "text": lambda: "zzz",
    "function": lambda: a_function,
    "frame": lambda: table()[:2],
    "polars": lambda: pl.DataFrame({"a": [1]}),
    "list": lambda: [],
    "tuple": lambda: ("a", "path"),
    "dict": dict,
    "object": object,
    "bytes": lambda: b"\x89PNG" * 1000,
    "series": lambda: table()["path"],
}


# Ray would be started for these.
TAKEN_BY_RAY = {("images", kind) for kind in ("list", "tuple", "series")}


@pytest.mark.parametrize("name", VERBS)
def test_no_other_error_than_the_librarys_own(
    name: str, unread: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    verb = getattr(iad, name)
    args, named = calls(tmp_path).get(name, ((table(),), {}))
    (tmp_path / "examples").symlink_to(Path("examples").absolute())
    monkeypatch.chdir(tmp_path)
    wrong = []
    for place, parameter in enumerate(inspect.signature(verb).parameters):
        for kind, make in WRONG.items():
            if name == "ray_dataset" and (parameter, kind) in TAKEN_BY_RAY:
                continue
            changed, options = [*args], dict(named)
            if place < len(changed):
                changed[place] = make()
            else:
                options[parameter] = make()
            unread.clear()
            told = outcome(lambda: verb(*changed, **options), unread)  # noqa: B023
            if told is not None:
                wrong.append(f"{parameter}={kind}: {told}")
    assert wrong == []


def outcome(call: Callable[[], Any], unread: list[str]) -> str | None:
    """What is wrong with the way in which a call ends; ``None`` for nothing."""
    try:
        call()
    except ReachedPictures:
        return None
    except iad.ImagesAsDataError as error:
        if unread:
            return f"pictures were read before {error}"
        if len(str(error)) > 2 * LONGEST + 10:
            return f"a message of {len(str(error))} characters"
        typed = isinstance(error, iad.ArgumentTypeError | iad.ColumnError | iad.UnknownNameError)
        return f"no hint in {error}" if typed and error.hint is None else None
    except Exception as error:
        return repr(error)
    return None


def same(path: str | None = "path", *, k: int, share: float = 0.5, flag: bool = False) -> list[Any]:
    """Gives back what it was given."""
    return [path, k, share, flag]


SAME = door(same)
WHOLE = [3, 3.0, np.int8(3), np.int64(3), np.uint16(3), np.float32(3), np.float64(3), np.array(3)]
WHOLE += [pd.Series([3])[0], pl.Series([3])[0], pd.array([3], "Int64")[0]]


@pytest.mark.parametrize("value", WHOLE, ids=lambda value: f"{type(value).__name__}")
def test_whole_numbers_of_any_library(value: Any) -> None:
    taken = SAME(k=value)[1]
    assert taken == 3
    assert type(taken) is int


@pytest.mark.parametrize("value", [np.float32(0.25), np.float64(0.25), np.array(0.25), 0.25])
def test_numbers_of_any_library(value: Any) -> None:
    taken = SAME(k=1, share=value)[2]
    assert taken == 0.25
    assert type(taken) is float
    assert SAME(k=1, share=np.int64(1))[2] == 1


def test_flags_and_texts_of_numpy() -> None:
    assert SAME(k=1, flag=np.bool_(True))[3] is True
    assert type(SAME(np.str_("a"), k=1)[0]) is str
    assert SAME(None, k=1)[0] is None


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"k": 1.5}, "k must be a whole number, got 1.5.\nHint: for example k=8."),
        ({"k": True}, "k must be a whole number, got True.\nHint: for example k=8."),
        ({"k": np.array([1, 2])}, "k must be a whole number, got ndarray.\nHint: for"),
        ({"k": 1, "share": "a"}, "share must be a number, got 'a'.\nHint: for example share=0.5."),
        ({"k": 1, "flag": 1}, "flag must be True or False, got 1.\nHint: for example flag=False."),
        (
            {"k": 1, "path": pd.Series([1], name="file")},
            'path must be text, got Series.\nHint: give the name of the column: path="file".',
        ),
        ({"k": 1, "path": b"x" * 9000}, "path must be text, got bytes of 9,000.\nHint: for"),
        ({}, "same needs k.\nHint: write same(k=K)."),
        ({"k": 1, "pth": "a"}, "same has no argument 'pth'.\nHint: did you mean path=?"),
        ({"k": 1, "shares": 1}, "same has no argument 'shares'.\nHint: did you mean share=?"),
        (
            {"k": 1, "qqq": 1},
            "same has no argument 'qqq'.\nHint: its arguments are path, k, share, flag.",
        ),
    ],
)
def test_what_is_told(options: dict[str, Any], text: str) -> None:
    with pytest.raises(iad.ArgumentTypeError) as told:
        SAME(**options)
    assert str(told.value).startswith(text)


@pytest.mark.parametrize(
    "call",
    [
        lambda photos: iad.regress(photos, "likes ~ brightness"),
        lambda photos: photos.pipe(iad.regress, "likes ~ brightness"),
    ],
)
def test_arguments_in_each_others_place(call: Callable[[pd.DataFrame], Any]) -> None:
    with pytest.raises(
        ArgumentTypeError, match="formula and data are in each other's place."
    ) as told:
        call(pd.DataFrame({"likes": [1, 2], "brightness": [0.5, 0.1]}))
    assert "regress(formula='likes ~ brightness', data=...)" in str(told.value)


def test_arguments_without_a_name() -> None:
    with pytest.raises(iad.ArgumentTypeError, match="same takes path without a name, got 2 values"):
        SAME("a", 3)
    with pytest.raises(iad.ArgumentTypeError, match="same got path twice"):
        SAME("a", path="b", k=1)


def test_it_looks_like_the_function() -> None:
    assert inspect.signature(SAME) == inspect.signature(same)
    assert (SAME.__name__, SAME.__doc__) == (same.__name__, same.__doc__)
    assert inspect.isfunction(SAME)
    assert not any(
        one.kind is inspect.Parameter.VAR_KEYWORD
        for name in VERBS
        for one in inspect.signature(getattr(iad, name)).parameters.values()
    )


@pytest.mark.parametrize("name", VERBS)
def test_verbs_go_to_other_processes(name: str) -> None:
    verb = getattr(iad, name)
    assert verb is getattr(iad, name)
    assert pickle.loads(pickle.dumps(verb)) is verb


# What users of other tools write, and what stands in the hint.
TYPED: list[tuple[str, str, Any, str]] = [
    ("classify", "batchsize", 8, "write batch_size=8."),
    ("classify", "img_path", "a", "give the data first, without a name: classify(IMAGES)."),
    ("classify", "topk", 5, "write top=5."),
    ("classify", "top_k", np.int64(5), "write top=5."),
    ("classify", "backbone", "vgg16", "write model='vgg16'."),
    ("classify", "n_jobs", 2, "write workers=2."),
    ("classify", "verbose", False, "write progress=False."),
    ("cluster", "n_clusters", 3, "write k=3."),
    ("cluster", "random_state", 3, "write seed=3."),
    ("cluster", "metric", "cosine", "write method='cosine'."),
    ("reduce", "n_components", 2, "write dims=2."),
    ("analyze_faces", "actions", ["age"], "write attributes=['age']."),
    ("find_faces", "db_path", "faces", "write gallery='faces'."),
    ("find_faces", "img_path", "faces", "give the data first, without a name: find_faces(TARGET)."),
    ("verify_faces", "metric", "cosine", "each model has its distance"),
    ("detect_faces", "detector_backend", "x", "write model='x'."),
    ("detect_faces", "enforce_detection", False, "keep_empty=True"),
    ("detect_objects", "classes", ["cat"], "write labels=['cat']."),
    ("detect_objects", "conf", 0.3, "write threshold=0.3."),
    ("zero_shot", "candidate_labels", ["cat"], "write labels=['cat']."),
    ("fine_tune", "lr", 0.1, "write learning_rate=0.1."),
    ("fine_tune", "target", "y", "write outcome='y'."),
    ("sample_for_labels", "stratify", "outlet", "write by='outlet'."),
    ("regress", "cluster", "outlet", 'write vcov={"cluster": "COLUMN"}'),
    ("read_images", "verify", False, "is always verified"),
    ("read_images", "recursive", True, "searched with their sub-folders"),
    ("read_text", "lang", "de", "write languages='de'."),
    ("segment_colors", "tolerence", 3, "did you mean tolerance=?"),
    ("contact_sheet", "ncol", 4, "write per_row=4."),
    ("contact_sheet", "prefix", "a_", "rename the columns of the result"),
]


@pytest.mark.parametrize(("name", "keyword", "value", "hint"), TYPED)
def test_words_of_other_tools_lead_to_the_argument(
    name: str, keyword: str, value: Any, hint: str
) -> None:
    with pytest.raises(iad.ArgumentTypeError) as told:
        getattr(iad, name)(**{keyword: value})
    assert told.value.message == f"{name} has no argument {keyword!r}."
    assert hint in str(told.value.hint)


def test_a_table_with_a_column_too_many_names_what_to_do() -> None:
    taken = table().assign(sample_prob=1.0)
    with pytest.raises(iad.NameClashError, match=r"data.drop\(columns=\['sample_prob'\]\)"):
        iad.sample_for_labels(taken, 5)


MODELS = [
    ("detect_faces", {"model": "efficientnet_light0"}, "Known: blazeface_full"),
    ("detect_faces", {"model": "vgg16"}, "these can: blazeface_full"),
    ("detect_objects", {"model": "yolo"}, "Known: centernet"),
    ("count_objects", {"model": "owlvit"}, "did you mean 'owlvit_b32'"),
    ("embed_faces", {"model": "facenet"}, "Known: arcface_r50"),
    ("find_faces", {"model": "vgg16"}, "these can: arcface_r50"),
    ("zero_shot", {"model": "clip"}, "Known: clip_vit_b32"),
    ("caption", {"model": "blip"}, "Known: blip_base"),
    ("cluster", {"model": "blazeface_full"}, "these can: clip_vit_b32"),
    ("explain", {"model": "vgg"}, "did you mean 'vgg1"),
]


@pytest.mark.parametrize(("name", "options", "hint"), MODELS)
def test_a_hint_names_models_for_the_task(
    name: str, options: dict[str, Any], hint: str, unread: list[str], tmp_path: Path
) -> None:
    args, named = calls(tmp_path).get(name, ((["a.jpg"],), {}))
    more = {"k": 2} if name == "cluster" else {}
    with pytest.raises(iad.ImagesAsDataError) as told:
        getattr(iad, name)(*args, **named, **more, **options)
    assert hint in str(told.value.hint)
    others = {"blazeface_full", "centernet", "dlib_resnet", "blip_base", "vgg16"}
    others -= {word.strip("':,.") for word in hint.split()}
    task = {"find_faces": "embed_faces", "cluster": "embed", "explain": "classify"}
    task |= {"count_objects": "detect_objects"}
    able = set(iad.models(task.get(name, name)).model)
    assert not {one for one in others - able if f" {one}," in str(told.value.hint)}


@pytest.mark.parametrize(
    ("label", "thing"),
    [
        ("people", "person"),
        ("Person", "person"),
        ("bike", "bicycle"),
        ("Cars", "car"),
        ("buses", "bus"),
        ("sofa", "couch"),
        ("cell_phone", "cell phone"),
        ("protesters", "person"),
    ],
)
def test_other_words_for_things_lead_to_the_kind(label: str, thing: str) -> None:
    with pytest.raises(iad.UnknownNameError, match=f"did you mean '{thing}'"):
        iad.detect_objects(["a.jpg"], labels=label)


def regression() -> iad.Regression:
    return iad.regress("truth ~ x", table())


METHODS: list[tuple[Callable[[], Any], str]] = [
    (lambda: regression().tidy(conf_level="high"), "conf_level must be a number, got 'high'"),
    (
        lambda: regression().tidy(level=0.9),
        "tidy has no argument 'level'.\nHint: did you mean conf_l",
    ),
    (
        lambda: regression().compare(conf_level=table()),
        "conf_level must be a number, got DataFrame",
    ),
    (lambda: regression().augment(prefix=3), "prefix must be text, got 3"),
    (lambda: regression().latex(digits=2.5), "digits must be a whole number, got 2.5"),
    (
        lambda: iad.audit(table(), "truth", "said", by="label").plot(measure=a_function),
        "measure must be text, got function",
    ),
]


@pytest.mark.parametrize(("call", "text"), METHODS)
def test_methods_of_results_have_a_door(call: Callable[[], Any], text: str) -> None:
    with pytest.raises(iad.ArgumentTypeError) as told:
        call()
    assert str(told.value).startswith(text)


def test_every_method_with_arguments_has_a_door() -> None:
    without = []
    for name in iad.__all__:
        kind = getattr(iad, name)
        if inspect.isclass(kind) and kind.__module__.startswith("imagesasdata.verbs"):
            for inner, method in vars(kind).items():
                if inspect.isfunction(method) and not inner.startswith("_"):
                    more = len(inspect.signature(method).parameters) > 1
                    if more and not hasattr(method, "__wrapped__"):
                        without.append(f"{name}.{inner}")
    assert without == []


def test_a_fitted_model_has_a_door() -> None:
    model = object.__new__(iad.FittedModel)
    with pytest.raises(iad.ArgumentTypeError, match="augment has no argument 'batchsize'") as told:
        model.augment([PHOTO], batchsize=8)  # type: ignore[call-overload]
    assert told.value.hint == "write batch_size=8."
    with pytest.raises(iad.ArgumentTypeError, match="file must be a path, got None"):
        model.save(None)  # type: ignore[arg-type]
    with pytest.raises(iad.ArgumentTypeError, match="top must be a whole number, got 'all'"):
        model.errors("all")  # type: ignore[arg-type]


@pytest.mark.parametrize("to", ["none/such.{}", "folder.d", "page.xyz", "page"])
@pytest.mark.parametrize("name", ["contact_sheet", "feature_maps", "label_page", "map_images"])
def test_a_file_that_cannot_be_written(
    name: str, to: str, unread: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    args, named = calls(tmp_path).get(name, ((table(),), {}))
    monkeypatch.chdir(tmp_path)
    Path("folder.d").mkdir()
    ending = "html" if name in ("label_page", "map_images") else "png"
    with pytest.raises(iad.ArgumentError) as told:
        getattr(iad, name)(*args, **{**named, "to": to.format(ending)})
    assert unread == []
    words = {"none": "does not exist", "folder": "is a folder", "page": "must end in"}
    assert words[to[:4] if to.startswith(("none", "page")) else "folder"] in told.value.message
    assert told.value.hint


def test_a_column_that_has_no_order() -> None:
    with pytest.raises(
        iad.ArgumentTypeError, match="cannot be sorted: it holds int and str"
    ) as told:
        iad.contact_sheet(
            data := pd.DataFrame({"path": ["a.jpg", "b.jpg"], "m": [1, "a"]}), sort="m"
        )
    exec(str(told.value.hint).partition(", as in ")[2].removesuffix("."), {"data": data})
    assert iad.contact_sheet(data, sort="m").axes
