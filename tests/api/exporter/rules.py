#!/usr/bin/env python3
"""The alert rules: promtool accepts them, every alert has a case in which it fires and one in which it is quiet, and all cases hold;
every figure that they read is one that the exporter's documentation names.  usage: rules.py SOURCE_DIRECTORY"""
import os
import re
import shutil
import subprocess
import sys


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def promtool(*arguments):
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, timeout=100)
    print(done.stdout + done.stderr, end="")
    assert done.returncode == 0, f"promtool {' '.join(arguments)}: exit {done.returncode}"


def main(source):
    rules = os.path.join(source, "packaging", "openrsm.rules.yml")
    cases = os.path.join(source, "tests", "api", "exporter", "openrsm.rules.test.yml")
    alerts = re.findall(r"^ +- alert: (\w+)$", read(rules), re.M)
    assert len(alerts) > 10 and len(set(alerts)) == len(alerts), alerts
    tested = re.findall(r"^ +alertname: (\w+)\n +exp_alerts:( \[\])?$", read(cases), re.M)
    for alert in alerts:
        assert (alert, "") in tested, f"{alert}: no case in which it fires"
        assert (alert, " []") in tested, f"{alert}: no case in which it is quiet"
    assert {alert for alert, _ in tested} == set(alerts), "cases of alerts that are not there"
    documented = set(re.findall(r"^\| `(openrsm_\w+)`", read(os.path.join(source, "docs", "monitoring.md")), re.M))
    for name in sorted(set(re.findall(r"\bopenrsm_[a-z_]+", read(rules)))):
        assert name.removesuffix("_bucket") in documented, f"{name} is in no row of docs/monitoring.md"
    if shutil.which("promtool") is None:
        print("SKIPPED: promtool is not installed (package prometheus)")
        sys.exit(77)
    promtool("check", "rules", rules)
    promtool("test", "rules", cases)
    print(f"{len(alerts)} alerts, {len(tested)} cases")


if __name__ == "__main__":
    main(sys.argv[1])
