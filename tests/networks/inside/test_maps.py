"""Maps and filters as pictures, by hand."""

from __future__ import annotations

import numpy as np

from imagesasdata.networks.inside.maps import as_tiles, liveliest


def test_the_maps_that_vary_most() -> None:
    found = np.zeros((4, 4, 4), np.float32)
    found[0, :, 1] = 1
    found[..., 2] = 7  # large and flat
    found[0, :, 3] = 3
    assert liveliest(found, 2) == [3, 1]
    # Of equal ones the lower number comes first.
    assert liveliest(found, 9) == [3, 1, 0, 2]


def test_filters_of_the_picture_itself_are_in_color() -> None:
    found = np.arange(2 * 2 * 3 * 5, dtype=np.float32).reshape(2, 2, 3, 5)
    tiles = as_tiles(found, 2)
    assert [tile.shape for tile in tiles] == [(2, 2, 3), (2, 2, 3)]
    np.testing.assert_array_equal(tiles[1], found[..., 1])
    assert len(as_tiles(found, 9)) == 5


def test_of_many_channels_the_heaviest_is_drawn() -> None:
    found = np.zeros((3, 3, 4, 2), np.float32)
    found[1, 1, 2, 0] = -5
    found[..., 3, 0] = 1  # 9 in squares, less than 25
    found[..., 1, 1] = 0.5
    tiles = as_tiles(found, 2)
    np.testing.assert_array_equal(tiles[0], found[:, :, 2, 0])
    np.testing.assert_array_equal(tiles[1], found[:, :, 1, 1])
    one = as_tiles(found[:, :, :1], 1)
    np.testing.assert_array_equal(one[0], found[:, :, 0, 0])
