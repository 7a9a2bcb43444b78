"""less_kernel.py WHAT COMMAND... - run COMMAND as on a kernel that lacks
seccomp or landlock: the calls that would close the fence fail."""
import ctypes
import errno
import os
import sys

ALLOW, FAIL = 0x7FFF0000, 0x00050000
SET_SECCOMP = 22    # prctl(2)


class Compare(ctypes.Structure):
    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int),
                ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


library = ctypes.CDLL("libseccomp.so.2")
library.seccomp_init.restype = ctypes.c_void_p
library.seccomp_rule_add_array.argtypes = [
    ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint,
    ctypes.POINTER(Compare)]
library.seccomp_load.argtypes = [ctypes.c_void_p]
wanted = ctypes.c_void_p(library.seccomp_init(ALLOW))


def fail(call, error, *compares):
    number = library.seccomp_syscall_resolve_name(call)
    rules = (Compare * max(len(compares), 1))(*compares)
    assert library.seccomp_rule_add_array(
        wanted, FAIL | error, number, len(compares), rules) == 0


if sys.argv[1] == "seccomp":
    fail(b"seccomp", errno.ENOSYS)
    fail(b"prctl", errno.EINVAL, Compare(0, 4, SET_SECCOMP, 0))
else:
    fail(b"landlock_create_ruleset", errno.ENOSYS)
assert library.seccomp_load(wanted) == 0
os.execv(sys.argv[2], sys.argv[2:])
