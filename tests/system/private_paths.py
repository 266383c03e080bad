#!/usr/bin/env python3
"""Paths of files in a user's own folders stay that user's: alice has a file open on a mounted volume, in a folder that only she may look into; the
dismount cannot go on, and everybody may ask why. She and administrators read the path, another user reads whose file it is, and the log of the
service and its figures say no more than that.  usage: private_paths.py BUILD [SEED]"""
import json
import os
import subprocess
import sys

from harness import LIMIT_S, Session, Stage, block_volumes_possible, main, skip

ALICE, BOB = 61000, 61001  # users that the machine does not know
SECRET = "/private/secret-plans"


def as_user(uid, *command, **options):
    return subprocess.run([*map(str, command)], user=uid, group=uid, extra_groups=[], capture_output=True, text=True, timeout=LIMIT_S, **options)


def everything(stage, uid, request):
    """All that this user can be told: each command that shows reasons, as text and as JSON."""
    said = []
    for words in (["status"], ["drive", "list"], ["drive", "show", "Drive 0"], ["request", "list"], ["request", "show", request], ["explain", request], ["media", "list"],
                  ["events", "--since", "0"], ["opreq", "list"], ["check"]):
        for options in ([], ["--json"]):
            done = as_user(uid, stage.program, *options, *words, env=dict(stage.environment, COLUMNS="1000"))
            said.append(done.stdout + done.stderr)
    return "\n".join(said)


def test(build, rng):
    if not block_volumes_possible():
        skip("needs root, loop devices and mounts")
    with Stage(build, cartridges=2) as stage:
        # The program where any user may run it.
        stage.program = os.path.join(stage.folder, "rsm")
        with open(stage.programs["rsm"], "rb") as source, open(stage.program, "wb") as copy:
            copy.write(source.read())
        os.chmod(stage.program, 0o755)
        stage.start()
        stage.wait_identified()
        session = Session(stage, "backup")
        side = next(s["id"] for s in stage.all("side.list") if s["medium_name"] == "A00001" and s["number"] == 0)
        drive = session.call("mount.run", key="mount", media=[side], write=True)["drives"][0]
        volume = next(d["volume"] for d in stage.all("drive.list") if d["id"] == drive)
        where = os.path.join(stage.folder, "mnt")
        os.mkdir(where)
        subprocess.run(["mount", os.path.realpath(volume), where], check=True, timeout=LIMIT_S)
        try:
            folder = os.path.dirname(where + SECRET)
            os.mkdir(folder, 0o700)
            with open(where + SECRET, "w") as file:
                file.write("x")
            for path in (folder, where + SECRET):
                os.chown(path, ALICE, ALICE)
            holder = subprocess.Popen([sys.executable if os.access(sys.executable, os.X_OK) and not sys.executable.startswith("/root") else "/usr/bin/python3", "-c",
                                       f"import sys; f = open({where + SECRET!r}); print('open', flush=True); sys.stdin.read()"],
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, user=ALICE, group=ALICE, extra_groups=[], cwd="/")
            assert holder.stdout.readline() == b"open\n"
            try:
                request = session.call("dismount.submit", key="dismount", media=[side])["requests"][0]
                stage.wait_until("the dismount says who holds the volume", lambda: "secret-plans" in json.dumps(stage.call("request.get", request=request)), limit_s=30)
                alice, bob = everything(stage, ALICE, request), everything(stage, BOB, request)
                assert SECRET in alice, "the owner reads the path"
                assert "secret-plans" not in bob, [line for line in bob.split("\n") if "secret-plans" in line][:3]
                assert f"a file of user {ALICE}" in bob, "others read whose it is"
                assert "secret-plans" not in json.dumps(stage.call("metrics.read"))
                with open(stage.log) as log:
                    text = log.read()
                assert f"a file of user {ALICE}" in text and "secret-plans" not in text, "the log is for everybody"
                for mark in "\ufdd0\ufdd1\ufdd2":
                    assert mark not in alice + bob + text
            finally:
                holder.stdin.close()
                holder.wait(timeout=LIMIT_S)
        finally:
            subprocess.run(["umount", where], timeout=LIMIT_S, capture_output=True)
        session.close()
        assert stage.stop() == 0


if __name__ == "__main__":
    main(test)
