"""A director, a storage daemon and a file daemon of Bacula on loopback, with their catalog in SQLite: all of it in one folder of a rig."""
import os
import re
import socket
import subprocess
import time

from rig import JOB_LIMIT_S, LIMIT_S

# Bacula does not go on to the next volume when a disk is full (it asks for more space), so the size is said. A tape ends by itself; but tgt does not tell the
# kernel how many file marks it has passed, so nothing is appended behind another job.
DISK_ENDS, TAPE_ENDS = "Maximum Volume Bytes = 5000000", "Maximum Volume Jobs = 1"
LOOK_S = 0.5              # between two looks at a job
ENDED = "TWEefABI"        # letters of a job that goes no further

DIRECTOR = """
Director {{
  Name = rig-dir
  DirPort = {dir_port}
  DirAddress = 127.0.0.1
  QueryFile = "{work}/query.sql"
  WorkingDirectory = "{work}"
  PidDirectory = "{work}"
  Maximum Concurrent Jobs = 4
  Password = "{password}"
  Messages = Log
}}
Catalog {{
  Name = Catalog
  dbname = "bacula"
  dbuser = ""
  dbpassword = ""
}}
Client {{
  Name = rig-fd
  Address = 127.0.0.1
  FDPort = {fd_port}
  Catalog = Catalog
  Password = "{password}"
  Maximum Concurrent Jobs = 4
  AutoPrune = no
}}
Autochanger {{
  Name = Jukebox
  Address = 127.0.0.1
  SDPort = {sd_port}
  Password = "{password}"
  Device = Jukebox
  Media Type = Cartridge
  Autochanger = Jukebox
  Maximum Concurrent Jobs = 4
}}
Pool {{
  Name = Default
  Pool Type = Backup
  Recycle = no
  AutoPrune = no
  {volume_ends}
  Storage = Jukebox
}}
Messages {{
  Name = Log
  append = "{work}/log" = all, !skipped
  console = all, !skipped, !saved
}}
Schedule {{
  Name = Never
}}
Job {{
  Name = Restore
  Type = Restore
  Client = rig-fd
  FileSet = first
  Storage = Jukebox
  Pool = Default
  Messages = Log
  Where = "{restored}"
}}
"""
JOB = """
FileSet {{
  Name = {name}
  Include {{
    Options {{ Signature = SHA1 }}
    File = "{folder}"
  }}
}}
Job {{
  Name = {name}
  Type = Backup
  Level = Full
  Client = rig-fd
  FileSet = {name}
  Storage = Jukebox
  Pool = Default
  Messages = Log
  Maximum Concurrent Jobs = 2
}}
"""
STORAGE = """
Storage {{
  Name = rig-sd
  SDPort = {sd_port}
  SDAddress = 127.0.0.1
  WorkingDirectory = "{work}"
  Pid Directory = "{work}"
  Maximum Concurrent Jobs = 8
}}
Director {{
  Name = rig-dir
  Password = "{password}"
}}
Autochanger {{
  Name = Jukebox
  Device = {device_names}
  Changer Device = {changer_device}
  Changer Command = "{changer} %c %o %S %a %d"
}}
Messages {{
  Name = Log
  director = rig-dir = all
}}
"""
DISK_DEVICE = """
Device {{
  Name = Jukebox-{drive}
  Drive Index = {drive}
  Device Type = File
  Media Type = Cartridge
  Autochanger = yes
  Archive Device = "{mount}/bacula"
  Random Access = yes
  Removable Media = yes
  Automatic Mount = yes
  Always Open = no
  Requires Mount = yes
  Mount Point = "{mount}"
  Mount Command = "/bin/mount -t ext4 {volume} %m"
  Unmount Command = "/bin/umount %m"
  Maximum Changer Wait = 300 seconds
  Maximum Concurrent Jobs = 1
}}
"""
# Records of one size: tgt loses the end of a record that is read with more room than it needs, and less than twice that. No look back at the last
# record: after a mark that it spaces back over, tgt is one record too far back.
TAPE_DEVICE = """
Device {{
  Name = Jukebox-{drive}
  Drive Index = {drive}
  Device Type = Tape
  Media Type = Cartridge
  Autochanger = yes
  Archive Device = "{node}"
  Removable Media = yes
  Automatic Mount = yes
  Always Open = yes
  Minimum Block Size = 64512
  Maximum Block Size = 64512
  Backward Space Record = no
  Maximum Changer Wait = 300 seconds
  Maximum Concurrent Jobs = 1
}}
"""
FILES = """
FileDaemon {{
  Name = rig-fd
  FDPort = {fd_port}
  FDAddress = 127.0.0.1
  WorkingDirectory = "{work}"
  Pid Directory = "{work}"
  Maximum Concurrent Jobs = 8
  Maximum Bandwidth Per Job = 3 mb/s
}}
Director {{
  Name = rig-dir
  Password = "{password}"
}}
Messages {{
  Name = Log
  director = rig-dir = all, !skipped, !restored
}}
"""
CONSOLE = """
Director {{
  Name = rig-dir
  DIRport = {dir_port}
  address = 127.0.0.1
  Password = "{password}"
}}
"""
TABLES = "/usr/share/bacula-director/make_sqlite3_tables"


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def disk_devices(rig, drives):
    """Drives of an emulated library, in the order in which Bacula counts them."""
    texts = []
    for number, drive in enumerate(drives):
        mount = rig.path(f"bacula-drive{drive}")
        os.makedirs(mount)
        texts.append(DISK_DEVICE.format(drive=number, mount=mount, volume=f"{rig.library}/drives/{drive}/volume"))
    return texts


def tape_devices(nodes):
    return [TAPE_DEVICE.format(drive=number, node=node) for number, node in enumerate(nodes)]


class Bacula:
    """`jobs`: {name: folder}. `devices`: what configures its drives. `changer_device`: the library, or its part. `volume_ends`: when a volume takes no more."""

    def __init__(self, rig, jobs, devices, changer_device="Jukebox", volume_ends=DISK_ENDS):
        self.rig = rig
        self.work = rig.path("bacula")
        self.restored = rig.path("restored")
        dir_port, sd_port, fd_port = free_ports(3)
        values = {"work": self.work, "restored": self.restored, "dir_port": dir_port, "sd_port": sd_port, "fd_port": fd_port, "password": "rig",
                  "volume_ends": volume_ends, "changer": rig.programs["rsm-changer"], "changer_device": changer_device,
                  "device_names": ", ".join(f"Jukebox-{number}" for number in range(len(devices)))}
        rig.write(self.work + "/query.sql", "")
        self.conf = {}
        texts = {"dir": DIRECTOR.format(**values) + "".join(JOB.format(name=n, folder=f) for n, f in jobs.items()),
                 "fd": FILES.format(**values), "console": CONSOLE.format(**values),
                 "sd": STORAGE.format(**values) + "".join(devices)}
        for name, text in texts.items():
            self.conf[name] = rig.write(f"{self.work}/{name}.conf", text)
        self.make_catalog()

    def make_catalog(self):
        with open(TABLES, encoding="utf-8") as file:
            tables = re.search(r"<<END-OF-DATA\n(.*?)\nEND-OF-DATA", file.read(), re.S).group(1)
        subprocess.run(["sqlite3", self.work + "/bacula.db"], input=tables, text=True, check=True, timeout=LIMIT_S, capture_output=True)

    def start(self):
        for name in ("fd", "sd", "dir"):
            self.rig.start_program("bacula-" + name, "/usr/sbin/bacula-" + name, "-f", "-c", self.conf[name])
        self.rig.wait_until("the director answers", lambda: "1000 OK" in self.ask_once("version").stdout)

    def ask_once(self, *lines, limit_s=LIMIT_S):
        return subprocess.run(["/usr/sbin/bconsole", "-c", self.conf["console"]], input="\n".join(lines) + "\n", capture_output=True, text=True,
                              timeout=limit_s, env=self.rig.environment, check=False)

    def ask(self, *lines, limit_s=JOB_LIMIT_S):
        """What the console prints for these lines."""
        done = self.ask_once(*lines, limit_s=limit_s)
        assert done.returncode == 0 and "1000 OK" in done.stdout, f"bconsole: exit {done.returncode}\n{done.stdout}{done.stderr}"
        with open(self.work + "/console", "a", encoding="utf-8") as file:
            file.write("".join(f"> {line}\n" for line in lines) + done.stdout)
        return done.stdout

    def log(self):
        """What the jobs have said, as far as the director has written it."""
        with open(self.work + "/log", "a+", encoding="utf-8", errors="replace") as file:
            file.seek(0)
            return file.read()

    def start_job(self, command):
        said = self.ask(command)
        started = re.search(r"Job queued. JobId=(\d+)", said)
        assert started, said
        return int(started.group(1))

    def start_jobs(self, names):
        """All at once, but each when the one before has begun to write: two that look for a drive at one moment, each with the other's volume in the drive that it is
        given, wait for each other for good in Bacula 9.6.7."""
        jobs = []
        for name in names:
            if jobs:
                self.rig.wait_until(f"job {jobs[-1]} writes", lambda: self.writes(jobs[-1]))
            jobs.append(self.start_job(f"run job={name} yes"))
        return jobs

    def writes(self, job):
        return re.search(rf"JobId={job} Volume=.*?\bBytes=[1-9]", self.ask_once("status storage=Jukebox").stdout, re.S) or self.status_of(job) in ENDED

    def status_of(self, job):
        """Bacula's letter: T ended well, R running, f and E failed ..."""
        return re.search(r"\bjobstatus: (\S)", self.ask_once(f"llist jobid={job}").stdout, re.I).group(1)

    def running(self, jobs):
        return any(self.status_of(job) not in ENDED for job in jobs)

    def wait_passed(self, jobs, meanwhile=lambda: None):
        """Until the jobs have ended well; `meanwhile` is called in between. A job that asks for a person has failed: no person is here."""
        end = time.monotonic() + JOB_LIMIT_S
        while self.running(jobs):
            assert time.monotonic() < end, f"jobs {jobs} have not ended within {JOB_LIMIT_S} s:\n{self.of_jobs(jobs)}"
            assert not re.search("Please mount|Please use the", self.log()), f"a job asks for a person:\n{self.of_jobs(jobs)}"
            meanwhile()
            time.sleep(LOOK_S)
        self.ask("messages")
        for job in jobs:
            assert self.status_of(job) == "T", f"job {job} ended with status {self.status_of(job)}:\n{self.of_jobs(jobs)}"

    def of_jobs(self, jobs):
        """What the log has of these jobs."""
        self.ask_once("messages")
        others = re.compile(rf"JobId (?!({'|'.join(map(str, jobs))}):)\d+:")
        return "\n".join(line for line in self.log().split("\n") if not others.search(line))
