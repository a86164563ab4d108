"""Parses steps from text that looks like the call that makes them, such as ``resize(256)``."""

from __future__ import annotations

import ast

from imagesasdata.errors import ArgumentError, ImagesAsDataError, one_of
from imagesasdata.steps.step import Step

_HINT = 'for example resize(256) or edges("canny", low=50).'


def read_step(text: str) -> Step:
    """The step that a text such as ``'blur(2, method="box")'`` describes; no other code is run.

    Raises
    ------
    ArgumentError
        When it is not a call, or its arguments are not numbers, text or lists.
    UnknownNameError
        When there is no such step.
    """
    from imagesasdata import steps

    try:
        call = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        raise ArgumentError(f"{text!r} is not a step.", _HINT) from None
    if isinstance(call, ast.Name):
        call = ast.Call(call, [], [])
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        raise ArgumentError(f"{text!r} is not a step.", _HINT)
    known = [name for name in steps.__all__ if name.islower()]
    if call.func.id not in known:
        raise one_of("step", call.func.id, known)
    try:
        arguments = [ast.literal_eval(one) for one in call.args]
        named = {one.arg or "**": ast.literal_eval(one.value) for one in call.keywords}
        return getattr(steps, call.func.id)(*arguments, **named)
    except (ValueError, TypeError, MemoryError, RecursionError) as error:
        if isinstance(error, ImagesAsDataError):
            raise
        raise ArgumentError(f"The step {text!r} cannot be made: {error}.", _HINT) from None
