"""The names of the outcomes of one call."""

from __future__ import annotations

from collections.abc import Sequence

from imagesasdata.errors import ArgumentError
from imagesasdata.training.outcome import identifier


def outcome_names(outcome: str | Sequence[str]) -> list[str]:
    """The names of the coded columns: one, or a list.

    Raises
    ------
    ArgumentError
        When there is none, or two would give columns of the same names.
    """
    names = [outcome] if isinstance(outcome, str) else list(outcome)
    if not names:
        raise ArgumentError("outcome names no column.", 'for example outcome=["protest", "anger"].')
    stems: dict[str, str] = {}
    for name in names:
        stem = identifier(name)
        if stem in stems:
            raise ArgumentError(
                f"outcome names {name!r} twice."
                if stems[stem] == name
                else f"The outcomes {stems[stem]!r} and {name!r} would give columns of one name: "
                f"{stem}_pred.",
                "name it once." if stems[stem] == name else "rename one of them.",
            )
        stems[stem] = name
    return names
