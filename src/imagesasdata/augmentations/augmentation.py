"""An augmentation: a step with random arguments, drawn for each picture."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from imagesasdata.checks import number, seed_of, whole
from imagesasdata.errors import ArgumentTypeError
from imagesasdata.steps.as_is import Unchanged
from imagesasdata.steps.named import Named
from imagesasdata.steps.step import Step

_HINT = "for example [random_flip(), random_brightness(0.2)], or light()."
_DIGITS = 4


@dataclass(frozen=True, repr=False)
class Augmentation(Named):
    """A step with random arguments.

    Augmentations with the same arguments are equal and have the same hash; ``repr`` is the call that
    makes the augmentation.
    """

    def draw(self, rng: np.random.Generator) -> Step:
        """Draw a step.

        Parameters
        ----------
        rng
            The source of random numbers; in the same state it gives the same step.

        Returns
        -------
        Step

        Raises
        ------
        ArgumentTypeError
            When ``rng`` is not a generator.
        """
        if not isinstance(rng, np.random.Generator):
            raise ArgumentTypeError(
                f"rng must be a numpy.random.Generator, got {rng!r}.",
                "for example np.random.default_rng(1).",
            )
        return self._draw(rng)

    def _draw(self, rng: np.random.Generator) -> Step:
        raise NotImplementedError


def draw_all(augmentations: Iterable[Augmentation | Step], seed: int, index: int) -> list[Step]:
    """The steps for one picture.

    They depend only on the seed, the picture's number and an augmentation's position in the list,
    not on earlier pictures or the other augmentations.

    Parameters
    ----------
    augmentations
        Augmentations, applied in order; a step among them is applied to every picture.
    seed
        From 0. Another seed gives other steps: use a new one for each epoch of training.
    index
        The picture's number, from 0.

    Returns
    -------
    list of Step
        The drawn steps, without augmentations that leave this picture unchanged.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        For a seed or number below 0, and for anything that is neither augmentation nor step.

    Examples
    --------
    >>> from imagesasdata import augmentations
    >>> some = [augmentations.random_flip(1), augmentations.random_brightness(0.2)]
    >>> augmentations.draw_all(some, seed=1, index=7)
    [flip("left-right"), brightness(1.1324)]
    """
    parts = parts_of(augmentations)
    entropy = seed_of(seed), whole("index", index, 0, 2**63 - 1, hint="for example index=0.")
    steps = [
        draw_one(part, np.random.default_rng((*entropy, number)))
        for number, part in enumerate(parts)
    ]
    return [step for step in steps if not isinstance(step, Unchanged)]


def draw_one(part: Augmentation | Step, rng: np.random.Generator) -> Step:
    """The step that an augmentation draws; a step stays as it is."""
    return part.draw(rng) if isinstance(part, Augmentation) else part


def parts_of(parts: object) -> tuple[Augmentation | Step, ...]:
    """A list of augmentations and steps as a tuple."""
    if not isinstance(parts, Iterable):
        raise ArgumentTypeError(f"expected a list of augmentations, got {parts!r}.", _HINT)
    found = tuple(parts)
    for part in found:
        if not isinstance(part, Augmentation | Step):
            raise ArgumentTypeError(f"expected augmentations or steps, got {part!r}.", _HINT)
    return found


def drawn(rng: np.random.Generator, low: float, high: float) -> float:
    """A random number from ``low`` to ``high``, rounded so that it is readable."""
    return round(float(rng.uniform(low, high)), _DIGITS)


def chance(p: object, hint: str) -> float:
    """``p`` as the share of pictures that are changed."""
    return number("p", p, 0, 1, hint=hint)
