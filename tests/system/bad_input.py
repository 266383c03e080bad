#!/usr/bin/env python3
"""Bad input of every kind gets its error and changes nothing: wire, command line, configuration, damaged catalog, damaged
emulated library.  usage: bad_input.py BUILD [SEED]"""
import json
import os
import shutil
import socket
import subprocess

from harness import LIMIT_S, Connection, Stage, main


def world(stage):
    """What a refused call must not change."""
    return json.dumps([stage.all(f"{kind}.list") for kind in ("library", "drive", "slot", "port", "medium", "side", "pool", "request", "opreq")])


def raw(stage, data):
    """One connection that says hello properly and then sends these bytes; what came back, line by line."""
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(LIMIT_S)
    s.connect(stage.socket)
    s.sendall(b'{"jsonrpc":"2.0","id":0,"method":"hello","params":{"protocol":1,"client":"bad"}}\n' + data)
    s.shutdown(socket.SHUT_WR)
    got = b""
    try:
        while chunk := s.recv(65536):
            got += chunk
    except OSError:
        pass
    s.close()
    return [json.loads(line) for line in got.split(b"\n") if line][1:]


def wire(stage, rng):
    session = stage.connection()
    session.call("session.open", application="bad input")
    side = session.call("side.list")["items"][0]["id"]
    before = world(stage)
    zero = "00000000-0000-0000-0000-000000000000"
    bad = [
        ("mount.submit", {}, 87), ("mount.submit", {"key": "k", "media": []}, 87), ("mount.submit", {"key": "k", "media": ["nonsense"]}, 87),
        ("mount.submit", {"key": "k", "media": [zero]}, 4300), ("mount.submit", {"key": "k", "media": [side, side]}, 4300),
        ("mount.submit", {"key": "k", "media": [side], "priority": 16}, 87), ("mount.submit", {"key": "k", "media": [side], "priority": "high"}, 87),
        ("mount.submit", {"key": "k", "media": [side], "colour": 1}, 87), ("mount.submit", {"key": "k" * 65, "media": [side]}, 87),
        ("mount.submit", {"key": "k", "media": [side], "drives": [zero]}, 15), ("mount.submit", {"key": "k", "media": [side], "timeout_ms": -1}, 87),
        ("dismount.submit", {"key": "k", "media": [side]}, 5023), ("dismount.submit", {"key": "k", "media": [zero]}, 4300),
        ("drive.dismount", {"key": "k", "drive": zero}, 15), ("library.inventory", {"key": "k", "library": zero, "action": "fast"}, 4301),
        ("library.inventory", {"key": "k", "library": zero, "action": "slowly"}, 87), ("medium.eject", {"key": "k", "medium": zero}, 4300),
        ("object.disable", {"key": "k", "type": "slot", "id": zero}, 87), ("request.cancel", {"request": zero}, 4312),
        ("request.wait", {"request": zero}, 4312), ("request.get", {"request": "x"}, 87), ("no.such.method", {}, None),
        ("catalog.backup", {"path": "relative/path"}, 87), ("event.read", {"cursor": -5}, 87), ("object.enumerate", {"type": "door", "container": side}, 87),
    ]
    for method, params, code in bad:
        try:
            session.call(method, **params)
            raise AssertionError(f"{method} {params} was taken")
        except Exception as error:
            if isinstance(error, AssertionError) or not hasattr(error, "code"):
                raise
            assert code is None or error.code == code, f"{method} {params}: {error.code}, not {code}: {error}"
            assert error.data.get("name"), error
    lines = [b"\n", b"{}\n", b"[]\n", b"[1,2]\n", b"null\n", b'{"jsonrpc":"2.0"}\n', b'{"jsonrpc":"1.0","id":1,"method":"status"}\n', b"\xff\xfe\xfd\n",
             b'{"jsonrpc":"2.0","id":1,"method":"status","params":{}', b"[" * 5000 + b"\n", b'{"a":' * 2000 + b"\n", b"x" * 300000 + b"\n", b"\0" * 100 + b"\n",
             b'{"jsonrpc":"2.0","id":{"a":1},"method":"status"}\n', b'{"jsonrpc":"2.0","id":1,"method":5}\n', b'{"jsonrpc":"2.0","id":1e999,"method":"status"}\n']
    lines += [bytes(rng.getrandbits(8) for _ in range(rng.randint(1, 300))) + b"\n" for _ in range(200)]
    for line in lines:
        for answer in raw(stage, line):
            assert "error" in answer, (line[:80], answer)
    for bare in (b"garbage\n", b'{"jsonrpc":"2.0","id":1,"method":"status","params":{}}\n'):  # without hello
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(LIMIT_S)
        s.connect(stage.socket)
        s.sendall(bare)
        answer = s.makefile("rb").readline()
        assert not answer or b'"error"' in answer, answer
        s.close()
    assert session.call("status")["ready"]
    session.close()
    assert world(stage) == before, "a refused call changed something"
    return len(bad) + len(lines)


def command_line(stage):
    before = world(stage)
    bad = [(["frobnicate"], 1), (["media"], 1), (["media", "mount"], 1), (["media", "mount", "A00001:0", "--priority", "42"], 1), (["media", "mount", "NOPE"], 5),
           (["media", "mount", "A00001:7"], 5), (["explain", "no-such-request"], 4), (["explain", "ffffffff"], 5), (["media", "dismount", "A00001:0"], 4), (["drive", "show", "9"], 5),
           (["status", "--colour"], 1), (["mount", "/pgNOTAGUID"], 1), (["view", "/tnonsense"], 4), (["library", "inventory", "Nowhere"], 5)]
    for words, code in bad:
        done = stage.run("rsm", *words, check=False)
        assert done.returncode == code, f"rsm {' '.join(words)}: exit {done.returncode}, not {code}: {done.stderr}"
        assert done.stderr.strip(), f"rsm {' '.join(words)}: no sentence"
        assert not done.stdout.strip(), f"rsm {' '.join(words)}: {done.stdout}"
    assert world(stage) == before, "a refused command changed something"
    done = subprocess.run([stage.programs["rsm"], "status", "--socket", stage.folder + "/nothing.sock"], capture_output=True, text=True)
    assert done.returncode == 2 and "rsmd" in done.stderr, (done.returncode, done.stderr)
    return len(bad) + 1


def refuses_to_start(stage, words, why):
    done = subprocess.run([stage.programs["rsmd"], *words], capture_output=True, text=True, timeout=LIMIT_S)
    assert done.returncode not in (0, -11, -6), f"{why}: exit {done.returncode}"
    said = done.stdout + done.stderr  # the findings of --check-config are its output
    assert ":" in said, f"{why}: said {said!r}"
    return said


def configuration(stage):
    good = open(stage.config).read()
    bad = {"an unknown key": good.replace("busy_wait_s", "busy_weit_s"), "a wrong type": good.replace("busy_wait_s = 1", 'busy_wait_s = "soon"'),
           "out of range": good.replace("busy_wait_s = 1", "busy_wait_s = -3"), "no TOML": "[[[", "a name twice": good + good[good.index("[[library]]"):],
           "an unknown driver": good.replace('"emulated"', '"imaginary"')}
    for why, text in bad.items():
        path = stage.folder + "/bad.toml"
        with open(path, "w") as file:
            file.write(text)
        said = refuses_to_start(stage, ["--check-config", "--config", path], why)
        assert "bad.toml:" in said, f"{why}: no line in {said!r}"
    assert "none.toml" in refuses_to_start(stage, ["--check-config", "--config", stage.folder + "/none.toml"], "no file")
    return len(bad)


def second_daemon(stage):
    other = stage.folder + "/second.toml"
    with open(stage.config) as file:
        text = file.read().replace("rsmd.sock", "second.sock")
    with open(other, "w") as file:
        file.write(text)
    said = refuses_to_start(stage, ["--config", other], "a second daemon on the same catalog")
    assert "catalog" in said, said


def damaged_catalog(stage, rng):
    whole = open(stage.catalog, "rb").read()
    shutil.copy(stage.catalog, stage.folder + "/whole.db")
    for name, data in {"truncated": whole[:len(whole) // 3], "not a database": b"this is no catalog\n" * 1000, "overwritten": whole[:100] + os.urandom(4000) + whole[4100:],
                       "a foreign database": None}.items():
        for suffix in ("-wal", "-shm"):
            if os.path.exists(stage.catalog + suffix):
                os.unlink(stage.catalog + suffix)
        if data is None:
            os.unlink(stage.catalog)
            subprocess.run(["sqlite3", stage.catalog, "create table t(a); insert into t values(1);"], check=True)
            data = open(stage.catalog, "rb").read()
        with open(stage.catalog, "wb") as file:
            file.write(data)
        said = refuses_to_start(stage, ["--config", stage.config], f"a catalog that is {name}")
        assert "catalog" in said, said
        assert open(stage.catalog, "rb").read() == data, f"a catalog that is {name} was changed"
    shutil.copy(stage.folder + "/whole.db", stage.catalog)


def damaged_hardware(stage):
    state = stage.library + "/state.json"
    whole = open(state).read()
    for name, text in {"truncated": whole[:len(whole) // 2], "no JSON": "{{{", "of another version": whole.replace('"version":', '"version": 99, "was":', 1)}.items():
        with open(state, "w") as file:
            file.write(text)
        done = stage.run("rsm-emu", "show", stage.library, check=False)
        assert done.returncode != 0 and "state.json" in done.stderr, (name, done.stderr)
    # The daemon starts and says so; it does not invent a library.
    stage.start()
    status = stage.call("status")
    assert any(l["operational_state"] != "ready" for l in status["libraries"] if l["library_type"] == "online"), status["libraries"]
    with open(state, "w") as file:
        file.write(whole)
    stage.wait_until("the library is back when its state is", lambda: all(l["operational_state"] == "ready" for l in stage.all("library.list")), 90)
    return 3


def test(build, rng):
    with Stage(build, cartridges=3) as stage:
        stage.start()
        stage.wait_identified()
        print(f"wire: {wire(stage, rng)} refused")
        print(f"command line: {command_line(stage)} refused")
        second_daemon(stage)
        print(f"configuration: {configuration(stage)} refused")
        assert stage.stop() == 0
        damaged_catalog(stage, rng)
        print("damaged catalogs: refused")
        damaged_hardware(stage)
        print("damaged emulated library: refused")
        assert stage.stop() == 0


if __name__ == "__main__":
    main(test)
