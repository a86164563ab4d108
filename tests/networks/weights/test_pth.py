"""Reading PyTorch files: right numbers from good ones, a refusal from all others."""

from __future__ import annotations

import io
import os
import pickle
import time
import warnings
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imagesasdata.errors import WeightsError
from imagesasdata.networks.weights.pth import read_pth

MAGIC, PROTOCOL = 0x1950A86A20F9469CFC6C, 1001
SYSTEM = {"protocol_version": PROTOCOL, "little_endian": True, "type_sizes": {}}


class Named:
    """Pickles as a global of any name."""

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name


class Call:
    """Pickles as a call of a global."""

    def __init__(self, function: Named, *arguments: Any) -> None:
        self.function, self.arguments = function, arguments


class Storage:
    def __init__(self, key: str, values: np.ndarray, kind: str = "FloatStorage") -> None:
        self.key, self.values, self.kind = key, values, kind


class Writer(pickle._Pickler):  # type: ignore[name-defined,misc]  # the one that can be taught
    def persistent_id(self, thing: Any) -> Any:
        if isinstance(thing, Storage):
            kind = Named("torch", thing.kind)
            return ("storage", kind, thing.key, "cpu", len(thing.values), None)
        return None

    def save(self, thing: Any, *rest: Any, **options: Any) -> None:
        if isinstance(thing, Named):
            self.write(b"c" + f"{thing.module}\n{thing.name}\n".encode())
        elif isinstance(thing, Call):
            self.save(thing.function)
            self.save(tuple(thing.arguments))
            self.write(b"R")
        else:
            super().save(thing, *rest, **options)


def tensor(storage: Storage, shape: Any, strides: Any, offset: Any = 0) -> Call:
    rebuild = Named("torch._utils", "_rebuild_tensor_v2")
    return Call(rebuild, storage, offset, shape, strides, False, OrderedDict())


def write(path: Path, state: Any, storages: list[Storage], system: Any = SYSTEM) -> Path:
    buffer = io.BytesIO()
    for thing in (MAGIC, PROTOCOL, system):
        pickle.dump(thing, buffer, protocol=2)
    Writer(buffer, protocol=2).dump(state)
    pickle.dump([storage.key for storage in storages], buffer, protocol=2)
    for storage in storages:
        buffer.write(len(storage.values).to_bytes(8, "little") + storage.values.tobytes())
    path.write_bytes(buffer.getvalue())
    return path


@pytest.fixture
def values() -> Storage:
    return Storage("0", np.arange(12, dtype=np.float32))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "weights.pth"


def test_views_of_a_storage(file: Path, values: Storage) -> None:
    state = OrderedDict(
        whole=tensor(values, (3, 4), (4, 1)),
        turned=tensor(values, (4, 3), (1, 4)),
        part=tensor(values, (2,), (5,), 1),
        scalar=tensor(values, (), (), 7),
        empty=tensor(values, (0, 3), (3, 1)),
    )
    got = read_pth(write(file, state, [values]))
    whole = values.values.reshape(3, 4)
    np.testing.assert_array_equal(got["whole"], whole)
    np.testing.assert_array_equal(got["turned"], whole.T)
    np.testing.assert_array_equal(got["part"], [1.0, 6.0])
    assert got["scalar"] == 7.0
    assert got["empty"].shape == (0, 3)


@pytest.mark.parametrize(
    ("kind", "dtype"), [("LongStorage", "<i8"), ("HalfStorage", "<f2"), ("BoolStorage", "?")]
)
def test_kinds_of_numbers(file: Path, kind: str, dtype: str) -> None:
    storage = Storage("0", np.array([1, 0, 1], dtype), kind)
    got = read_pth(write(file, {"x": tensor(storage, (3,), (1,))}, [storage]))
    assert got["x"].dtype == np.dtype(dtype)
    assert got["x"].tolist() == [1, 0, 1]


@pytest.mark.parametrize("zip_form", [False, True])
def test_files_that_pytorch_writes(file: Path, zip_form: bool) -> None:
    torch = pytest.importorskip("torch")
    base = torch.arange(24.0).reshape(4, 6)
    state = {
        "a": base,
        "b": base.t()[1:3],
        "c": torch.tensor([1, 2]),
        "d": torch.tensor(3.0).half(),
    }
    state["e"] = torch.tensor([1.5, -2.0], dtype=torch.bfloat16)
    state["f"] = torch.nn.Parameter(torch.tensor([3.0]))
    for held in (state, {"epoch": 3, "best": 0.5, "state_dict": state}):
        torch.save(held, file, _use_new_zipfile_serialization=zip_form)
        got = read_pth(file)
        assert set(got) == set(state)
        for name, expected in state.items():
            np.testing.assert_array_equal(got[name], expected.detach().float().numpy())
        assert got["d"].dtype == np.float16
    module = torch.nn.BatchNorm2d(3)
    torch.save(module.state_dict(), file, _use_new_zipfile_serialization=zip_form)
    assert read_pth(file)["running_var"].tolist() == [1.0, 1.0, 1.0]
    torch.save(module, file, _use_new_zipfile_serialization=zip_form)
    with pytest.raises(WeightsError, match=r"asks for torch.nn.modules.batchnorm.BatchNorm2d"):
        read_pth(file)


HOSTILE = [
    ("os", "system"),
    ("posix", "system"),
    ("builtins", "eval"),
    ("builtins", "exec"),
    ("builtins", "getattr"),
    ("subprocess", "Popen"),
    ("functools", "partial"),
    ("torch", "load"),
    ("torch.serialization", "os.system"),
    ("torch._utils", "_rebuild_tensor_v2.__globals__"),
    ("collections", "OrderedDict.__init__"),
    ("imagesasdata.networks.weights.pth", "os"),
]


@pytest.mark.parametrize(("module", "name"), HOSTILE)
def test_no_other_function_is_called(
    file: Path, tmp_path: Path, values: Storage, module: str, name: str
) -> None:
    canary = tmp_path / "canary"
    call = Call(Named(module, name), f"touch {canary}")
    with pytest.raises(WeightsError, match="not needed to hold numbers.*\nHint: do not use"):
        read_pth(write(file, {"x": tensor(values, (3,), (1,)), "y": call}, [values]))
    assert not canary.exists()


@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
def test_a_hostile_reduce_runs_nothing(file: Path, tmp_path: Path, protocol: int) -> None:
    canary = tmp_path / "canary"

    class Hostile:
        def __reduce__(self) -> Any:
            return os.system, (f"touch {canary}",)

    # In place of the magic number, and in place of the state.
    file.write_bytes(pickle.dumps(Hostile(), protocol))
    with pytest.raises(WeightsError, match=r"asks for (posix|nt|os)\.system"):
        read_pth(file)
    buffer = io.BytesIO()
    for thing in (MAGIC, PROTOCOL, SYSTEM, Hostile()):
        pickle.dump(thing, buffer, protocol)
    file.write_bytes(buffer.getvalue())
    with pytest.raises(WeightsError, match=r"asks for (posix|nt|os)\.system"):
        read_pth(file)
    assert not canary.exists()


@pytest.mark.parametrize(
    ("shape", "strides", "offset", "message"),
    [
        ((13,), (1,), 0, "more elements than values"),
        ((12,), (1,), 1, "reaches beyond"),
        ((2,), (100,), 0, "reaches beyond"),
        ((10**12,), (0,), 0, "more elements than values"),
        ((10**6, 10**6, 0), (0, 0, 0), 0, None),
        ((-1,), (1,), 0, "impossible shape"),
        ((2,), (-1,), 3, "impossible shape"),
        ((2,), (1,), -1, "impossible shape"),
        ((2, 2), (1,), 0, "more elements|impossible"),
        ((2.0,), (1,), 0, "impossible shape"),
        ("ab", (1, 1), 0, "impossible shape"),
        (None, None, 0, "impossible shape"),
    ],
)
def test_lying_shapes(
    file: Path, values: Storage, shape: Any, strides: Any, offset: int, message: str | None
) -> None:
    written = write(file, {"x": tensor(values, shape, strides, offset)}, [values])
    if message is None:
        assert read_pth(written)["x"].size == 0
        return
    with pytest.raises(WeightsError, match=message):
        read_pth(written)


def test_other_contradictions(file: Path, values: Storage) -> None:
    good = {"x": tensor(values, (3,), (1,))}
    with pytest.raises(WeightsError, match="another byte order"):
        read_pth(write(file, good, [values], system={"little_endian": False}))
    with pytest.raises(WeightsError, match="list of storages does not match"):
        read_pth(write(file, good, []))
    with pytest.raises(WeightsError, match="things that are not tensors"):
        read_pth(write(file, {**good, "y": 3}, [values]))
    with pytest.raises(WeightsError, match="does not hold a state dict"):
        read_pth(write(file, [1, 2], []))
    other = Storage("0", np.zeros(3, np.float32))
    with pytest.raises(WeightsError, match="describes the same values in two ways"):
        read_pth(write(file, {**good, "y": tensor(other, (3,), (1,))}, [values]))
    named = Storage("0", np.zeros(3, np.float32), "QStorage")
    with pytest.raises(WeightsError, match=r"asks for torch.QStorage"):
        read_pth(write(file, {"y": tensor(named, (3,), (1,))}, [named]))
    file.write_bytes(b"no pickle at all")
    with pytest.raises(WeightsError, match="weights.pth: cannot be read as a PyTorch file"):
        read_pth(file)


def test_cut_off_anywhere(file: Path, values: Storage) -> None:
    whole = write(file, {"x": tensor(values, (3, 4), (4, 1))}, [values]).read_bytes()
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        with pytest.raises(WeightsError):
            read_pth(file)


class Built:
    """Pickles as a call of a global whose result is then changed."""

    def __init__(self, call: Call, state: Any) -> None:
        self.call, self.state = call, state


def test_a_tensor_cannot_be_changed_after_its_check(file: Path, values: Storage) -> None:
    class BuildingWriter(Writer):
        def save(self, thing: Any, *rest: Any, **options: Any) -> None:
            if isinstance(thing, Built):
                self.save(thing.call)
                self.save(thing.state)
                self.write(b"b")
            else:
                super().save(thing, *rest, **options)

    buffer = io.BytesIO()
    for thing in (MAGIC, PROTOCOL, SYSTEM):
        pickle.dump(thing, buffer, protocol=2)
    lie = Built(tensor(values, (1,), (0,)), {"shape": (10**12,)})
    BuildingWriter(buffer, protocol=2).dump({"x": lie})
    file.write_bytes(buffer.getvalue())
    with pytest.raises(WeightsError, match="changes a tensor after it is made"):
        read_pth(file)


# A tuple of twice the same tuple, and so on: its hash takes 2 ** 60 steps.
DEEP = b")q\x00" + b"0h\x00h\x00\x86q\x00" * 60
# Whole numbers that all have the hash 0.
COLLIDING = b"".join(pickle.dumps((2**61 - 1) * number, 2)[2:-1] + b"N" for number in range(10_000))

BOMBS = {
    "a memo of 2 GB": (b"\x80\x02K\x01r\xff\xff\xff\x7f.", "is not a PyTorch file"),
    "a key whose hash never ends": (b"\x80\x02}" + DEEP + b"Ns.", "a name that is not text"),
    "keys that all collide": (b"\x80\x02}(" + COLLIDING + b"u.", "a name that is not text"),
    "lists in lists": (b"\x80\x02" + b"](" * 100_000 + b".", "is not a PyTorch file"),
    "more steps than tensors": (b"\x80\x02" + b"N0" * 1_100_000 + b"N.", "more steps"),
    "a list copied again and again": (
        b"\x80\x02("
        + b"NN\x86" * 100_000
        + b"lq\x00"
        + b"ccollections\nOrderedDict\nh\x00\x85R" * 100
        + b".",
        "more steps|not text",
    ),
    "a set": (pickle.dumps({1, 2}, 4), "the opcode EMPTY_SET, which is not needed"),
    "an object": (b"(ios\nsystem\n.", "the opcode INST, which is not needed"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_in_a_moment(file: Path, name: str) -> None:
    data, message = BOMBS[name]
    file.write_bytes(data)
    begin = time.process_time()
    with pytest.raises(WeightsError, match=message):
        read_pth(file)
    assert time.process_time() - begin < 20


def test_many_tensors_of_the_same_numbers(file: Path) -> None:
    values = Storage("0", np.zeros(100_000, np.float32))
    tied = {f"x{number}": tensor(values, (100_000,), (1,)) for number in range(8)}
    assert len(read_pth(write(file, tied, [values]))) == 8
    bomb = {f"x{number}": tensor(values, (100_000,), (1,)) for number in range(500)}
    with pytest.raises(WeightsError, match="asks for more memory than its tensors can need"):
        read_pth(write(file, bomb, [values]))


def write_zip(
    path: Path, state: Any, storages: list[Storage], more: Any = (), compression: int = 0
) -> Path:
    buffer = io.BytesIO()
    Writer(buffer, protocol=2).dump(state)
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w", compression) as archive:
        warnings.simplefilter("ignore")  # of names that are there twice
        archive.writestr("archive/data.pkl", buffer.getvalue())
        for storage in storages:
            archive.writestr(f"archive/data/{storage.key}", storage.values.tobytes())
        for name, data in more:
            archive.writestr(name, data)
    return path


def test_the_zip_form(file: Path, values: Storage) -> None:
    good = {"x": tensor(values, (3, 4), (4, 1))}
    got = read_pth(write_zip(file, good, [values], [("archive/byteorder", "little")]))
    np.testing.assert_array_equal(got["x"], values.values.reshape(3, 4))


def test_zip_files_that_lie(file: Path, values: Storage) -> None:
    good = {"x": tensor(values, (3, 4), (4, 1))}
    with pytest.raises(WeightsError, match="another byte order"):
        read_pth(write_zip(file, good, [values], [("archive/byteorder", "big")]))
    for storages in ([], [Storage("0", values.values[:5])]):
        with pytest.raises(WeightsError, match="is cut off, or a storage's size is wrong"):
            read_pth(write_zip(file, good, storages))
    with pytest.raises(WeightsError, match="is not a zip file that PyTorch wrote"):
        read_pth(write_zip(file, good, [values], compression=zipfile.ZIP_DEFLATED))
    with pytest.raises(WeightsError, match="is not a zip file that PyTorch wrote"):
        read_pth(write_zip(file, good, [values], [("archive/data/0", b"twice")]))
    with pytest.raises(WeightsError, match="is not a PyTorch file"):
        read_pth(write_zip(file, good, [values], [("other/data.pkl", b"")]))
    call = Call(Named("os", "system"), "true")
    with pytest.raises(WeightsError, match="asks for os.system"):
        read_pth(write_zip(file, {**good, "y": call}, [values]))
    whole = write_zip(file, good, [values]).read_bytes()
    for length in range(0, len(whole), 7):
        file.write_bytes(whole[:length])
        with pytest.raises(WeightsError):
            read_pth(file)
