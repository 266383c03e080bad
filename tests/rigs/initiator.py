"""A small iSCSI initiator: what an application does with a tape drive of a target, without our own code.

usage: initiator.py PORTAL TARGET LUN label NAME     writes an ANSI volume label and a file mark at the beginning of the tape
       initiator.py PORTAL TARGET LUN read           prints the first 80 bytes of the tape
One connection, no digests, no authentication, data of at most 8 KiB in one command. Source: RFC 7143 (login 11.12, command 11.3, answers 11.4 and 11.7).
"""
import socket
import struct
import sys

LIMIT_S = 30
LOGIN, COMMAND, LOGIN_ANSWER, COMMAND_ANSWER, DATA_IN = 0x43, 0x01, 0x23, 0x21, 0x25
IMMEDIATE_MAX = 8192


class Initiator:
    def __init__(self, portal, target, lun, name="iqn.2020-01.org.openrsm.test:initiator"):
        host, port = portal.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), LIMIT_S)
        self.lun, self.tag, self.command_number, self.status_number = int(lun), 0, 1, 0
        keys = {"InitiatorName": name, "TargetName": target, "SessionType": "Normal", "HeaderDigest": "None", "DataDigest": "None", "InitialR2T": "Yes", "ImmediateData": "Yes",
                "MaxRecvDataSegmentLength": "65536", "FirstBurstLength": str(IMMEDIATE_MAX), "MaxBurstLength": "65536"}
        text = b"".join(f"{key}={value}".encode() + b"\0" for key, value in keys.items())
        # Operational stage at once, and on to the full feature phase.
        head = struct.pack(">BBBBI6sHIHHII16x", LOGIN, 0x87, 0, 0, len(text), b"\x80\0\0\0\0\x01", 0, 0, 0, 0, self.command_number, 0)
        self.send(head, text)
        answer, _ = self.receive()
        assert answer[0] & 0x3F == LOGIN_ANSWER and answer[36] == 0, f"the login is refused: {answer[36]:02x}{answer[37]:02x}"
        self.status_number = struct.unpack(">I", answer[24:28])[0] + 1

    def close(self):
        self.socket.close()

    def send(self, head, data=b""):
        self.socket.sendall(head + data + bytes(-len(data) % 4))

    def exactly(self, count):
        data = b""
        while len(data) < count:
            part = self.socket.recv(count - len(data))
            if not part:
                raise ConnectionError("the target has closed the connection")
            data += part
        return data

    def receive(self):
        head = self.exactly(48)
        length = int.from_bytes(head[5:8], "big")
        data = self.exactly(length + head[4] * 4 + -length % 4)
        return head, data[head[4] * 4:head[4] * 4 + length]

    def once(self, cdb, out, room):
        """(status, data or sense data)"""
        assert len(out) <= IMMEDIATE_MAX
        self.tag += 1
        flags = 0x80 | (0x20 if out else 0) | (0x40 if room else 0) | 1
        head = struct.pack(">BBxxI8sIIII16s", COMMAND, flags, len(out), struct.pack(">BB6x", 0, self.lun), self.tag, len(out) or room, self.command_number, self.status_number, cdb)
        self.command_number += 1
        self.send(head, out)
        came = b""
        while True:
            head, data = self.receive()
            kind = head[0] & 0x3F
            if kind not in (COMMAND_ANSWER, DATA_IN):
                continue
            if kind == DATA_IN:
                came += data
                if not head[1] & 1:
                    continue
            self.status_number = struct.unpack(">I", head[24:28])[0] + 1
            return head[3], came if kind == DATA_IN or not data else data[2:]

    def command(self, cdb, out=b"", room=0):
        """What came; the attention of a new session is passed over."""
        for _ in range(3):
            status, data = self.once(bytes(cdb).ljust(16, b"\0"), out, room)
            if status == 0:
                return data
            if status != 2 or data[2] & 0x0F != 6:
                raise RuntimeError(f"command {cdb[0]:02x}: status {status}, {data.hex()}")
        raise RuntimeError("nothing but attentions")


def write_label(drive, name):
    assert 1 <= len(name) <= 6 and name.isascii(), name
    record = b"VOL1" + name.encode().ljust(6) + b" " * 69 + b"3"
    drive.command([0x01])
    drive.command([0x0A, 0, 0, 0, len(record), 0], record)
    drive.command([0x10, 0, 0, 0, 1, 0])
    drive.command([0x01])


def write_record(drive, record):
    """Behind the label and its file mark."""
    to_first_file(drive)
    drive.command([0x0A, 0, 0, 0, len(record), 0], record)
    drive.command([0x10, 0, 0, 0, 1, 0])


def read_record(drive, room):
    to_first_file(drive)
    return drive.command([0x08, 0, 0, 0, room, 0], room=room)


def to_first_file(drive):
    drive.command([0x01])
    drive.command([0x11, 1, 0, 0, 1, 0])  # SPACE over one file mark


def main(portal, target, lun, what, *words):
    drive = Initiator(portal, target, lun)
    if what == "label":
        write_label(drive, *words)
        print(f"labelled {words[0]}")
    else:
        drive.command([0x01])
        print(drive.command([0x08, 0, 0, 0, 80, 0], room=80).decode("ascii", "replace"))
    drive.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
