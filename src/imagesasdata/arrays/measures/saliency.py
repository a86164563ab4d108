"""Saliency: where a picture differs from its own regularity, and people tend to look first."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Float64, UInt8

_SIGMA = 2.5
_FLAT = 1e-6


def saliency(gray: UInt8[np.ndarray, "h w"]) -> Float64[np.ndarray, "h w"]:
    """Spectral-residual saliency of a small gray picture, ideally 64 pixels on its longer side.

    The residual is the log amplitude of the spectrum minus its mean over 3 x 3 frequencies. Combined
    with the picture's phase, it is transformed back to a picture, squared and smoothed (Gaussian,
    sigma 2.5 pixels) (Hou and Zhang 2007, doi:10.1109/CVPR.2007.383267). The mean over the picture is
    subtracted and negative values are set to 0, because every pixel has some residual, which would
    pull all centroids to the middle.

    Returns
    -------
    numpy.ndarray
        Sums to 1; all 0 for a uniform picture.
    """
    if gray.min() == gray.max():
        return np.zeros(gray.shape)
    spectrum = np.fft.fft2(gray.astype(np.float64))
    amplitude = np.abs(spectrum)
    log_amplitude = np.log(np.maximum(amplitude, _FLAT * amplitude.max()))
    # A spectrum is periodic, so its edges wrap around.
    around = cv2.copyMakeBorder(log_amplitude, 1, 1, 1, 1, cv2.BORDER_WRAP)
    residual = log_amplitude - cv2.blur(around, (3, 3))[1:-1, 1:-1]
    back = np.fft.ifft2(np.exp(residual + 1j * np.angle(spectrum)))
    energy = cv2.GaussianBlur(np.abs(back) ** 2, (0, 0), _SIGMA, borderType=cv2.BORDER_REFLECT)
    beyond = np.maximum(energy - energy.mean(), 0.0)
    return beyond / beyond.sum() if beyond.any() else beyond
