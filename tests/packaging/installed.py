#!/usr/bin/env python3
"""What `cmake --install` puts where, and whether it can be used: the layout, pkg-config and programs built with it, the manual, the units.
usage: installed.py SOURCE BUILD SANITIZER"""
import os
import subprocess
import sys
import tempfile

source, build, sanitizer = sys.argv[1:4]
sys.path.insert(0, os.path.join(source, "packaging"))
sys.dont_write_bytecode = True
import layout  # noqa: E402

# In tenths; systemd-analyze counts what a unit leaves open, 0 is closed and 100 open. Lower is a change for the better: lower the limit with it.
OPEN_AT_MOST = {"rsm-notify.service": 15, "openrsm-failed@.service": 15, "rsmd.service": 58, "rsm-exporter.service": 15, "rsm-web.service": 15}
PROGRAMS = {"eject_media": "volumectl", "change_filesystem": "volumectl"}  # the others use ntmsapi


def run(*words, **more):
    ran = subprocess.run(words, capture_output=True, text=True, **more)
    assert ran.returncode == 0, f"{' '.join(words)}: {ran.returncode}\n{ran.stdout}{ran.stderr}"
    return ran.stdout + ran.stderr


def the_layout(prefix):
    run("cmake", "--install", build, "--prefix", prefix, env=dict(os.environ, CMAKE_INSTALL_MODE="SYMLINK", DESTDIR=""))
    with open(os.path.join(source, "packaging/layout.txt"), encoding="utf-8") as wanted:
        differences = layout.differences(wanted.read().split("\n")[:-1], layout.files_of(prefix))
    assert not differences, "packaging/layout.txt is out of date, or something is not installed:\n" + "\n".join(differences)


def consumers(prefix):
    environment = dict(os.environ, PKG_CONFIG_PATH=os.path.join(prefix, "lib/pkgconfig"))
    flags = {}
    for library in ("ntmsapi", "volumectl"):
        run("pkg-config", "--validate", library, env=environment)
        flags[library] = run("pkg-config", f"--define-variable=includedir={prefix}/include/openrsm", f"--define-variable=libdir={prefix}/lib", "--cflags", "--libs", library, env=environment).split()
        assert f"-I{prefix}/include/openrsm" in flags[library], flags[library]
        assert run("pkg-config", "--variable=shortwchar", library, env=environment).strip() == "-fshort-wchar"
    examples = os.path.join(prefix, "share/doc/openrsm/examples")
    sanitized = ["-fsanitize=address,undefined"] if sanitizer == "address" else ["-fsanitize=thread"] if sanitizer == "thread" else []
    programs = sorted(name[:-2] for name in os.listdir(examples) if name.endswith(".c") and name != "program.c")
    assert len(programs) >= 9, programs
    for name in programs:
        with open(os.path.join(examples, name + ".c"), encoding="utf-8") as text:
            more = [os.path.join(examples, "program.c")] if '#include "program.h"' in text.read() else []
        words = ["cc", "-O0", "-Wall", "-Werror", *sanitized, os.path.join(examples, name + ".c"), *more, "-o", os.path.join(prefix, name), "-pthread",
                 *flags[PROGRAMS.get(name, "ntmsapi")]]
        if more or not sanitized:  # a sanitized library leaves symbols to its program; one link with the sanitizers shows what all would
            run(*words)
        else:
            run(*words[:-len(flags[PROGRAMS.get(name, "ntmsapi")])], "-c", "-o", os.path.join(prefix, name + ".o"), *flags[PROGRAMS.get(name, "ntmsapi")])


def manual(prefix):
    for page in ("rsmd.toml.5", "rsmd.8"):
        with open(os.path.join(source, "docs/man", page), encoding="utf-8") as text:
            made = run(sys.executable, "-B", os.path.join(source, "packaging/configuration_manual.py"), page)
            assert made == text.read(), f"docs/man/{page} is out of date: packaging/configuration_manual.py {page} > docs/man/{page}"
    for folder, _, pages in os.walk(os.path.join(prefix, "share/man")):
        for page in pages:
            said = run("man", "--warnings", "--encoding=UTF-8", "--local-file", "-Tutf8", "-Z", os.path.join(folder, page), env=dict(os.environ, MANPAGER="cat"), errors="replace")
            warnings = [line for line in said.split("\n") if "warning:" in line]
            assert not warnings, f"{page}: {warnings}"


def units(prefix):
    folder = os.path.join(prefix, "lib/systemd/system")
    assert sorted(os.listdir(folder)) == sorted(OPEN_AT_MOST), os.listdir(folder)
    for unit, limit in OPEN_AT_MOST.items():
        copy = os.path.join(prefix, unit)
        with open(os.path.join(folder, unit), encoding="utf-8") as text, open(copy, "w", encoding="utf-8") as out:
            content = text.read()
            assert "@CMAKE" not in content, content
            out.write(content)
        run("systemd-analyze", "security", "--offline=true", f"--threshold={limit}", copy)


def main():
    with tempfile.TemporaryDirectory(prefix="openrsm-installed.") as prefix:
        for step in (the_layout, consumers, manual, units):
            step(prefix)
            print(f"{step.__name__}: ok")


if __name__ == "__main__":
    main()
