#!/usr/bin/env python3
"""Holds rsm.describe against a foreign JSON Schema validator.

validate_openrpc.py PROGRAM: runs the program that prints {document, samples}; checks the form of the OpenRPC document, that every
schema in it is a valid JSON Schema (draft 7), that samples of every method's parameters and result validate, and that
damaged ones do not.
"""
import json
import subprocess
import sys

import jsonschema

META = {  # what OpenRPC 1.2.6 demands of the parts that are used here
    "type": "object",
    "required": ["openrpc", "info", "methods"],
    "properties": {
        "openrpc": {"const": "1.2.6"},
        "info": {"type": "object", "required": ["title", "version"], "properties": {"title": {"type": "string"}, "version": {"type": "string"}}},
        "methods": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["name", "params", "result"],
                "additionalProperties": False,
                "properties": {
                    "name": {"type": "string", "minLength": 1},
                    "summary": {"type": "string"},
                    "paramStructure": {"enum": ["by-name", "by-position", "either"]},
                    "params": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["name", "schema"],
                            "additionalProperties": False,
                            "properties": {"name": {"type": "string"}, "required": {"type": "boolean"}, "schema": {"type": "object"}},
                        },
                    },
                    "result": {
                        "type": "object",
                        "required": ["name", "schema"],
                        "additionalProperties": False,
                        "properties": {"name": {"type": "string"}, "schema": {"type": "object"}},
                    },
                },
            },
        },
        "components": {"type": "object", "required": ["schemas"]},
    },
    "patternProperties": {"^x-": {}},
    "additionalProperties": False,
}


def main():
    printed = json.loads(subprocess.run([sys.argv[1]], check=True, capture_output=True, text=True).stdout)
    document, samples = printed["document"], printed["samples"]
    jsonschema.validate(document, META)
    names = [m["name"] for m in document["methods"]]
    assert len(names) == len(set(names)), "a method is there twice"

    resolver = jsonschema.RefResolver("", document)
    def validator(schema):
        jsonschema.Draft7Validator.check_schema(schema)
        return jsonschema.Draft7Validator(schema, resolver=resolver)

    for schema in document["components"]["schemas"].values():
        validator(schema)

    checked = 0
    for sample in samples:
        method = next(m for m in document["methods"] if m["name"] == sample["method"])
        params = {"type": "object", "additionalProperties": False,
                  "properties": {p["name"]: p["schema"] for p in method["params"]},
                  "required": [p["name"] for p in method["params"] if p["required"]]}
        validator(params).validate(sample["params"])
        validator(method["result"]["schema"]).validate(sample["result"])
        assert not validator(params).is_valid({**sample["params"], "stranger": 1}), sample["method"]
        for name in params["required"]:
            less = {k: v for k, v in sample["params"].items() if k != name}
            assert not validator(params).is_valid(less), (sample["method"], name)
            assert not validator(params).is_valid({**sample["params"], name: {"wrong": None}}), (sample["method"], name)
        checked += 1
    assert {s["method"] for s in samples} == set(names), "a method without samples"
    print(f"{len(names)} methods, {len(document['components']['schemas'])} schemas, {checked} samples: valid")


if __name__ == "__main__":
    main()
