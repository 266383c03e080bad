#!/usr/bin/env python3
"""Monitoring as it is meant: the real daemon with an emulated library, the real exporter, and a real Prometheus that scrapes it.

What the exporter says must be what happened: counts before and after are compared with what the session did. promtool checks the page,
Prometheus must take it in both formats without a complaint, and its HTTP API must give the figures back.
usage: monitoring.py BUILD [SEED]
"""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

from harness import LIMIT_S, Session, main
from status_never_waits import WAL, Asked, SlowStage

OPENMETRICS = "application/openmetrics-text;version=1.0.0"


class Process:
    """A program that is ended by its pid, also after a failure."""

    def __init__(self, *command, log, **options):
        self.log = log
        with open(log, "ab") as file:
            self.process = subprocess.Popen(command, stderr=file, stdin=subprocess.DEVNULL, **options)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None:
            print(f"---- the last lines of {os.path.basename(self.process.args[0])} ----")
            subprocess.run(["tail", "-n", "30", self.log])
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def end(self):
        self.process.terminate()
        return self.process.wait(timeout=LIMIT_S)


def get(url, accept=None):
    request = urllib.request.Request(url, headers={"Accept": accept} if accept else {})
    try:
        with urllib.request.urlopen(request, timeout=LIMIT_S) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["Content-Type"], error.read().decode()


def samples(page):
    """{series: value} of a page."""
    found = {}
    for line in page.splitlines():
        if line.startswith("#") or not line:
            continue
        series, value = line.rsplit(" ", 1)
        assert series not in found, f"twice: {series}"
        found[series] = float(value)
    return found


def check_with_promtool(page):
    if shutil.which("promtool") is None:
        return "promtool is not installed"
    done = subprocess.run(["promtool", "check", "metrics"], input=page, capture_output=True, text=True, timeout=LIMIT_S)
    assert done.returncode == 0 and not done.stderr, f"promtool check metrics: {done.returncode}\n{done.stdout}{done.stderr}"
    return "promtool accepts the page"


def check_histograms(page):
    """Buckets never fall, and the last one is the count."""
    found = samples(page)
    groups = {}
    for series, value in found.items():
        if match := re.fullmatch(r'(\w+)_bucket\{(.*?),?le="([^"]*)"\}', series):
            groups.setdefault((match[1], match[2]), []).append((float(match[3].replace("+Inf", "inf")), value))
    assert len(groups) >= 4, groups.keys()
    for (name, labels), buckets in groups.items():
        bounds, counts = zip(*buckets)
        assert list(bounds) == sorted(set(bounds)) and bounds[-1] == float("inf"), (name, bounds)
        assert list(counts) == sorted(counts), (name, counts)
        suffix = "{" + labels + "}" if labels else ""
        assert counts[-1] == found[f"{name}_count{suffix}"], name


def work(stage, session):
    """Mounts every medium once and dismounts it; gives how many."""
    sides = [s["id"] for s in stage.all("side.list") if s["number"] == 0]
    for n, side in enumerate(sides):
        request = session.call("mount.submit", key=f"m{n}", media=[side])["requests"][0]
        assert session.call("request.wait", request=request, timeout_ms=LIMIT_S * 1000)["state"] == "passed"
        request = session.call("dismount.submit", key=f"d{n}", media=[side])["requests"][0]
        assert session.call("request.wait", request=request, timeout_ms=LIMIT_S * 1000)["state"] == "passed"
    return len(sides)


def figures_are_what_happened(stage, url, session):
    before = samples(get(url + "metrics")[2])
    mounts = work(stage, session)
    stage.wait_until("nothing is under way", lambda: not stage.open_requests())
    after = samples(get(url + "metrics")[2])
    moved = lambda series: after[series] - before[series]
    assert moved('openrsm_requests_finished_total{operation="mount",outcome="passed"}') == mounts
    assert moved('openrsm_requests_finished_total{operation="dismount",outcome="passed"}') == mounts
    assert moved('openrsm_requests_finished_total{operation="mount",outcome="failed"}') == 0
    assert moved('openrsm_mount_duration_seconds_count{library="Jukebox"}') == mounts
    assert moved('openrsm_mount_duration_seconds_sum{library="Jukebox"}') > 0
    assert moved('openrsm_request_wait_seconds_count{operation="mount"}') == mounts
    assert moved('openrsm_moves_total{library="Jukebox",outcome="passed"}') == 2 * mounts, "in and home again"
    assert sum(moved(f'openrsm_drive_mounts_total{{library="Jukebox",drive="{n}"}}') for n in (0, 1)) == mounts
    assert moved("openrsm_commits_total") > 0 and moved("openrsm_commit_duration_seconds_count") >= moved("openrsm_commits_total")
    assert after["openrsm_media"] == len(stage.all("medium.list")) and after["openrsm_sessions"] == 1
    assert after["openrsm_events_total"] == stage.call("status")["last_event"]
    assert after['openrsm_library_state{library="Jukebox",openrsm_library_state="ready"}'] == 1
    assert after['openrsm_library_media{library="Jukebox"}'] == after["openrsm_media"], "none is on the shelf"
    assert after["openrsm_catalog_bytes"] > 0
    return mounts


def loaded_drive_and_queue(stage, url, session):
    """Both drives held, a third mount waits: the state sets and the queue show it."""
    sides = [s["id"] for s in stage.all("side.list") if s["number"] == 0]
    held = session.call("mount.submit", key="h", media=sides[:2])["requests"]
    for request in held:
        session.call("request.wait", request=request, timeout_ms=LIMIT_S * 1000)
    waiting = session.call("mount.submit", key="w", media=[sides[2]], priority=4)["requests"][0]
    page = samples(get(url + "metrics")[2])
    assert [page[f'openrsm_drive_state{{library="Jukebox",drive="{n}",openrsm_drive_state="loaded"}}'] for n in (0, 1)] == [1, 1]
    queue = {s: v for s, v in page.items() if s.startswith("openrsm_queue_requests") and 'operation="mount"' in s and 'priority="4"' in s}
    assert sum(queue.values()) == 1, queue
    assert any(s.startswith("openrsm_queue_oldest_seconds") for s in page)
    session.call("request.cancel", request=waiting)
    for side in sides[:2]:
        session.call("request.wait", request=session.call("dismount.submit", key="x" + side[:8], media=[side])["requests"][0], timeout_ms=LIMIT_S * 1000)
    page = samples(get(url + "metrics")[2])
    assert page['openrsm_requests_finished_total{operation="mount",outcome="cancelled"}'] == 1
    assert page['openrsm_request_errors_total{operation="mount",error="ERROR_CANCELLED"}'] == 1
    assert not any(s.startswith("openrsm_queue_oldest_seconds") for s in page), "nothing is open: there is no oldest one"


def handler_ends_are_counted(stage, url):
    deaths = lambda: sum(v for s, v in samples(get(url + "metrics")[2]).items() if s.startswith("openrsm_handler_ends_total") and 'reason="died"' in s)
    before = deaths()
    os.kill(stage.handlers()[0], signal.SIGKILL)
    stage.wait_until("the death of a handler is counted", lambda: deaths() == before + 1)


def commit_that_hangs(stage, url):
    """The disk of the catalog stops: nothing is acknowledged, and the figures come at once and say so."""
    before = samples(get(url + "metrics")[2])
    stage.hold(WAL)
    opened = Asked(stage, "session.open", application="hangs")
    stage.wait_until("the disk hangs", stage.held)
    stage.wait_until("the figures show it", lambda: samples(get(url + "metrics")[2])["openrsm_commit_pending_seconds"] > 0)
    page = samples(get(url + "metrics")[2])
    assert page["openrsm_up"] == page["openrsm_ready"] == 1 and page["openrsm_media"] == before["openrsm_media"]
    assert page["openrsm_commits_total"] == before["openrsm_commits_total"]
    assert not opened.answered() and stage.held(), "it hung all the time"
    stage.release()
    assert opened.result()["session"]
    stage.wait_until("it is over", lambda: samples(get(url + "metrics")[2])["openrsm_commit_pending_seconds"] == 0)
    assert samples(get(url + "metrics")[2])["openrsm_commit_duration_seconds_sum"] > before["openrsm_commit_duration_seconds_sum"]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Prometheus:
    def __init__(self, stage, target):
        self.url = f"http://127.0.0.1:{free_port()}/"
        folder = os.path.join(stage.folder, "prometheus")
        os.mkdir(folder)
        shutil.copy(os.path.join(os.path.dirname(__file__), "..", "..", "packaging", "openrsm.rules.yml"), folder)
        config = os.path.join(folder, "prometheus.yml")
        with open(config, "w") as file:
            file.write(f"""
global: {{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}}
rule_files: [openrsm.rules.yml]
scrape_configs:
  - job_name: openrsm
    static_configs: [{{targets: ["{target}"]}}]
""")
        self.process = Process("prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder}/data", f"--web.listen-address={self.url[7:-1]}",
                               log=os.path.join(folder, "log"))

    def api(self, path, **query):
        try:
            return json.loads(get(self.url + "api/v1/" + path + ("?" + urllib.parse.urlencode(query) if query else ""))[2])["data"]
        except (OSError, ValueError, KeyError):
            return None

    def value(self, query):
        result = (self.api("query", query=query) or {}).get("result")
        return float(result[0]["value"][1]) if result else None


def prometheus_takes_it(stage, url, session, mounts):
    target = url[len("http://"):].rstrip("/")
    prometheus = Prometheus(stage, target)
    with prometheus.process:
        stage.wait_until("Prometheus has scraped the daemon", lambda: prometheus.value("up") == 1 and prometheus.value("openrsm_up") == 1)
        count = 'openrsm_mount_duration_seconds_count{library="Jukebox"}'
        seen = prometheus.value(count)
        assert seen is not None and seen >= mounts, seen
        request = session.call("mount.submit", key="p", media=[stage.all("side.list")[0]["id"]])["requests"][0]
        assert session.call("request.wait", request=request, timeout_ms=LIMIT_S * 1000)["state"] == "passed"
        stage.wait_until("the histogram has moved in Prometheus", lambda: prometheus.value(count) == seen + 1)
        stage.wait_until("a quantile can be computed",
                         lambda: (prometheus.value("histogram_quantile(0.5, openrsm_mount_duration_seconds_bucket)") or 0) > 0)
        types = prometheus.api("metadata")
        assert types["openrsm_library_state"][0]["type"] == "stateset", "Prometheus asked for OpenMetrics and got it"
        assert types["openrsm_mount_duration_seconds"][0] == {"type": "histogram", "help": types["openrsm_mount_duration_seconds"][0]["help"], "unit": "seconds"}
        stage.stop()
        stage.wait_until("Prometheus sees that the daemon is away", lambda: prometheus.value("openrsm_up") == 0)
        assert prometheus.value("up") == 1 and prometheus.value("openrsm_media") is None, "away is not zero"
        stage.start()
        stage.wait_until("and that it is back", lambda: prometheus.value("openrsm_up") == 1 and prometheus.value("openrsm_media") is not None)
        found = prometheus.api("targets")["activeTargets"][0]
        assert found["health"] == "up" and found["lastError"] == "", found
        rules = prometheus.api("rules")["groups"][0]["rules"]
        assert len(rules) > 10 and all(rule["health"] != "err" for rule in rules), rules
        assert prometheus.process.end() == 0
    with open(prometheus.process.log) as log:
        complaints = [line for line in log if re.search(r"level=(warn|error)", line) and "Received SIGTERM" not in line]
    assert not complaints, complaints


def test(build, rng):
    with SlowStage(build, volumes="user") as stage:
        exporter_program = os.path.join(build, "bin", "rsm-exporter")
        with Process(exporter_program, "--listen", "127.0.0.1:0", "--socket", stage.socket, log=os.path.join(stage.folder, "exporter.log"),
                     stdout=subprocess.PIPE, text=True) as exporter:
            line = exporter.process.stdout.readline()
            url = re.fullmatch(r"listening on (http://127\.0\.0\.1:\d+/)\n", line)[1]
            assert samples(get(url + "metrics")[2]) == {"openrsm_up": 0}, "the daemon is away"
            assert get(url + "healthz")[0] == 503
            stage.start()
            stage.wait_identified()
            assert get(url + "healthz") == (200, "text/plain; charset=utf-8", "ok\n")
            session = Session(stage, "monitoring")
            mounts = figures_are_what_happened(stage, url, session)
            loaded_drive_and_queue(stage, url, session)
            handler_ends_are_counted(stage, url)
            commit_that_hangs(stage, url)
            status, kind, page = get(url + "metrics")
            assert status == 200 and kind.startswith("text/plain; version=0.0.4")
            print(check_with_promtool(page))
            check_histograms(page)
            status, kind, open_page = get(url + "metrics", OPENMETRICS)
            assert kind.startswith("application/openmetrics-text; version=1.0.0") and open_page.endswith("\n# EOF\n")
            check_histograms(open_page)
            if shutil.which("prometheus") is None:
                print("SKIPPED: prometheus is not installed")
                sys.exit(77)
            prometheus_takes_it(stage, url, session, mounts)
            session.close()
            assert exporter.end() == 0
        assert stage.stop() == 0


if __name__ == "__main__":
    main(test)
