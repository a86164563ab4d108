"""HEIC pictures, read with the package pi-heif or pillow-heif where one is installed."""

from __future__ import annotations

import importlib
from typing import Any

from imagesasdata.files.kinds import heic_reader
from imagesasdata.files.pillow import Image, ImageFile


class HeicFile(ImageFile.ImageFile):
    """The main picture of a HEIC file; other pictures in it (bursts, previews) do not count.

    Raises
    ------
    SyntaxError
        When the file is damaged, or no package reads it.
    """

    format = "HEIF"
    format_description = "HEIC"

    def _open(self) -> None:
        name = heic_reader()
        if name is None:
            raise SyntaxError("no package for HEIC")
        package: Any = importlib.import_module(name)
        try:
            held = package.open_heif(self.fp)
            self._held = held[held.primary_index]
        except (OSError, ValueError, RuntimeError, EOFError, IndexError) as error:
            raise SyntaxError(str(error)) from None
        self._size, self._mode = self._held.size, self._held.mode
        self.info = dict(self._held.info)
        # The pixels come upright; EXIF may ask to turn them again.
        package.set_orientation(self.info)
        self.tile = []

    def load(self) -> Any:
        """Decode the pixels."""
        if self._im is None:
            pixels = self._held.data
            self._size = self._held.size
            self.load_prepare()
            self.frombytes(pixels, "raw", (self._held.mode, self._held.stride))
        return Image.Image.load(self)
