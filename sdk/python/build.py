"""Builds the wheel and the source archive into dist/: `python3 build.py`."""
import os
import shutil
from pathlib import Path

import backend

here = Path(__file__).resolve().parent
os.chdir(here)
dist = here / "dist"
shutil.rmtree(dist, ignore_errors=True)
dist.mkdir()
names = [backend.build_sdist(str(dist)), backend.build_wheel(str(dist))]
# What setuptools leaves beside the sources.
shutil.rmtree(here / "build", ignore_errors=True)
shutil.rmtree(here / "src/kulti.egg-info", ignore_errors=True)
print("\n".join(str(dist / name) for name in names))
