#!/usr/bin/env python3
"""Figures of `rsm top`, to be read by people (docs/performance.md): what it takes of a core and sends to an 80x24 terminal, while nothing happens and while much does.
usage: top_figures.py BUILD [SECONDS]"""
import os
import sys
import threading
import time
import uuid

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "system")]
sys.dont_write_bytecode = True
from harness import Session, Stage  # noqa: E402
from rounds import processor_seconds  # noqa: E402
from top import Reader  # noqa: E402

EVENTS_A_SECOND = 100
TURNS_A_SECOND = 20


def much_happens(stage, stop):
    """Operator requests that are asked and answered: two events each, evenly over the second."""
    session = Session(stage, "figures")
    turn = time.monotonic()
    while not stop.is_set():
        for _ in range(EVENTS_A_SECOND // TURNS_A_SECOND // 2 + 1):
            asked = session.call("opreq.submit", command="message", message="figures", key=str(uuid.uuid4()))
            session.call("opreq.satisfy", id=asked["id"])
        turn += 1 / TURNS_A_SECOND
        stop.wait(max(0, turn - time.monotonic()))


def told(stage, reader, what, seconds):
    used, events, begin = processor_seconds(reader.pid), stage.call("status")["last_event"], time.monotonic()
    sent = len(reader.read(seconds))
    took = time.monotonic() - begin
    used, events = processor_seconds(reader.pid) - used, stage.call("status")["last_event"] - events
    print(f"{what}: {events / took:.0f} events a second, {used / took * 100:.2f} % of a core, {sent / took:.0f} bytes a second", flush=True)


def main():
    build = os.path.abspath(sys.argv[1])
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 20
    with Stage(build, drives=2, slots=12, cartridges=6, sides=1, timing="0.02", volumes="user") as stage:
        stage.start()
        stage.wait_identified()
        reader = Reader(stage)
        stage.wait_until("the first picture is there", lambda: b"EVENTS" in reader.read(0.2) or b"EVENTS" in reader.seen)
        reader.read(3)
        told(stage, reader, "nothing happens", seconds)
        stop = threading.Event()
        events = threading.Thread(target=much_happens, args=(stage, stop))
        events.start()
        try:
            reader.read(2)
            told(stage, reader, "much happens", seconds)
        finally:
            stop.set()
            events.join()
        reader.end()


main()
