"""The shared parts of cards of networks trained on ImageNet."""

from __future__ import annotations

from imagesasdata.networks.weights.file import Download, WeightFile

TRAINING_DATA = "ImageNet-1k (ILSVRC 2012), 1.28 million photographs in 1,000 classes"

# Means and standard deviations of red, green and blue (0 to 255) in ImageNet's training pictures.
MEAN = (123.675, 116.28, 103.53)
SD = (58.395, 57.12, 57.375)

LIMITS = (
    "Knows 1,000 classes of animals, plants and objects; a picture of anything else still gets one "
    "of these, sometimes with a high probability.",
    "Gives one label to a picture that may show several things.",
    "Trained on photographs found on the web, mostly from North America and Europe; household "
    "objects from poorer households and other regions are recognized less often (de Vries et al. "
    "2019; Shankar et al. 2017).",
    "Only 3 of its classes are people (scuba diver, bridegroom, baseball player), but people are in "
    "the background of many training photographs, without their consent, and classes of clothes and "
    "objects can be proxies for them and carry stereotypes (Yang et al. 2022).",
    "Probabilities are not calibrated.",
)
# A limit of every network whose published weights were not run here.
NOT_RUN = (
    "The published weights were not at hand here: the network was compared with a reference on random "
    "weights, and its accuracy is as published, not measured."
)

TORCHVISION_LICENSE = (
    "BSD-3-Clause (torchvision; it leaves open whether the training data's terms bind the weights)"
)
TORCHVISION_HASH = (
    "The publisher states only the first 8 digits of the hash, in the file name; the rest is from "
    "public repositories that use the file, and matches these digits."
)


def torchvision_file(name: str, sha256: str, length: int) -> WeightFile:
    """A file of weights as torchvision publishes it."""
    return WeightFile(
        name, sha256, length, (Download(f"https://download.pytorch.org/models/{name}"),)
    )
