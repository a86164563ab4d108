"""What fine-tuning requires of a network, and which parameters ``train=`` selects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, runtime_checkable

from imagesasdata.errors import ArgumentError

# Submodules that may hold the stages, and attributes for layers after the stages.
HOMES = ("body", "image")
AFTER_STAGES = ("head", "norm", "hidden", "image_projection")


@runtime_checkable
class Trainable(Protocol):
    """A Flax module that can be fine-tuned.

    ``features(x)`` returns the embedding (b, d) of normalized pictures (b, h, w, 3). ``stages`` are
    the parts that can be retrained separately, in order; they are an attribute of the module or of
    one of its `HOMES`. Layers between the last stage and the embedding are attributes named in
    `AFTER_STAGES`, of the module or next to the stages. All other layers come before the first stage,
    or are not used for the embedding.
    """

    @property
    def stages(self) -> Sequence[Any]:
        """The parts that can be retrained separately."""
        ...

    def features(self, x: Any) -> Any:
        """The embedding of normalized pictures."""
        ...


def check_trainable(network: object, model: str) -> Trainable:
    """The network, or an error when it lacks what fine-tuning needs."""
    if isinstance(network, Trainable):
        return network
    raise ArgumentError(
        f"The weights of {model!r} cannot be trained here.",
        'train="head" leaves them as they are and works with every model that embeds.',
    )


def learns_last(count: int, stages: int) -> Callable[[str], bool]:
    """A function that tells from a parameter's name whether it is in the last stages or after them."""
    last = {str(number) for number in range(stages - count, stages)}

    def learns(name: str) -> bool:
        parts = name.split(".")
        if parts[0] in HOMES:
            parts = parts[1:]
        if parts[0] == "stages":
            return parts[1] in last
        return parts[0] in AFTER_STAGES

    return learns
