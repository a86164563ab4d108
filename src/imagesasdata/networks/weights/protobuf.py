"""Reads protocol buffers: numbered fields of numbers, bytes and further messages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from imagesasdata.errors import WeightsError

_VARINT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5

Value = int | memoryview
Field = tuple[int, Value]


def fields_of(message: memoryview) -> dict[int, list[Value]]:
    """The values of each field of a message, in their order.

    Raises
    ------
    WeightsError
        When these bytes are no message.
    """
    fields: dict[int, list[Value]] = {}
    for number, value in message_fields(message):
        fields.setdefault(number, []).append(value)
    return fields


def last(fields: dict[int, list[Value]], number: int) -> Value | None:
    """The value of a field that stands once; of several, the last one counts."""
    return fields[number][-1] if number in fields else None


def as_text(value: Value | None) -> str:
    """A field's text.

    Raises
    ------
    WeightsError
        When the field is missing, a number, or not text.
    """
    try:
        return bytes(as_message(value)).decode("utf-8")
    except UnicodeDecodeError as error:
        raise WeightsError("has a name that is not text.") from error


def signed(number: int) -> int:
    """A whole number that may be negative: 64 bits in two's complement."""
    return number - (1 << 64) if number >= 1 << 63 else number


def as_message(value: Value | None) -> memoryview:
    """A field's bytes, which must be bytes.

    Raises
    ------
    WeightsError
        When the field is missing or a number.
    """
    if not isinstance(value, memoryview):
        raise WeightsError("is not an ONNX model.")
    return value


def integers(parts: Sequence[Value]) -> list[int]:
    """Whole numbers, single or packed."""
    numbers = []
    for part in parts:
        if isinstance(part, int):
            numbers.append(part)
            continue
        position = 0
        while position < len(part):
            number, position = _varint(part, position)
            numbers.append(number)
    return numbers


def message_fields(data: memoryview) -> Iterator[Field]:
    """The fields of a message: number, and value or bytes.

    Raises
    ------
    WeightsError
        When these bytes are no message.
    """
    position = 0
    while position < len(data):
        tag, position = _varint(data, position)
        number, wire = tag >> 3, tag & 7
        if wire == _VARINT:
            value, position = _varint(data, position)
            yield number, value
            continue
        if wire == _BYTES:
            length, position = _varint(data, position)
        elif wire in {_EIGHT, _FOUR}:
            length = 8 if wire == _EIGHT else 4
        else:
            raise WeightsError("is not an ONNX model.")
        if length > len(data) - position:
            raise WeightsError("is not an ONNX model, or is cut off.")
        yield number, data[position : position + length]
        position += length


def _varint(data: memoryview, position: int) -> tuple[int, int]:
    """A varint (seven bits per byte), and the position after it."""
    number = 0
    for shift in range(0, 70, 7):
        if position >= len(data):
            break
        byte = data[position]
        position += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, position
    raise WeightsError("is not an ONNX model, or is cut off.")
