"""The columns that verbs on faces add or need."""

from __future__ import annotations

from imagesasdata.arrays.faces.blazeface import POINTS
from imagesasdata.columns import Column, probabilities

_NONE = "no face was found"
FACE_ID = Column(
    "face_id",
    "int64",
    "Number of the face in its picture, the most certain first.",
    range="0 ...",
    null=_NONE,
)
BOX = tuple(
    Column(name, "float64", description, unit="pixels", null=_NONE)
    for name, description in (
        ("face_x", "Left edge of the face's box in the upright picture."),
        ("face_y", "Upper edge of the face's box."),
        ("face_width", "Width of the face's box."),
        ("face_height", "Height of the face's box."),
    )
)
SCORE = Column(
    "face_score",
    "float64",
    "Probability that this is a face, calibrated as the reference on faces says; with the models "
    "scrfd_10g and yunet the detector's own score.",
    range="0 to 1",
    null=_NONE,
)
POINT = tuple(
    Column(
        f"face_{point}_{axis}",
        "float64",
        f"{'Horizontal' if axis == 'x' else 'Vertical'} position of the {point.replace('_', ' ')}"
        + (" (the person's own side)." if "_" in point else "."),
        unit="pixels",
        null=f"{_NONE}, or the model does not locate ears" if "ear" in point else _NONE,
    )
    for point in POINTS
    for axis in "xy"
)
TURN = Column(
    "face_turn",
    "int64",
    "By how much the face is turned to the right, to a quarter turn; 0 is upright.",
    unit="degrees",
    range="0, 90, 180 or 270",
    null=_NONE,
)
DETECTED = (FACE_ID, *BOX, SCORE, *POINT, TURN)
EYES = POINT[:4]
# Eyes, nose and mouth.
FOUR = POINT[:8]

FACE_EMBEDDING = Column(
    "face_embedding",
    "embedding",
    "The network's description of the face: a vector of length one.",
    null="there is no face or the picture could not be read",
)

DISTANCE = Column(
    "distance",
    "float64",
    "Euclidean distance between the two faces' embeddings.",
    range="0 to 2",
    null="a picture has no face or could not be read",
)
THRESHOLD = Column(
    "threshold",
    "float64",
    "Distance up to which two faces count as the same person's.",
    null="never",
)
MATCH = Column(
    "match", "bool", "Whether the distance is at most the threshold.", null=DISTANCE.null
)
MATCH_PROB = Column(
    "match_prob",
    "float64",
    "Probability that both are the same person, if half of all pairs were of the same person.",
    range="0 to 1",
    null=DISTANCE.null,
)
VERIFIED = (DISTANCE, THRESHOLD, MATCH, MATCH_PROB)

TARGET = Column("target", "string", "Path of the picture that was searched for.", null="never")
RANK = Column("rank", "int64", "Rank in the target's list, the nearest first.", range="1 ...")

PERSON = Column(
    "person",
    "int64",
    "Number of the person; 0 has the most faces.",
    range="0 ...",
    null="the row has no face",
)
PERSON_DISTANCE = Column(
    "person_distance",
    "float64",
    "Distance from the mean of the person's faces.",
    range="0 to 2",
    null="the row has no face",
)

AGE = (
    Column("age", "float64", "Apparent age.", unit="years", range="0 to 100"),
    Column(
        "age_low",
        "float64",
        "Lower end of an interval that holds the age of 80% of people.",
        unit="years",
    ),
    Column("age_high", "float64", "Upper end of that interval.", unit="years"),
)
GENDERS = ("female", "male")
RACES = ("white", "black", "asian", "indian", "other")
EXPRESSIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
# What other networks than the default ones know.
SEVEN_RACES = (
    "white",
    "black",
    "latino_hispanic",
    "east_asian",
    "southeast_asian",
    "indian",
    "middle_eastern",
)
EIGHT_EXPRESSIONS = (*EXPRESSIONS, "contempt")
AGE_GROUPS = ("0-2", "3-9", "10-19", "20-29", "30-39", "40-49", "50-59", "60-69", "70+")
# Age groups of which gender is not told, as of faces that look younger than 12.
CHILDREN = ("0-2", "3-9")
CLASSES = {"gender": GENDERS, "race": RACES, "expression": EXPRESSIONS}
_FACE_NULL = "there is no face or the picture could not be read"
_LABEL_NULL = {
    "gender": f"{_FACE_NULL}, or the face looks younger than 12",
    "expression": f"{_FACE_NULL}, or no expression has a probability of 0.4",
}


def attribute_columns(attribute: str) -> tuple[Column, ...]:
    """The columns of one attribute: the most probable label, and a probability for each."""
    if attribute == "age":
        return tuple(Column(**{**vars(column), "null": _FACE_NULL}) for column in AGE)
    null = _LABEL_NULL.get(attribute, _FACE_NULL)
    chances = _LABEL_NULL["gender"] if attribute == "gender" else _FACE_NULL
    return class_columns(attribute, CLASSES[attribute], null, chances)


def class_columns(
    name: str, classes: tuple[str, ...], null: str = _FACE_NULL, chances_null: str = _FACE_NULL
) -> tuple[Column, ...]:
    """A column for the most probable class of a face, and one for the probability of each."""
    said = name.replace("_", " ")
    label = Column(
        name, "string", f"Most probable {said} by appearance: {', '.join(classes)}.", null=null
    )
    written = [one.replace("-", "_").replace("+", "_up") for one in classes]
    return (label, *probabilities(name, written, classes, chances_null))
