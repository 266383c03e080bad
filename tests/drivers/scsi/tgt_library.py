#!/usr/bin/env python3
"""The virtual library of the rigs: every kind of drive, what disturbs it, nothing left behind; as this user and, where this is root, as an ordinary one.
usage: tgt_library.py FOLDER_OF_RIGS [--as-it-is]"""
import os
import socket
import subprocess
import sys

LIMIT_S = 120
SKIPPED = 77
NOBODY = 65534
TYPES = {"tape": "tape", "cd": "cd/dvd", "disk": "disk"}


def is_listening(library):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", library.port)) == 0


def types_of(library):
    shown = library.control("--op", "show", "--mode", "target").stdout
    return [line.split(":")[1].strip() for line in shown.splitlines() if line.strip().startswith("Type:")]


def every_kind(tgt):
    for kind in tgt.KINDS:
        with tgt.TgtLibrary(drives=2, slots=8, cartridges=2, ports=1, kind=kind, chap=("operator", "open sesame 4711")) as library:
            expected = ["controller", TYPES[kind], TYPES[kind], "changer"]
            assert types_of(library) == expected, types_of(library)
            assert library.address(library.changer_lun) == f"iscsi://{library.portal}/{library.iqn}/3"
            assert is_listening(library) and library.sessions() == []
            library.empty_slot(0)
            library.put(5, "NEW001")
            assert os.path.getsize(library.image("NEW001")) > 0
            library.set_readonly(1)
            library.drop_connections()
            library.stop()
            assert is_listening(library)  # the kernel's part
            library.go_on()
            library.kill()
            assert not is_listening(library)
            library.start()
            assert types_of(library) == expected, types_of(library)
            process, folder = library.process, library.folder
        assert process.poll() is not None and not os.path.exists(folder) and not is_listening(library)


def errors_are_told(tgt):
    with tgt.TgtLibrary(drives=1, slots=1, cartridges=1, chap=("operator", "open sesame 4711")) as library:
        try:
            library.control("--op", "new", "--mode", "account", "--user", "operator", "--password", "open sesame 4711")
        except RuntimeError as error:
            assert "exit" in str(error) and "sesame" not in str(error), error
        else:
            raise AssertionError("the same account twice")
        process, folder = library.process, library.folder
        try:
            library.__class__(drives=1, slots=1, cartridges=2)
        except AssertionError:
            pass
        else:
            raise AssertionError("more cartridges than slots")
    assert process.poll() is not None and not os.path.exists(folder)


def as_an_ordinary_user():
    """The source is handed over as text: it need not be readable for everybody, as root's own interpreter is not."""
    with open(os.path.join(sys.argv[1], "tgt.py")) as rig, open(__file__) as test:
        program = (f"import sys, types\ntgt = types.ModuleType('tgt')\nexec({rig.read()!r}, tgt.__dict__)\nsys.modules['tgt'] = tgt\n"
                   f"sys.argv = ['-', '/', '--as-it-is']\n{test.read()}")
    interpreter = next((path for path in ("/usr/bin/python3", sys.executable) if os.access(path, os.X_OK)))
    subprocess.run([interpreter, "-"], input=program, text=True, user=NOBODY, group=NOBODY, extra_groups=[], cwd="/", check=True, timeout=LIMIT_S)


def main():
    sys.path.insert(0, sys.argv[1])
    import tgt
    if not tgt.is_installed():
        print("SKIPPED: tgtd is not installed (package tgt)")
        return SKIPPED
    every_kind(tgt)
    errors_are_told(tgt)
    if os.geteuid() == 0 and "--as-it-is" not in sys.argv:
        as_an_ordinary_user()
    return 0


if __name__ == "__main__":
    sys.exit(main())
