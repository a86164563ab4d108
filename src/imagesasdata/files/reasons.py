"""Why a file cannot be opened or read, in a few words."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator

from imagesasdata.errors import ImageError


@contextlib.contextmanager
def file_reasons(wanted: str = "picture") -> Iterator[None]:
    """Turn a file's errors into an `ImageError` with a short reason.

    ``wanted`` is what the file should be.
    """
    try:
        yield
    except FileNotFoundError:
        raise ImageError("file not found") from None
    except PermissionError:
        raise ImageError("permission denied") from None
    except IsADirectoryError:
        raise ImageError(f"is a folder, not a {wanted}") from None
    except OSError as error:
        if isinstance(error, ImageError) or error.errno not in {errno.ENAMETOOLONG, errno.ELOOP}:
            raise
        raise ImageError(f"not a possible file name: {(error.strerror or '').lower()}") from None
    except ValueError as error:
        if "null" not in str(error):
            raise
        raise ImageError(f"not a possible file name: {error}") from None
