"""The build backend (PEP 517): setuptools where this Python has one that can build wheels, else the same files by hand.
So `pip install` needs neither a network nor another package.
"""
import base64
import hashlib
import io
import re
import tarfile
import zipfile
from pathlib import Path
from typing import Any, Dict, List, Optional

here = Path(__file__).resolve().parent


def _project(field: str) -> str:
    # Python 3.9 and 3.10 can't read TOML.
    found = re.search(rf'^{field} = "(.*)"$', (here / "pyproject.toml").read_text(encoding="utf-8"), re.M)
    if found is None:
        raise ValueError(f"pyproject.toml has no {field}")
    return found.group(1)


NAME, VERSION = _project("name"), _project("version")
_info = f"{NAME}-{VERSION}.dist-info"


def _setuptools() -> Any:
    try:
        from setuptools import build_meta
    except ImportError:
        return None
    for module in ("setuptools.command.bdist_wheel", "wheel.bdist_wheel"):
        try:
            __import__(module)
            return build_meta
        except ImportError:
            pass
    return None


def get_requires_for_build_wheel(config: Optional[Dict[str, Any]] = None) -> List[str]:
    return []


def get_requires_for_build_sdist(config: Optional[Dict[str, Any]] = None) -> List[str]:
    return []


def build_wheel(folder: str, config: Optional[Dict[str, Any]] = None, metadata: Optional[str] = None) -> str:
    setuptools = _setuptools()
    if setuptools is not None:
        return setuptools.build_wheel(folder, config, metadata)
    name = f"{NAME}-{VERSION}-py3-none-any.whl"
    files = {f"{NAME}/{path.name}": path.read_bytes() for path in _sources()}
    files[f"{_info}/METADATA"] = _metadata().encode()
    files[f"{_info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: kulti\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    record = "".join(f"{path},sha256={_digest(data)},{len(data)}\n" for path, data in files.items())
    files[f"{_info}/RECORD"] = f"{record}{_info}/RECORD,,\n".encode()
    with zipfile.ZipFile(Path(folder, name), "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, data in files.items():
            wheel.writestr(path, data)
    return name


def build_sdist(folder: str, config: Optional[Dict[str, Any]] = None) -> str:
    name = f"{NAME}-{VERSION}"
    paths = [here / "pyproject.toml", here / "backend.py", here / "README.md", *_sources()]
    with tarfile.open(Path(folder, f"{name}.tar.gz"), "w:gz") as archive:
        for path in paths:
            archive.add(path, f"{name}/{path.relative_to(here)}")
        data = _metadata().encode()
        info = tarfile.TarInfo(f"{name}/PKG-INFO")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return f"{name}.tar.gz"


def _sources() -> List[Path]:
    return sorted(path for path in (here / "src" / NAME).iterdir() if path.is_file())


def _metadata() -> str:
    readme = (here / "README.md").read_text(encoding="utf-8")
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {NAME}",
        f"Version: {VERSION}",
        f"Summary: {_project('description')}",
        "License: MIT",
        f"Requires-Python: {_project('requires-python')}",
        "Description-Content-Type: text/markdown",
    ]
    return "\n".join(lines) + f"\n\n{readme}"


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
