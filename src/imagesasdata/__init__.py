"""Pictures as data: tables of image paths in, tables with more columns out.

The public names are listed in ``__init__.pyi``, by group as in the reference; each is imported when
it is first used, so that ``import imagesasdata`` is quick.
"""

from types import FunctionType as _Function

import lazy_loader as _lazy

__version__ = "0.1.0.dev0"

_public, _, __all__ = _lazy.attach_stub(__name__, __file__)


def __getattr__(name: str) -> object:
    if name in __all__:
        value = _public(name)
        if isinstance(value, _Function):
            from imagesasdata.verbs.door import door

            value = globals()[name] = door(value)
        return value
    message = f"module {__name__!r} has no attribute {name!r}"
    if name.startswith("_"):
        raise AttributeError(message)
    from imagesasdata.verbs.words import instead

    raise AttributeError(f"{message}.\nHint: {instead(name, __all__)}")


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
