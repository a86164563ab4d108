"""Opens a published tokenizer file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from imagesasdata.errors import MissingPackageError, WeightsError


def open_tokenizer(path: Path, extra: str) -> Any:
    """Open a ``tokenizer.json`` file.

    Parameters
    ----------
    path
        The file.
    extra
        The extra of this library that installs the package ``tokenizers``, for the message.

    Raises
    ------
    MissingPackageError
        When that package is not installed.
    WeightsError
        When the file is not a tokenizer's.
    """
    try:
        from tokenizers import Tokenizer  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise MissingPackageError(
            "Texts are split into tokens by the package tokenizers, which is not installed.",
            f'pip install "imagesasdata[{extra}]".',
        ) from error
    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:  # the package raises only this general exception
        raise WeightsError(f"The file {str(path)!r} is not a tokenizer's ({error}).") from error


def number_of(tokenizer: Any, mark: str, path: Path) -> int:
    """The id of a token.

    Raises
    ------
    WeightsError
        When the tokenizer has none.
    """
    number = tokenizer.token_to_id(mark)
    if number is None:
        raise WeightsError(f"The tokenizer {str(path)!r} has no token {mark!r}.")
    return number
