"""What a bench is run with: programs, lengths of rounds, the stage, and where results go."""
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "system"))
import harness  # noqa: E402
from rounds import compare, table  # noqa: E402

CONTESTANTS = ("bench_calls", "bench_echo", "bench_group_commit", "bench_fill_shelf", "bench_idlers", "bench_redis")


class Setting:
    def __init__(self, built, rounds, seconds, clients, shelves, processes, log_level, patience=0, idle=(), settle_s=0, queues=(), scale=(), against=None):
        self.built = os.path.abspath(built)
        self.rounds, self.seconds, self.clients, self.shelves, self.processes, self.log_level = rounds, seconds, clients, shelves, processes, log_level
        self.patience = patience
        self.idle, self.settle_s, self.queues, self.scale, self.against = idle, settle_s, queues, scale, against
        self.programs = {name: os.path.join(self.built, "bin", name) for name in CONTESTANTS}
        self.programs.update(harness.programs(self.built))
        self.results, self.left_out = [], []

    def stage(self, config="", **wish):
        """An emulated library without waiting times and with volumes in user space, and its daemon's folder."""
        config = f'[daemon]\nlog_level = "{self.log_level}"\n[session]\ngrace_s = 1\n' + config
        return harness.Stage(self.built, timing="zero", volumes="user", config=config, **wish)

    def new_folder(self, inside):
        return tempfile.mkdtemp(dir=inside)

    def compare(self, case, unit, contestants, rounds=None, warm_up=True, **notes):
        """Lets them alternate, prints and keeps the result, and ends them."""
        try:
            result = compare(case, unit, contestants, rounds or self.rounds, self.seconds, self.patience, warm_up)
        finally:
            for contestant in contestants:
                contestant.close()
        result.update(notes)
        self.results.append(result)
        print(table(result), flush=True)
        return result

    def leave_out(self, what, why):
        self.left_out.append({"what": what, "why": why})
        print(f"left out: {what}: {why}", flush=True)
