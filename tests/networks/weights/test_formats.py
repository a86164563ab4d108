"""Reading safetensors, .npz, .h5 and ONNX: right numbers from good files, a refusal from others."""

from __future__ import annotations

import os
import pickle
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from safetensors.numpy import save_file

from imagesasdata.errors import WeightsError
from imagesasdata.networks.weights.formats import read_tensors
from imagesasdata.networks.weights.h5 import read_h5
from imagesasdata.networks.weights.npz import read_npz
from imagesasdata.networks.weights.onnx import read_onnx
from imagesasdata.networks.weights.safetensors import read_safetensors
from tests.networks.weights import files
from tests.networks.weights.test_pth import Storage, tensor, write, write_zip

F4 = "<f4"
READERS: dict[str, tuple[Callable[..., Path], Callable[..., dict[str, np.ndarray]]]] = {
    "safetensors": (files.safetensors, read_safetensors),
    "npz": (files.npz, read_npz),
    "h5": (files.h5, read_h5),
    "onnx": (files.onnx, read_onnx),
}
FORMATS = pytest.mark.parametrize(("writer", "reader"), READERS.values(), ids=READERS)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "weights.bin"


def _pth(path: Path) -> Path:
    storage = Storage("0", np.arange(12, dtype=np.float32))
    return write(path, {"a": tensor(storage, (3, 4), (4, 1))}, [storage])


def _pth_zip(path: Path) -> Path:
    storage = Storage("0", np.arange(12, dtype=np.float32))
    return write_zip(path, {"a": tensor(storage, (3, 4), (4, 1))}, [storage])


EVERY = {**{name: pair[0] for name, pair in READERS.items()}, "pth": _pth, "pth_zip": _pth_zip}


@FORMATS
def test_what_was_written_is_read(file: Path, writer: Any, reader: Any) -> None:
    got = reader(writer(file))
    assert set(got) == set(files.TENSORS)
    for name, expected in files.TENSORS.items():
        np.testing.assert_array_equal(got[name], expected)
        assert (got[name].dtype, got[name].shape) == (expected.dtype, expected.shape)
        got[name].flags.writeable = True  # its own memory, not the file's


@pytest.mark.parametrize("name", EVERY)
def test_the_format_is_told_by_the_content(file: Path, name: str) -> None:
    EVERY[name](file)
    np.testing.assert_array_equal(read_tensors(file)["a"], files.TENSORS["a"])


def test_no_format(file: Path) -> None:
    with pytest.raises(WeightsError, match="There is no file"):
        read_tensors(file)
    file.write_text("some text")
    with pytest.raises(
        WeightsError, match="has an unknown format.\nHint: known are safetensors, .npz"
    ):
        read_tensors(file)


@FORMATS
def test_a_file_of_another_kind(file: Path, writer: Any, reader: Any) -> None:
    for content in (b"", b"x", b"no such format at all, but some text", bytes(300)):
        file.write_bytes(content)
        with pytest.raises(WeightsError, match="weights.bin: "):
            reader(file)


@FORMATS
def test_cut_off_anywhere(file: Path, writer: Any, reader: Any) -> None:
    tensors = {"a": files.TENSORS["a"]}
    whole = writer(file, tensors).read_bytes()
    # The values are last; what may follow them in an .h5 file is space that is not used.
    used = whole.rindex(tensors["a"].tobytes()) + 47
    for length in range(0, used, 1 + used // 200):
        file.write_bytes(whole[:length])
        with pytest.raises(WeightsError):
            reader(file)


@pytest.mark.parametrize(
    "cases",
    [
        pytest.param(2000, marks=pytest.mark.slow),
        pytest.param(int(os.environ.get("IMAGESASDATA_FUZZ", "50000")), marks=pytest.mark.soak),
    ],
)
@pytest.mark.parametrize("name", EVERY)
def test_any_change_gives_numbers_or_a_refusal(file: Path, name: str, cases: int) -> None:
    from imagesasdata.networks.weights.pth import read_pth

    reader = READERS[name][1] if name in READERS else read_pth
    whole, random = EVERY[name](file).read_bytes(), np.random.default_rng(3)
    refused, slowest = 0, 0.0
    for _ in range(cases):
        changed = bytearray(whole)
        for place in random.integers(0, len(whole), random.integers(1, 6)):
            changed[place] = random.choice([0, 1, 127, 128, 255, random.integers(0, 256)])
        if random.random() < 0.2:  # a piece of it elsewhere
            start, to = random.integers(0, len(whole), 2)
            piece = changed[start : start + random.integers(1, 64)]
            changed[to : to + len(piece)] = piece
        if random.random() < 0.1:
            changed = changed[: random.integers(0, len(whole))]
        file.write_bytes(bytes(changed))
        start = time.monotonic()
        try:
            got = reader(file)
        except WeightsError:
            refused += 1
        else:
            assert sum(array.nbytes for array in got.values()) <= 100 * len(whole)
        slowest = max(slowest, time.monotonic() - start)
    print(f"{name}: {cases} cases, {refused} refused, slowest {slowest:.2f} s")
    assert refused > cases // 10
    assert slowest < 10


# safetensors


def entry(shape: Any, start: Any, stop: Any, kind: Any = "F32") -> dict[str, Any]:
    return {"dtype": kind, "shape": shape, "data_offsets": [start, stop]}


@pytest.mark.parametrize(
    "header",
    [
        {"a": entry([3], 0, 8)},
        {"a": entry([2], 0, 8), "b": entry([2], 4, 12)},
        {"a": entry([1], 4, 8)},
        {"a": entry([2], 0, 8)},
        {"a": entry([10**12], 0, 12)},
        {"a": entry([2**62, 8], 0, 12)},
        {"a": entry([-3], 0, 12)},
        {"a": entry([True], 0, 4)},
        {"a": entry([3.0], 0, 12)},
        {"a": entry([4], 0, 16)},
        {"a": entry([4], -4, 12)},
        {"a": entry([3], 0, 12, "X32")},
        {"a": [1, 2]},
        {"a": {"dtype": "F32"}},
        [1],
        b'{"a": 1, "a": 2}',
        b"[" * 100_000,
        b'{"a":' + b"[" * 100_000,
        b"\xff{",
    ],
)
def test_safetensors_that_lie(file: Path, header: Any) -> None:
    files.safetensors_of(file, header, bytes(12))
    with pytest.raises(
        WeightsError, match=r"weights.bin: is not a safetensors file, or is damaged \(.+\)\.$"
    ):
        read_safetensors(file)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ({"a": entry([1] * 99, 0, 4), "b": entry([2], 4, 12)}, "impossible shape"),
        ({"a": entry([0, 2**62], 0, 0), "b": entry([3], 0, 12)}, "impossible shape"),
        ({"a": entry([12], 0, 12, "F8_E4M3")}, "numbers of the kind 'F8_E4M3'"),
    ],
)
def test_safetensors_that_numpy_cannot_hold(file: Path, header: Any, message: str) -> None:
    with pytest.raises(WeightsError, match=f"weights.bin: has .*{message}"):
        read_safetensors(files.safetensors_of(file, header, bytes(12)))


def test_bfloat16_becomes_float32(file: Path) -> None:
    bits = np.array([0x3FC0, 0xC000], "<u2").tobytes()  # 1.5 and -2
    files.safetensors_of(file, {"a": entry([2], 0, 4, "BF16")}, bits)
    got = read_safetensors(file)["a"]
    assert got.dtype == np.float32
    assert got.tolist() == [1.5, -2.0]
    kind = files.field(1, 2) + files.field(2, 16) + files.field(8, b"a") + files.field(9, bits)
    assert read_onnx(files.onnx_of(file, kind))["a"].tolist() == [1.5, -2.0]


def test_safetensors_as_the_reference_writes_it(file: Path) -> None:
    save_file(files.TENSORS, file)
    got = read_safetensors(file)
    for name, expected in files.TENSORS.items():
        np.testing.assert_array_equal(got[name], expected)


# .npz


def npy(header: str, data: bytes) -> bytes:
    text = header.encode("latin-1") + b"\n"
    return b"\x93NUMPY\1\0" + len(text).to_bytes(2, "little") + text + data


def head(shape: str, descr: str = "'<f4'", order: str = "False") -> str:
    return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (npy(head("(4,)"), bytes(12)), "shape and values differ in size"),
        (npy(head("(2,)"), bytes(12)), "shape and values differ in size"),
        (npy(head("(999999999999,)"), bytes(12)), "more elements than values"),
        (npy(head("(-3,)"), bytes(12)), "not arrays of numbers"),
        (npy(head("(3,)", "'|O'"), bytes(12)), "not arrays of numbers"),
        (npy(head("(3,)", "'<f3'"), bytes(9)), "unknown kind '<f3'"),
        (npy(head("(3,)", "[('a', '<f4')]"), bytes(12)), "not arrays of numbers"),
        (npy(head("(3,)", "__import__('os')"), bytes(12)), "not arrays of numbers"),
        (b"\x93NUMPY\3\0" + bytes(20), "not arrays of numbers"),
        (b"text", "not arrays of numbers"),
    ],
)
def test_arrays_that_lie(file: Path, content: bytes, message: str) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.npy", content)
    with pytest.raises(WeightsError, match=message):
        read_npz(file)


def test_pickled_objects_in_an_npz_run_nothing(file: Path, tmp_path: Path) -> None:
    class Hostile:
        def __reduce__(self) -> Any:
            return Path.touch, (tmp_path / "canary",)

    with file.open("wb") as out:
        np.savez(out, a=np.array([Hostile()], object))
    with pytest.raises(WeightsError, match="not arrays of numbers"):
        read_npz(file)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.npy", pickle.dumps(Hostile()))
    with pytest.raises(WeightsError, match="not arrays of numbers"):
        read_npz(file)
    assert not (tmp_path / "canary").exists()


def test_other_things_in_an_npz(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", "hello")
    with pytest.raises(WeightsError, match="not arrays, or one array twice"):
        read_npz(file)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", npy(head("(25000000,)"), bytes(100_000_000)))
    with pytest.raises(WeightsError, match="unpacks to far more than weights do"):
        read_npz(file)


def test_fortran_order_and_compression(file: Path) -> None:
    value = np.asfortranarray(np.random.default_rng(0).normal(size=(3, 4)))
    with file.open("wb") as out:
        np.savez_compressed(out, a=value)
    np.testing.assert_array_equal(read_npz(file)["a"], value)


# .h5


def test_more_members_than_fit_into_one_list(file: Path) -> None:
    tensors = {f"layer_{n}/w:0": np.full((n % 5 + 1, 2), n, np.float32) for n in range(300)}
    got = read_h5(files.h5(file, tensors))
    assert set(got) == set(tensors)
    assert all(np.array_equal(got[name], tensors[name]) for name in tensors)


def test_whole_numbers_and_byte_orders(file: Path) -> None:
    tensors = {kind: np.array([1, 2, 100]).astype(kind) for kind in ("i1", "u2", ">i4", ">f8")}
    got = read_h5(files.h5(file, tensors))
    for name, expected in tensors.items():
        np.testing.assert_array_equal(got[name], expected)


def _write(file: Path, make: Callable[[Any], object], **options: Any) -> Path:
    with h5py.File(file, "w", **options) as out:
        make(out)
    return file


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda out: out.create_dataset("a", data=np.zeros(99), chunks=(9,)),
            "compressed or chunk",
        ),
        (
            lambda out: out.create_dataset("a", data=np.zeros(99), compression="gzip"),
            "compressed or chunked arrays, which cannot be read.\nHint: write it again with h5py",
        ),
        (lambda out: out.create_dataset("a", data=["text"]), "things that are not numbers"),
        (
            lambda out: out.create_dataset("a", data=np.zeros(2, "c8")),
            "things that are not numbers",
        ),
        (lambda out: out.__setitem__("a", h5py.SoftLink("/b")), "has links"),
        (lambda out: out.__setitem__("a", h5py.ExternalLink("/etc/x", "/")), "form of HDF5"),
        (
            lambda out: out.create_dataset("a", (4,), "f4", external=[("/etc/passwd", 0, 16)]),
            "keeps its numbers in another file",
        ),
        (lambda out: out.__setitem__("b", out.create_group("a")), "contain themselves"),
    ],
)
def test_what_weights_do_not_need(file: Path, make: Any, message: str) -> None:
    with pytest.raises(WeightsError, match=message):
        read_h5(_write(file, make))


def test_the_newer_form_says_what_to_do(file: Path) -> None:
    with pytest.raises(WeightsError, match='form of HDF5.*\nHint: .*libver="earliest"'):
        read_h5(files.h5(file, libver="latest"))


def test_an_array_that_claims_more_than_there_is(file: Path) -> None:
    whole = files.h5(file, {"a": np.arange(6, dtype=np.float32)}).read_bytes()
    # The shape, and where the values are.
    assert whole.count((6).to_bytes(8, "little")) >= 1
    file.write_bytes(whole.replace((6).to_bytes(8, "little"), (10**12).to_bytes(8, "little")))
    with pytest.raises(WeightsError, match="more elements than values"):
        read_h5(file)


@pytest.mark.parity
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_files_that_keras_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    keras = pytest.importorskip("keras")
    layers = [keras.layers.Conv2D(4, 3, name="first"), keras.layers.BatchNormalization(name="norm")]
    model = keras.Sequential([keras.Input((8, 8, 3)), *layers])
    model.save_weights(tmp_path / "m.weights.h5")
    got = read_h5(tmp_path / "m.weights.h5")
    values = {array.shape: array for array in got.values()}
    np.testing.assert_array_equal(values[(3, 3, 3, 4)], np.asarray(layers[0].kernel))


# ONNX


def made(kind: int, *more: bytes, dims: tuple[int, ...] = (2,)) -> bytes:
    shape = b"".join(files.field(1, length) for length in dims)
    return shape + files.field(2, kind) + files.field(8, b"a") + b"".join(more)


@pytest.mark.parametrize(
    ("tensor", "expected", "dtype"),
    [
        (made(1, files.field(4, np.array([1.5, -2], "<f4").tobytes())), [1.5, -2.0], "f4"),
        (made(11, files.field(10, np.array([1.5, -2], "<f8").tobytes())), [1.5, -2.0], "f8"),
        (made(7, files.field(7, files.varint(3) + files.varint(-4))), [3, -4], "i8"),
        (made(7, files.field(7, 3), files.field(7, -4)), [3, -4], "i8"),
        (made(6, files.field(5, files.varint(3) + files.varint(-4))), [3, -4], "i4"),
        (made(3, files.field(5, files.varint(3) + files.varint(-4))), [3, -4], "i1"),
        (made(10, files.field(5, files.varint(0x3E00) + files.varint(0xC000))), [1.5, -2], "f2"),
        (made(9, files.field(5, b"\1\0")), [True, False], "?"),
        (made(13, files.field(11, files.varint(2**63) + b"\1")), [2**63, 1], "u8"),
    ],
)
def test_ways_to_write_numbers(file: Path, tensor: bytes, expected: Any, dtype: str) -> None:
    got = read_onnx(files.onnx_of(file, tensor))["a"]
    assert got.dtype == np.dtype(dtype)
    assert got.tolist() == expected


@pytest.mark.parametrize(
    ("tensor", "message"),
    [
        (made(1, files.field(9, bytes(12))), "shape and values differ in size"),
        (made(1, files.field(9, bytes(7))), "shape and values differ in size"),
        (made(1, files.field(4, bytes(7))), "shape and values differ in size"),
        (made(1, files.field(9, bytes(8)), dims=(2**40, 2**40)), "more elements than values"),
        (made(1, files.field(14, 1)), "in another file.\nHint: save the model in one"),
        (made(8, files.field(9, bytes(8))), "a kind that cannot be read"),
        (made(1, files.field(8, b"\xff"), files.field(9, bytes(8))), "name that is not text"),
        (made(1, files.field(9, 3)), "is not an ONNX model"),
    ],
)
def test_onnx_that_lies(file: Path, tensor: bytes, message: str) -> None:
    with pytest.raises(WeightsError, match=message):
        read_onnx(files.onnx_of(file, tensor))


def test_other_contradictions_in_onnx(file: Path) -> None:
    good = files.onnx_tensor("a", np.zeros(2, np.float32))
    with pytest.raises(WeightsError, match="names a tensor twice"):
        read_onnx(files.onnx_of(file, good, good))
    with pytest.raises(WeightsError, match="or one without weights"):
        read_onnx(files.onnx_of(file))
    file.write_bytes(files.field(7, files.field(15, b"")))
    with pytest.raises(WeightsError, match="sparse weights"):
        read_onnx(file)
    file.write_bytes(b"\x0b\x08")
    with pytest.raises(WeightsError, match="is not an ONNX model"):
        read_onnx(file)


def test_onnx_as_the_reference_writes_it(file: Path) -> None:
    onnx = pytest.importorskip("onnx")
    kinds = {1: "f4", 6: "i4", 7: "i8", 10: "f2", 11: "f8", 9: "?", 2: "u1"}
    value = np.array([[1, 0, 1]])
    tensors = [
        onnx.numpy_helper.from_array(value.astype(kind), f"raw_{kind}") for kind in kinds.values()
    ] + [
        onnx.helper.make_tensor(f"list_{kind}", code, (1, 3), value.ravel().tolist())
        for code, kind in kinds.items()
    ]
    graph = onnx.helper.make_graph([], "g", [], [], initializer=tensors)
    onnx.save(onnx.helper.make_model(graph), file)
    got = read_tensors(file)
    for way in ("raw", "list"):
        for kind in kinds.values():
            assert got[f"{way}_{kind}"].dtype == np.dtype(kind)
            np.testing.assert_array_equal(got[f"{way}_{kind}"], value.astype(kind))
