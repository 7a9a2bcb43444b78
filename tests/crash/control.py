"""What shim.c reads: the clock of the test, and who dies at which write."""

import mmap
import os
import signal
import struct

ROLES = ("watch", "scan", "act", "notify", "serve")
BEFORE, AFTER, TORN = 0, 1, 2
PORT = struct.Struct("i12s")
ROLE = struct.Struct("16s8i48s")
PORTS, ROWS = 4, 8
FIELDS = ("pid", "countdown", "death", "deaths", "full_every", "full_seen",
          "refused", "calls")
ROLES_AT = 8 + PORTS * PORT.size


class Control:
    """The file as shim.c's `struct control`; rows are those of ROLES."""

    def __init__(self, path, ports):
        self.path = path
        with open(path, "wb") as file:
            file.write(bytes(ROLES_AT + ROWS * ROLE.size))
        with open(path, "r+b") as file:
            self.map = mmap.mmap(file.fileno(), 0)
        for i, (name, port) in enumerate(ports.items()):
            PORT.pack_into(self.map, 8 + i * PORT.size, port, name.encode())
        for i, name in enumerate(ROLES):
            struct.pack_into("16s", self.map, ROLES_AT + i * ROLE.size,
                             name.encode())

    def _at(self, role, field):
        return (ROLES_AT + ROLES.index(role) * ROLE.size + 16
                + 4 * FIELDS.index(field))

    def get(self, role, field):
        return struct.unpack_from("i", self.map, self._at(role, field))[0]

    def set(self, role, field, value):
        struct.pack_into("i", self.map, self._at(role, field), value)

    def where(self, role):
        at = self._at(role, "calls") + 4
        return self.map[at:at + 48].split(b"\0")[0].decode("latin-1")

    @property
    def now_ms(self):
        return struct.unpack_from("q", self.map, 0)[0]

    @now_ms.setter
    def now_ms(self, value):
        struct.pack_into("q", self.map, 0, value)

    def arm(self, role, calls, death):
        """Let it die at its so-manieth call from now."""
        self.set(role, "death", death)
        self.set(role, "countdown", calls)

    def disarm(self, role):
        self.set(role, "countdown", 0)

    def kill(self, role, word):
        """SIGKILL to whoever runs as this role now, if `word` stands in its
        command line: pids are used again. True if there was one."""
        pid = self.get(role, "pid")
        try:
            handle = os.pidfd_open(pid) if pid > 0 else -1
        except OSError:
            return False
        if handle < 0:
            return False
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                if word.encode() not in file.read():
                    return False
            with open(f"/proc/{pid}/stat", "rb") as file:
                if file.read().rpartition(b")")[2].split()[0] == b"Z":
                    return False
            signal.pidfd_send_signal(handle, signal.SIGKILL)
            return True
        except OSError:
            return False
        finally:
            os.close(handle)
