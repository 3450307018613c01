import re
import subprocess
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path

from server import Server

ROOT = Path(__file__).resolve().parent.parent


class Package(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="kulti-package-")
        self.server = Server()
        self.env = {
            "PATH": "/usr/bin:/bin",
            "HOME": self.folder.name,
            "KULTI_SERVER": self.server.url,
            "KULTI_AGENT_ID": "ada",
            "KULTI_API_KEY": "klt_ada",
        }

    def tearDown(self) -> None:
        self.server.close()
        self.folder.cleanup()

    def run_python(self, *args: str, **env: str) -> str:
        command = [sys.executable, *args]
        done = subprocess.run(
            command, cwd=self.folder.name, env={**self.env, **env}, capture_output=True, text=True, timeout=60
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_the_wheel_works_from_an_empty_folder_without_other_packages(self) -> None:
        self.run_python("-c", "import pip")
        # A copy, because a build writes beside the sources.
        source = str(Path(self.folder.name, "source"))
        self.run_python("-c", f"import shutil; shutil.copytree({str(ROOT)!r}, {source!r})")
        target = str(Path(self.folder.name, "target"))
        quiet = ["--quiet", "--no-index", "--no-deps", "--disable-pip-version-check", "--target", target]
        self.run_python("-m", "pip", "install", *quiet, source)
        self.assertTrue(Path(target, "kulti/py.typed").exists())
        program = "from kulti import Kulti\nwith Kulti() as k:\n    k.think('From the wheel.')\nprint(k.pending)"
        self.assertEqual(self.run_python("-c", program, PYTHONPATH=target).strip(), "0")
        self.assertEqual(self.server.contents(), ["From the wheel."])

    def test_a_wheel_made_without_setuptools_holds_the_package_and_its_version(self) -> None:
        program = "import backend; backend._setuptools = lambda: None; print(backend.build_wheel('.'))"
        name = self.run_python("-c", program, PYTHONPATH=str(ROOT)).strip()
        version = self.run_python("-c", "import kulti; print(kulti.__version__)", PYTHONPATH=str(ROOT / "src")).strip()
        self.assertEqual(name, f"kulti-{version}-py3-none-any.whl")
        with zipfile.ZipFile(Path(self.folder.name, name)) as wheel:
            names = {path for path in wheel.namelist() if path.startswith("kulti/")}
            metadata = wheel.read(f"kulti-{version}.dist-info/METADATA").decode()
        self.assertEqual(names, {f"kulti/{path.name}" for path in (ROOT / "src/kulti").iterdir() if path.is_file()})
        self.assertIn(f"Version: {version}\n", metadata)
        self.assertIn("Requires-Python: >=3.9\n", metadata)

    def test_the_blocks_of_the_readme_run(self) -> None:
        text = (ROOT / "README.md").read_text(encoding="utf-8")
        blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
        self.assertEqual(len(blocks), 2)
        for block in blocks:
            self.run_python("-c", block, PYTHONPATH=str(ROOT / "src"))
        types = [event["type"] for event in self.server.events]
        self.assertEqual(types[:3], ["task", "thought", "code"])
        self.assertEqual(types[-2:], ["thought", "code"])
        self.assertIn("status", types)


if __name__ == "__main__":
    unittest.main()
