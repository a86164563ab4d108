"""A fitted model, the result of `fine_tune` and `load_model`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic

from imagesasdata.checks import check_count
from imagesasdata.engine.verb import Network
from imagesasdata.errors import ArgumentError
from imagesasdata.files.decode import MAX_PIXELS, Exactness
from imagesasdata.files.sources import PathLike
from imagesasdata.networks.calls import note_fit, note_model
from imagesasdata.networks.modules import Explainable
from imagesasdata.networks.zoo import registry
from imagesasdata.networks.zoo.class_names import Labels
from imagesasdata.networks.zoo.trainable import check_trainable
from imagesasdata.options import OnError, Options
from imagesasdata.tables.frames import Backend, Frame, OtherFrame, Paths
from imagesasdata.tables.kinds import from_columns
from imagesasdata.training.arrays import write_arrays
from imagesasdata.training.saved import FORMAT, Saved
from imagesasdata.verbs.door import door
from imagesasdata.verbs.train._augment import joint_network, predict
from imagesasdata.verbs.train._predictions import epochs, tested_rows, worst_rows

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False)
class FittedModel(Generic[Frame]):
    """A network trained on a hand-coded outcome: predictions and their accuracy.

    Made by `fine_tune` and `load_model`. Its tables are of the kind that `fine_tune` was given.
    """

    _saved: Saved = field(repr=False)
    _backend: Backend = field(default="pandas", repr=False)
    # The test rows' paths; they are not saved, because they may identify people.
    _paths: Sequence[str] | None = field(default=None, repr=False)
    _decode: Exactness = field(default="fast", repr=False)
    _lazy: bool = field(default=False, repr=False)

    def __repr__(self) -> str:
        saved = self._saved
        return (
            f"<FittedModel of {saved.outcome.name!r} ({saved.outcome.kind}) on {saved.model}, "
            f"train={saved.about['train']!r}: {self.headline()} on {len(saved.evaluation.rows)} "
            "tested rows>"
        )

    @property
    def outcome(self) -> str:
        """The name of the column that was coded."""
        return self._saved.outcome.name

    @property
    def kind(self) -> str:
        """The kind of outcome: binary, multiclass, ordered, multilabel or numeric."""
        return self._saved.outcome.kind

    @property
    def levels(self) -> tuple[Any, ...]:
        """The classes, in order; none for a numeric outcome."""
        return self._saved.outcome.levels

    @property
    def provenance(self) -> dict[str, Any]:
        """How the model was made: the base and its hash, all settings, versions and date."""
        return {
            "model": self._saved.model,
            "weights": self._saved.fingerprint,
            **self._saved.about,
            **self._saved.counts,
        }

    @door
    def augment(
        self,
        images: OtherFrame | Paths,
        *,
        path: str = "path",
        max_pixels: int = MAX_PIXELS,
        prefix: str | None = None,
        replace: bool = False,
        batch_size: int | None = None,
        workers: int | None = None,
        device: str | None = None,
        cache: PathLike | None = None,
        on_error: OnError = "record",
        progress: bool | None = None,
    ) -> OtherFrame:
        """Predict the outcome for every picture of a table, in new columns.

        Parameters
        ----------
        images
            A table with a column of paths, or a folder, glob, archive or list of paths.
        path
            The table's column of paths.
        max_pixels
            A picture with more pixels is refused from its header.
        prefix
            A prefix for the names of the new columns, so that the results of two runs fit in one
            table.
        replace
            Whether columns of the table are replaced if new ones have their names. Those of an
            earlier run of the same verb always are.
        batch_size
            Pictures that go through the network together; by default what is fastest on the device.
            It does not change the result.
        workers
            Threads that read and decode pictures; by default one for each core, for remote files at
            least 16.
        device
            ``"cpu"``, ``"gpu"``, ``"tpu"`` or one of several as ``"gpu:1"``; by default all of the
            best kind.
        cache
            A folder that keeps finished rows, so that a stopped run resumes where it stopped.
        on_error
            ``"record"`` writes the reason into ``image_error``, ``"raise"`` stops at the first
            picture that cannot be used, ``"drop"`` leaves such rows out and says how many.
        progress
            Whether to show a progress bar; by default in a terminal and in a notebook.

        Returns
        -------
        table
            The rows given, in order, and, for an outcome ``y``:

            - ``y_pred``: the predicted class or number (with several labels, ``y_pred_LABEL`` for
              each, true or false);
            - ``y_prob``: with two classes, the probability of the second; with several classes or
              labels, ``y_prob_<class>`` for each;
            - ``y_trained``: whether the model was trained on the picture, also under another name.
              The prediction is then from a fit of the cross-validation that had not seen it; null if
              there was no cross-validation;
            - ``image_error``: why the picture could not be used, else null.

        Raises
        ------
        ColumnError, NameClashError, ArgumentError, DeviceError
            For misuse, before any picture is read.

        Warns
        -----
        TrainedRowsWarning
            When the model was trained on some of the pictures without cross-validation.

        Notes
        -----
        A model predicts the pictures of its training better than others, so that such predictions
        would make `validate` report too high an accuracy and `regress` biased estimates. They are never
        given. A picture is recognized by the sha256 of its file: one that was saved again, such as in
        another size, counts as another picture.
        """
        options = Options(
            path=path,
            prefix=prefix,
            replace=replace,
            batch_size=batch_size,
            workers=workers,
            device=device,
            cache=cache,
            on_error=on_error,
            progress=progress,
        )
        note_model(self._saved.model)
        note_fit(self.methods())
        return predict(images, [self._saved], self._network, self._decode, max_pixels, options)

    def history(self) -> Frame:
        """A row for each epoch: loss and measures on the training rows and on the validation rows.

        Those on the training rows are taken during training, with dropout and augmentation.
        ``penalty`` is the regularization term of the training loss. Of two classes, precision and
        recall are those of the second.
        """
        return self._give(epochs([self._saved]))

    def tidy(self) -> Frame:
        """`history` under the name that results of other verbs have."""
        return self.history()

    def glance(self) -> Frame:
        """One row: the pictures in each part, and figures from the test rows with 95% intervals.

        The columns of intervals end in ``_low`` and ``_high``. The interval of accuracy is Wilson's;
        the others come from a bootstrap over whole groups. With k folds variances count
        1 + k / (k - 1) times, because the fits share training rows (Nadeau and Bengio 2003).
        """
        return self._give({name: [value] for name, value in self._row().items()})

    def _row(self) -> dict[str, Any]:
        saved = self._saved
        first = {"outcome": saved.outcome.name, "kind": saved.outcome.kind, "model": saved.model}
        return {**first, "train": saved.about["train"], **saved.counts, **self._figures}

    def per_class(self) -> Frame:
        """A row for each class: rows, precision, recall (with intervals), F1, area under the curve.

        Raises
        ------
        ArgumentError
            When the outcome is numeric.
        """
        self._only_classes("per_class")
        return self._give(self._saved.evaluation.per_class())

    def confusion(self) -> Frame:
        """A row for each pair of coded and predicted class: ``n``, and ``share`` of the coded class.

        Raises
        ------
        ArgumentError
            When the outcome is numeric, or lists of labels.
        """
        self._only_classes("confusion", several=False)
        return self._give(self._saved.evaluation.confusion())

    @door
    def errors(self, top: int = 20) -> Frame:
        """The test pictures with the worst predictions, the worst first: look at them.

        Parameters
        ----------
        top
            The maximum number of pictures.

        Returns
        -------
        table
            ``row`` (number in the coded table), ``path``, ``coded``, ``predicted``, and
            ``coded_prob``, the probability of the coded class (for numbers ``error``).

        Raises
        ------
        ArgumentError
            When the model was loaded from a file, which keeps no paths.
        """
        check_count("top", top)
        if self._paths is None:
            raise ArgumentError(
                "A model from a file does not know the pictures it was tested on.",
                "call errors() on the result of fine_tune, or augment() the coded table and compare.",
            )
        return self._give(worst_rows(self._saved.evaluation, self._paths, top))

    def tested(self) -> Frame:
        """A row for each test picture: its code and its prediction by a fit that had not seen it.

        With folds these are all coded pictures that can be read.

        Returns
        -------
        table
            ``row`` (number in the coded table), ``path`` (null for a model from a file, which keeps
            no paths), ``sha256`` of the file, ``truth``, ``pred``, ``pred_prob`` of the second of
            two classes or ``pred_prob_<class>`` of each, and ``fold``, the number of the fit. With
            several labels ``truth_<label>``, ``pred_<label>`` and ``pred_prob_<label>``.

        Examples
        --------
        ``iad.validate(fit.tested(), "truth", "pred")`` gives all measures.
        """
        return self._give(tested_rows(self._saved.evaluation, self._paths))

    def plot(self) -> Figure:
        """Draw the learning curve, the confusion, the calibration and the worst errors.

        Returns
        -------
        matplotlib.figure.Figure
            A notebook shows it.
        """
        from imagesasdata.verbs.train._fit_figure import draw

        errors: list[tuple[str, str]] | None = None
        if self._paths is not None:
            paths, tested = self._paths, self._saved.evaluation
            worst = tested.worst(6).tolist()
            coded, said = tested.as_text(tested.values[worst]), tested.predicted[worst]
            errors = [
                (paths[int(place)], f"coded {one}, predicted {other}")
                for place, one, other in zip(worst, coded, tested.as_text(said), strict=True)
            ]
        return draw(self._saved, errors)

    @door
    def save(self, file: PathLike) -> None:
        """Write the model to a file that `load_model` reads.

        Parameters
        ----------
        file
            A name, such as ``"protest.iad"``; an earlier file of that name is replaced.

        Raises
        ------
        ArgumentError
            When it cannot be written.

        Notes
        -----
        It is a safetensors file with the trained weights, the preprocessing, the classes, the
        provenance, and the codes and predictions of the test rows (not their paths). Weights of the
        pretrained network that were not trained are left out, but their sha256 is in it. The sha256 of
        each coded picture is in it, too: who has such a picture can see that it was coded, and how.
        """
        values = {**self._saved.values(), "decode": self._decode}
        write_arrays(file, FORMAT, self._saved.arrays(), values)

    def explainable(self) -> Explainable:
        """The network up to the classes' logits, for `explain`.

        Returns
        -------
        Explainable
            The network, how pictures are prepared for it, and its classes.

        Raises
        ------
        ArgumentError
            When the outcome is not one of several classes, or the network is not a Flax module.
        """
        return self._decisions

    @cached_property
    def _decisions(self) -> Explainable:
        from imagesasdata.training.network import Deciding, put

        outcome, name = self._saved.outcome, self._saved.model
        if outcome.kind not in {"binary", "multiclass"}:
            raise ArgumentError(
                f"The outcome {outcome.name!r} is {outcome.kind}; explain is for classes that "
                "exclude each other.",
                "fit one label, or one threshold, as a column of yes and no.",
            )
        base = check_trainable(registry.network(name), name)
        put(base, self._saved.base_weights())
        labels = Labels(*[tuple(str(level) for level in outcome.levels)] * 2)
        return Explainable(
            Deciding(base, self._saved.head(), binary=outcome.kind == "binary"),
            registry.card(name).preprocess,
            labels,
            self._saved.hash,
        )

    @cached_property
    def _network(self) -> Network:
        return joint_network([self._saved])

    @cached_property
    def _figures(self) -> dict[str, float]:
        return self._saved.evaluation.figures()

    def methods(self) -> dict[str, Any]:
        """How the model was trained and how well it did, as `cite` tells it."""
        told = ("model", "train", "folds", "n_train", "n_validation", "n_test")
        known = {name: self.provenance.get(name) for name in told}
        return {"outcome": self.outcome, **known, "figure": self.headline()}

    def headline(self) -> str:
        """Accuracy (R squared for a numeric outcome) on the test rows, with its interval, as text."""
        name = "r_squared" if self._saved.outcome.kind == "numeric" else "accuracy"
        low, high = self._figures[f"{name}_low"], self._figures[f"{name}_high"]
        return f"{name} {self._figures[name]:.3f} (95% interval {low:.3f} to {high:.3f})"

    def _give(self, columns: Mapping[str, Sequence[Any]]) -> Frame:
        return from_columns(columns, self._backend, lazy=self._lazy)

    def _only_classes(self, what: str, *, several: bool = True) -> None:
        kind = self._saved.outcome.kind
        if kind == "numeric" or (kind == "multilabel" and not several):
            raise ArgumentError(
                f"{what}() is for classes, and the outcome {self.outcome!r} is {kind}.",
                "glance() has the figures for it.",
            )
