"""Language models with vision: the object that a model was asked for, in an answer of any interface."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from imagesasdata.errors import ImageError
from imagesasdata.files.annotations.written import object_of

_CUT = {"length", "max_tokens", "max_output_tokens"}
_REFUSED = {"refusal", "content_filter"}
_SHOWN = 120


class Told(NamedTuple):
    """What one answer says: the keys and values, or why there are none, and which model gave it."""

    values: Mapping[str, Any]
    model: str | None
    error: str | None
    name: str | None  # the picture, by ``custom_id``


def told(answer: Any) -> Told:
    """What an answer says: a line of a batch interface, an answer of a client, an object or its text."""
    name = model = None
    try:
        if isinstance(answer, ImageError):
            raise answer
        if answer is None or (isinstance(answer, str) and not answer.strip()):
            raise ImageError("there is no answer")
        given = object_of(answer, prose=True) if isinstance(answer, str) else answer
        if isinstance(given, Mapping) and _is_wrapped(given):
            name = given.get("custom_id")
            name = name if isinstance(name, str) else None
            reply = _reply(given)
            model = reply.get("model")
            model = model if isinstance(model, str) else None
            given = _content(reply)
        return Told(_flat(given), model, None, name)
    except ImageError as error:
        return Told({}, model, error.message, name)
    except (AttributeError, KeyError, IndexError, TypeError) as error:
        reason = f"answer is not in the form of its interface: {str(error)[:_SHOWN]}"
        return Told({}, model, reason, name)


def _is_wrapped(given: Mapping[str, Any]) -> bool:
    """Whether it is a line of a batch interface, or a whole reply; a prompt asks for no such keys."""
    if "custom_id" in given and {"response", "result", "error"} & set(given):
        return True
    replies = isinstance(given.get("choices"), list) or given.get("object") == "response"
    return replies or (given.get("role") == "assistant" and "content" in given)


def _reply(line: Mapping[str, Any]) -> Mapping[str, Any]:
    """The reply within a line of a batch interface; a reply itself is one already."""
    if line.get("error") is not None:
        raise ImageError(f"the request failed: {_message(line['error'])}")
    if isinstance(line.get("response"), Mapping):  # OpenAI, and those who follow it
        response = line["response"]
        if response.get("status_code", 200) != 200:
            raise ImageError(f"the request failed: {_message(response['body'].get('error'))}")
        return response["body"]
    if isinstance(line.get("result"), Mapping):  # Anthropic
        result = line["result"]
        if result["type"] != "succeeded":
            told = f": {_message(result['error'])}" if "error" in result else ""
            raise ImageError(f"the request {result['type']}{told}")
        return result["message"]
    if "custom_id" in line:
        raise ImageError("there is no answer")
    return line


def _content(reply: Mapping[str, Any]) -> Any:
    """What a reply says: text, or the arguments of a tool that it was asked to call."""
    stopped = reply.get("stop_reason")
    parts: Any
    if "choices" in reply:
        if len(reply["choices"]) != 1:
            raise ImageError(f"there are {len(reply['choices'])} answers, and one is needed")
        (choice,) = reply["choices"]
        message, stopped = choice["message"], choice.get("finish_reason")
        if message.get("refusal"):
            raise _refused(message["refusal"])
        calls = [call["function"]["arguments"] for call in message.get("tool_calls") or ()]
        parts = calls or message.get("content")
    elif "output" in reply:
        stopped = (reply.get("incomplete_details") or {}).get("reason")
        parts = [
            part
            for one in reply["output"]
            for part in (one["content"] if one["type"] == "message" else [one])
        ]
    else:
        parts = reply["content"]
    if stopped in _CUT:
        raise ImageError(f"answer was cut off at the limit of its length ({stopped})")
    said = list(_said(parts))
    if stopped in _REFUSED:
        raise _refused(" ".join(map(str, said)) or stopped)
    if not said or said == [""]:
        raise ImageError("there is no answer")
    objects = [one for one in said if not isinstance(one, str)]
    if len(objects) > 1:
        raise ImageError(f"there are {len(objects)} answers, and one is needed")
    return objects[0] if objects else object_of("\n".join(map(str, said)), prose=True)


def _said(parts: Any) -> Sequence[Any]:
    """The texts of a reply, or the objects that it gave to a tool."""
    if parts is None:
        return []
    if isinstance(parts, str):
        return [parts]
    said = []
    for part in parts:
        if isinstance(part, str):
            said.append(part)
            continue
        kind = part.get("type")
        if kind == "refusal":
            raise _refused(part["refusal"])
        if kind in ("text", "output_text"):
            said.append(part["text"])
        elif kind == "tool_use":
            said.append(part["input"])
        elif kind == "function_call":
            said.append(object_of(part["arguments"]))
    return said


def _flat(given: Any) -> Mapping[str, Any]:
    if isinstance(given, Sequence) and not isinstance(given, str) and len(given) == 1:
        (given,) = given
    if not isinstance(given, Mapping):
        raise ImageError(f"answer is not one object with keys, but {_kind(given)}")
    if not given:
        raise ImageError("answer is an object without keys")
    for key, value in given.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise ImageError(f"answer has a number for {key!r} that is not finite")
    return {str(key): value for key, value in given.items()}


def _kind(given: Any) -> str:
    if isinstance(given, Sequence) and not isinstance(given, str):
        return f"a list of {len(given)}"
    return repr(given)[:_SHOWN]


def _refused(why: str) -> ImageError:
    return ImageError(f"the model refused: {str(why)[:_SHOWN]}")


def _message(error: Any) -> str:
    """The innermost message of an error."""
    while isinstance(error, Mapping):
        error = error.get("message", error.get("error", error.get("code", "no reason is given")))
    return str(error)[:_SHOWN]
