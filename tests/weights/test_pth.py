"""Reading PyTorch files: right numbers from good ones, a refusal from all others."""

from __future__ import annotations

import io
import os
import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imagesasdata.errors import WeightsError
from imagesasdata.weights.pth import read_pth

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
    torch.save(state, file, _use_new_zipfile_serialization=zip_form)
    if zip_form:
        with pytest.raises(WeightsError, match="older, non-zip form|cannot be read"):
            read_pth(file)
        return
    got = read_pth(file)
    for name, expected in state.items():
        np.testing.assert_array_equal(got[name], expected.numpy())


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
    ("imagesasdata.weights.pth", "os"),
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
    file.write_bytes(b"no pickle at all")
    with pytest.raises(WeightsError, match="weights.pth: cannot be read as a PyTorch file"):
        read_pth(file)


def test_cut_off_anywhere(file: Path, values: Storage) -> None:
    whole = write(file, {"x": tensor(values, (3, 4), (4, 1))}, [values]).read_bytes()
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        with pytest.raises(WeightsError):
            read_pth(file)


def test_any_change_gives_numbers_or_a_refusal(file: Path, values: Storage) -> None:
    whole = write(file, {"x": tensor(values, (3, 4), (4, 1))}, [values]).read_bytes()
    random = np.random.default_rng(3)
    refused = 0
    for _ in range(400):
        changed = bytearray(whole)
        for place in random.integers(0, len(whole), random.integers(1, 5)):
            changed[place] = random.integers(0, 256)
        file.write_bytes(bytes(changed))
        try:
            got = read_pth(file)
        except WeightsError:
            refused += 1
        else:
            assert all(isinstance(array, np.ndarray) for array in got.values())
    assert refused > 100
