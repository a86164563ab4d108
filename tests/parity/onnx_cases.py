"""ONNX's own conformance tests, run through the library's JAX functions."""

from __future__ import annotations

import functools
import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np

from imagesasdata.errors import WeightsError
from imagesasdata.networks.weights.onnx import OnnxModel, parse_onnx_model
from imagesasdata.networks.zoo.graph.onnx import layout
from imagesasdata.networks.zoo.graph.onnx.compile import OnnxProgram, compile_onnx

# Numbers of onnx.proto that NumPy has; those of 64 bits with a point need JAX's switch for them.
DOUBLE = 11
TYPES = {1, 2, 3, 4, 5, 6, 7, 9, 10, DOUBLE, 12, 13}
KINDS = ("node", "simple", "pytorch-converted", "pytorch-operator")
# What is known to be refused, and why; everything else that is claimed has to be right.
REFUSED = {
    "The graph is one for training": "training is not run",
    "MaxPool that also gives the places": "MaxPool's second output is not known",
}


class Case(NamedTuple):
    """A test: its model, its inputs and outputs, and what they may differ by."""

    name: str
    model: bytes
    sets: list[tuple[list[Any], list[Any]]]
    relative: float
    absolute: float


@functools.cache
def cases() -> Mapping[str, list[Case]]:
    """All tests by their operation; those of several are under the empty name."""
    import onnx
    from onnx.backend.test.loader import load_model_tests

    found = defaultdict(list)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for kind in KINDS:
            for test in load_model_tests(kind=kind):
                model = test.model or onnx.load(f"{test.model_dir}/model.onnx")
                sets = test.data_sets or list(_stored(Path(test.model_dir)))
                sets = [tuple([_array(one) for one in part] for part in both) for both in sets]
                case = Case(test.name, model.SerializeToString(), sets, test.rtol, test.atol)
                nodes = [node.op_type for node in model.graph.node]
                found[nodes[0] if len(nodes) == 1 else ""].append(case)
    return found


def _stored(folder: Path) -> Iterator[tuple[list[Any], list[Any]]]:
    import onnx

    for one in sorted(folder.glob("test_data_set_*")):
        parts = []
        for kind in ("input", "output"):
            files = sorted(one.glob(f"{kind}_*.pb"), key=lambda f: int(f.stem.split("_")[1]))
            parts.append([onnx.numpy_helper.to_array(onnx.load_tensor(f)) for f in files])
        yield parts[0], parts[1]


def _array(value: Any) -> Any:
    import onnx

    return onnx.numpy_helper.to_array(value) if isinstance(value, onnx.TensorProto) else value


def unclaimed(case: Case) -> str | None:
    """Why a test is not run: it needs an operation, or a type of numbers, that is not known."""
    try:
        model = parse_onnx_model(case.model)
    except WeightsError as error:
        return error.message
    unknown = {one.kind for one in model.operations} - layout.KNOWN
    if unknown:
        return f"needs {', '.join(sorted(unknown))}"
    if not {one.element for one in (*model.inputs, *model.outputs)} <= TYPES:
        return "text, lists, complex numbers, or numbers of fewer than 8 bits"
    return None


def differs(case: Case) -> str | None:
    """What is wrong with the compiled network's outputs; ``None`` if nothing is.

    Inputs that are shapes, axes or indices have to be known before a network is compiled: if it does
    not compile without that, whole numbers are given beforehand, then all inputs.
    """
    model = parse_onnx_model(case.model)
    long = DOUBLE in {one.element for one in (*model.inputs, *model.outputs)}
    with jax.enable_x64(long):
        return _differs(case, model)


def _differs(case: Case, model: OnnxModel) -> str | None:
    try:
        program = compile_onnx(model)
    except WeightsError as error:
        return error.message
    for given, expected in case.sets:
        values = {
            info.name: np.asarray(value) for info, value in zip(model.inputs, given, strict=False)
        }
        outputs = _outputs(program, values)
        if isinstance(outputs, str):
            return outputs
        for info, right in zip(model.outputs, expected, strict=True):
            right = np.asarray(right)
            output = np.asarray(outputs[info.name])
            if output.shape != right.shape:
                return f"{info.name}: shape {output.shape}, not {right.shape}"
            whole = {output.dtype.kind, right.dtype.kind} <= set("iu")
            if output.dtype.kind != right.dtype.kind and not whole:
                return f"{info.name}: type {output.dtype}, not {right.dtype}"
            try:
                np.testing.assert_allclose(
                    output.astype(right.dtype), right, case.relative, case.absolute
                )
            except AssertionError as error:
                return f"{info.name}: {error}"
    return None


def _outputs(program: OnnxProgram, values: dict[str, Any]) -> dict[str, Any] | str:
    why = ""
    for known in (set(), set("iub"), set("iubf")):
        fixed = {name: one for name, one in values.items() if one.dtype.kind in known}
        free = {name: one for name, one in values.items() if name not in fixed}

        def run(params: Any, free: Any, fixed: Any = fixed) -> Any:
            return program.apply(params, {**fixed, **free})

        try:
            if free:
                return jax.jit(run)(program.params, free)
            return run(program.params, {})
        except WeightsError as error:
            why = error.message
    return why
