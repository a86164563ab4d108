"""What a file is that is no picture: each kind gets a reason that says what to do."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import struct
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import features

import imagesasdata as iad
from imagesasdata.errors import ImageError, reason
from imagesasdata.files import kinds
from imagesasdata.files.decode import decode, read_header
from imagesasdata.files.kinds import UNKNOWN, brands, is_avif, is_heic
from tests.conftest import encoded, picture

HTML = "is a web page (HTML), not a picture"
SVG = "is an SVG drawing, which has no pixels; export it as PNG first"
EPS = "is a PostScript program (EPS), which is not run; export it as PNG first"
NO_HEIC = (
    "is a HEIC picture; install the package pi-heif to read these "
    "(pip install 'imagesasdata[heic]')"
)


def media(brand: bytes, *others: bytes) -> bytes:
    """The first box of an ISO media file, and nothing of use after it."""
    names = brand + b"\0\0\0\0" + b"".join(others)
    return struct.pack(">I", 8 + len(names)) + b"ftyp" + names + b"\0" * 64


def tar() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        entry = tarfile.TarInfo("a.jpg")
        entry.size = 9
        archive.addfile(entry, io.BytesIO(b"x" * 9))
    return file.getvalue()


def zipped(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "x" * 200)
    return file.getvalue()


def parquet() -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table({"a": [1]}), file)
    return file.getvalue()


def array() -> bytes:
    file = io.BytesIO()
    np.save(file, np.zeros(3))
    return file.getvalue()


PACKED = "is a packed archive ({}), not a picture; unpack it, or pack it as .zip or .tar"
TEXTS = [
    (b" <!DOCTYPE html>", HTML),
    (b"<html><body>", HTML),
    (b"\xef\xbb\xbf<!DOCTYPE html><html></html>", HTML),
    ("\ufeff<!doctype HTML>".encode("utf-16-le"), HTML),
    ("\ufeff<html>".encode("utf-16-be"), HTML),
    (b"\r\n\r\n<!-- a comment -->\n<!-- <svg> -->\n<HTML lang=de>", HTML),
    (b"<!--" + b"x" * 5000 + b"--><html>", HTML),
    (b"<head><title>404</title></head>", HTML),
    (b"<script>location='/login'</script>", HTML),
    (b"<h1>403 Forbidden</h1>", HTML),
    (b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "x"><html></html>', HTML),
    (b"<html><svg width='1'></svg></html>", HTML),
    ("<p>Größe</p>".encode("latin-1"), HTML),
    (b"<?xml version='1.0'?><svg>", SVG),
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", SVG),
    (b'<?xml version="1.0"?><!-- x --><svg:svg>', SVG),
    (b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///a">]><svg>&x;</svg>', SVG),
    (
        b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
        "is text (XML, <Error>), such as a server's answer, not a picture",
    ),
    (
        b'{"error":"not found"}',
        """is text (JSON: '{"error":"not found"}'), such as a server's answer, not a picture""",
    ),
    (b"[]", "is text (JSON: '[]'), such as a server's answer, not a picture"),
    (b"Not Found", "is text ('Not Found'), which is not a picture"),
    (b"{{ url }}", "is text ('{{ url }}'), which is not a picture"),
    (b"#!/bin/sh\nrm -rf /\n", "is text ('#!/bin/sh rm -rf /'), which is not a picture"),
    (b" \n\n", "is text without a word in it, which is not a picture"),
    (
        b"path,label\na.jpg,1\nb.jpg,0\n",
        "is a table in a text file (CSV), not a picture; read the table first",
    ),
    (
        b'path;note\na.jpg;"x; y"\n',
        "is a table in a text file (CSV), not a picture; read the table first",
    ),
    (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
        "is a pointer of Git LFS, not the picture; run git lfs pull",
    ),
]
DRAWINGS = [
    (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 40 40\n", EPS),
    (b"\xc5\xd0\xd3\xc6" + b"\0" * 40, EPS),
    (b"%PDF-1.4", "is a PDF document, not a picture"),
    (b"\xd7\xcd\xc6\x9a" + b"\0" * 60, "is a Windows drawing (WMF); export it as PNG first"),
    (b"\x01" + b"\0" * 39 + b" EMF", "is a Windows drawing (EMF); export it as PNG first"),
    (b"gimp xcf v011\0", "is a GIMP document (XCF); export it as PNG first"),
]
CONTAINERS = [
    (
        media(b"crx ", b"crx ", b"isom"),
        "is a camera's raw file (CR3); export it as JPEG or TIFF first",
    ),
    (b"FUJIFILMCCD-RAW 0201", "is a camera's raw file (RAF); export it as JPEG or TIFF first"),
    (media(b"isom", b"mp42"), "is a video, not a picture"),
    (media(b"qt  "), "is a video, not a picture"),
    (media(b"M4A ", b"isom"), "is a sound, not a picture"),
    (b"RIFF\x24\0\0\0WAVEfmt ", "is a sound, not a picture"),
    (b"ID3\x04\0\0\0\0\0\0", "is a sound, not a picture"),
    (b"\x1aE\xdf\xa3" + b"\0" * 30, "is a video (Matroska or WebM), not a picture"),
    (b"RIFF\x24\0\0\0AVI LIST", "is a video (AVI), not a picture"),
    (tar(), "is a tar archive, not a picture: give it by itself, not in a list"),
    (
        gzip.compress(tar()),
        PACKED.format("tar.gz"),
    ),
    (
        gzip.compress(b"x" * 99),
        PACKED.format("gzip"),
    ),
    (
        b"\x1f\x8b" + b"\xff" * 40,
        PACKED.format("gzip"),
    ),
    (
        bz2.compress(b"x"),
        PACKED.format("bzip2"),
    ),
    (
        lzma.compress(b"x"),
        PACKED.format("xz"),
    ),
    (zipped("a.jpg"), "is a zip archive, not a picture: give it by itself, not in a list"),
    (
        zipped("a.jpg")[:100],
        "is a zip archive that is damaged or cut off",
    ),
    (
        zipped("[Content_Types].xml", "word/document.xml"),
        "is a document of Word, not a picture",
    ),
    (parquet(), "is a table (Parquet), not a picture; read the table first"),
    (array(), "is a NumPy array, not a picture; save it as PNG first"),
    (b"\0" * 128 + b"DICM", "is a DICOM file of a medical scanner; export it as PNG first"),
    (b"MZ" + b"\0" * 300, f"{UNKNOWN}: it is a program"),
    (b"\0" * 5000, "begins with zeros alone, as after a copy or download that failed"),
    (bytes(range(1, 200)) * 3, UNKNOWN),
]
DAMAGED = [
    (b"\xff\xd8\xff\xe0" + b"\0" * 40, "is a damaged JPEG picture, or one of a rare kind"),
    (b"\x89PNG\r\n\x1a\n\0\0", "is a damaged PNG picture, or one of a rare kind"),
    (
        b"II*\0\x00\x10\0\0" + b"\0" * 40,
        "picture is truncated: the end of this TIFF, which describes it, is missing",
    ),
    (
        b"RIFF\x00\x10\0\0WEBPVP8 " + b"\0" * 40,
        "picture is truncated: 4,048 of 4,104 bytes are missing",
    ),
    (b"", "file is empty (0 bytes)"),
]


@pytest.mark.parametrize(
    ("data", "message"),
    [*TEXTS, *DRAWINGS, *CONTAINERS, *DAMAGED],
    # The bytes of an archive hold the time.
    ids=lambda value: value[:60] if isinstance(value, str) else "",
)
def test_each_kind_has_its_reason(data: bytes, message: str) -> None:
    for read in (decode, read_header):
        with pytest.raises(ImageError) as caught:
            read(data)
        assert reason(caught.value) == message


HEIC = [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"]


@pytest.mark.parametrize("brand", HEIC)
@pytest.mark.parametrize(
    ("reader", "message"), [(None, NO_HEIC), ("pi_heif", "is a damaged HEIC picture")]
)
def test_heic_of_every_brand(
    monkeypatch: pytest.MonkeyPatch, brand: bytes, reader: str | None, message: str
) -> None:
    monkeypatch.setattr(kinds, "heic_reader", lambda: reader)
    assert kinds.what_else(media(brand, b"mif1", b"heic")) == message
    assert is_heic(media(brand))


def test_avif_of_every_brand(monkeypatch: pytest.MonkeyPatch) -> None:
    files = [media(b"avif"), media(b"avis"), media(b"mif1", b"avif"), media(b"msf1", b"avis")]
    assert all(is_avif(file) and not is_heic(file) for file in files)
    assert is_avif(encoded(picture(), "AVIF")) == features.check("avif")
    assert not is_avif(media(b"isom", b"avif"))
    whole = {kinds.what_else(file) for file in files}
    assert whole == {"is a damaged AVIF picture"}
    monkeypatch.setattr(kinds.features, "check", lambda name: False)
    assert kinds.what_else(files[0]).startswith("is an AVIF picture; install a newer Pillow")


def test_brands_stay_within_the_first_box() -> None:
    assert brands(media(b"heic", b"mif1", b"avif")) == [b"heic", b"mif1", b"avif"]
    assert brands(b"\0\0\0\x18ftypheic") == [b"heic"]
    assert brands(b"\xff\xff\xff\xffftypheic" + b"x" * 8)[0] == b"heic"
    assert brands(b"anything else") == []


def test_pictures_are_not_taken_for_something_else() -> None:
    for kind in ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "ICO", "TGA", "PPM", "PCX", "SGI"):
        assert read_header(encoded(picture(), kind)).format in {kind, "DIB"}


def test_no_program_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[object] = []
    monkeypatch.setattr("subprocess.Popen.__init__", lambda *a, **k: started.append(a))
    monkeypatch.setattr("os.system", started.append)
    for number, (data, _) in enumerate(DRAWINGS):
        (tmp_path / f"{number}.jpg").write_bytes(data)
    got = iad.features(tmp_path, groups="light")
    assert got["image_error"].tolist() == [message for _, message in DRAWINGS]
    assert started == []


def test_a_long_json_text_is_json() -> None:
    data = json.dumps([{"a": "b" * 100}] * 2000).encode()
    with pytest.raises(ImageError, match="is text \\(JSON: "):
        decode(data)
