"""Builds the wheel: make compiles (libraries and the extension), this copies.

BUILD names make's folder (default build), where what is there already is not built again.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys

from setuptools import Distribution, setup
from setuptools.command.build_py import build_py

ROOT = pathlib.Path(__file__).resolve().parent
BUILD = os.environ.get("BUILD", "build")
PARTS = ("_C.abi3.so", "libweft.so", "libweft_codegen.so", "weft-worker")


class Build(build_py):
    def run(self):
        super().run()
        subprocess.run(["make", "--no-print-directory", f"-j{os.cpu_count() or 1}", f"BUILD={BUILD}",
                        f"PYTHON={sys.executable}", "extension"], cwd=ROOT, check=True)
        to = pathlib.Path(self.build_lib) / "weft"
        to.mkdir(parents=True, exist_ok=True)
        for part in PARTS:
            shutil.copy2(ROOT / BUILD / "python" / "weft" / part, to / part)


class Binary(Distribution):
    def has_ext_modules(self):
        return True


commands = {"build_py": Build}
try:
    from setuptools.command.bdist_wheel import bdist_wheel
except ImportError:                                  # older setuptools: the wheel package has it
    from wheel.bdist_wheel import bdist_wheel


class Wheel(bdist_wheel):
    def finalize_options(self):
        super().finalize_options()
        self.root_is_pure = False

    def get_tag(self):
        _, _, platform = super().get_tag()
        return "cp311", "abi3", platform


commands["bdist_wheel"] = Wheel
VERSION = re.findall(r"#define WEFT_VERSION_\w+ (\d+)", (ROOT / "include" / "weft" / "weft.h").read_text())
setup(version=".".join(VERSION), cmdclass=commands, distclass=Binary)
