"""Which pictures there are: a folder, glob, archive or bucket becomes a list of paths."""

from __future__ import annotations

import functools
import glob
import os
import re
import warnings
from collections import Counter
from collections.abc import Iterable
from typing import Any

from imagesasdata.errors import (
    ArgumentError,
    ImageError,
    PassedOverWarning,
    users_line,
)
from imagesasdata.files.addresses import (
    Member,
    as_text,
    exists,
    is_chain,
    is_remote,
    local,
    parse_member,
)
from imagesasdata.files.held import no_path
from imagesasdata.files.media import (
    HEAD,
    PICTURES,
    TABLES,
    Media,
    ending_of,
    how_to_read,
    is_hidden,
)
from imagesasdata.files.remote import has_password, list_names, open_system, password_error, shown
from imagesasdata.files.sources import Files, PathLike

_MAGIC = re.compile(r"[*?\[]")


def list_files(where: PathLike | Iterable[PathLike], media: Media = PICTURES) -> list[str]:
    """The pictures or videos of a folder, an archive or a glob, in a fixed order; or a list's paths.

    Parameters
    ----------
    where
        A folder (searched recursively, also through links; hidden files are left out, and counted where
        their names are those of pictures), a ``.zip`` or ``.tar`` file, a glob (``**`` goes into
        sub-folders), a single picture, or an fsspec URL of any of these. A list is not searched: each of
        its paths gets a row, with the reason in ``image_error`` if it is no picture.
    media
        What to look for in folders and archives.

    Returns
    -------
    list of str
        Paths. Those found by searching are sorted; the order of a list is kept. A name that is no
        UTF-8 is written as a ``file://`` address.

    Raises
    ------
    ArgumentError
        When a folder has no picture, a glob finds none, or a single path does not exist or is a table;
        when an address holds a password.

    Warns
    -----
    PassedOverWarning
        Once, with the number of files that are not of this kind.
    """
    if isinstance(where, (str, os.PathLike)):
        return _search(_path(where), media)
    if not isinstance(where, Iterable) or isinstance(where, bytes | bytearray | memoryview):
        raise no_path(where, "pictures", "Expected paths")
    paths = []
    for item in where:
        if not isinstance(item, (str, os.PathLike)):
            raise no_path(item, "pictures", "Expected paths in the list")
        path = _path(item)
        if has_password(path):
            raise password_error(path)
        paths.append(as_text(path))
    return paths


def searched(where: PathLike | Iterable[PathLike]) -> str | None:
    """The folder or archive that `list_files` searches; ``None`` for a glob, a file or a list."""
    if not isinstance(where, (str, os.PathLike)):
        return None
    path = _path(where)
    member = parse_member(path)
    if member is not None:
        return path if member.name in {"", "**"} or not _MAGIC.search(member.name) else None
    if is_remote(path):
        return None if glob.has_magic(path) else path
    if os.path.isdir(local(path)):
        return path
    kind = ending_of(path)[1:]
    return str(Member(kind, "**", path)) if kind in {"zip", "tar"} else None


def _path(item: PathLike) -> str:
    path = os.fspath(item)
    return os.fsdecode(path) if isinstance(path, bytes) else path


_HIDDEN = "hidden by a dot before the name"


class _Found:
    """What a search has found: paths, and the files passed over, counted by ending."""

    def __init__(self, media: Media) -> None:
        self.media = media
        self.paths: list[str] = []
        self.passed: Counter[str] = Counter()

    def take(self, path: str, name: str, head: Any = None) -> None:
        """Take a file or count it; ``head`` gives the beginning of its content."""
        if self.media.ends(name) or (
            head is not None and self.media.may_be(name) and self.media.begins(head())
        ):
            self.paths.append(path)
        else:
            self.passed[ending_of(name)] += 1

    def hide(self, name: str) -> None:
        """Count a hidden file that its name says is of this kind; a system's own begin with ``._``."""
        if self.media.ends(f"x{name}") and not name.startswith("._"):
            self.passed[_HIDDEN] += 1

    def told(self) -> str:
        """The files passed over, in words."""
        parts = [
            f"{count:,} {ending or 'without an ending'}"
            for ending, count in sorted(self.passed.items(), key=lambda item: (-item[1], item[0]))
        ]
        more = f", {len(parts) - 8} other endings" if len(parts) > 8 else ""
        return f"{', '.join(parts[:8])}{more}"


def _search(where: str, media: Media) -> list[str]:
    found = _Found(media)
    member = parse_member(where)
    if member is not None:
        there = _search_archive(member, found)
    elif is_remote(where):
        there = _search_remote(where, found)
    else:
        there = _search_local(where, found)
    if not there:
        # A part of a file (see references.py) is listed as it is.
        if not exists(where.rpartition("#")[0]):
            raise ArgumentError(
                f"There is no folder, {media.name} or archive at {shown(where)!r}.",
                f"relative paths start at the working folder, now {os.getcwd()!r}.",
            )
        return [as_text(where)]
    count = sum(found.passed.values())
    if not found.paths:
        others = f" The files there are: {found.told()}." if count else ""
        raise ArgumentError(
            f"No {media.name} was found in {shown(where)!r}.{others}",
            f"files ending in {', '.join(sorted(media.endings))} are looked for; "
            "list others by name.",
        )
    if count:
        warnings.warn(
            f"{count:,} file{'s' if count > 1 else ''} in {shown(where)!r} "
            f"{'were' if count > 1 else 'was'} passed over, by name and content no {media.name}"
            f"{'s' if count > 1 else ''}: {found.told()}. List by name those that you want.",
            PassedOverWarning,
            stacklevel=users_line(),
        )
    return [as_text(path) for path in found.paths]


def _search_local(where: str, found: _Found) -> bool:
    """Add the files that a local path refers to; whether it exists."""
    try:
        path = local(where)
    except ImageError as error:
        raise ArgumentError(f"{shown(where)!r} {error.message}.") from None
    if os.path.isdir(path):
        _walk(path, found)
        found.paths.sort()
        return True
    if os.path.lexists(path):
        ending = ending_of(path)
        if ending in TABLES:
            raise ArgumentError(
                f"{where!r} is a table, not a {found.media.name}.",
                how_to_read(where, ending),
            )
        if ending not in {".zip", ".tar"} or not _search_archive(
            Member(ending[1:], "**", path), found
        ):
            found.paths.append(path)
        return True
    if not _MAGIC.search(path):
        return False
    names = glob.glob(_escaped(path), recursive=True)
    found.paths += sorted(name for name in names if os.path.isfile(name))
    return True


def _escaped(pattern: str) -> str:
    """A glob in which folders that have ``[``, ``*`` or ``?`` in their names are meant as they are."""
    done = name = ""
    for part in re.split(r"(?<=/)", pattern):
        name += part
        # No folder has the name of a pattern before, so after a real pattern nothing is literal.
        done += glob.escape(part) if os.path.isdir(name) else part
    return done


def _walk(root: str, found: _Found) -> None:
    """Add the files of a folder and those below it, through links, but each loop once.

    A folder that cannot be opened is added itself, so that a row says it.
    """
    real = os.path.realpath(root)
    # A folder's name, where it really is, the folders it is in, and whether a link has led there.
    waiting = [(root, real, frozenset([real]), False)]
    seen = {real}
    while waiting:
        folder, real, above, linked = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                inside = list(entries)
        except OSError as error:
            if folder == root:
                raise ArgumentError(
                    f"The folder {root!r} cannot be opened: {(error.strerror or '').lower()}.",
                    "check who may read it: ls -ld FOLDER.",
                ) from None
            found.paths.append(folder)
            continue
        for entry in sorted(inside, key=lambda entry: entry.name, reverse=True):
            if is_hidden(entry.name):
                if not _is_folder(entry):
                    found.hide(entry.name)
                continue
            if not _is_folder(entry):
                found.take(entry.path, entry.name, functools.partial(_head, entry))
                continue
            link = entry.is_symlink()
            target = os.path.realpath(entry.path) if link else os.path.join(real, entry.name)
            # Within a followed link, what was listed already is not listed again: links between
            # folders would multiply it without end.
            if target in above or (linked and target in seen):
                continue
            seen.add(target)
            waiting.append((entry.path, target, above | {target}, linked or link))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False  # a link to itself


def _head(entry: os.DirEntry[str]) -> bytes:
    try:
        if not entry.is_file():  # a pipe would wait for a writer
            return b""
        with open(entry.path, "rb") as file:
            return file.read(HEAD)
    except OSError:
        return b""


def _search_archive(member: Member, found: _Found) -> bool:
    """Add the members that a name or a pattern refers to; whether there are any."""
    with Files() as files:
        try:
            archive = files.archive(member)
        except ImageError:
            # Its row will say why.
            found.paths.append(str(member) if member.name not in {"", "**"} else member.archive)
            return True
        own = archive.find(member.name)
        if own is not None:
            found.paths.append(str(member))
            return True
        pattern = _member_pattern(member.name)
        any_kind = _MAGIC.search(member.name) and ending_of(member.name)
        matching = [name for name in archive.names if pattern.fullmatch(name)]
        for name in sorted(matching):
            *folders, base = [part for part in name.split("/") if part not in {"", ".", ".."}] or [
                ""
            ]
            if any(map(is_hidden, folders)):
                continue
            if is_hidden(base):
                found.hide(base)
                continue
            path = str(member._replace(name=name))
            if any_kind:
                found.paths.append(path)
            else:
                # The ending comes before what tells equal names apart.
                plain = re.sub(r"#entry=\d+$", "", name)
                found.take(path, plain, functools.partial(_member_head, archive, name))
        if archive.problem is not None:
            found.paths.append(member.archive)
    return bool(matching) or archive.problem is not None or member.name in {"", "**"}


def _member_head(archive: Any, name: str) -> bytes:
    try:
        return archive.read(name, HEAD, most=HEAD)
    except (ImageError, FileNotFoundError):
        return b""


def _member_pattern(name: str) -> re.Pattern[str]:
    """The members that a glob or a folder's name in an archive means."""
    from fsspec.utils import glob_translate

    if not name or name == "**":
        return re.compile(".*", re.DOTALL)
    if _MAGIC.search(name):
        return re.compile(glob_translate(name))
    return re.compile(re.escape(name.rstrip("/")) + "/.*", re.DOTALL)


def _search_remote(url: str, found: _Found) -> bool:
    fs, root = open_system(url)
    if _names_one(url, root, found.media):
        # Reading will show whether it exists; asking first would double the requests.
        found.paths.append(url)
        return True
    names = list_names(url, functools.partial(_find, fs, root))
    if names is None:
        return False
    if names == [root]:
        found.paths.append(url)
        return True
    # A pattern without an extension, such as s3://bucket/**, means only files of this kind.
    any_kind = glob.has_magic(root) and os.path.splitext(root)[1]
    chain = url.split("::", 1)[1:] if is_chain(url) else []
    protocol = url.split("://", 1)[0]
    for name in sorted(names):
        path = name
        if protocol not in {"http", "https"}:
            path = "::".join([f"{protocol}://{name.lstrip('/')}", *chain])
        base = name.rpartition("/")[2]
        if any_kind:
            found.paths.append(path)
        elif is_hidden(base):
            found.hide(base)
        else:
            found.take(path, base)
    return True


def _names_one(url: str, root: str, media: Media) -> bool:
    """Whether the extension of an address says that it is a single picture."""
    if url.startswith(("http://", "https://")):
        root = root.partition("?")[0]
    return not glob.has_magic(root) and not is_hidden(os.path.basename(root)) and media.ends(root)


def _find(fs: Any, root: str) -> list[str] | None:
    """The paths of files under ``root``; a file's own path; ``None`` when nothing is there."""
    if glob.has_magic(root):
        return [name for name in (str(name) for name in fs.glob(root)) if not fs.isdir(name)]
    if fs.isdir(root):
        return [str(name) for name in fs.find(root)]
    return [root] if fs.exists(root) else None
