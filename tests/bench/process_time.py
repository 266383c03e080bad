"""A contestant that is one process after the other: what is taken is the time from its start to its end."""
import statistics
import subprocess
import time

from rounds import Failed

STEP_LIMIT_S = 60


def do(*words, environment=None):
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=STEP_LIMIT_S, check=False)
    if done.returncode != 0:
        raise Failed(f"{' '.join(words)}: exit {done.returncode}: {done.stdout}{done.stderr}")
    return f"{done.stdout}\n{done.stderr}".strip()


def figures(took):
    """Of a round, from the seconds that each call took."""
    micros = sorted(one * 1e6 for one in took)
    return {"operations": len(took), "seconds": sum(took), "median_us": statistics.median(micros), "p99_us": micros[int(0.99 * (len(micros) - 1))]}


class ProcessTime:
    """`words()` gives the command; `before()` puts everything in place for it, `after(said)` says whether it has done what it is to do."""

    pid = None

    def __init__(self, name, words, after, before=lambda: None, environment=None):
        self.name, self.words, self.before, self.after, self.environment = name, words, before, after, environment

    def round(self, seconds):
        took = []
        while sum(took) < seconds:
            self.before()
            words = self.words()
            begin = time.monotonic()
            said = do(*words, environment=self.environment)
            took.append(time.monotonic() - begin)
            if not self.after(said):
                raise Failed(f"{self.name}: it ended well, and has not done what it is to do: {said}")
        return figures(took)

    def close(self):
        pass
