"""A search for faces in up to three looks at a picture, each of which depends on those before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from imagesasdata.arrays.faces import second_look
from imagesasdata.arrays.faces.candidates import Candidates, Seen, each_once, in_picture, taken
from imagesasdata.arrays.faces.closer_look import (
    LEAST,
    Odds,
    closer_views,
    logit,
    logit_of,
    mean_of,
    seen_again,
)
from imagesasdata.arrays.faces.quarter_turns import SHARES, at_all_turns, by_turn, turned
from imagesasdata.arrays.probabilities import logistic
from imagesasdata.arrays.views import render, views


class Look(NamedTuple):
    """An input of the detector, and what it shows.

    With a ``number``, it is a closer look at this candidate of the first look (``turn`` is null) or of
    those found at a quarter turn; with a ``share``, it is the picture at all quarter turns.
    """

    seen: Seen
    image: Image.Image
    number: int | None = None
    turn: int | None = None
    share: float | None = None


Result = tuple[Any, Look]


class Search(NamedTuple):
    """How faces are looked for.

    ``decode`` gives the candidates in an input, from a score on; ``odds`` their log odds, or null where
    a detector's score is taken as it is; ``size`` is the input's side.
    """

    decode: Callable[[Any, float], Candidates]
    odds: Odds | None
    size: int
    threshold: float
    min_size: float
    turns: bool

    def first(self, image: Image.Image, scale: float, zooms: Sequence[float]) -> Iterator[Any]:
        """The inputs of the first look, each with its `Look`."""
        for view in views(image.width, image.height, zooms):
            look = Look(Seen(view, image.width, image.height, scale), image)
            yield render(image, view, self.size), look

    def again(self, results: Sequence[Result]) -> Iterator[Any]:
        """The inputs of the next look, each with its `Look`; none when enough was seen."""
        looks = [look for _, look in results]
        found = self._found(results)
        if any(look.turn is not None for look in looks):
            return
        if any(look.share is not None for look in looks):
            for turn, lying in enumerate(self._by_turn(results)):
                yield from self._closer(looks[0], lying, turn)
            return
        if all(look.number is None for look in looks):
            yield from self._closer(looks[0], found, None)
            if second_look.is_wanted(found):
                for share in SHARES:
                    yield (
                        at_all_turns(looks[0].image, share, self.size),
                        looks[0]._replace(share=share),
                    )

    def faces(self, results: Sequence[Result]) -> Candidates:
        """The faces in all looks, each once, in the stored picture's pixels, the most probable first."""
        seen = results[0][1].seen
        size = (seen.width * seen.scale, seen.height * seen.scale)
        first = self._judged(self._found(results), None, results)
        lying = [
            self._judged(found, turn, results) for turn, found in enumerate(self._by_turn(results))
        ]
        least = float(logit(self.threshold))
        found = second_look.together(first, lying, size, least)
        probable = each_once([found], self.min_size)
        return probable._replace(scores=logistic(probable.scores))

    def _found(self, results: Sequence[Result]) -> Candidates:
        """The candidates of the first look, each once."""
        least = self.odds.weakest if self.odds else self.threshold
        parts = [
            in_picture(self.decode(outputs, least), look.seen, self.size)
            for outputs, look in results
            if look.number is None and look.share is None
        ]
        return each_once(parts, self.min_size)

    def _by_turn(self, results: Sequence[Result]) -> list[Candidates]:
        """The candidates of the second look at each turn, in the pixels of the turned picture."""
        seen, nobody = results[0][1].seen, np.zeros(0, int)
        least = second_look.WEAKEST if self.odds else self.threshold
        found = [
            (look.share, self.decode(outputs, least))
            for outputs, look in results
            if look.share is not None
        ]
        if not found:
            return [taken(self._found(results), nobody)] * 4
        sides = (seen.width * seen.scale, seen.height * seen.scale)
        lying = by_turn(found, seen, self.size)
        kept = [second_look.worth_a_look(one, turn, sides) for turn, one in enumerate(lying)]
        return kept if self.turns else [kept[0], *(taken(one, nobody) for one in kept[1:])]

    def _closer(self, look: Look, found: Candidates, turn: int | None) -> Iterator[Any]:
        """Closer looks at the candidates in doubt."""
        if self.odds is None:
            return
        image = turned(look.image, turn or 0)
        scale = look.seen.scale
        for number, (box, score) in enumerate(zip(found.boxes, found.scores, strict=True)):
            if turn is None and score >= self.odds.certain:
                continue
            for view in closer_views(box / scale):
                seen = Seen(view, image.width, image.height, scale)
                yield render(image, view, self.size), Look(seen, look.image, number, turn)

    def _judged(self, found: Candidates, turn: int | None, results: Sequence[Result]) -> Candidates:
        """The candidates with log odds as scores; at a turn, as they are in their first closer look."""
        if self.odds is None:
            return found._replace(scores=logit(found.scores))
        boxes, points = found.boxes.copy(), found.points.copy()
        looks: list[list[float]] = [[] for _ in found.scores]
        for outputs, look in results:
            if look.number is None or look.turn != turn:
                continue
            number = look.number
            near = in_picture(self.decode(outputs, LEAST), look.seen, self.size)
            same = seen_again(near, found.boxes[number])
            if turn is not None and same is not None and not looks[number]:
                boxes[number], points[number] = near.boxes[same], near.points[same]
            looks[number].append(logit_of(near, same))
        closer = np.array([mean_of(one) for one in looks], np.float64)
        return Candidates(boxes, points, self.odds.of(found.scores, closer))
