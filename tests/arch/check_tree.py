#!/usr/bin/env python3
"""Holds a source tree to the house rules: check_tree.py ROOT. Prints findings and warnings; exit status 1 when there are findings."""

import sys

import house_rules


def main():
    if len(sys.argv) != 2:
        print("usage: check_tree.py ROOT", file=sys.stderr)
        return 2
    findings, warnings = house_rules.check_tree(sys.argv[1])
    for warning in warnings:
        print(f"long (warning only): {warning}")
    for finding in findings:
        print(finding)
    files = len(house_rules.rooms_files(sys.argv[1], house_rules.SOURCE))
    if files == 0:
        print(f"{sys.argv[1]}: no source files: this is not the tree", file=sys.stderr)
        return 2
    print(f"{files} source files, {len(findings)} findings, {len(warnings)} warnings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
