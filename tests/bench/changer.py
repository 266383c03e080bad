"""What backup software waits for at every question to the changer: rsm-changer beside a process that does nothing."""
from process_time import ProcessTime
from rounds import LATENCY


def run(setting):
    with setting.stage(drives=2, slots=8, cartridges=4, sides=1) as stage:
        stage.start()
        stage.wait_identified()
        ours = setting.programs["rsm-changer"]
        setting.compare("changer: loaded, from start to end of the process", LATENCY,
                        [ProcessTime("rsm-changer loaded", lambda: [ours, "/dev/changer", "loaded", "0", "/dev/nst0", "0"], after=lambda said: said == "0", environment=stage.environment),
                         ProcessTime("true", lambda: ["true"], after=lambda said: not said)])
