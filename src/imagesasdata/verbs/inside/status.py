"""`status`: what is installed, ready and kept on this machine, and on which device networks run."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, get_args

import imagesasdata
from imagesasdata.columns import Column
from imagesasdata.extras import EXTRAS, is_installed
from imagesasdata.machine import cores, find_devices, home
from imagesasdata.networks.weights import fetch
from imagesasdata.networks.zoo import registry
from imagesasdata.networks.zoo.card import Task
from imagesasdata.networks.zoo.ready import NEEDS, ready
from imagesasdata.pages.results import result_page
from imagesasdata.tables.kinds import from_columns

TIDY = (
    Column("part", "string", "version, device, model, extra, folder or downloads.", null="never"),
    Column("name", "string", "Of which package, device, model, extra or folder.", null="never"),
    Column("state", "string", "Its version, what it needs, or its size.", null="never"),
)
RESULTS = {"tidy": TIDY}
_MOST = 3  # models of a task that are named
_WIDTH = 17


@dataclass(frozen=True)
class Status:
    """What is on this machine. Print it to see it on one screen; `tidy` has a row for each thing."""

    rows: tuple[tuple[str, str, str], ...]

    def tidy(self) -> Any:
        """A row for each thing.

        Returns
        -------
        table
            ``part`` (``version``, ``device``, ``model``, ``extra``, ``folder``, ``downloads``), ``name``,
            ``state``.
        """
        return from_columns(self._columns())

    def __str__(self) -> str:
        """The status as text, on one screen."""
        lines = [", ".join(f"{name} {state}" for name, state in self._part("version"))]
        lines += [_line("runs on", f"{name} ({state})") for name, state in self._part("device")]
        needs = dict(self._part("model"))
        for task in get_args(Task):
            able = [card for card in registry.cards() if task in card.tasks]
            here = [card.name for card in able if needs[card.name] == "yes"]
            more = f" and {len(here) - _MOST} more" if len(here) > _MOST else ""
            if here:
                said = f"ready: {', '.join(here[:_MOST])}{more}"
            else:
                easiest = min(able, key=lambda card: NEEDS.index(ready(card).need))
                said = f"not ready: {easiest.name}: {needs[easiest.name]}"
            lines.append(_line(task, said))
        extras = self._part("extra")
        for word in ("installed", "not installed"):
            names = ", ".join(name for name, state in extras if state == word)
            lines.append(
                _line("extras" if word == "installed" else "", f"{word}: {names or 'none'}")
            )
        lines += [_line(f"kept {name}", state) for name, state in self._part("folder")]
        lines += [_line("downloads", state) for _, state in self._part("downloads")]
        return "\n".join(lines)

    def _part(self, part: str) -> list[tuple[str, str]]:
        return [(name, state) for one, name, state in self.rows if one == part]

    def _repr_html_(self) -> str:
        """The rows as HTML for a notebook."""
        return result_page("Status", [("On this machine", list(self._columns().items()))], [])

    def _columns(self) -> dict[str, tuple[str, ...]]:
        names = (column.name for column in TIDY)
        return dict(zip(names, zip(*self.rows, strict=True), strict=True))


def _line(word: str, text: str) -> str:
    return f"{word:<{_WIDTH}}{text}"


def status() -> Status:
    """Say what is installed, ready and kept on this machine, and on which device networks run.

    Nothing is downloaded, and no network is read.

    Returns
    -------
    Status
        Print it for one screen: versions, devices, for each task the models that work now or what is
        needed, the extras, the folders of weights and compiled programs with their sizes.
        ``.tidy()`` is a table with a row for each thing.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> rows = iad.status().tidy()
    >>> rows[rows.name == "efficientnet_lite0"].state.item()
    'yes'
    """
    rows = [
        ("version", "imagesasdata", imagesasdata.__version__),
        ("version", "Python", platform.python_version()),
        *(("version", name, version(name)) for name in ("jax", "numpy", "pandas")),
    ]
    for device in find_devices(None):
        name = f"{device.platform}:{device.id}"
        rows.append(("device", name, f"{cores()} cores" if name == "cpu:0" else device.device_kind))
    rows += [("model", card.name, ready(card).text) for card in registry.cards()]
    for extra in EXTRAS:
        rows.append(("extra", extra, "installed" if is_installed(extra) else "not installed"))
    for folder in ("weights", "compiled"):
        place = home() / folder
        size = sum(file.stat().st_size for file in place.rglob("*") if file.is_file())
        rows.append(("folder", folder, f"{size / 1e6:,.1f} MB in {place}"))
    barred = "forbidden by IMAGESASDATA_OFFLINE"
    allowed = (
        "only of a model that you name, its size said first; IMAGESASDATA_OFFLINE=1 forbids them"
    )
    rows.append(("downloads", "models", barred if fetch.offline() else allowed))
    return Status(tuple(rows))
