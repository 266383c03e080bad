"""What a person waits for at `rsm status`: beside a process that does nothing, and beside rsm itself when it asks nobody."""
from process_time import ProcessTime
from rounds import LATENCY


def run(setting):
    with setting.stage(drives=2, slots=8, cartridges=4, sides=1) as stage:
        stage.start()
        stage.wait_identified()
        rsm = setting.programs["rsm"]
        setting.compare("cli: rsm status, from start to end of the process", LATENCY,
                        [ProcessTime("rsm status", lambda: [rsm, "status"], after=lambda said: "Jukebox drive 0" in said, environment=stage.environment),
                         ProcessTime("true", lambda: ["true"], after=lambda said: not said),
                         ProcessTime("rsm --version", lambda: [rsm, "--version"], after=lambda said: "OpenRSM" in said, environment=stage.environment)])
