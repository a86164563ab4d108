"""The same measures written out plainly with scikit-image and OpenCV, to check values against.

Nothing of the library is used but the examples of color terms, which are data.
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter, uniform_filter
from scipy.spatial import KDTree
from scipy.stats import circmean
from skimage.color import rgb2hsv, rgb2lab
from skimage.feature import graycomatrix, graycoprops, local_binary_pattern
from skimage.filters import threshold_otsu
from skimage.measure import block_reduce, shannon_entropy

from imagesasdata.arrays.measures import Size, Value
from imagesasdata.arrays.measures.color_names import EXAMPLES


def measure_plainly(rgb: np.ndarray, header: Size) -> dict[str, Value]:
    """Every measure of every group."""
    return {
        **_size(header),
        **_color(rgb),
        **_light(rgb, header),
        **_texture(rgb),
        **_composition(rgb),
    }


def _size(header: Size) -> dict[str, Value]:
    pixels = header.width * header.height
    return {
        "aspect_ratio": header.width / header.height,
        "megapixel": pixels / 1e6,
        "bytes_per_pixel": header.bytes / pixels,
    }


def _color(rgb: np.ndarray) -> dict[str, Value]:
    hsv, lab = rgb2hsv(rgb), rgb2lab(rgb)
    channels = {
        "red": rgb[..., 0] / 255,
        "green": rgb[..., 1] / 255,
        "blue": rgb[..., 2] / 255,
        "saturation": hsv[..., 1],
        "value": hsv[..., 2],
        "lightness": lab[..., 0],
        "lab_a": lab[..., 1],
        "lab_b": lab[..., 2],
    }
    values: dict[str, Value] = {}
    for name, channel in channels.items():
        values[f"{name}_mean"], values[f"{name}_sd"] = channel.mean(), channel.std()

    weight = np.ptp(rgb.astype(float), axis=2)
    if weight.sum() > 0 and (mean := (weight * np.exp(2j * np.pi * hsv[..., 0])).sum()) != 0:
        mean /= weight.sum()
        values["hue_mean"] = np.degrees(circmean([np.angle(mean)]))
        values["hue_sd"] = np.degrees(np.sqrt(max(0, -2 * np.log(abs(mean)))))
        values["hue_cos"], values["hue_sin"] = mean.real, mean.imag
    else:
        values |= dict.fromkeys(("hue_mean", "hue_sd", "hue_cos", "hue_sin"))

    red, green, blue = np.moveaxis(rgb.astype(float), 2, 0)
    red_green, yellow_blue = red - green, (red + green) / 2 - blue
    spread = np.sqrt(red_green.std() ** 2 + yellow_blue.std() ** 2)
    values["colorfulness"] = spread + 0.3 * np.sqrt(red_green.mean() ** 2 + yellow_blue.mean() ** 2)

    terms, warmth = _cells()
    cell = tuple(np.moveaxis(rgb // 8, 2, 0))
    values["warm_share"] = (warmth[cell] > 0.25).mean()
    values["cool_share"] = (warmth[cell] < -0.25).mean()
    for term in EXAMPLES:
        values[f"{term}_share"] = (terms[cell] == term).mean()

    names = ["dominant_color", "dominant_color_2", "dominant_color_3"]
    for name in names:
        values[name] = values[f"{name}_share"] = None
    pixels, count = rgb.reshape(-1, 3), 0
    while len(pixels):
        counts = cv2.calcHist([pixels[None]], [0, 1, 2], None, [32] * 3, [0, 256] * 3)
        in_block = uniform_filter(counts, 5, mode="constant") * 5**3
        middle = np.unravel_index(np.round(in_block).argmax(), counts.shape)
        inside = (abs(pixels // 8 - np.array(middle)) <= 2).all(axis=1)
        share = inside.sum() * 3 / rgb.size
        if count and share < 0.05:
            break
        if count < len(names):
            mean = pixels[inside].mean(axis=0)
            values[names[count]] = "#" + "".join(f"{round(c):02x}" for c in mean)
            values[f"{names[count]}_share"] = share
        count += 1
        pixels = pixels[~inside]
    values["dominant_color_count"] = count
    return values


@cache
def _cells() -> tuple[np.ndarray, np.ndarray]:
    """Term and warmth of the center of each cell of 8 x 8 x 8 levels."""
    lab = rgb2lab((np.moveaxis(np.indices((32, 32, 32)), 0, -1) * 8 + 4).astype(np.uint8))
    chroma, hue = np.hypot(lab[..., 1], lab[..., 2]), np.arctan2(lab[..., 2], lab[..., 1])
    codes = [(code, term) for term, some in EXAMPLES.items() for code in some.split()]
    examples = np.array([[int(code[at : at + 2], 16) for at in (0, 2, 4)] for code, _ in codes])
    nearest = KDTree(rgb2lab(examples / 255)).query(lab)[1]
    terms = np.array([term for _, term in codes])[nearest]
    neutral = np.where(lab[..., 0] < 26, "black", np.where(lab[..., 0] < 86, "gray", "white"))
    terms = np.where(chroma < 7, neutral, terms)
    return terms, 0.02 * chroma**1.07 * np.cos(hue - np.radians(50))


def _light(rgb: np.ndarray, header: Size) -> dict[str, Value]:
    coded = rgb / 255
    linear = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    luminance = linear @ (0.2126, 0.7152, 0.0722)
    low, high = np.percentile(luminance, 1), np.percentile(luminance, 99)
    return {
        "luminance_mean": luminance.mean(),
        "rms_contrast": luminance.std(),
        "michelson_contrast": (high - low) / (high + low) if high > 0 else None,
        "dynamic_range": np.log2(max(high, 2**-12)) - np.log2(max(low, 2**-12)),
        "overexposed_share": (rgb >= 250).all(axis=2).mean(),
        "underexposed_share": (rgb <= 5).all(axis=2).mean(),
        "bright_share": (luminance > 0.5).mean(),
        "light_sum": luminance.mean() * header.width * header.height,
    }


def _texture(rgb: np.ndarray) -> dict[str, Value]:
    gray = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    edges = cv2.Canny(cv2.GaussianBlur(gray, (5, 5), 0), 100, 200)
    values: dict[str, Value] = {
        "entropy": shannon_entropy(gray, base=2),
        "edge_share": (edges > 0).mean(),
        "sharpness": cv2.Laplacian(gray, cv2.CV_64F).var(),
    }
    matrix = graycomatrix(
        gray // 8, [1], np.radians([0, 45, 90, 135]), levels=32, symmetric=True, normed=True
    )
    matrix = matrix[..., matrix.sum(axis=(0, 1, 2)) > 0]  # the directions with neighbors
    for name in ("contrast", "homogeneity", "energy", "correlation"):
        if not matrix.size:
            values[f"glcm_{name}"] = None
            continue
        of_directions = graycoprops(matrix, name)[0]
        if name == "correlation":  # which scikit-image has as 1 where all levels are equal
            of_directions = of_directions[matrix[:, :, 0].sum(axis=0).max(axis=0) < 1 - 1e-9]
        values[f"glcm_{name}"] = of_directions.mean() if of_directions.size else None

    patterns = local_binary_pattern(gray, 8, 1, "uniform")
    for pattern in range(10):
        values[f"lbp_{pattern}"] = (patterns == pattern).mean()

    _, packed = cv2.imencode(".jpg", rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 75])
    values["compression_ratio"] = len(packed) / rgb.nbytes

    sides = [2**power for power in range(10) if 2**power * 4 <= min(gray.shape)]
    values["fractal_dimension"] = None
    if len(sides) >= 3 and edges.any():
        counts = [block_reduce(edges > 0, side, np.max).sum() for side in sides]
        values["fractal_dimension"] = -np.polyfit(np.log(sides), np.log(counts), 1)[0]
    return values


def _composition(rgb: np.ndarray) -> dict[str, Value]:
    height, width = rgb.shape[:2]
    scale = 64 / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    gray = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(float)
    names = (
        "saliency_x saliency_y saliency_spread thirds_distance symmetry_left_right "
        "symmetry_top_bottom figure_ground diagonal_dominance"
    )
    values: dict[str, Value] = dict.fromkeys(names.split())

    edges = cv2.Canny(cv2.GaussianBlur(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), (5, 5), 0), 100, 200)
    down, across = min(16, height), min(16, width)
    drawn = {(y * down // height, x * across // width) for y, x in np.argwhere(edges)}
    values["empty_share"] = 1 - len(drawn) / (down * across)
    if gray.std() == 0:
        return values
    spectrum = np.fft.fft2(gray)
    amplitude = np.abs(spectrum)
    log_amplitude = np.log(np.maximum(amplitude, 1e-6 * amplitude.max()))
    residual = log_amplitude - uniform_filter(log_amplitude, 3, mode="wrap")
    energy = np.abs(np.fft.ifft2(np.exp(residual + 1j * np.angle(spectrum)))) ** 2
    shares = gaussian_filter(energy, 2.5, mode="reflect", radius=10)
    shares = np.where(shares > shares.mean(), shares - shares.mean(), 0)
    shares /= shares.sum()

    y, x = (np.indices(shares.shape).T + 0.5).T / np.array(shares.shape)[:, None, None]
    middle = (shares * x).sum(), (shares * y).sum()
    values["saliency_x"], values["saliency_y"] = middle
    diagonal = np.hypot(width, height)
    squared = ((x - middle[0]) * width) ** 2 + ((y - middle[1]) * height) ** 2
    values["saliency_spread"] = np.sqrt((shares * squared).sum()) / diagonal
    values["thirds_distance"] = min(
        np.hypot((middle[0] - across) * width, (middle[1] - down) * height) / diagonal
        for across in (1 / 3, 2 / 3)
        for down in (1 / 3, 2 / 3)
    )
    away = np.minimum(abs(x - y), abs(x + y - 1))
    values["diagonal_dominance"] = 1 - 2 * (shares * away).sum()
    values["symmetry_left_right"] = np.corrcoef(gray.ravel(), gray[:, ::-1].ravel())[0, 1]
    values["symmetry_top_bottom"] = np.corrcoef(gray.ravel(), gray[::-1].ravel())[0, 1]
    scaled = np.rint(255 * shares / shares.max()).astype(np.uint8)
    if len(np.unique(scaled)) > 1:
        inside = scaled > threshold_otsu(scaled)
        lab = rgb2lab(small)
        values["figure_ground"] = np.linalg.norm(
            lab[inside].mean(axis=0) - lab[~inside].mean(axis=0)
        )
    return values
