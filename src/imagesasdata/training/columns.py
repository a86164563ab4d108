"""The columns of the tables that a fitted model gives."""

from __future__ import annotations

from imagesasdata.columns import Column

_CLASSES = "the outcome is numeric"
_NUMERIC = "the outcome is of classes"
_NONE_HIT = "no row is of that class"


def _measure(name: str, description: str, span: str, null: str) -> Column:
    return Column(name, "float64", description, range=span, null=null)


# The measures recorded for each epoch.
_ACCURACY = _measure("{}accuracy", "Share predicted right, of the {}.", "0 to 1", _CLASSES)
_MACRO_F1 = _measure("{}macro_f1", "Mean F1 score of the classes, of the {}.", "0 to 1", _CLASSES)
_RMSE = _measure("{}rmse", "Root mean squared error, of the {}.", "0 ...", _NUMERIC)
_R_SQUARED = _measure("{}r_squared", "Share of variance explained, of the {}.", "... 1", _NUMERIC)
_BEYOND = {
    "auc": ("Area under the curve; of several classes each against the rest.", "0 to 1", _CLASSES),
    "calibration_error": (
        "Mean distance of probability and share that came true.",
        "0 to 1",
        _CLASSES,
    ),
    "class_distance": (
        "By how many classes a prediction is off, on average.",
        "0 ...",
        "the outcome is not ordered",
    ),
    "mae": ("Mean absolute error.", "0 ...", _NUMERIC),
    "correlation": ("Pearson's correlation of codes and predictions.", "-1 to 1", _NUMERIC),
}


def _of(column: Column, part: str, rows: str, null: str | None = None) -> Column:
    return Column(
        column.name.format(part),
        column.kind,
        column.description.format(rows),
        range=column.range,
        null=null or column.null,
    )


_FOLLOWED = (_ACCURACY, _MACRO_F1, _RMSE, _R_SQUARED)
_NO_VALIDATION = "no rows were kept for validation"
TIDY = (
    Column("epoch", "int64", "A pass over the rows trained on.", range="1 ...", null="never"),
    Column(
        "learning_rate",
        "float64",
        "At the end of the epoch.",
        range="0 ...",
        null="the optimizer is one of your own",
    ),
    Column("train_loss", "float64", "Loss on the rows trained on.", range="0 ...", null="never"),
    Column("penalty", "float64", "What regularization adds to it.", range="0 ...", null="never"),
    *(_of(column, "train_", "rows trained on") for column in _FOLLOWED),
    Column(
        "validation_loss",
        "float64",
        "Loss on the validation rows.",
        range="0 ...",
        null=_NO_VALIDATION,
    ),
    *(_of(column, "validation_", "validation rows", _NO_VALIDATION) for column in _FOLLOWED),
    Column("seconds", "float64", "How long it took.", unit="seconds", range="0 ...", null="never"),
)
_FIGURES = (
    *(_of(column, "", "tested rows") for column in _FOLLOWED),
    *(_measure(name, *what) for name, what in _BEYOND.items()),
)
GLANCE = (
    Column("outcome", "string", "The column that was coded.", null="never"),
    Column("kind", "string", "binary, multiclass, ordered, multilabel or numeric.", null="never"),
    Column("model", "string", "The network it stands on.", null="never"),
    Column("train", "string", "What of it was trained.", null="never"),
    *(
        Column(name, "int64", description, range="0 ...", null="never")
        for name, description in {
            "n": "Rows given.",
            "n_unreadable": "Rows whose picture cannot be read, which are left out.",
            "n_train": "Rows trained on.",
            "n_validation": "Rows that said when to stop.",
            "n_test": "Rows that the figures are of; with folds every row.",
            "n_kept_together": "Rows elsewhere than in a split row by row, for near copies "
            "and groups are kept whole.",
            "epochs": "How many epochs training went on.",
            "best_epoch": "The epoch whose weights were kept.",
        }.items()
    ),
    Column(
        "learning_rate",
        "float64",
        "At the start.",
        range="0 ...",
        null="the optimizer is one of your own",
    ),
    *(
        one
        for column in _FIGURES
        for one in (
            column,
            Column(
                f"{column.name}_low",
                "float64",
                f"Lower end of the 95% interval of {column.name}.",
                range=column.range,
                null=column.null,
            ),
            Column(
                f"{column.name}_high",
                "float64",
                f"Upper end of the 95% interval of {column.name}.",
                range=column.range,
                null=column.null,
            ),
        )
    ),
)
PER_CLASS = (
    Column("class", "string", "The class.", null="never"),
    Column("n", "int64", "Tested rows coded so.", range="0 ...", null="never"),
    Column("n_predicted", "int64", "Tested rows predicted so.", range="0 ...", null="never"),
    *(
        _measure(f"{name}{end}", what + rest, "0 to 1", null)
        for name, what, null in (
            ("precision", "Share of those predicted so that are coded so", "none is predicted so"),
            ("recall", "Share of those coded so that are predicted so", _NONE_HIT),
        )
        for end, rest in (
            ("", "."),
            ("_low", "; lower end of its 95% interval."),
            ("_high", "; upper end of its 95% interval."),
        )
    ),
    _measure("f1", "Harmonic mean of precision and recall.", "0 to 1", "never"),
    _measure("auc", "Area under the curve, the class against the rest.", "0 to 1", _NONE_HIT),
)
CONFUSION = (
    Column("coded", "string", "The class coded.", null="never"),
    Column("predicted", "string", "The class predicted.", null="never"),
    Column("n", "int64", "Tested rows.", range="0 ...", null="never"),
    Column("share", "float64", "Share of the rows coded so.", range="0 to 1", null="never"),
)
ERRORS = (
    Column("row", "int64", "Number of the row in the coded table.", range="0 ...", null="never"),
    Column("path", "string", "Where the picture is.", null="never"),
    Column("coded", "string", "What was coded.", null="never"),
    Column("predicted", "string", "What was predicted.", null="never"),
    Column(
        "coded_prob",
        "float64",
        "Probability given to what was coded; for classes that exclude each other.",
        range="0 to 1",
        null="never",
    ),
    Column("error", "float64", "Predicted less coded; for numbers.", null="never"),
)
