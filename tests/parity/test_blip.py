"""BLIP beside transformers: small random networks, written as the published files are, and `caption`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest

import imagesasdata as iad
from imagesasdata.arrays.pixels import center_square
from imagesasdata.files.decode import decode
from imagesasdata.networks.weights import store
from imagesasdata.networks.zoo import registry
from imagesasdata.networks.zoo.architectures.blip import END
from tests.conftest import Kind

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
pytest.importorskip("tokenizers")

pytestmark = pytest.mark.parity

PARTS = [
    "a",
    "photo",
    "of",
    "the",
    "people",
    "crowd",
    "flag",
    "how",
    "many",
    "?",
    "##s",
    "##ing",
    "cat",
]
# Every program is compiled for the length of its texts, so these are few.
ROOM = 12
QUESTIONS = ["How many cats?", "how many flags?"]


class Small(NamedTuple):
    """A reference, its tokenizer, and the name of the model that it replaces here."""

    name: str
    model: Any
    tokenizer: Any

    def texts(self, photos: list[str], prompt: str | None, room: int) -> list[str]:
        """What transformers writes, word by word, the likeliest first."""
        card = registry.card(self.name).preprocess
        pixels = np.stack(
            [
                center_square(decode(Path(photo).read_bytes()), card.size, 1.0, stretch=True)
                for photo in photos
            ]
        )
        normal = (pixels - np.float32(card.mean)) / np.float32(card.sd)
        x = torch.from_numpy(np.ascontiguousarray(normal.transpose(0, 3, 1, 2)))
        given = {}
        if prompt is not None:
            given = dict(self.tokenizer([prompt] * len(photos), return_tensors="pt"))
            given.pop("token_type_ids", None)
        numbers = self.model.generate(
            pixel_values=x, **given, max_new_tokens=room, do_sample=False, num_beams=1
        )
        # The mark that a text starts with is not one of the tokenizer's.
        return [self.tokenizer.decode(one[1:], skip_special_tokens=True).strip() for one in numbers]


def tokenizer(folder: Path) -> Any:
    """A small tokenizer of BERT's kind, whose end mark has the number that the published one has."""
    marks = {0: "[PAD]", 100: "[UNK]", 101: "[CLS]", END: "[SEP]", 103: "[MASK]"}
    words = [marks.get(number, f"w{number}") for number in range(104)] + PARTS
    (folder / "vocab.txt").write_text("\n".join(words) + "\n")
    made = transformers.BertTokenizer(str(folder / "vocab.txt"), do_lower_case=True)
    made.save_pretrained(folder)
    return made


def small(name: str, folder: Path) -> Small:
    words = tokenizer(folder)
    text = {
        "vocab_size": len(words) + 2,
        "hidden_size": 128,
        "encoder_hidden_size": 128,
        "intermediate_size": 160,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "max_position_embeddings": 64,
        "bos_token_id": len(words),
        "sep_token_id": END,
        "initializer_range": 0.4,
    }
    vision = {
        "hidden_size": 128,
        "intermediate_size": 192,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "initializer_range": 0.1,
    }
    kinds = {
        "blip_base": transformers.BlipForConditionalGeneration,
        "blip_vqa_base": transformers.BlipForQuestionAnswering,
    }
    torch.manual_seed(0)
    model = kinds[name](transformers.BlipConfig(text_config=text, vision_config=vision)).eval()
    with torch.no_grad():
        for key, values in model.named_parameters():
            if values.ndim == 1 or "embedding" in key:
                values.add_(0.2 * torch.randn_like(values))
        # So that some texts end by themselves and others do not.
        ends = [part for part in (model.text_decoder.cls.predictions.bias,) if part.ndim == 1]
        ends[0][END] += 4.0
    return Small(name, model, words)


@pytest.fixture(scope="module", params=["blip_base", "blip_vqa_base"])
def blip(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Small]:
    """The reference, whose files stand in the place of the published ones."""
    folder = tmp_path_factory.mktemp("blip")
    made = small(request.param, folder)
    first, second = registry.card(made.name).weights
    if first.name.endswith(".bin"):
        torch.save(made.model.state_dict(), folder / first.name)
    else:
        made.model.save_pretrained(folder)
        shutil.move(folder / "model.safetensors", folder / first.name)
    places = {first.name: folder / first.name, second.name: folder / "tokenizer.json"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "locate", lambda file, **_: places[file.name])
        forget()
        yield made
    forget()


def forget() -> None:
    registry._load.cache_clear()
    registry._load_words.cache_clear()


@pytest.fixture(scope="module")
def photos() -> list[str]:
    folder = Path(__file__).parents[2] / "examples" / "photos"
    return [
        str(folder / name) for name in ("chelsea.jpg", "rocket.jpg", "coffee.jpg", "camera.png")
    ]


def prompts(blip: Small) -> list[str | None]:
    return list(QUESTIONS) if blip.name == "blip_vqa_base" else [None, "a photo of"]


def test_texts_are_those_of_transformers(blip: Small, photos: list[str]) -> None:
    seen = set()
    for prompt in prompts(blip):
        expected = blip.texts(photos, prompt, ROOM)
        done = iad.caption(
            photos, model=blip.name, prompt=prompt, max_words=ROOM, decode="exact", progress=False
        )
        assert done.caption.tolist() == expected
        seen |= set(expected)
    # Otherwise equal texts would say little: that of each picture is its own, and some are shorter.
    assert len(seen) >= 4
    assert len({len(text.split()) for text in seen}) > 1


def test_a_text_does_not_depend_on_its_batch(blip: Small, photos: list[str]) -> None:
    prompt = prompts(blip)[0]
    one, two = (
        iad.caption(
            photos, model=blip.name, prompt=prompt, max_words=ROOM, batch_size=size, progress=False
        )
        for size in (1, 2)
    )
    assert one.caption.tolist() == two.caption.tolist()


def test_a_table(blip: Small, photos: list[str], kind: Kind) -> None:
    prompt = prompts(blip)[0]
    table = kind.make({"path": [photos[0], None, __file__], "n": [1, 2, 3]})
    done = iad.caption(
        table, model=blip.name, prompt=prompt, max_words=ROOM, prefix="their_", progress=False
    )
    assert kind.is_kind(done)
    columns = kind.columns(done)
    assert columns["n"] == [1, 2, 3]
    assert isinstance(columns["their_caption"][0], str)
    assert columns["their_caption"][1:] == [None, None]
    assert columns["image_error"][0] is None
    assert all(columns["image_error"][1:])
    with pytest.raises(iad.NameClashError, match="caption"):
        iad.caption(pd.DataFrame({"path": [], "caption": []}), model=blip.name, prompt=prompt)


def test_finished_rows_are_kept_by_prompt(
    blip: Small, photos: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, other = prompts(blip)

    def call(prompt: str | None) -> list[str]:
        done = iad.caption(
            photos[:2],
            model=blip.name,
            prompt=prompt,
            max_words=ROOM,
            cache=tmp_path / "kept",
            progress=False,
        )
        return done.caption.tolist()

    one, two = call(first), call(other)
    assert one != two
    monkeypatch.setattr("imagesasdata.engine.runner.Runner.__call__", _not_again)
    assert (call(first), call(other)) == (one, two)


def _not_again(*_: object) -> None:
    raise AssertionError("the network is not run for what is known")


def test_prompts_that_cannot_be_used(blip: Small) -> None:
    asks = blip.name == "blip_vqa_base"
    # A question has a mark at both ends, and is not part of the answer.
    many, given = (80, 82) if asks else (40, 42)
    with pytest.raises(
        iad.ArgumentError,
        match=f"64 parts of words together; {given} and 30 are asked for.\nHint: sh",
    ):
        iad.caption("gone.png", model=blip.name, prompt="a " * many)
    if asks:
        with pytest.raises(
            iad.ArgumentError,
            match=f"'{blip.name}' answers questions, and no question was given.\nHint: give",
        ):
            iad.caption("gone.png", model=blip.name)


def test_weights_that_do_not_fit(blip: Small) -> None:
    from imagesasdata.networks.zoo.names.blip import parameters

    state = {name: values.numpy() for name, values in blip.model.state_dict().items()}
    place = "vision_model.embeddings.position_embedding"
    with pytest.raises(iad.WeightsError, match="pictures of 10 places, the network sees 577"):
        parameters({**state, place: state[place][:, :10]})
    del state["vision_model.post_layernorm.weight"]
    with pytest.raises(iad.WeightsError, match="no 'vision_model.post_layernorm.weight'"):
        parameters(state)


def test_a_tokenizer_of_another_kind(tmp_path: Path) -> None:
    from imagesasdata.networks.zoo.words.blip import read_words

    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps({}))
    read: Callable[[], Any] = lambda: read_words(path, words=10, places=8, answers=False)  # noqa: E731
    with pytest.raises(iad.WeightsError, match="is not a tokenizer's"):
        read()
    tokenizers = pytest.importorskip("tokenizers")
    tokenizers.Tokenizer(tokenizers.models.BPE()).save(str(path))
    with pytest.raises(iad.WeightsError, match=r"has no token '\[SEP\]'"):
        read()
