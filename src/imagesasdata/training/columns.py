"""The columns of the tables that a fitted model gives."""

from __future__ import annotations

from imagesasdata.columns import Column

_CLASSES = "the outcome is numeric"
_NUMERIC = "the outcome is of classes"
_NONE_HIT = "no row is of that class"


def _measure(name: str, description: str, span: str, null: str) -> Column:
    return Column(name, "float64", description, range=span, null=null)


# The measures recorded for each epoch.
_ACCURACY = _measure("{}accuracy", "Share predicted correctly, in the {}.", "0 to 1", _CLASSES)
_MACRO_F1 = _measure("{}macro_f1", "Mean F1 score of the classes, in the {}.", "0 to 1", _CLASSES)
_RMSE = _measure("{}rmse", "Root mean squared error, in the {}.", "0 ...", _NUMERIC)
_R_SQUARED = _measure("{}r_squared", "Share of variance explained, in the {}.", "... 1", _NUMERIC)
_NOT_TWO = "the outcome is not of two classes, or the share is of no row"
_PRECISION = _measure(
    "{}precision",
    "Share of those predicted to be of the second class that are, in the {}.",
    "0 to 1",
    _NOT_TWO,
)
_RECALL = _measure(
    "{}recall",
    "Share of those of the second class that are predicted to be, in the {}.",
    "0 to 1",
    _NOT_TWO,
)
_BEYOND = {
    "auc": (
        "Area under the ROC curve; for several classes the mean of each against the rest.",
        "0 to 1",
        _CLASSES,
    ),
    "calibration_error": (
        "Mean difference between the probability and the share that came true.",
        "0 to 1",
        _CLASSES,
    ),
    "class_distance": (
        "By how many classes a prediction is off, on average.",
        "0 ...",
        "the outcome is not ordered",
    ),
    "mae": ("Mean absolute error.", "0 ...", _NUMERIC),
    "correlation": ("Pearson correlation of codes and predictions.", "-1 to 1", _NUMERIC),
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
_BY_EPOCH = (*_FOLLOWED, _PRECISION, _RECALL)
_NO_VALIDATION = "no rows were kept for validation"
HISTORY = (
    Column("epoch", "int64", "A pass over the training rows.", range="1 ...", null="never"),
    Column(
        "learning_rate",
        "float64",
        "At the end of the epoch.",
        range="0 ...",
        null="the optimizer is one of your own",
    ),
    Column("train_loss", "float64", "Loss on the training rows.", range="0 ...", null="never"),
    Column("penalty", "float64", "What regularization adds to it.", range="0 ...", null="never"),
    *(_of(column, "train_", "training rows") for column in _BY_EPOCH),
    Column(
        "validation_loss",
        "float64",
        "Loss on the validation rows.",
        range="0 ...",
        null=_NO_VALIDATION,
    ),
    *(_of(column, "validation_", "validation rows", _NO_VALIDATION) for column in _BY_EPOCH),
    Column(
        "seconds", "float64", "Duration of the epoch.", unit="seconds", range="0 ...", null="never"
    ),
)
_FIGURES = (
    *(_of(column, "", "tested rows") for column in _FOLLOWED),
    *(_measure(name, *what) for name, what in _BEYOND.items()),
)
GLANCE = (
    Column("outcome", "string", "The coded column.", null="never"),
    Column("kind", "string", "binary, multiclass, ordered, multilabel or numeric.", null="never"),
    Column("model", "string", "The pretrained network.", null="never"),
    Column("train", "string", "Which part of it was trained.", null="never"),
    *(
        Column(name, "int64", description, range="0 ...", null="never")
        for name, description in {
            "n": "Rows given.",
            "n_unreadable": "Rows left out because their picture cannot be read.",
            "n_train": "Training rows.",
            "n_validation": "Validation rows, which decide when training stops.",
            "n_test": "Test rows, which the figures are computed from; with folds every row.",
            "n_kept_together": "Rows that a split row by row would put into another part; near "
            "copies and groups are kept whole.",
            "n_folds": "Folds of the cross-validation; 0 for a single split.",
            "epochs": "Number of epochs trained.",
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
    Column("n", "int64", "Test rows coded as this class.", range="0 ...", null="never"),
    Column(
        "n_predicted", "int64", "Test rows predicted as this class.", range="0 ...", null="never"
    ),
    *(
        _measure(f"{name}{end}", what + rest, "0 to 1", null)
        for name, what, null in (
            (
                "precision",
                "Share of the rows predicted as this class that are coded so",
                "no row is predicted as this class",
            ),
            ("recall", "Share of the rows coded as this class that are predicted so", _NONE_HIT),
        )
        for end, rest in (
            ("", "."),
            ("_low", "; lower end of its 95% interval."),
            ("_high", "; upper end of its 95% interval."),
        )
    ),
    _measure("f1", "Harmonic mean of precision and recall.", "0 to 1", "never"),
    _measure("auc", "Area under the ROC curve, this class against the rest.", "0 to 1", _NONE_HIT),
)
CONFUSION = (
    Column("coded", "string", "The coded class.", null="never"),
    Column("predicted", "string", "The predicted class.", null="never"),
    Column("n", "int64", "Test rows.", range="0 ...", null="never"),
    Column(
        "share", "float64", "Share of the rows of the coded class.", range="0 to 1", null="never"
    ),
)
ERRORS = (
    Column("row", "int64", "Number of the row in the coded table.", range="0 ...", null="never"),
    Column("path", "string", "Where the picture is.", null="never"),
    Column("coded", "string", "The code.", null="never"),
    Column("predicted", "string", "The prediction.", null="never"),
    Column(
        "coded_prob",
        "float64",
        "Predicted probability of the coded class; only for classes that exclude each other.",
        range="0 to 1",
        null="never",
    ),
    Column("error", "float64", "Prediction minus code; only for numbers.", null="never"),
)
TESTED = (
    Column("row", "int64", "Number of the row in the coded table.", range="0 ...", null="never"),
    Column("path", "string", "Where the picture is.", null="the model is from a file"),
    Column("sha256", "string", "Hash of the picture's file.", unit="hex", null="never"),
    Column("truth", "string", "The code; as it was coded.", null="never"),
    Column("pred", "string", "The prediction; as it was coded.", null="never"),
    Column(
        "pred_prob",
        "float64",
        "Predicted probability of the second of two classes; of several, pred_prob_<class> each.",
        range="0 to 1",
        null="never",
    ),
    Column("fold", "int64", "Number of the fit that predicted it.", range="0 ...", null="never"),
)
