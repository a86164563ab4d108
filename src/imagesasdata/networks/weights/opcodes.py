"""Carries out the opcodes of a pickle: those that build plain values and call a few functions.

Python's own unpickler can be made to run for hours by a file of a few hundred bytes: the hash of a
tuple of tuples of tuples takes time without end. Here names of a dictionary are text or small
numbers, steps are counted, and an opcode or a function that tensors do not need is refused.
"""

from __future__ import annotations

import io
import pickletools
from collections.abc import Callable
from typing import Any

from imagesasdata.errors import WeightsError

# A state dict has about thirty opcodes for each tensor, and optimizers have a few more.
MOST_STEPS = 2_000_000
_LARGEST_KEY = 1 << 31
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_VALUES = {"INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"}
_VALUES |= {"UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"}
# Text of Python 2, which `pickletools` gives as if it were Latin-1.
_OLD_TEXT = {"STRING", "BINSTRING", "SHORT_BINSTRING"}
_EMPTY: dict[str, Callable[[], Any]] = {
    "EMPTY_TUPLE": tuple,
    "EMPTY_LIST": list,
    "EMPTY_DICT": dict,
}
_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_NOTHING_TO_DO = {"PROTO", "FRAME"}
_PUTS, _GETS = {"PUT", "BINPUT", "LONG_BINPUT"}, {"GET", "BINGET", "LONG_BINGET"}


class Machine:
    """Builds the value of one pickle.

    Parameters
    ----------
    file
        Read from its position to the end of the pickle.
    find
        Gives what stands for a function or class, by module and name: a function that is called with
        the pickle's arguments, or any value; raises for a name that is not allowed.
    stored
        Gives what stands for a persistent id.
    """

    def __init__(
        self,
        file: io.BytesIO,
        find: Callable[[str, str], Any],
        stored: Callable[[Any], Any],
    ) -> None:
        self._file, self._find, self._stored = file, find, stored
        self._stack: list[Any] = []
        self._marks: list[int] = []
        self._memo: dict[int, Any] = {}
        self._steps = 0

    def run(self) -> Any:
        """The value.

        Raises
        ------
        WeightsError
            When the pickle asks for anything that tensors do not need, or takes too many steps.
        """
        for code, argument, _ in pickletools.genops(self._file):
            self._count(1)
            if code.name == "STOP":
                return self._stack.pop()
            if code.name not in _NOTHING_TO_DO:
                self._do(code.name, argument)
        raise WeightsError("is cut off.")

    def _count(self, steps: int) -> None:
        self._steps += steps
        if self._steps > MOST_STEPS:
            raise WeightsError("takes more steps to read than tensors can need.")

    def _do(self, name: str, argument: Any) -> None:
        stack = self._stack
        if name in _VALUES:
            stack.append(argument)
        elif name in _CONSTANTS:
            stack.append(_CONSTANTS[name])
        elif name in _PUTS:
            self._memo[argument] = stack[-1]
        elif name in _GETS:
            stack.append(self._memo[argument])
        elif name in _TUPLES:
            stack.append(tuple(self._pop(_TUPLES[name])))
        elif name in _EMPTY:
            stack.append(_EMPTY[name]())
        elif name in _OLD_TEXT:
            stack.append(argument.encode("latin-1").decode("utf-8"))
        elif name in _ACTIONS:
            _ACTIONS[name](self, argument)
        else:
            raise WeightsError(f"uses the opcode {name}, which is not needed to hold numbers.")

    def _pop(self, count: int) -> list[Any]:
        if count > len(self._stack):
            raise WeightsError("is damaged.")
        values = self._stack[len(self._stack) - count :]
        del self._stack[len(self._stack) - count :]
        return values

    def _mark(self, _: Any) -> None:
        self._marks.append(len(self._stack))

    def _since_mark(self) -> list[Any]:
        return self._pop(len(self._stack) - self._marks.pop())

    def _memoize(self, _: Any) -> None:
        self._memo[len(self._memo)] = self._stack[-1]

    def _drop(self, _: Any) -> None:
        self._pop(1)

    def _tuple(self, _: Any) -> None:
        self._stack.append(tuple(self._since_mark()))

    def _list(self, _: Any) -> None:
        self._stack.append(self._since_mark())

    def _dict(self, _: Any) -> None:
        items = self._since_mark()
        self._stack.append({})
        self._set(items)

    def _append(self, _: Any) -> None:
        self._extend(self._pop(1))

    def _appends(self, _: Any) -> None:
        self._extend(self._since_mark())

    def _setitem(self, _: Any) -> None:
        self._set(self._pop(2))

    def _setitems(self, _: Any) -> None:
        self._set(self._since_mark())

    def _extend(self, values: list[Any]) -> None:
        if not isinstance(self._stack[-1], list):
            raise WeightsError("is damaged.")
        self._stack[-1].extend(values)

    def _set(self, items: list[Any]) -> None:
        if not isinstance(self._stack[-1], dict) or len(items) % 2:
            raise WeightsError("is damaged.")
        self._stack[-1].update(_named(zip(items[::2], items[1::2], strict=True)))

    def _global(self, argument: str) -> None:
        module, name = argument.split(" ", 1)
        self._stack.append(self._find(module, name))

    def _stack_global(self, _: Any) -> None:
        module, name = self._pop(2)
        if not isinstance(module, str) or not isinstance(name, str):
            raise WeightsError("is damaged.")
        self._stack.append(self._find(module, name))

    def _reduce(self, _: Any) -> None:
        function, arguments = self._pop(2)
        if not callable(function) or not isinstance(arguments, tuple):
            raise WeightsError("calls what is no function.")
        if function is dictionary and arguments and isinstance(arguments[0], list):
            self._count(len(arguments[0]))
        self._stack.append(function(*arguments))

    def _build(self, _: Any) -> None:
        thing, _state = self._pop(2)
        # The attributes of a dictionary, which PyTorch gives it, are of no use here.
        if not isinstance(thing, dict):
            raise WeightsError("changes a tensor after it is made.")
        self._stack.append(thing)

    def _persistent(self, _: Any) -> None:
        self._stack.append(self._stored(self._pop(1)[0]))


def dictionary(pairs: Any = ()) -> dict[Any, Any]:
    """Stands for a dictionary's class: a dictionary of pairs.

    Raises
    ------
    WeightsError
        When these are no pairs of a name and a value.
    """
    if not isinstance(pairs, (list, tuple)) or not all(
        isinstance(pair, (list, tuple)) and len(pair) == 2 for pair in pairs
    ):
        raise WeightsError("is damaged.")
    return _named(pairs)


def _named(pairs: Any) -> dict[Any, Any]:
    named = {}
    for name, value in pairs:
        if type(name) is not str and not (type(name) is int and abs(name) < _LARGEST_KEY):
            raise WeightsError("has a name that is not text.")
        named[name] = value
    return named


_ACTIONS: dict[str, Callable[[Machine, Any], None]] = {
    "MARK": Machine._mark,
    "POP": Machine._drop,
    "MEMOIZE": Machine._memoize,
    "TUPLE": Machine._tuple,
    "LIST": Machine._list,
    "DICT": Machine._dict,
    "APPEND": Machine._append,
    "APPENDS": Machine._appends,
    "SETITEM": Machine._setitem,
    "SETITEMS": Machine._setitems,
    "GLOBAL": Machine._global,
    "STACK_GLOBAL": Machine._stack_global,
    "REDUCE": Machine._reduce,
    "BUILD": Machine._build,
    "BINPERSID": Machine._persistent,
}
