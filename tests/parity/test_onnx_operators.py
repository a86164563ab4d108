"""Each ONNX operation that is claimed, jitted, beside the values of ONNX's conformance tests."""

from __future__ import annotations

import pytest

from imagesasdata.networks.zoo.graph.onnx import layout
from tests.parity.onnx_cases import REFUSED, Case, cases, differs, unclaimed

pytestmark = pytest.mark.parity
pytest.importorskip("onnx")

# Of an operation's tests, those that every run of the suite has.
FEW = 4
# Operations without a test of their own in the package.
UNTESTED = {"GlobalLpPool"}


def wrong(tests: list[Case]) -> dict[str, str]:
    """What differs, by the test's name."""
    answers = {case.name: differs(case) for case in tests if unclaimed(case) is None}
    return {
        name: why
        for name, why in answers.items()
        if why is not None and not why.startswith(tuple(REFUSED))
    }


@pytest.mark.parametrize("op", sorted(layout.KNOWN))
def test_an_operation_is_as_its_conformance_tests_say(op: str) -> None:
    tests = [case for case in cases()[op] if unclaimed(case) is None]
    assert tests or op in UNTESTED
    step = max(1, len(tests) // FEW)
    assert wrong(tests[::step][:FEW]) == {}


@pytest.mark.soak
def test_all_conformance_tests() -> None:
    every = [case for tests in cases().values() for case in tests]
    claimed = [case for case in every if unclaimed(case) is None]
    assert wrong(claimed) == {}
    assert len(claimed) > 1_200
