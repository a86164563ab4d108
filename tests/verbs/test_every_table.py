"""Every verb on every kind of table: rows, order, index, types, and the user's columns to the byte.

The fast tests go through a design in which, over all verbs, each pair of circumstances meets. The soak
goes through each kind of table and index in each state, for every verb.
"""

from __future__ import annotations

import copy
import datetime as dt
import inspect
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import imagesasdata as iad
from tests import clips
from tests.conftest import KINDS, encoded, picture
from tests.small import FACE, small_networks

OF = {kind.name: kind for kind in KINDS}
ROWS = 5


class Files(NamedTuple):
    """The pictures and videos of a run, and a folder for what verbs write."""

    a: str
    b: str
    broken: str
    video: str
    raster: str
    to: str


Call = Callable[[Any, Files], Any]

# A row for each row, in order. Any verb that is in none of these lists belongs here, too, and is called
# with the table alone.
WIDE: dict[str, Call] = {
    "read_images": lambda t, f: iad.read_images(t, exif=True, gps=True),
    "features": lambda t, f: iad.features(t, groups=["size", "light", "hash"]),
    "transform": lambda t, f: iad.transform(t, iad.steps.resize(16), to=f.to),
    "segment_colors": lambda t, f: iad.segment_colors(t, {"wood": "saddlebrown"}),
    "measure_regions": lambda t, f: iad.measure_regions(f.raster, t, geometry="area"),
    "classify": lambda t, f: iad.classify(t, top=2, probs=True, model="small"),
    "zero_shot": lambda t, f: iad.zero_shot(t, labels=["a cat", "a cup"]),
    "explain": lambda t, f: iad.explain(t, "small", to=f.to, method="integrated_gradients"),
    "count_faces": lambda t, f: iad.count_faces(t, attributes=["age", "gender"]),
    "analyze_faces": lambda t, f: iad.analyze_faces(t, attributes=["age", "race"]),
    "verify_faces": lambda t, f: iad.verify_faces(t, a="path", b="other_path"),
    "blur_faces": lambda t, f: iad.blur_faces(t, to=f.to),
    "count_objects": lambda t, f: iad.count_objects(t, labels=["person", "dog"]),
    "recognize_objects": lambda t, f: iad.recognize_objects(t, {"a": f.a, "b": f.b}, model="small"),
    "read_text": lambda t, f: iad.read_text(t, shape="wide"),
    "cluster": lambda t, f: iad.cluster(t, k=1, stability=0, embedding="vector"),
    "reduce": lambda t, f: iad.reduce(t, dims=1, embedding="vector"),
    "pseudonymize": lambda t, f: iad.pseudonymize(t, key="a long enough key", columns=["user"]),
    "regress": lambda t, f: iad.regress("y ~ x", t).augment(),
    "fine_tune": lambda t, f: FITTED[0].augment(t),
}
# Rows for what is found in each row; some keep the index.
LONG: dict[str, Call] = {
    "segment_colors": lambda t, f: iad.segment_colors(t, {"wood": "saddlebrown"}, grid=(1, 2)),
    "classify": lambda t, f: iad.classify(t, top=2, shape="long", model="small"),
    "detect_faces": lambda t, f: iad.detect_faces(t, keep_empty=True),
    "analyze_faces": lambda t, f: iad.analyze_faces(t, attributes=["age"]),
    "detect_objects": lambda t, f: iad.detect_objects(t, labels=["person", "bicycle"]),
    "read_text": lambda t, f: iad.read_text(t),
    "sample_for_labels": lambda t, f: iad.sample_for_labels(t, 2),
    "video_motion": lambda t, f: iad.video_motion(t, every="1s", fps=2),
    "read_annotations": lambda t, f: iad.read_annotations(t, answer="said", keep_empty=True),
}
# The same with an index of their own.
NUMBERED: dict[str, Call] = {
    "read_images": lambda t, f: iad.read_images(t, frames="all"),
    "find_similar": lambda t, f: iad.find_similar(
        t, t, top=1, embedding="vector", keep=[*OWN, "mark"]
    ),
    "find_faces": lambda t, f: iad.find_faces(f.a, t, top=9, keep=[*OWN, "mark"]),
    "read_video": lambda t, f: iad.read_video(t, n=2),
    "video_shots": lambda t, f: iad.video_shots(t),
}
# A result of another form, or an error in words where the table cannot do: the table is not changed.
OTHER: dict[str, Call] = {
    "contact_sheet": lambda t, f: iad.contact_sheet(t),
    "show": lambda t, f: iad.show(t)._repr_html_(),
    "map_images": lambda t, f: iad.map_images(
        t, to=f"{f.to}/map.html", embedding="vector", method="pca"
    ),
    "label_page": lambda t, f: iad.label_page(
        iad.sample_for_labels(t, 1), "Q?", ["y", "n"], to=f"{f.to}/l.html"
    ),
    "cluster_table": lambda t, f: iad.cluster_table(t, cluster="x", embedding="vector"),
    "similarities": lambda t, f: iad.similarities(t, embedding="vector").tidy(),
    "settle_labels": lambda t, f: iad.settle_labels(t, coder="party", item="user", value="zeros"),
    "agreement": lambda t, f: iad.agreement(t, coder="party", item="user", value="zeros", rounds=5),
    "validate": lambda t, f: iad.validate(t, "y", "x", rounds=5),
    "audit": lambda t, f: iad.audit(t, "y", "x", by="party"),
    "prevalence": lambda t, f: iad.prevalence(t, "flag", "guess"),
    "plan_labels": lambda t, f: iad.plan_labels(t, width=0.1, truth="y", prediction="x"),
    "fine_tune": lambda t, f: iad.fine_tune(t, outcome="flag", model="small", epochs=1),
    "regress": lambda t, f: iad.regress("y ~ x", t).tidy(),
}
# Verbs that take no table.
WITHOUT = {
    *("feature_maps", "models", "model_card", "status", "summary", "plan_labels", "cite"),  # names
    *("load_model", "read_labels"),  # files
    *("register_model", "ray_workers", "isolate"),  # settings of a program
    "ray_dataset",  # starts Ray: tests/engine/ray
}
VERBS = {name for name in iad.__all__ if inspect.isfunction(getattr(iad, name))}
for plain in sorted(VERBS - {*WIDE, *LONG, *NUMBERED, *OTHER, *WITHOUT}):
    WIDE[plain] = lambda t, f, name=plain: getattr(iad, name)(t)
# Verbs that say what is wrong of a table without rows, or with nothing to measure.
NEEDS_ROWS = {"regress", "sample_for_labels", "measure_regions"}
VIDEOS = {"read_video", "video_shots", "video_motion"}
OF_FACES = {"embed_faces", "cluster_faces", "analyze_faces"}
# One fitted model, from before the tests.
FITTED: list[Any] = []

OWN: dict[str, list[Any]] = {
    "tweet": [1234567890123456789, None, 3, 9007199254740993, 5],
    "zeros": ["007", "NA", "", None, "-"],
    "flag": [True, None, False, True, None],
    "party": ["b", "a", None, "a", "b"],
    "at": [dt.datetime(2020, 3, 29, 1, 30, tzinfo=dt.UTC)] * 4 + [None],
    "rate": [0.1, None, float("inf"), -0.0, 1e-300],
}
MORE: dict[str, list[Any]] = {
    "mark": [0, 1, 2, 3, 4],
    "user": ["ann", "ann", None, "ben", "00"],
    "x": [0, 1, 2, 3, 5],
    "guess": [True, False, False, True, True],
    "y": [1.0, 0.5, 2.0, 4.0, 4.5],
    "said": ['{"Labels": []}', "{'tags': [{'name': 'a'}]}", None, "no", '{"Labels": [3]}'],
    "vector": [[1.0, 0.0], [0.0, 1.0], None, [0.5, 0.5], [1.0, 1.0]],
    "area": [f"POLYGON ((0 0, {n} 0, {n} 2, 0 2, 0 0))" for n in range(1, ROWS + 1)],
}
STATES = ("mixed", "good", "empty", "wrong", "null", "broken")
IDS: dict[str, list[Any] | None] = {
    "none": None,
    "numbers": [9007199254740993, 9007199254740995, None, 77, 1234567890123456789],
    "text": ["007", "7", None, "a b", "1234567890123456789"],
}
INDEXES: dict[str, Any] = {
    "plain": range(ROWS),
    "shuffled": [3, 1, 4, 0, 2],
    "repeated": pd.Index([70, 70, 20, 0, 90], name="case"),
    "levels": pd.MultiIndex.from_product([["a", "b"], [1, 2, 3]], names=["g", None])[:ROWS],
    "mixed": pd.Index([1, "b", 2.5, None, dt.date(2020, 1, 1)], dtype=object),
}


class Case(NamedTuple):
    """The circumstances of one call."""

    kind: str
    index: str
    state: str
    ids: str


def design(number: int) -> list[Case]:
    """The cases of the verb with this number; over all verbs, each pair of circumstances meets."""
    indexes = [list(INDEXES)[(number + place) % len(INDEXES)] for place in (0, 2, 3)]
    forms = [
        *zip(("pandas", "pandas", "pandas-pyarrow"), indexes, strict=True),
        *((name, "plain") for name in ("polars", "polars-lazy", "pyarrow")),
    ]
    return [
        Case(
            *form,
            STATES[(place + number) % len(STATES)],
            list(IDS)[(place + number // len(STATES)) % len(IDS)],
        )
        for place, form in enumerate(forms)
    ]


def grid(number: int) -> list[Case]:
    """Every kind of table and index in every state; over three verbs, each of them with all ids."""
    forms = [("pandas", index) for index in INDEXES]
    forms += [("pandas-pyarrow", index) for index in ("plain", "repeated")]
    forms += [(name, "plain") for name in ("polars", "polars-lazy", "pyarrow")]
    return [
        Case(*form, state, list(IDS)[(place + other + number) % len(IDS)])
        for place, form in enumerate(forms)
        for other, state in enumerate(STATES)
    ]


def paths(state: str, first: str, second: str, broken: str) -> list[str | None]:
    return {
        "mixed": [first, broken, "gone.jpg", None, first],
        "wrong": ["gone.jpg", "folder/none.png", "gone.jpg", "x", "y"],
        "null": [None] * ROWS,
        "broken": [first, broken, second, broken, first],
    }.get(state, [first, second, first, second, first])


def native(case: Case, files: Files, verb: str, *, faces: bool = False) -> Any:
    """A table of the case, with columns of every type."""
    given = (files.video, files.video) if verb in VIDEOS else (files.a, files.b)
    some = pa.array(paths(case.state, *given, files.broken), pa.string())
    columns = {"path": some, "other_path": some}
    if (ids := IDS[case.ids]) is not None:
        name = "video_id" if verb in VIDEOS else "image_id"
        columns[name] = pa.array(ids)
    columns |= {name: pa.array(cells) for name, cells in {**OWN, **MORE}.items()}
    if faces:
        columns |= {name: pa.array([cell] * ROWS) for name, cell in FACE.items()}
    arrow = pa.table(columns).slice(0, 0 if case.state == "empty" else ROWS)
    if case.kind == "pyarrow":
        return arrow
    if case.kind.startswith("polars"):
        frame = pl.DataFrame(arrow).with_columns(pl.col("party").cast(pl.Categorical))
        return frame.lazy() if case.kind == "polars-lazy" else frame
    if case.kind == "pandas-pyarrow":
        frame = arrow.to_pandas(types_mapper=pd.ArrowDtype)
    else:
        nullable = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}
        frame = arrow.to_pandas(types_mapper=nullable.get)
        frame["party"] = pd.Categorical(frame["party"], ["b", "a"], ordered=True)
        frame["at"] = frame["at"].dt.tz_convert("Europe/Berlin")
        frame["tweet"] = frame["tweet"].astype(object)
        frame["x"] = frame["x"].astype("int64")
    if case.index == "mixed":
        cells = [1, "a", None, 2.5, dt.date(2020, 1, 1)]
        frame["rate"] = pd.Series(cells[: len(frame)], dtype=object)
    index = INDEXES[case.index]
    return frame.set_axis(index[: len(frame)])


def whole(table: Any) -> Any:
    return table.collect() if isinstance(table, pl.LazyFrame) else table


def taken(table: Any, rows: Sequence[int] | None, columns: list[str]) -> Any:
    """Some columns, as they are, of some rows."""
    table = whole(table)
    if isinstance(table, pd.DataFrame):
        return table[columns] if rows is None else table[columns].iloc[list(rows)]
    table = table.select(columns)
    if rows is None:
        return table
    some = list(rows)
    return (
        table[some] if isinstance(table, pl.DataFrame) else table.take(pa.array(some, pa.int64()))
    )


def assert_same(got: Any, given: Any, *, index: bool = True) -> None:
    if isinstance(got, pd.DataFrame):
        if not index:
            got, given = got.reset_index(drop=True), given.reset_index(drop=True)
        pd.testing.assert_frame_equal(got, given, check_exact=True, check_freq=False)
    else:
        assert got.equals(given)
        assert got.schema == given.schema


def types(table: Any, without: set[str]) -> dict[str, Any]:
    table = whole(table)
    if isinstance(table, pd.DataFrame):
        pairs = table.dtypes.items()
    elif isinstance(table, pl.DataFrame):
        pairs = table.schema.items()
    else:
        pairs = zip(table.schema.names, table.schema.types, strict=True)
    return {name: kind for name, kind in pairs if name not in without}


def called(call: Call, given: Any, files: Files, *, may_raise: bool) -> Any:
    """The result, or ``None`` for an error in words; the table is not changed."""
    before = copy.deepcopy(whole(given))
    try:
        done = call(given, files)
    except iad.ImagesAsDataError:
        assert may_raise
        done = None
    assert_same(whole(given), before)
    return done


def check_wide(verb: str, case: Case, files: Files) -> dict[str, Any] | None:
    given = native(case, files, verb, faces=verb in OF_FACES)
    lone = verb in NEEDS_ROWS and case.state == "empty"
    done = called(WIDE[verb], given, files, may_raise=lone)
    if done is None:
        return None
    own = list(types(given, set()))
    kept = [name for name in own if name not in ({"user"} if verb == "pseudonymize" else ())]
    assert OF[case.kind].is_kind(done)
    assert list(types(done, set()))[: len(own)] == own
    assert_same(taken(done, None, kept), taken(given, None, kept))
    twice = case.state in {"mixed", "empty", "wrong"}
    again = called(WIDE[verb], done, files, may_raise=verb == "regress") if twice else None
    if again is not None:
        assert types(again, set()) == types(done, set()), "a second run"
        assert_same(taken(again, None, kept), taken(given, None, kept))
    return types(done, set(own))


def check_long(
    calls: dict[str, Call], verb: str, case: Case, files: Files, *, index: bool
) -> dict[str, Any] | None:
    given = native(case, files, verb)
    lone = verb in NEEDS_ROWS and case.state == "empty"
    done = called(calls[verb], given, files, may_raise=lone)
    if done is None:
        return None
    assert OF[case.kind].is_kind(done)
    marks = OF[case.kind].columns(done)["mark"]
    found = [row for row, mark in enumerate(marks) if mark is not None]
    if len(found) < len(marks):  # a query that could not be used has no picture
        assert verb in {"find_similar", "find_faces"}
        done = taken(done, found, list(types(done, set())))
    rows = [int(marks[row]) for row in found]
    if verb not in {"find_similar", "find_faces", "sample_for_labels"}:
        assert rows == sorted(rows)
        assert set(rows) == set(range(len(whole(given)))) or verb == "analyze_faces"
    own = [*OWN, "mark"]
    got, expected = taken(done, None, own), taken(given, rows, own)
    if isinstance(got, pd.DataFrame) and not index:  # numbers of NumPy have no null
        expected = expected.astype(got.dtypes.to_dict())
    assert_same(got, expected, index=index)
    # An index without rows repeats nothing, so an id may come from it.
    ids = {"file_id", "query_id", "video_id", *(() if case.ids != "none" else ("image_id",))}
    return types(done, {*own, *MORE, "other_path", *ids})


def check_other(verb: str, case: Case, files: Files) -> None:
    may_raise = case.state != "good" or verb in {"fine_tune", "plan_labels"}  # too few rows
    called(OTHER[verb], native(case, files, verb), files, may_raise=may_raise)


ALL = [
    *(("wide", verb) for verb in WIDE),
    *(("long", verb) for verb in LONG),
    *(("numbered", verb) for verb in NUMBERED),
    *(("other", verb) for verb in OTHER),
]


def check(form: str, verb: str, cases: Sequence[Case], files: Files) -> None:
    """All cases of a verb, and that types do not depend on what failed."""
    seen: dict[tuple[str, bool], dict[str, Any]] = {}
    for case in cases:
        if form == "wide":
            kinds = check_wide(verb, case, files)
        elif form == "other":
            kinds = check_other(verb, case, files)
        else:
            calls = LONG if form == "long" else NUMBERED
            kinds = check_long(calls, verb, case, files, index=form == "long")
        if kinds is not None:
            key = (case.kind.removesuffix("-lazy"), case.ids)
            assert seen.setdefault(key, kinds) == kinds, f"types depend on what failed: {case}"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Files]:
    place = tmp_path_factory.mktemp("files")
    for number, name in enumerate("ab"):
        (place / f"{name}.jpg").write_bytes(encoded(picture(seed=number)))
    (place / "broken.jpg").write_bytes(encoded(picture())[:300])
    clips.write(place / "video.mp4", [clips.numbered(number) for number in range(12)])
    names = (place / name for name in ("a.jpg", "b.jpg", "broken.jpg", "video.mp4"))
    made = Files(*map(str, names), "examples/lights/lights.tif", str(place))
    with small_networks():
        for number in range(12):
            (place / f"{number}.png").write_bytes(encoded(picture(seed=9 + number), "PNG"))
        coded = pd.DataFrame({"path": [f"{place}/{number}.png" for number in range(12)]})
        coded["seen"] = [0, 1] * 6
        FITTED.append(iad.fine_tune(coded, outcome="seen", model="small", folds=2, epochs=1))
        yield made
    FITTED.clear()


@pytest.mark.filterwarnings(
    "ignore::imagesasdata.AppearanceWarning",
    "ignore::imagesasdata.GuessWarning",
    "ignore::imagesasdata.TrainedRowsWarning",
)
@pytest.mark.parametrize(("form", "verb"), ALL, ids=map("-".join, ALL))
def test_a_verb_on_every_table(form: str, verb: str, files: Files) -> None:
    check(form, verb, design(ALL.index((form, verb))), files)


@pytest.mark.soak
@pytest.mark.filterwarnings(
    "ignore::imagesasdata.AppearanceWarning",
    "ignore::imagesasdata.GuessWarning",
    "ignore::imagesasdata.TrainedRowsWarning",
)
@pytest.mark.parametrize(("form", "verb"), ALL, ids=map("-".join, ALL))
def test_a_verb_on_the_whole_grid(form: str, verb: str, files: Files) -> None:
    check(form, verb, grid(ALL.index((form, verb))), files)


def test_the_design_has_every_pair() -> None:
    met = [design(number) for number in range(len(ALL))]
    for verb in met:
        for place, values in ((0, OF), (2, STATES), (3, IDS)):
            assert {case[place] for case in verb} == set(values)
    cases = [case for verb in met for case in verb]
    for first, second in itertools.combinations(range(len(Case._fields)), 2):
        met_pairs = {(case[first], case[second]) for case in cases}
        for number in range(len(ALL)):
            assert {(case[first], case[second]) for case in grid(number)} <= met_pairs


def test_the_grid_has_every_pair_for_every_verb() -> None:
    for number in range(len(ALL)):
        cases = grid(number)
        for first, second in ((0, 2), (0, 3), (1, 2), (1, 3), (2, 3)):
            pairs = {(case[first], case[second]) for case in cases}
            values = [{case[place] for case in cases} for place in (first, second)]
            assert pairs == set(itertools.product(*values))
        assert {case.kind for case in cases} == set(OF)
        assert {case.index for case in cases} == set(INDEXES)
