#!/usr/bin/env python3
"""What the daemon and rsm say, read with foreign tools: a JSON-schema validator and jq.  usage: foreign_tools.py BUILD"""
import json
import subprocess

import jsonschema

from harness import Refused, Stage, main


def resolver_of(document):
    return jsonschema.RefResolver.from_schema(document)


def validate(document, method, result):
    described = {m["name"]: m for m in document["methods"]}[method]
    schema = described["result"]["schema"]
    jsonschema.Draft7Validator(schema, resolver=resolver_of(document)).validate(result)


def test(build, rng):
    with Stage(build, cartridges=3) as stage:
        stage.start()
        stage.wait_identified()
        connection = stage.connection()
        document = connection.call("rsm.describe")
        assert document["openrpc"].startswith("1."), document["openrpc"]
        for method in document["methods"]:
            for part in [method["result"]] + method["params"]:
                jsonschema.Draft7Validator.check_schema(part["schema"])
        session = connection.call("session.open", application="foreign")
        validate(document, "session.open", session)
        side = connection.call("side.list")["items"][0]
        mount = connection.call("mount.run", key="m", media=[side["id"]])
        validate(document, "mount.run", mount)
        validate(document, "request.explain", connection.call("request.explain", request=mount["requests"][0]))
        validate(document, "volume.of_drive", connection.call("volume.of_drive", drive=mount["drives"][0]))
        checked = 4
        for method in document["methods"]:
            name = method["name"]
            if name.endswith(".list") or name in ("status", "catalog.check"):
                validate(document, name, connection.call(name))
                checked += 1
        for kind in ("library", "changer", "drive", "slot", "port", "door", "medium", "side", "pool", "media_type"):
            item = connection.call(f"{kind}.list")["items"][0]
            got = connection.call(f"{kind}.get", id=item["id"])
            validate(document, f"{kind}.get", got)
            checked += 1
        validate(document, "event.read", connection.call("event.read", cursor=0))
        try:
            connection.call("medium.get", name="no such medium")
            raise AssertionError("an unknown medium was found")
        except Refused as error:
            assert error.code in (4300, 4312) and error.data["name"].startswith("ERROR_"), error
        connection.call("dismount.submit", key="d", media=[side["id"]])
        for command in (["status"], ["library", "list"], ["changer", "list"], ["drive", "list"], ["slot", "list"], ["port", "list"], ["door", "list"],
                        ["media", "list"], ["media", "show", side["medium_name"]], ["side", "list"], ["pool", "list"], ["request", "list"],
                        ["session", "list"], ["opreq", "list"], ["explain", mount["requests"][0]]):
            said = stage.run("rsm", *command, "--json").stdout
            parsed = subprocess.run(["jq", "-e", "type == \"array\" or type == \"object\""], input=said, text=True, capture_output=True)
            assert parsed.returncode == 0, (command, parsed.stderr, said[:200])
            json.loads(said)
            checked += 1
        said = stage.run("rsm", "events", "--since", "0", "--json").stdout
        lines = subprocess.run(["jq", "-c", ".."], input=said, text=True, capture_output=True)
        assert lines.returncode == 0, lines.stderr
        print(f"{len(document['methods'])} methods described, {checked} answers validated")
        assert stage.stop() == 0


if __name__ == "__main__":
    main(test)
