"""No file, by its name or its content, makes a video's or a raster's reader open a connection."""

from __future__ import annotations

import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tests.clips import numbered, write
from tests.conftest import REPO

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in {"x86_64", "aarch64"},
    reason="the filter is Linux's",
)

# Names that FFmpeg takes for addresses, protocols or patterns.
NAMES = [
    "http:127.0.0.1:9?x.mp4",
    "tcp:127.0.0.1:9.mp4",
    "udp:127.0.0.1:5004.mp4",
    "Interview: part 1.mp4",
    "12:30.mp4",
    "data:x.mp4",
    "crypto:x.mp4",
    "file:x.mp4",
    "pipe:0.mp4",
    "concat:a.mp4|b.mp4",
    "subfile,,start,0,end,9,,:x.mp4",
    "cache:x.mp4",
    "%03d.mp4",
    "-.mp4",
]
WEB = "http://127.0.0.1:9/"
PLAYLISTS = {
    "hls": f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{WEB}seg0.ts\n#EXT-X-ENDLIST\n",
    "hls_of_a_file": "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n12:30.mp4\n#EXT-X-ENDLIST\n",
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
    "m=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n",
    "concat": "ffconcat version 1.0\nfile good.mp4\n",
    "dash": f'<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static">'
    f"<Period><AdaptationSet><Representation><BaseURL>{WEB}</BaseURL></Representation>"
    "</AdaptationSet></Period></MPD>",
    "smil": f'<smil><body><video src="{WEB}x.mp4"/></body></smil>',
    "asx": f'<ASX version="3.0"><entry><ref href="{WEB}x.wmv"/></entry></ASX>',
    "pls": f"[playlist]\nFile1={WEB}x.mp4\n",
}
BAND = '<VRTRasterBand dataType="Byte" band="1"><SimpleSource><SourceFilename relativeToVRT="0">{}'
BAND += "</SourceFilename><SourceBand>1</SourceBand></SimpleSource></VRTRasterBand>"
VRT = '<VRTDataset rasterXSize="20" rasterYSize="10"><GeoTransform>0,1,0,10,0,-1</GeoTransform>'
RASTERS = {
    "web.tif": VRT + BAND.format(f"/vsicurl/{WEB}geo.png") + "</VRTDataset>",
    "other.tif": VRT + BAND.format(REPO / "examples/lights/lights.tif") + "</VRTDataset>",
    "wms.tif": f'<GDAL_WMS><Service name="TMS"><ServerUrl>{WEB}${{z}}/${{x}}/${{y}}</ServerUrl>'
    "</Service><DataWindow><UpperLeftX>0</UpperLeftX><UpperLeftY>10</UpperLeftY><LowerRightX>20"
    "</LowerRightX><LowerRightY>0</LowerRightY><SizeX>20</SizeX><SizeY>10</SizeY></DataWindow>"
    "<BandsCount>1</BandsCount></GDAL_WMS>",
    "wcs.tif": f"<WCS_GDAL><ServiceURL>{WEB}</ServiceURL><CoverageName>x</CoverageName></WCS_GDAL>",
}
PROGRAM = """
import contextlib, json, os, sys, warnings
from pathlib import Path
import av, rasterio, shapely, scipy.ndimage
import pandas as pd
import imagesasdata as iad
from tests.faults.no_sockets import forbid_sockets
repo = Path.cwd()
os.chdir(sys.argv[1])
iad.features("examples.mp4#t=0", groups="light", progress=False)
forbid_sockets()
told = {}
def videos(label, paths):
    options = dict(progress=False)
    read = iad.read_video(paths, every="frame", **options)
    first = pd.DataFrame({"path": [f"{path}#t=0" for path in paths]})
    told[label] = {
        "frames": read.groupby("video_path").frame.count().to_dict(),
        "errors": [
            iad.read_video(paths, n=1, **options).image_error.fillna("").tolist(),
            iad.video_shots(paths, **options).image_error.fillna("").tolist(),
            iad.video_motion(paths, **options).image_error.fillna("").tolist(),
            iad.features(first, groups="light", **options).image_error.fillna("").tolist(),
        ],
    }
names, lists, members = json.loads(sys.argv[2])
for label, around in (("plain", contextlib.nullcontext()), ("isolated", iad.isolate())):
    with around:
        videos(f"names {label}", names)
        videos(f"lists {label}", lists)
        videos(f"members {label}", members)
told["rasters"] = {}
regions = pd.DataFrame({"geometry": ["POLYGON ((0 0, 20 0, 20 10, 0 10, 0 0))"]})
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    for path in sorted(Path(".").glob("*.tif")):
        try:
            told["rasters"][path.name] = float(iad.measure_regions(path, regions).pixel_sum[0])
        except iad.ArgumentError as error:
            told["rasters"][path.name] = error.message
    try:
        iad.measure_regions("good.tif", regions, crs="http://127.0.0.1:9/x")
    except iad.ArgumentError as error:
        told["crs"] = error.message
print(json.dumps(told))
"""


def child(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "JAX_PLATFORMS": "cpu", "PYTHONPATH": f"{REPO / 'src'}:{REPO}"}
    command = [sys.executable, "-W", "error", "-c", program, *arguments]
    return subprocess.run(command, cwd=REPO, env=environment, capture_output=True, text=True)


def external_data(path: Path, address: str) -> Path:
    """A video whose index says that its frames are in another file."""
    data = path.read_bytes()
    own = b"\0\0\0\x0curl \0\0\0\x01"
    place = data.index(own)
    # An alias of the Macintosh, whose second record is a path.
    name = address.encode() + b"\0" * (len(address) % 2)
    record = b"\0\x02" + len(name).to_bytes(2, "big") + name
    body = b"alis" + b"\0" * (4 + 10 + 28 + 12 + 64 + 16 + 4 + 16) + record + b"\xff\xff\0\0"
    entry = (len(body) + 4).to_bytes(4, "big") + body
    changed = bytearray(data[:place] + entry + data[place + len(own) :])
    for box in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):
        start = data.index(box) - 4
        size = int.from_bytes(data[start : start + 4], "big") + len(entry) - len(own)
        changed[start : start + 4] = size.to_bytes(4, "big")
    other = path.with_name(f"elsewhere{len(address)}.mp4")
    other.write_bytes(bytes(changed))
    return other


def test_the_filter_ends_a_process_that_opens_a_socket(tmp_path: Path) -> None:
    start = "import av\nfrom tests.faults.no_sockets import forbid_sockets\nforbid_sockets()\n"
    assert child(start + "print('on')").stdout == "on\n"
    ended = child(start + "av.open('http://127.0.0.1:9/x.mp4')")
    assert ended.returncode == -signal.SIGSYS
    (tmp_path / "a.sdp").write_text(PLAYLISTS["sdp"])
    opened = (
        f"av.open({str(tmp_path / 'a.sdp')!r}, options={{'protocol_whitelist': 'file,udp,rtp'}})"
    )
    assert child(start + opened).returncode == -signal.SIGSYS


def test_names_and_contents_open_no_connection(tmp_path: Path) -> None:
    rasterio = pytest.importorskip("rasterio", reason="the extra 'geo' is not installed")
    good = write(tmp_path / "examples.mp4", [numbered(number) for number in range(5)])
    for name in NAMES:
        shutil.copy(good, tmp_path / name)
    lists = []
    with zipfile.ZipFile(tmp_path / "lists.zip", "w") as archive:
        for name, text in PLAYLISTS.items():
            lists.append(f"{name}.mp4")
            (tmp_path / lists[-1]).write_text(text)
            archive.writestr(lists[-1], text)
    elsewhere = [
        external_data(good, address).name for address in (f"{WEB}x.mp4", "file:examples.mp4")
    ]
    for name, text in RASTERS.items():
        (tmp_path / name).write_text(text)
    place = {"width": 20, "height": 10, "count": 1, "dtype": "uint8"}
    place["transform"] = rasterio.transform.from_origin(0, 10, 1, 1)
    for name in ("good.tif", "masked.tif", "added.tif"):
        with rasterio.open(tmp_path / name, "w", driver="GTiff", **place) as file:
            file.write(np.ones((1, 10, 20), np.uint8))
    (tmp_path / "masked.tif.msk").write_text(RASTERS["web.tif"])
    (tmp_path / "masked.tif.ovr").write_text(RASTERS["web.tif"])
    (tmp_path / "added.tif.aux.xml").write_text(
        '<PAMDataset><PAMRasterBand band="1"><NoDataValue>1</NoDataValue></PAMRasterBand></PAMDataset>'
    )
    members = [f"zip://{name}::lists.zip" for name in lists]
    chosen = json.dumps([NAMES, [*lists, *elsewhere], members])
    done = child(PROGRAM, str(tmp_path), chosen)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stderr == ""
    told = json.loads(done.stdout)
    for label in ("plain", "isolated"):
        assert told[f"names {label}"]["frames"] == dict.fromkeys(NAMES, 5)
        assert told[f"names {label}"]["errors"] == [[""] * len(NAMES)] * 4
        for errors in told[f"members {label}"]["errors"]:
            assert all("is a playlist, not a video" in error for error in errors)
        for errors in told[f"lists {label}"]["errors"]:
            assert all("is a playlist, not a video" in error for error in errors[: len(lists)])
            assert all("is cut off or damaged" in error for error in errors[len(lists) :])
    rasters = told["rasters"]
    assert {rasters[name] for name in ("good.tif", "masked.tif", "added.tif")} == {200}
    assert all("is no GeoTIFF" in rasters[name] for name in RASTERS)
    assert "addresses are not opened" in told["crs"]
