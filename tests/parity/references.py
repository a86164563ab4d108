"""Reference implementations with random weights, and the files that hold these as published ones do."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from imagesasdata.networks.weights import store
from imagesasdata.networks.zoo import registry

os.environ.setdefault("KERAS_BACKEND", "jax")


class Written(NamedTuple):
    """Files of weights in the card's order, and what the reference gives for normalized pixels.

    ``module`` is the reference itself.
    """

    files: list[Path]
    outputs: Callable[[np.ndarray], dict[str, np.ndarray]]
    count: int
    module: Any


def vgg(number: int, folder: Path) -> Written:
    import h5py
    import keras

    kind = {16: keras.applications.VGG16, 19: keras.applications.VGG19}[number]
    model = kind(weights=None, classifier_activation=None)
    rng = np.random.default_rng(0)
    for layer in model.layers:
        if layer.weights:
            kernel, bias = layer.get_weights()
            layer.set_weights([kernel, rng.normal(0, 0.05, bias.shape)])
    path = folder / "vgg.h5"
    with h5py.File(path, "w") as file:
        keras.src.legacy.saving.legacy_h5_format.save_weights_to_hdf5_group(file, model)
    both = keras.Model(model.input, [model.get_layer("fc2").output, model.output])

    def outputs(x: np.ndarray) -> dict[str, np.ndarray]:
        # Keras's network takes blue, green, red.
        embedding, logits = (np.asarray(one) for one in both(x[..., ::-1]))
        return {"embedding": embedding, "logits": logits}

    return Written([path], outputs, model.count_params(), model)


def resnet(number: int, folder: Path, classes: int = 1000, prefix: str = "") -> Written:
    import transformers

    basic = number == 18
    config = transformers.ResNetConfig(
        num_labels=classes,
        layer_type="basic" if basic else "bottleneck",
        hidden_sizes=[64, 128, 256, 512] if basic else [256, 512, 1024, 2048],
        depths={18: [2, 2, 2, 2], 50: [3, 4, 6, 3], 101: [3, 4, 23, 3]}[number],
    )
    model = _random(transformers.ResNetForImageClassification(config))

    def named(name: str) -> str:
        if name.startswith("classifier"):
            return f"fc.{name.rpartition('.')[2]}"
        return _torchvision_resnet(name.removeprefix("resnet."))

    state = {prefix + named(name): values for name, values in model.state_dict().items()}
    path = _saved(folder, {"state_dict": state, "arch": "resnet"} if prefix else state)
    return Written([path], _classifier(model, "resnet"), _count(model), model)


def mobilenet_v2(folder: Path) -> Written:
    import transformers

    config = transformers.MobileNetV2Config(
        num_labels=1000, tf_padding=False, layer_norm_eps=1e-5, image_size=224
    )
    model = _random(transformers.MobileNetV2ForImageClassification(config))

    def layers() -> Iterator[tuple[str, str]]:
        """torchvision's names for each convolution and normalization, from the first to the last."""
        yield "features.0.0", "features.0.1"
        for block in range(1, 18):
            place = f"features.{block}.conv."
            wide = 1 if block > 1 else 0
            for step in range(wide + 1):
                yield f"{place}{step}.0", f"{place}{step}.1"
            yield f"{place}{wide + 1}", f"{place}{wide + 2}"
        yield "features.18.0", "features.18.1"

    ends = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
    names = [
        name
        for conv, norm in layers()
        for name in (f"{conv}.weight", *(f"{norm}.{end}" for end in ends))
    ]
    names += ["classifier.1.weight", "classifier.1.bias"]
    state = dict(zip(names, model.state_dict().values(), strict=True))
    return Written(
        [_saved(folder, state)], _classifier(model, "mobilenet_v2"), _count(model), model
    )


def convnext_tiny(folder: Path) -> Written:
    import transformers

    config = transformers.ConvNextConfig(num_labels=1000, layer_norm_eps=1e-6)
    model = _random(transformers.ConvNextForImageClassification(config))
    inside = {"dwconv": 0, "layernorm": 2, "pwconv1": 3, "pwconv2": 5}

    def named(name: str) -> str:
        parts = name.removeprefix("convnext.").split(".")
        end = parts[-1]
        match parts[0]:
            case "embeddings":
                return f"features.0.{0 if parts[1] == 'patch_embeddings' else 1}.{end}"
            case "layernorm":
                return f"classifier.0.{end}"
            case "classifier":
                return f"classifier.2.{end}"
        stage = int(parts[2])
        if parts[3] == "downsampling_layer":
            return f"features.{2 * stage}.{parts[4]}.{end}"
        place = f"features.{2 * stage + 1}.{parts[4]}."
        if end == "layer_scale_parameter":
            return f"{place}layer_scale"
        return f"{place}block.{inside[parts[5]]}.{end}"

    state = {
        named(name): values[:, None, None] if name.endswith("layer_scale_parameter") else values
        for name, values in model.state_dict().items()
    }
    return Written([_saved(folder, state)], _classifier(model, "convnext"), _count(model), model)


def vit_b16(folder: Path) -> Written:
    import torch
    import transformers

    config = transformers.ViTConfig(num_labels=1000, layer_norm_eps=1e-6)
    model = _random(transformers.ViTForImageClassification(config))
    theirs = model.state_dict()
    state = {
        "class_token": theirs["vit.embeddings.cls_token"],
        "encoder.pos_embedding": theirs["vit.embeddings.position_embeddings"],
    }
    pairs = {
        "vit.embeddings.patch_embeddings.projection": "conv_proj",
        "vit.layernorm": "encoder.ln",
        "classifier": "heads.head",
    }
    for number in range(12):
        old, new = f"vit.layers.{number}.", f"encoder.layers.encoder_layer_{number}."
        pairs |= {
            f"{old}layernorm_before": f"{new}ln_1",
            f"{old}layernorm_after": f"{new}ln_2",
            f"{old}mlp.fc1": f"{new}mlp.0",
            f"{old}mlp.fc2": f"{new}mlp.3",
            f"{old}attention.o_proj": f"{new}self_attention.out_proj",
        }
        for end in ("weight", "bias"):
            state[f"{new}self_attention.in_proj_{end}"] = torch.cat(
                [theirs[f"{old}attention.{part}_proj.{end}"] for part in "qkv"]
            )
    for old, new in pairs.items():
        for end in ("weight", "bias"):
            state[f"{new}.{end}"] = theirs[f"{old}.{end}"]

    def outputs(x: np.ndarray) -> dict[str, np.ndarray]:
        with torch.inference_mode():
            tokens = model.vit(pixel_values=_as_torch(x)).last_hidden_state[:, 0]
            return {"embedding": tokens.numpy(), "logits": model.classifier(tokens).numpy()}

    return Written([_saved(folder, state)], outputs, _count(model), model)


def dinov2_small(folder: Path) -> Written:
    import torch
    import transformers

    config = transformers.Dinov2Config(hidden_size=384, num_attention_heads=6, image_size=518)
    model = _random(transformers.Dinov2Model(config))
    model.save_pretrained(folder)

    def outputs(x: np.ndarray) -> dict[str, np.ndarray]:
        with torch.inference_mode():
            return {"embedding": model(pixel_values=_as_torch(x)).pooler_output.numpy()}

    return Written([folder / "model.safetensors"], outputs, _count(model), model)


class TwoSided(NamedTuple):
    """A model that sees and reads, its files in the card's order, and its tokenizer."""

    files: list[Path]
    model: Any
    tokenizer: Any


@contextlib.contextmanager
def in_place(name: str, write: Callable[[Path], TwoSided]) -> Iterator[TwoSided]:
    """A reference whose files replace a model's published ones."""
    with (
        tempfile.TemporaryDirectory(prefix="parity-") as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        made = write(Path(folder))
        known = registry.card(name).weights
        places = dict(zip((file.name for file in known), made.files, strict=True))
        patch.setattr(store, "locate", lambda file, **_: places[file.name])
        registry._load.cache_clear()
        yield made
    registry._load.cache_clear()
    registry._load_text.cache_clear()


def normal(name: str, pixels: np.ndarray) -> np.ndarray:
    """Pixels as a model's network is given them."""
    preprocess = registry.card(name).preprocess
    return (pixels - np.float32(preprocess.mean)) / np.float32(preprocess.sd)


def close(got: np.ndarray, expected: np.ndarray) -> bool:
    """Whether no number differs by more than a thousandth of the largest."""
    assert got.shape == expected.shape
    return bool(np.abs(got - expected).max() < 1e-3 * np.abs(expected).max())


def clip_vit_b32(folder: Path) -> TwoSided:
    import transformers

    # The published configuration's odd number for the end of a text, by which the highest is taken.
    config = transformers.CLIPConfig(text_config={"eos_token_id": 2})
    model = _random(transformers.CLIPModel(config))
    tokenizer = _clip_tokenizer(folder)
    return TwoSided(
        [_saved(folder, model.state_dict()), folder / "tokenizer.json"], model, tokenizer
    )


def _clip_tokenizer(folder: Path) -> Any:
    """transformers' tokenizer for CLIP with the words of a small text of its own."""
    import json

    import transformers
    from tokenizers import pre_tokenizers

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    merges = ["o w", "f l", "a g</w>", "fl ag</w>", "c r", "cr ow", "crow d</w>", "p h", "ph o"]
    merges += ["pho t", "phot o</w>"]
    words = [*letters, *(f"{letter}</w>" for letter in letters)]
    words += [merge.replace(" ", "") for merge in merges]
    words += ["<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(
        json.dumps({word: number for number, word in enumerate(dict.fromkeys(words))}), "utf-8"
    )
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *merges]) + "\n", "utf-8")
    tokenizer = transformers.CLIPTokenizer.from_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return tokenizer


def _classifier(model: Any, body: str) -> Callable[[np.ndarray], dict[str, np.ndarray]]:
    import torch

    def outputs(x: np.ndarray) -> dict[str, np.ndarray]:
        with torch.inference_mode():
            pooled = getattr(model, body)(_as_torch(x)).pooler_output
            logits = model.classifier(pooled)
            return {"embedding": pooled.flatten(1).numpy(), "logits": logits.numpy()}

    return outputs


def _as_torch(x: np.ndarray) -> Any:
    import torch

    return torch.from_numpy(np.ascontiguousarray(x.transpose(0, 3, 1, 2)))


def _count(model: Any) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


def _saved(folder: Path, state: Any) -> Path:
    import torch

    path = folder / "weights.pth"
    torch.save(state, path)
    return path


def _random(model: Any) -> Any:
    """Change values that start as 0 or 1, so that a mistake in their use shows."""
    import torch

    torch.manual_seed(0)
    with torch.no_grad():
        for name, values in model.state_dict().items():
            if not values.is_floating_point() or name == "logit_scale":
                continue
            noise = torch.randn_like(values)
            if name.endswith("running_var") or "lambda1" in name or "layer_scale" in name:
                values.copy_(0.5 + noise.abs())
            elif values.ndim == 1:
                values.add_(0.1 * noise)
    return model.eval()


def detr_resnet50(folder: Path) -> tuple[Any, Path]:
    """The reference and its file, named as the published one is."""
    import torch
    import transformers
    from safetensors.torch import load_file, save_file

    config = transformers.DetrConfig(
        use_timm_backbone=False,
        backbone_config=transformers.ResNetConfig(out_features=["stage4"]),
        num_labels=91,
    )
    model = _random(transformers.DetrForObjectDetection(config))
    model.save_pretrained(folder)
    backbone = "model.backbone.conv_encoder.model."
    state = {}
    for name, values in load_file(folder / "model.safetensors").items():
        own = name.startswith(backbone)
        key = backbone + _torchvision_resnet(name.removeprefix(backbone)) if own else name
        state[key] = values
    # What the published file has besides.
    count = torch.zeros((), dtype=torch.int64)
    state[f"{backbone}layer1.0.downsample.1.num_batches_tracked"] = count
    path = folder / "detr.safetensors"
    save_file(state, path)
    return model, path


def owlvit_b32(folder: Path) -> TwoSided:
    """The published configuration, with random weights."""
    import torch
    import transformers

    text = {"max_position_embeddings": 16, "eos_token_id": 2}
    vision = {"image_size": 768, "patch_size": 32}
    config = transformers.OwlViTConfig(text_config=text, vision_config=vision)
    model = _random(transformers.OwlViTForObjectDetection(config))
    with torch.no_grad():
        # As drawn, scores and sides of boxes would all be 0 or 1.
        for name, weight in model.named_parameters():
            if "_head." in name and weight.ndim == 2:
                weight.div_(weight.norm(dim=1, keepdim=True))
        for layer in (model.class_head.logit_scale, model.class_head.logit_shift):
            layer.weight.mul_(0.05)
    tokenizer = _clip_tokenizer(folder)
    model.save_pretrained(folder)
    files = [folder / "model.safetensors", folder / "tokenizer.json"]
    return TwoSided(files, model, tokenizer)


def _torchvision_resnet(name: str) -> str:
    """torchvision's name for a parameter of transformers' ResNet, without its classifier."""
    parts = name.split(".")
    end = parts[-1]
    kind = "conv" if parts[-2] == "convolution" else "bn"
    if parts[0] == "embedder":
        return f"{kind}1.{end}"
    place = f"layer{int(parts[2]) + 1}.{parts[4]}."
    if parts[5] == "shortcut":
        return f"{place}downsample.{0 if kind == 'conv' else 1}.{end}"
    return f"{place}{kind}{int(parts[6]) + 1}.{end}"
