"""libntmsapi as programs call it, from Python: every function of ntmsapi.h by its prototype there, with nothing in between.

Loads the library of the build into this process, once OPENRSM_SOCKET is set; a library with sanitizers needs theirs loaded first, for which `with_sanitizers` starts the
program once more. A pointer is whatever `Memory` gives, None, or a number.
"""
import ctypes
import mmap
import os
import re
import subprocess
import sys
import uuid

HERE = os.path.dirname(os.path.abspath(__file__))
HEADERS = os.path.join(HERE, "..", "..", "api", "client")
INVALID_HANDLE_VALUE = 2**64 - 1
INFINITE = 0xFFFFFFFF


def read(name):
    with open(os.path.join(HEADERS, name), encoding="utf-8") as file:
        return re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)


def prototypes():
    """{function: (result, [(type, name)])}, as in the header, in its order."""
    found = {}
    for result, name, words in re.findall(r"^(\w+) WINAPI (\w+)\(([^;]*)\);", read("ntmsapi.h"), re.M):
        arguments = [] if words.strip() in ("", "void") else [" ".join(word.split()) for word in words.split(",")]
        found[name] = (result, [re.match(r"(.*?)\s*(\w+)$", argument).groups() for argument in arguments])
    found["DoEjectFromSADriveW"] = found["EjectDiskFromSADriveW"]  # in the library of Windows, and in no header
    return found


def numbers():
    """{name: value} of the constants and errors of the headers."""
    found = {}
    for name in ("ntms_constants.h", "ntms_errors.h"):
        for constant, value in re.findall(r"\b((?:NTMS|ERROR|RPC)_\w+) *(?:=|\(?)\s*(-?(?:0x[0-9A-Fa-f]+|\d+))L?\b", read(name)):
            found[constant] = int(value, 0)
    return found


N = numbers()
SIZES = {"A": 896, "W": 1408}
UNION = {"A": 256, "W": 448}


def with_sanitizers(build):
    """Starts the program again with the sanitizers of the library in front, if it has some and they are not there yet."""
    library = os.path.join(build, "api", "client", "libntmsapi.so.1")
    with open(library, "rb") as file:
        sanitized = b"__asan_init" in file.read()
    if sanitized and "NTMS_PRELOADED" not in os.environ:
        ask = lambda name: subprocess.run(["gcc", f"-print-file-name={name}"], capture_output=True, text=True, check=True).stdout.strip()
        os.environ["NTMS_PRELOADED"] = os.environ["LD_PRELOAD"] = ":".join(ask(name) for name in ("libasan.so", "libubsan.so"))
        os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"  # the interpreter's own
        os.execv(sys.executable, [sys.executable, "-B", *sys.argv])
    os.environ.pop("LD_PRELOAD", None)  # not for the programs that are started from here
    return library


class Memory:
    """Bytes for a call: at an address of any alignment, or with the end of what may be read right behind them."""

    def __init__(self, data=b"", size=None, odd=False, guarded=False):
        size = len(data) if size is None else size
        self.size = size
        if guarded:
            pages = (size + mmap.PAGESIZE - 1) // mmap.PAGESIZE + 1
            self.map = mmap.mmap(-1, pages * mmap.PAGESIZE)
            start = ctypes.addressof(ctypes.c_char.from_buffer(self.map))
            libc = ctypes.CDLL(None)
            assert libc.mprotect(ctypes.c_void_p(start + (pages - 1) * mmap.PAGESIZE), mmap.PAGESIZE, 0) == 0
            self.address = start + (pages - 1) * mmap.PAGESIZE - size
        else:
            self.buffer = ctypes.create_string_buffer(size + 17)
            start = ctypes.addressof(self.buffer)
            self.address = start + -start % 16 + (1 if odd else 0)
        if data:
            ctypes.memmove(self.address, data, min(len(data), size))

    def bytes(self, count=None):
        return ctypes.string_at(self.address, self.size if count is None else count)

    def dword(self):
        return int.from_bytes(self.bytes(4), "little")


def dword(value):
    return Memory(value.to_bytes(4, "little"))


def guid(text=None):
    """From the text of an id, as the daemon writes it; none: zero."""
    return Memory(uuid.UUID(text).bytes_le if text else bytes(16))


def guids(texts):
    return Memory(b"".join(uuid.UUID(text).bytes_le for text in texts))


def foreign():
    return Memory(uuid.uuid4().bytes_le)


def id_of(memory, at=0):
    return str(uuid.UUID(bytes_le=memory.bytes()[at:at + 16]))


def text(value, form="A"):
    if value is None:
        return None
    return Memory(value.encode() + b"\0" if form == "A" else value.encode("utf-16-le") + b"\0\0")


def information(form, kind, size=None):
    """NTMS_OBJECTINFORMATION with dwSize and dwType."""
    memory = Memory(size=SIZES[form])
    ctypes.memmove(memory.address, (SIZES[form] if size is None else size).to_bytes(4, "little") + kind.to_bytes(4, "little"), 8)
    return memory


class Ntms:
    """The functions of the header; each is called by its name: Ntms.OpenNtmsSessionA(...). Texts are A or W by the function's name."""

    def __init__(self, library, socket):
        os.environ["OPENRSM_SOCKET"] = socket
        self.library = ctypes.CDLL(library)
        self.prototypes = prototypes()
        for name in ("GetLastError", "SetLastError"):
            getattr(self.library, name).restype = ctypes.c_uint32

    def __getattr__(self, name):
        if name not in self.prototypes:
            raise AttributeError(f"ntmsapi.h has no function {name}")
        result, arguments = self.prototypes[name]
        function = getattr(self.library, name)
        function.restype = ctypes.c_uint64 if result == "HANDLE" else ctypes.c_uint32
        function.argtypes = [self.kind(kind) for kind, _ in arguments]

        def call(*given):
            assert len(given) == len(arguments), (name, given)
            return function(*[value.address if isinstance(value, Memory) else value for value in given])

        setattr(self, name, call)
        return call

    @staticmethod
    def kind(name):
        if "*" in name or name.startswith(("LP", "const LP", "P")) or name in ("HANDLE", "HWND", "HLOCAL"):
            return ctypes.c_void_p
        return ctypes.c_int if name == "int" else ctypes.c_uint32

    def last_error(self):
        return self.library.GetLastError()

    def session(self, application="conformance"):
        handle = self.OpenNtmsSessionA(None, text(application), 0)
        assert handle != INVALID_HANDLE_VALUE, f"no session: {self.last_error()}"
        return handle
