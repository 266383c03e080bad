#!/usr/bin/env python3
"""Every function of ntmsapi.h with arguments that no program should pass, through libntmsapi.so on the real daemon: it returns an error, or does what can be done, and
never takes the program with it.

One argument after the other is replaced: handles by NULL, by numbers that are none, by closed ones and by those of another kind; pointers by NULL; structures by such with
wrong sizes; texts by such that have no end, whose next byte may not be read; ids by ids of nothing. Then all pointers at once are not aligned, which may change nothing.
Functions and their arguments are those of the header: a new function is called without a word here. usage: ntms_hostile.py BUILD [SEED]"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "api", "client"))
import conformance  # noqa: E402
from harness import Stage, main  # noqa: E402
from ntms import INVALID_HANDLE_VALUE, N, Memory, Ntms, dword, with_sanitizers  # noqa: E402

TEST = "system.ntms_hostile"
UNTESTED = conformance.NOT_OF_WINDOWS
OPTIONAL = {"lpContainerId", "lpList", "lpServer", "lpApplication", "lpServerName", "lpMediaType", "lpSecurityAttributes", "lpMountInformation", "lpPartition", "lpAllocateInformation", "lpArg1Id", "lpArg2Id",
            "lpMessage", "DetectHandle", "lpMediaId", "lpEjectOperation", "lpAttributeData", "lpNameBuf", "lpszDestination", "lpObjectId", "hWnd", "lpTitle", "lpAppName", "lpComputerName",
            "lpAttributeName", "lpDriveId"}  # may be NULL in some call
# The longest text of each argument, with its terminator, in characters of Windows.
LONGEST = {"lpApplication": 64, "lpServer": 256, "lpServerName": 256, "lpPoolName": 513, "lpAttributeName": 32, "lpMessage": 256, "pszDriveName": 64,
           "lpComputerName": 256, "lpAppName": 64, "lpDeviceName": 256, "lpTitle": 256, "lpszDestination": 256}
LONGEST_OTHER = 512
ROOM = 2048  # of whatever a pointer points to
WAIT_MS = 0


class Setting:
    def __init__(self, ntms):
        self.ntms, self.session = ntms, ntms.session("hostile")
        self.notification = ntms.OpenNtmsNotification(self.session, N["NTMS_DRIVE"])
        self.closed = ntms.session("closed")
        assert ntms.CloseNtmsSession(self.closed) == 0

    def good(self, kind, name, odd=False):
        """An argument that is well formed, of an object that there is not."""
        if name == "hSession":
            return self.session
        if name == "hNotification":
            return self.notification
        if kind in ("HANDLE", "HWND"):
            return None
        if not pointer(kind):
            return {"dwCount": 1, "dwType": N["NTMS_LIBRARY"], "dwTimeout": WAIT_MS, "dwNumberOfCleansLeft": 1, "dwOrderNumber": 1}.get(name, 0)
        if "INFORMATION" in kind and "NOTIFICATION" not in kind:
            size = {"A": 896, "W": 1408}.get(kind[-1], 32)
            return Memory(size.to_bytes(4, "little") + N["NTMS_LIBRARY"].to_bytes(4, "little"), size=ROOM, odd=odd)
        if "STR" in kind and "*" not in kind:
            return Memory("a".encode("utf-16-le") + b"\0\0" if "W" in kind else b"a\0", size=ROOM, odd=odd)
        if kind == "LPDWORD":
            return Memory((16).to_bytes(4, "little"), size=ROOM, odd=odd)
        if "GUID" in kind:
            return Memory(os.urandom(16), size=ROOM, odd=odd)
        return Memory(size=ROOM, odd=odd)

    def arguments(self, function, odd=False):
        return [self.good(kind, name, odd) for kind, name in self.ntms.prototypes[function][1]]

    def call(self, function, arguments):
        """What the function returned; of those that give a handle, the last error."""
        got = getattr(self.ntms, function)(*arguments)
        if self.ntms.prototypes[function][0] != "HANDLE":
            return got
        if got == INVALID_HANDLE_VALUE:
            return self.ntms.last_error()
        close = self.ntms.CloseNtmsNotification if "Notification" in function else self.ntms.CloseNtmsSession
        assert close(got) == 0
        return 0


def pointer(kind):
    return "*" in kind or kind.startswith(("LP", "const LP", "P"))


def texts(kind, name):
    """Without an end, up to where nothing may be read."""
    wide = "W" in kind
    longest = LONGEST.get(name, LONGEST_OTHER)
    units = longest if wide else (longest - 1) * 3 + 1  # a character of Windows takes up to three bytes
    yield Memory("a".encode("utf-16-le") * units if wide else b"a" * units, guarded=True)
    yield Memory(b"\x00\xd8" * longest if wide else b"\xff\xfe" * (units // 2), guarded=True)


def hostile(setting, function):
    """(index, argument, errors that it must give, or None: any that is documented)"""
    for at, (kind, name) in enumerate(setting.ntms.prototypes[function][1]):
        if name in ("hSession", "hNotification"):
            for handle in (None, INVALID_HANDLE_VALUE, 1, setting.closed, setting.notification if name == "hSession" else setting.session):
                null_is_wrong = handle is None and name == "hNotification"
                yield at, handle, {6, 87} if null_is_wrong else {6}
            continue
        if not pointer(kind):
            if kind == "DWORD":
                for number in (0xFFFFFFFF, 0x80000000, 0x7FFFFFFF):
                    if name not in ("dwTimeout", "dwCount") and not ("Open" in function and name == "dwType"):
                        yield at, number, None
            continue
        if kind in ("HANDLE", "HWND"):
            continue
        yield at, None, None if name in OPTIONAL else {87}
        if "INFORMATION" in kind and "NOTIFICATION" not in kind:
            for size in (0, 1, 8, 448, 0xFFFFFFFF):
                yield at, Memory(size.to_bytes(4, "little"), size=ROOM), None
            yield at, Memory(b"\xff" * ROOM), None
        elif "STR" in kind and "*" not in kind and ("C" in kind or name == "pszDriveName"):
            for text in texts(kind, name):
                yield at, text, None
        elif "GUID" in kind:
            yield at, Memory(bytes(16), size=ROOM), None
            yield at, Memory(b"\xff" * 16, guarded=True), None
        elif kind == "LPDWORD":
            yield at, dword(0), None


def test(build, rng):
    library = with_sanitizers(build)
    documented = conformance.documented_errors()
    with Stage(build, drives=1, slots=2, cartridges=1, sides=1, volumes="user") as stage:
        stage.start()
        stage.wait_identified()
        setting = Setting(Ntms(library, stage.socket))
        reached, wrong, calls = set(), [], 0
        for function in sorted(set(setting.ntms.prototypes) - UNTESTED):
            allowed = documented[function] | {0}
            closes = function in ("CloseNtmsSession", "CloseNtmsNotification")
            for at, argument, errors in hostile(setting, function):
                arguments = setting.arguments(function)
                arguments[at] = argument
                got = setting.call(function, arguments)
                calls += 1
                if got not in (errors or allowed):
                    wrong.append(f"{function}, argument {at + 1} {argument if argument is None or isinstance(argument, int) else argument.bytes(8)}: {got} instead of {sorted(errors or allowed)}")
                if errors and got in (6, 87):
                    reached.add((function, str(got)))
            if not closes:
                plain, odd = setting.call(function, setting.arguments(function)), setting.call(function, setting.arguments(function, odd=True))
                if plain != odd:
                    wrong.append(f"{function}: {odd} with pointers that are not aligned, {plain} with others")
        assert not wrong, "\n".join(wrong)
        assert setting.ntms.CloseNtmsSession(setting.session) == 0
        assert stage.call("catalog.check")["ok"]
        assert stage.stop() == 0
        print(f"{calls} calls")
    missing = sorted(function for function in set(setting.ntms.prototypes) - UNTESTED if any(name in ("hSession", "hNotification") for _, name in setting.ntms.prototypes[function][1]) and (function, "6") not in reached)
    assert not missing, f"no handle was refused by {missing}"


if __name__ == "__main__":
    main(test)
