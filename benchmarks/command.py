"""What the benchmark commands have in common: sections by name, the folder of their pages, the machine's name."""

from __future__ import annotations

import argparse
import platform
from collections.abc import Callable, Collection, Iterable
from pathlib import Path


def processor() -> str:
    """The processor's name."""
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return names[0].partition(":")[2].strip() if names else platform.machine()


def sections_among(known: Collection[str]) -> Callable[[str], list[str]]:
    """What reads ``A,B`` as names of sections, for argparse."""

    def sections(text: str) -> list[str]:
        asked = [name.strip() for name in text.split(",")]
        if strange := [name for name in asked if name not in known]:
            raise argparse.ArgumentTypeError(f"unknown {', '.join(strange)}; choose from {', '.join(known)}")
        return asked

    return sections


def folder_of(pages: Iterable[str]) -> Callable[[str], Path]:
    """What reads the folder that holds all pages, for argparse; if there is one page only, it may be named itself."""
    names = sorted(set(pages))

    def folder(text: str) -> Path:
        named = Path(text).parent if names == [Path(text).name] else Path(text)
        if missing := [page for page in names if not (named / page).is_file()]:
            raise argparse.ArgumentTypeError(f"{text} holds no {' and no '.join(missing)}; name the folder docs")
        return named

    return folder
