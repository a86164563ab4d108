"""The measured accuracy of the verbs on faces, as tables: from benchmarks/faces.json."""

from __future__ import annotations

import json
from pathlib import Path

RESULTS = json.loads(
    (Path(__file__).parents[2] / "benchmarks" / "faces.json").read_text(encoding="utf-8")
)


def detection() -> str:
    """Faces found in group photos."""
    rows = [[f"`{r['tiles']}`", r["faces"], r["found"], r["false"]] for r in RESULTS["detection"]]
    return _table(["tiles", "faces of 32 pixels or more", "found", "boxes that are no face"], rows)


def identity() -> str:
    """Pairs of pictures, the second degraded."""
    rows = [
        [
            r["pictures"],
            f"{r['found']:.1%}",
            r["pairs"],
            f"{r['auc']:.4f}",
            f"{r['accuracy']:.1%} ({r['interval'][0]:.1%} to {r['interval'][1]:.1%})",
            f"{r['false_match']:.1%}",
            f"{r['false_non_match']:.1%}",
        ]
        for r in RESULTS["identity"]
    ]
    head = [
        "second picture",
        "faces found",
        "pairs",
        "AUC",
        "right at the threshold (95% interval)",
    ]
    return _table([*head, "strangers matched", "same person not matched"], rows)


def attributes() -> str:
    """Age, gender and race on labeled crops, by group."""
    rows = [
        [
            r["by"],
            r["group"],
            r["faces"],
            f"{r['age_error']:.1f} ({r['age_interval'][0]:.1f} to {r['age_interval'][1]:.1f})",
            f"{r['age_covered']:.0%}",
            f"{r['gender']:.0%} ({r['gender_interval'][0]:.0%} to {r['gender_interval'][1]:.0%})",
            f"{r['race']:.0%} ({r['race_interval'][0]:.0%} to {r['race_interval'][1]:.0%})",
        ]
        for r in RESULTS["attributes"]
    ]
    head = ["by", "group", "faces", "mean error of age, years", "age between low and high"]
    return _table([*head, "gender as labeled", "race as labeled"], rows)


def hiding() -> str:
    """Faces that were hidden."""
    rows = [
        [f"`{r['method']}`", r["pictures"], r["matched"], r["found"]] for r in RESULTS["hiding"]
    ]
    return _table(["method", "pictures", "still matched", "with a face still found"], rows)


def _table(head: list[str], rows: list[list[object]]) -> str:
    lines = [head, ["---"] * len(head), *([str(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
