#!/usr/bin/env python3
"""People are told: rsm notify against the real daemon, with a sendmail that writes files, one that is killed with it, programs that hang or fail, events that are no longer
kept; and once through a real mailer to a real mail server on this machine.  usage: told.py BUILD [SEED]"""
import email
import email.policy
import http.server
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time

from harness import LIMIT_S, Stage, main, programs

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
SENDMAIL = """#!/bin/sh
new=$(mktemp "$MAILS/new.XXXXXX")
cat >"$new"
mv "$new" "$MAILS/$(date +%s%N).$$.mail"
"""


class Office:
    """People, and what reaches them."""

    def __init__(self, stage):
        self.stage = stage
        self.mails = self.folder("mails")
        self.bin = self.folder("bin")
        self.state = os.path.join(stage.folder, "said")
        self.program("sendmail", SENDMAIL)
        self.mail_program = os.path.join(SOURCE, "packaging", "notify-mail")
        self.environment = {**stage.environment, "OPENRSM_ROOT": stage.folder, "MAILS": self.mails, "MAIL_TO": "tape@example.org", "RUN": self.mail_program, "STATE_DIRECTORY": self.state,
                            "AFTER": "0s", "DIGEST": "300ms", "REMIND": "1h", "PATH": self.bin + ":" + os.path.dirname(stage.programs["rsm"]) + ":/usr/bin:/bin"}
        self.running = None

    def folder(self, name):
        path = os.path.join(self.stage.folder, name)
        os.mkdir(path)
        return path

    def program(self, name, text):
        path = os.path.join(self.bin, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o755)
        return path

    def start(self, *words, **environment):
        self.log = open(os.path.join(self.stage.folder, "notify.log"), "ab")
        self.running = subprocess.Popen([self.stage.programs["rsm"], "notify", *words], stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, env={**self.environment, **environment})

    def said(self):
        with open(os.path.join(self.stage.folder, "notify.log"), encoding="utf-8") as log:
            return log.read()

    def stop(self):
        self.running.terminate()
        assert self.running.wait(timeout=LIMIT_S) == 0, self.said()

    def once(self, *words, code=0, says=(), **environment):
        done = subprocess.run([self.stage.programs["rsm"], "notify", *words], capture_output=True, text=True, timeout=LIMIT_S, stdin=subprocess.DEVNULL, env={**self.environment, **environment})
        shown = f"{words}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        assert done.returncode == code, shown
        for part in [says] if isinstance(says, str) else says:
            assert part in done.stdout + done.stderr, shown
        return done

    def inbox(self):
        found = []
        for name in sorted(name for name in os.listdir(self.mails) if name.endswith(".mail")):
            with open(os.path.join(self.mails, name), "rb") as file:
                found.append(email.message_from_binary_file(file, policy=email.policy.default))
        return found

    def wait_for(self, count):
        self.stage.wait_until(f"{count} mails", lambda: len(self.inbox()) >= count)
        return self.inbox()

    def empty(self):
        for name in os.listdir(self.mails):
            os.remove(os.path.join(self.mails, name))

    def ask(self, text):
        return json.loads(self.stage.run("rsm", "opreq", "submit", "message", "--message", text, "--json").stdout)["id"]

    def done(self, question):
        self.stage.run("rsm", "opreq", "satisfy", question)


def a_test(office):
    office.once("--test", says="told")
    mail = office.wait_for(1)[0]
    assert mail["To"] == "tape@example.org" and mail["Auto-Submitted"] == "auto-generated" and "this is how you are told" in mail["Subject"], mail
    office.once("--test", code=8, says="MAIL_TO is not set", MAIL_TO="")
    os.rename(os.path.join(office.bin, "sendmail"), os.path.join(office.bin, "aside"))
    office.once("--test", code=8, says=["there is no program sendmail", "apt install msmtp-mta"])
    os.rename(os.path.join(office.bin, "aside"), os.path.join(office.bin, "sendmail"))
    office.once("--test", "--run", "sh -c 'echo no such relay >&2; exit 75'", code=4, says="it ended with 75: no such relay")
    office.once("--test", "--run", office.mail_program, "--run", "no-such-program", code=5, says=[office.mail_program + ": told", "it cannot be started"])
    office.once("--test", "--run", "sh -c 'printf \"%s\\n\" \"$@\" >$MAILS/words' sh {subject}", says="told")
    with open(os.path.join(office.mails, "words"), encoding="utf-8") as words:
        assert "a test: this is how you are told" in words.read()
    office.once(code=4, says="write 90s", AFTER="soon")
    office.once(code=4, says="operator, drive, library", WHAT="weather")
    office.once("--failed", "rsmd.service")
    assert "rsmd.service has failed" in office.inbox()[-1]["Subject"]
    before = len(office.inbox())
    office.once("--failed", "rsmd.service", says="MAIL_TO is not set", MAIL_TO="")  # nobody wants to be told: no error
    assert len(office.inbox()) == before
    office.empty()


def one_reminder_end(office):
    office.start(REMIND="3s")
    question = office.ask("water the plants")
    first = office.wait_for(1)[0]
    text = first.get_content()
    assert first["Subject"].endswith("] water the plants") and f"rsm opreq satisfy {question[:8]}" in text and "  since 20" in text and "asked by" in text, first.as_string()
    reminder = office.wait_for(2)[1]
    assert "still: water the plants" in reminder["Subject"] and reminder["In-Reply-To"] == first["Message-ID"] != reminder["Message-ID"], reminder.as_string()
    office.done(question)
    office.stage.wait_until("the end is said", lambda: any("over: water the plants" in mail["Subject"] for mail in office.inbox()))
    end = office.inbox()[-1]
    assert end["References"] == first["Message-ID"], end.as_string()
    office.stop()
    office.empty()


def a_digest(office):
    office.start(DIGEST="2s")
    questions = [office.ask(f"question {n}") for n in range(3)]
    mail = office.wait_for(1)[0]
    assert "(and 2 more)" in mail["Subject"] and all(f"question {n}" in mail.get_content() for n in range(3)), mail.as_string()
    office.stop()
    # Over restarts nothing is said again, and what ended meanwhile is.
    office.start()
    for question in questions:
        office.done(question)
    office.stage.wait_until("their ends are said", lambda: sum(mail.get_content().count("over, after") for mail in office.inbox()) == 3)
    assert sum("(and 2 more)" in mail["Subject"] and "over" not in mail["Subject"] for mail in office.inbox()) == 1, [mail["Subject"] for mail in office.inbox()]
    office.stop()
    office.empty()
    question = office.ask("while nobody looks")
    office.start()
    office.wait_for(1)
    office.stop()
    office.done(question)
    office.start()
    assert "over: while nobody looks" in office.wait_for(2)[1]["Subject"]
    office.stop()
    office.empty()


def twenty_an_hour(office):
    shutil.rmtree(office.state)
    office.start(DIGEST="0s")
    questions = []
    for n in range(20):
        questions.append(office.ask(f"flood {n}"))
        office.wait_for(n + 1)
    assert "the last message before" in office.inbox()[19].get_content() and "the last message" not in office.inbox()[18].get_content()
    for n in range(20, 23):
        questions.append(office.ask(f"flood {n}"))
    office.stage.wait_until("they were kept back", lambda: kept(office)["withheld"] >= 1 and len(kept(office)["open"]) == 23)
    assert len(office.inbox()) == 20
    office.stop()
    # An hour later, by what it remembers.
    state = kept(office)
    state["sent_at"] = [at - 3600 * 1000 for at in state["sent_at"]]
    keep(office, state)
    office.start()
    mail = office.wait_for(21)[20]
    assert "not sent" in mail["Subject"] and "flood 22" in mail.get_content(), mail.as_string()
    for question in questions:
        office.done(question)
    office.stop()
    office.empty()
    shutil.rmtree(office.state)


def kept(office):
    try:
        with open(os.path.join(office.state, "notify.json"), encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return {"open": [], "withheld": 0}


def keep(office, state):
    with open(os.path.join(office.state, "notify.json"), "w", encoding="utf-8") as file:
        json.dump(state, file)


def killed_between_mail_and_record(office):
    killer = office.program("killer", f'#!/bin/sh\n"{office.mail_program}"\nkill -9 $PPID\n')
    question = office.ask("said once, or twice")
    office.start(RUN=killer)
    assert office.running.wait(timeout=LIMIT_S) == -signal.SIGKILL
    first = office.wait_for(1)[0]
    office.start()
    again = office.wait_for(2)[1]
    assert first["Message-ID"] == again["Message-ID"], "a mail program shows it once"
    office.stop()
    office.start()
    office.done(question)
    assert "over" in office.wait_for(3)[2]["Subject"]
    office.stop()
    assert len(office.inbox()) == 3
    office.empty()


def a_program_that_hangs(office):
    question = office.ask("in spite of a program that hangs")
    office.start(RUN=f"sh -c 'sleep 1000 & sleep 1000' ; {office.mail_program}", RUN_LIMIT="1s")
    office.wait_for(1)
    office.stop()
    assert "it has not ended in time" in office.said()
    office.empty()
    # None of them can: it is tried again, by whoever comes.
    office.done(question)
    office.start(RUN="false")
    office.stage.wait_until("it fails", lambda: "it ended with 1" in office.said())
    office.stop()
    office.start()
    assert "over: in spite" in office.wait_for(1)[0]["Subject"]
    office.stop()
    office.empty()


def one_at_a_time(office):
    shutil.rmtree(office.state)
    office.start()
    office.stage.wait_until("it has its folder", lambda: os.path.exists(os.path.join(office.state, "lock")) and kept(office).get("cursor"))
    office.once(code=6, says="another rsm notify has it")
    office.stop()


def without_the_daemon(office):
    stage = office.stage
    office.start()
    stage.wait_until("it looks", lambda: kept(office).get("cursor"))
    stage.kill()
    away = office.wait_for(1)[0]
    assert "the service does not answer" in away["Subject"] and "rsm setup --check" in away.get_content(), away.as_string()
    stage.start()
    assert "over: the service does not answer" in office.wait_for(2)[1]["Subject"]
    office.stop()
    office.empty()


def events_that_are_no_longer_kept(office):
    stage = office.stage
    question = office.ask("among the events")
    state = kept(office)
    assert stage.stop() == 0
    catalog = sqlite3.connect(stage.catalog)
    firsts = [row[0] for row in catalog.execute("SELECT first FROM event_batch ORDER BY first")]
    catalog.execute("DELETE FROM event_batch WHERE first < ?", (firsts[-1],))
    catalog.commit()
    catalog.close()
    stage.start()
    keep(office, {**state, "cursor": 1})
    office.start()
    assert "among the events" in office.wait_for(1)[0]["Subject"]
    other = office.ask("and behind them")
    assert "and behind them" in office.wait_for(2)[1]["Subject"]
    for each in (question, other):
        office.done(each)
    office.wait_for(3)
    office.stop()
    office.empty()


def by_web_hook(office):
    """notify-webhook, with an address that is a secret."""
    if shutil.which("curl") is None:
        return print("curl is not installed: the web hook is left out")
    bodies = []

    class Hook(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            bodies.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            self.send_response(200 if self.path == "/secret" else 403)
            self.end_headers()

        def log_message(self, *words):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    file = os.path.join(office.stage.folder, "hook")
    hook = os.path.join(SOURCE, "packaging", "notify-webhook")
    office.once("--test", "--run", hook, code=4, says="there is no " + file, OPENRSM_WEBHOOK_FILE=file)
    for address, mode, says in ((f"http://127.0.0.1:{server.server_port}/secret\n", 0o644, "chmod 600"), ("file:///etc/passwd\n", 0o600, "no address of a web service"),
                                (f"http://127.0.0.1:{server.server_port}/other\n", 0o600, "403")):
        with open(file, "w", encoding="utf-8") as out:
            out.write(address)
        os.chmod(file, mode)
        office.once("--test", "--run", hook, code=4, says=says, OPENRSM_WEBHOOK_FILE=file)
    with open(file, "w", encoding="utf-8") as out:
        out.write(f"http://127.0.0.1:{server.server_port}/secret\n")
    office.once("--test", "--run", hook, says="told", OPENRSM_WEBHOOK_FILE=file)
    path, body = bodies[-1]
    assert path == "/secret" and body["kind"] == "test" and body["subject"].startswith("[openrsm "), bodies
    server.shutdown()


def really(office):
    """msmtp takes the mail and brings it to a mail server."""
    try:
        from aiosmtpd.controller import Controller
    except ImportError:
        return print("python3-aiosmtpd is not installed: the real mail is left out")
    if shutil.which("msmtp") is None:
        return print("msmtp is not installed: the real mail is left out")
    arrived = []

    class Box:
        async def handle_DATA(self, server, session, envelope):
            arrived.append((envelope.mail_from, envelope.rcpt_tos, email.message_from_bytes(envelope.content, policy=email.policy.default)))
            return "250 taken"

    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        port = any_port.getsockname()[1]
    controller = Controller(Box(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        settings = os.path.join(office.stage.folder, "msmtprc")
        with open(settings, "w", encoding="utf-8") as out:
            out.write(f"account default\nhost 127.0.0.1\nport {port}\nfrom openrsm@vault1.example.org\nauth off\ntls off\n")
        os.chmod(settings, 0o600)
        office.program("sendmail", f'#!/bin/sh\nexec msmtp --file={settings} "$@"\n')
        office.once("--test", says="told")
        sender, to, mail = arrived[0]
        assert sender == "openrsm@vault1.example.org" and to == ["tape@example.org"] and "this is how you are told" in mail["Subject"], arrived
    finally:
        controller.stop()


def test(build, rng):
    with Stage(build, drives=1, slots=2, cartridges=1, sides=1, volumes="user") as stage:
        stage.start()
        stage.wait_identified()
        office = Office(stage)
        try:
            for step in (a_test, one_reminder_end, a_digest, twenty_an_hour, killed_between_mail_and_record, a_program_that_hangs, one_at_a_time, without_the_daemon,
                         events_that_are_no_longer_kept, by_web_hook, really):
                step(office)
                print(f"{step.__name__}: ok", flush=True)
        finally:
            if office.running is not None and office.running.poll() is None:
                office.running.kill()
                office.running.wait()


if __name__ == "__main__":
    main(test)
