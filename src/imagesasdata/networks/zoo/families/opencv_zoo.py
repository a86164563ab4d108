"""Networks as OpenCV's model zoo publishes them: small ONNX files under permissive terms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from imagesasdata.networks.weights.file import Download, WeightFile
from imagesasdata.networks.zoo.card import ModelCard, Preprocess
from imagesasdata.networks.zoo.families import coco_detectors, face_looks, imagenet
from imagesasdata.networks.zoo.families.onnx_graph import (
    ALIGNED,
    FACE_112,
    End,
    Network,
    embedding,
    inference,
    read,
)
from imagesasdata.networks.zoo.family import Family, Inference

_ZOO = (
    "https://media.githubusercontent.com/media/opencv/opencv_zoo/"
    "966be4cb6eefc2a4f586ed0581bf4bbaa2533070/models"
)
_HASH = (
    "The file's hash is the one in the publisher's repository, at the revision that is downloaded."
)


def _file(path: str, sha256: str, length: int, elsewhere: str = "") -> WeightFile:
    """A file at a fixed revision of the zoo, and at another address if there is one."""
    addresses = [f"{_ZOO}/{path}", *([elsewhere] if elsewhere else [])]
    return WeightFile(path.rsplit("/")[-1], sha256, length, tuple(map(Download, addresses)))


_SFACE = ModelCard(
    name="sface",
    title="SFace (MobileFaceNet)",
    architecture="MobileFaceNet",
    tasks=("embed_faces",),
    weights=(
        _file(
            "face_recognition_sface/face_recognition_sface_2021dec.onnx",
            "0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79",
            38_696_353,
            "https://huggingface.co/opencv/face_recognition_sface/resolve/"
            "3d7082438a6e4551e840c9b2bb60b71e8da4b524/face_recognition_sface_2021dec.onnx",
        ),
    ),
    # The graph itself subtracts a mean and divides.
    preprocess=Preprocess(112, interpolation="bilinear", fit="points"),
    embedding_size=128,
    parameters=9_670_000,
    license="Apache-2.0 by OpenCV's model zoo, which converted it; its authors' repository states no "
    "license of the weights, and their terms were questioned there without an answer",
    training_data="not stated for this file; its authors name CASIA-WebFace, VGGFace2 and MS1MV2, "
    "collections of pictures of celebrities from the web",
    score={"LFW accuracy": 0.9940},
    score_source="OpenCV's model zoo, by its own evaluation; OpenCV's documentation has 0.9960",
    limits=(
        "No distance threshold for one person at a known rate of false matches is published. OpenCV's "
        "documentation takes distances up to 1.128 (a cosine from 0.363) as one person, the best for "
        "LFW; for four other collections the best are 1.149 to 1.253. Check one on pairs of your own.",
        ALIGNED,
        _HASH,
        imagenet.NOT_RUN,
    ),
    citation="Zhong, Y. et al. (2021). SFace: Sigmoid-Constrained Hypersphere Loss for Robust Face "
    "Recognition. IEEE Transactions on Image Processing 30. doi:10.1109/TIP.2020.3048632",
)

_YUNET = ModelCard(
    name="yunet",
    title="YuNet (March 2023)",
    architecture="YuNet",
    tasks=("detect_faces",),
    weights=(
        _file(
            "face_detection_yunet/face_detection_yunet_2023mar.onnx",
            "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
            232_589,
            "https://huggingface.co/opencv/face_detection_yunet/resolve/"
            "3cc26e7f1014a5ee5d74a42acee58bafc9d0a310/face_detection_yunet_2023mar.onnx",
        ),
    ),
    preprocess=Preprocess(640, interpolation="bilinear", fit="letterbox"),
    parameters=54_000,
    license="MIT; its author left open whether the terms of its training pictures, for non-commercial "
    "research, bind the weights",
    training_data="WIDER FACE (32,000 photographs from the web, 394,000 faces)",
    score={"WIDER FACE easy": 88.44, "WIDER FACE medium": 86.56, "WIDER FACE hard": 75.03},
    score_source="OpenCV's model zoo, by its own evaluation",
    limits=(
        "Made for faces of 10 to 300 pixels in its input of 640 pixels.",
        "Does not locate ears: their columns are null. face_score is the detector's own score.",
        _HASH,
        imagenet.NOT_RUN,
    ),
    citation="Wu, W., Peng, H. and Yu, S. (2023). YuNet: A Tiny Millisecond-level Face Detector. "
    "Machine Intelligence Research 20. doi:10.1007/s11633-023-1423-y",
)

_YOLOX = ModelCard(
    name="yolox_s",
    title="YOLOX-S",
    architecture="YOLOX",
    tasks=("detect_objects",),
    weights=(
        _file(
            "object_detection_yolox/object_detection_yolox_2022nov.onnx",
            "c5c2d13e59ae883e6af3b45daea64af4833a4951c92d116ec270d9ddbe998063",
            35_858_002,
            # The same file, from its makers.
            "https://github.com/Megvii-BaseDetection/YOLOX/releases/download/0.1.1rc0/yolox_s.onnx",
        ),
    ),
    preprocess=Preprocess(640, interpolation="bilinear", fit="letterbox", margin=114),
    labels="coco",
    classes=80,
    parameters=8_970_000,
    license="Apache-2.0",
    training_data="COCO 2017 (118,000 photographs from Flickr, 80 kinds of things)",
    score={"mAP": 0.405},
    score_source="its makers' table, COCO val 2017",
    limits=(
        *coco_detectors.LIMITS,
        "Takes blue, green and red, as its makers' code does; OpenCV's example gives it red, green and "
        "blue.",
        _HASH,
        imagenet.NOT_RUN,
    ),
    citation="Ge, Z. et al. (2021). YOLOX: Exceeding YOLO Series in 2021. "
    "doi:10.48550/arXiv.2107.08430",
)

_FER = ModelCard(
    name="fer_mobilefacenet",
    title="MobileFaceNet for seven expressions (Progressive Teacher)",
    architecture="MobileFaceNet",
    tasks=("analyze_faces",),
    weights=(
        _file(
            "facial_expression_recognition/"
            "facial_expression_recognition_mobilefacenet_2022july.onnx",
            "4f61307602fc089ce20488a31d4e4614e3c9753a7d6c41578c854858b183e1a9",
            4_791_892,
        ),
    ),
    preprocess=FACE_112,
    labels="expression",
    classes=7,
    parameters=1_200_000,
    license="Apache-2.0 by OpenCV's model zoo; RAF-DB, which its maker names, is for non-commercial "
    "research only, and whether that binds the weights is left open",
    training_data="not stated for this file; its paper trains on RAF-DB (labeled) and faces from the web",
    score={"RAF-DB accuracy": 0.8827},
    score_source="OpenCV's model zoo",
    limits=(
        face_looks.EXPRESSION,
        face_looks.OWN_PROBABILITIES,
        ALIGNED,
        _HASH,
        imagenet.NOT_RUN,
    ),
    citation="Jiang, J. and Deng, W. (2023). Boosting Facial Expression Recognition by A Semi-Supervised "
    "Progressive Teacher. IEEE Transactions on Affective Computing 14(3). "
    "doi:10.1109/TAFFC.2021.3131621",
)

# The order of its outputs, by the names of the columns.
_FER_NAMES = ("angry", "disgust", "fear", "happy", "neutral", "sad", "surprise")

# The sides of the cells of both detectors, in pixels.
_STRIDES = (8, 16, 32)


class _Cells(NamedTuple):
    """The column and row of each cell, stride by stride and row by row, and its stride."""

    places: Any
    stride: Any


def _cells(side: int) -> _Cells:
    from jax import numpy as jnp

    places, strides = [], []
    for stride in _STRIDES:
        rows, columns = jnp.divmod(jnp.arange((side // stride) ** 2), side // stride)
        places.append(jnp.stack([columns, rows], axis=1))
        strides.append(jnp.full((len(rows), 1), stride))
    return _Cells(jnp.concatenate(places), jnp.concatenate(strides))


def _middles_and_sides(raw: Any, cells: _Cells) -> tuple[Any, Any]:
    """Boxes by their middles and sides: offsets and logarithms of sides, in strides."""
    from jax import numpy as jnp

    return (raw[:, :2] + cells.places) * cells.stride, jnp.exp(raw[:, 2:4]) * cells.stride


def _yunet(card: ModelCard) -> End:
    def end(outputs: Mapping[str, Any]) -> dict[str, Any]:
        from jax import numpy as jnp

        def of(kind: str) -> Any:
            return jnp.concatenate([outputs[f"{kind}_{stride}"][0] for stride in _STRIDES])

        cells = _cells(card.preprocess.size)
        chances = jnp.clip(of("cls"), 0, 1) * jnp.clip(of("obj"), 0, 1)
        middles, sides = _middles_and_sides(of("bbox"), cells)
        points = (of("kps").reshape(-1, 5, 2) + cells.places[:, None]) * cells.stride[:, None]
        return {
            "scores": jnp.sqrt(chances)[:, 0],
            "boxes": jnp.concatenate([middles - sides / 2, sides], axis=1),
            "points": points.reshape(-1, 10),
        }

    return end


def _yolox(card: ModelCard) -> End:
    def end(outputs: Mapping[str, Any]) -> dict[str, Any]:
        from jax import lax
        from jax import numpy as jnp

        from imagesasdata.networks.nn.detections import Detections, corners, suppress

        (raw,) = (values[0] for values in outputs.values())
        middles, sides = _middles_and_sides(raw, _cells(card.preprocess.size))
        chances = raw[:, 4:5] * raw[:, 5:]
        # A cell is the one kind of thing that it is most probably.
        scores, chosen = lax.top_k(jnp.max(chances, axis=1), 2 * coco_detectors.BOXES)
        classes = jnp.argmax(chances, axis=1)[chosen]
        found = Detections(corners(middles, sides)[chosen], scores, classes)
        return suppress(found, coco_detectors.OVERLAP)._asdict()

    return end


def _fer(card: ModelCard) -> End:
    def end(outputs: Mapping[str, Any]) -> dict[str, Any]:
        import jax
        from jax import numpy as jnp

        from imagesasdata.arrays.faces.columns import EXPRESSIONS

        (given,) = (values.reshape(-1) for values in outputs.values())
        # Its publisher only looks for the largest, and does not say whether they are probabilities.
        are = (given.min() >= 0) & (jnp.abs(given.sum() - 1) < 1e-3)
        probabilities = jnp.where(are, given, jax.nn.softmax(given))
        return {"expression": face_looks.in_order(probabilities, _FER_NAMES, EXPRESSIONS)}

    return end


def _bgr(pixels: Any) -> Any:
    return pixels[..., ::-1]


def _rgb(pixels: Any) -> Any:
    return pixels


# What a graph takes of normalized pixels, and what becomes of its outputs.
_ENDS: dict[str, tuple[Callable[[Any], Any], Callable[[ModelCard], End]]] = {
    "yunet": (_bgr, _yunet),
    "sface": (_rgb, embedding),
    "yolox_s": (_bgr, _yolox),
    "fer_mobilefacenet": (_rgb, _fer),
}


def _inference(network: Network) -> Inference:
    begin, end = _ENDS[network.card.name]
    return inference(network, end(network.card), begin)


FAMILY = Family(cards=(_YUNET, _SFACE, _FER, _YOLOX), read=read, inference=_inference)
