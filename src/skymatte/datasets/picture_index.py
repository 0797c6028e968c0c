"""Pictures found again by the names that annotation tools give them."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path, PurePosixPath

from skymatte.datasets.picture_names import as_uploaded
from skymatte.errors import PictureError
from skymatte.picture.oiio import FORMATS
from skymatte.picture.read import SUFFIXES


class PictureIndex:
    """The pictures of a folder and its sub-folders."""

    def __init__(self, folder: Path) -> None:
        """Raises:
        PictureError: no such folder, or no picture in it.
        """
        if not folder.is_dir():
            raise PictureError(f"{folder}: is no folder; give the folder of the pictures that were annotated")
        self.folder = folder
        self.pictures = tuple(
            path
            for path in sorted(folder.rglob("*"))
            if path.suffix.lower() in SUFFIXES
            and path.is_file()
            and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        )
        if not self.pictures:
            raise PictureError(f"{folder}: holds no pictures; give the folder of the pictures that were annotated")
        self._exact: dict[str, list[Path]] = defaultdict(list)
        self._loose: dict[str, list[Path]] = defaultdict(list)
        for path in self.pictures:
            for key in {path.stem, path.name}:
                self._exact[key].append(path)
                self._loose[as_uploaded(key)].append(path)

    def find(self, names: tuple[str, ...]) -> Path:
        """The picture that one of several names stands for.

        The suffix does not count (the annotated picture may be a proxy), folders only where stems repeat;
        ``a.exr.jpg`` finds ``a.exr``.  If nothing is called so, names are compared as upload forms change them: blanks
        become ``_``, other signs are dropped, case does not count.

        Args:
            names: paths with ``/``, the surest first.

        Raises:
            PictureError: none or several pictures are called so.
        """
        for table, normal in ((self._exact, str), (self._loose, as_uploaded)):
            for name in names:
                path = PurePosixPath(name)
                found = table.get(normal(path.stem), [])
                if found:
                    return self._only(path, found)
        raise PictureError(
            f"no picture in {self.folder} is called {' or '.join(PurePosixPath(each).stem for each in names)}.*"
        )

    def _only(self, wanted: PurePosixPath, found: list[Path]) -> Path:
        """The one in the folder that is wanted, else the only HDR one."""
        best = max(self._shared_folders(wanted, path) for path in found)
        found = [path for path in found if self._shared_folders(wanted, path) == best]
        if len(found) > 1:
            # Proxies often lie beside the pictures that they were made of.
            found = [path for path in found if FORMATS.get(path.suffix.lower()) not in ("png", "jpg", "webp")] or found
        if len(found) > 1:
            listed = ", ".join(str(path.relative_to(self.folder)) for path in found)
            raise PictureError(f"several pictures in {self.folder} may be {wanted.name}: {listed}; keep or rename one")
        return found[0]

    def _shared_folders(self, wanted: PurePosixPath, path: Path) -> int:
        """How many folders above the two files have the same names, counted from the file."""
        pairs = zip(reversed(wanted.parts[:-1]), reversed(path.relative_to(self.folder).parts[:-1]), strict=False)
        count = 0
        for one, other in pairs:
            if one != other:
                break
            count += 1
        return count
