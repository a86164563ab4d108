"""Several fitted models, the result of `fine_tune` for a list of outcomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic

from imagesasdata.engine.verb import Network
from imagesasdata.errors import one_of
from imagesasdata.files.decode import MAX_PIXELS
from imagesasdata.files.sources import PathLike
from imagesasdata.networks.calls import note_fit, note_model
from imagesasdata.options import OnError, Options
from imagesasdata.tables.frames import Frame, OtherFrame, Paths
from imagesasdata.verbs.door import door
from imagesasdata.verbs.train._augment import joint_network, predict
from imagesasdata.verbs.train._predictions import epochs
from imagesasdata.verbs.train.fitted_model import FittedModel


@dataclass(frozen=True, eq=False, repr=False)
class FittedModels(Generic[Frame]):
    """Models of several outcomes, trained on the same pictures.

    Made by `fine_tune` with a list of outcomes. ``fits["protest"]`` is the `FittedModel` of an
    outcome, with all of its methods; ``for fit in fits`` goes through them.
    """

    _fits: tuple[FittedModel[Frame], ...] = field(repr=False)

    def __repr__(self) -> str:
        return "\n".join(map(repr, self._fits))

    def __len__(self) -> int:
        return len(self._fits)

    def __iter__(self) -> Iterator[FittedModel[Frame]]:
        return iter(self._fits)

    def __getitem__(self, outcome: str) -> FittedModel[Frame]:
        if outcome not in self.models:
            raise one_of("outcome", outcome, list(self.models))
        return self.models[outcome]

    @property
    def models(self) -> dict[str, FittedModel[Frame]]:
        """Each model, by the name of its outcome."""
        return {one.outcome: one for one in self._fits}

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
        """Predict all outcomes for every picture of a table, in one pass over the pictures.

        Parameters and columns are those of `FittedModel.augment`: ``protest_pred``, ``protest_prob``
        and ``protest_trained`` for an outcome ``protest``, and so on for each, then ``image_error``.
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
        for fit in self._fits:
            note_model(fit.provenance["model"])
            note_fit(fit.methods())
        saved, decode = [fit._saved for fit in self._fits], self._fits[0]._decode
        return predict(images, saved, self._network, decode, max_pixels, options)

    def history(self) -> Frame:
        """A row for each epoch of each model, as `FittedModel.history`, and its ``outcome``."""
        names = [fit.outcome for fit in self._fits for _ in fit._saved.history]
        return self._give({"outcome": names, **epochs([fit._saved for fit in self._fits])})

    def glance(self) -> Frame:
        """A row for each model, as `FittedModel.glance`."""
        return self._give(_columns([fit._row() for fit in self._fits]))

    def per_class(self) -> Frame:
        """A row for each class of each outcome, as `FittedModel.per_class`; none for numbers."""
        rows = []
        for fit in self._fits:
            if fit.kind != "numeric":
                cells = fit._saved.evaluation.per_class()
                each = zip(*cells.values(), strict=True)
                rows += [
                    {"outcome": fit.outcome, **dict(zip(cells, row, strict=True))} for row in each
                ]
        return self._give(_columns(rows))

    @cached_property
    def _network(self) -> Network:
        return joint_network([fit._saved for fit in self._fits])

    def _give(self, columns: Mapping[str, Sequence[Any]]) -> Frame:
        return self._fits[0]._give(columns)


def _columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Rows as columns; what a row lacks is null."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}
