"""Packages of npm for the tests, in the build folder: installed once for each lock file, without running anything of theirs."""
import filecmp
import os
import shutil
import subprocess

INSTALL_LIMIT_S = 120


def version_of(program):
    try:
        return subprocess.run([program, "--version"], capture_output=True, text=True, timeout=30).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""


def installed(source, folder, files):
    """The folder with a copy of `files` and their packages; a sentence, where that is not possible."""
    if not version_of("node") or not version_of("npm"):
        return "node or npm is not installed"
    os.makedirs(folder, exist_ok=True)
    done = os.path.join(folder, "installed.json")
    lock = os.path.join(source, "package-lock.json")
    for name in files:
        target = os.path.join(folder, name)
        if os.path.isdir(os.path.join(source, name)):
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(os.path.join(source, name), target)
        else:
            shutil.copyfile(os.path.join(source, name), target)
    if os.path.exists(done) and filecmp.cmp(done, lock, shallow=False):
        return None
    try:
        ci = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, capture_output=True, text=True, timeout=INSTALL_LIMIT_S)
    except subprocess.TimeoutExpired:
        return "the registry of npm does not answer"
    if ci.returncode != 0:
        return "npm ci: " + (ci.stderr.strip().splitlines() or ["it failed"])[0]
    shutil.copyfile(lock, done)
    return None
