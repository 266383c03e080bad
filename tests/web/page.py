#!/usr/bin/env python3
"""The page in the tree (api/web/page/dist) is what its sources give: the same bytes, and no fault of types. On linux/amd64, where esbuild gives these bytes.
usage: page.py SOURCE BUILD"""
import filecmp
import os
import platform
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "system"))
from harness import skip  # noqa: E402
from node_packages import installed, version_of  # noqa: E402

FILES = ("app.js", "index.html", "style.css", "icon.svg")


def main():
    source, build = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    if platform.machine() != "x86_64":
        skip(f"esbuild gives other bytes on {platform.machine()}")
    page = os.path.join(source, "api", "web", "page")
    folder = os.path.join(build, "web-page")
    why = installed(page, folder, ["package.json", "package-lock.json", ".npmrc", "tsconfig.json", "build.mjs", "src"])
    if why:
        skip(why)
    steps = ["build"]
    if int((version_of("node") or "v0").lstrip("v").split(".")[0]) >= 20:  # the compiler of types wants it
        steps.insert(0, "check")
    for step in steps:
        done = subprocess.run(["npm", "run", "--silent", step], cwd=folder, capture_output=True, text=True, timeout=120)
        print(done.stdout, end="")
        assert done.returncode == 0, f"npm run {step}: {done.stdout}{done.stderr}"
    different = [name for name in FILES if not filecmp.cmp(os.path.join(folder, "dist", name), os.path.join(page, "dist", name), shallow=False)]
    assert not different, f"{different} of api/web/page/dist are not what the sources give: cd api/web/page && npm ci --ignore-scripts && npm run build"
    for name in ("api/web/page", "tests/web"):
        with open(os.path.join(source, name, "package-lock.json")) as file:
            assert '"resolved"' not in file.read(), f"{name}/package-lock.json has addresses: .npmrc keeps them out"


main()
