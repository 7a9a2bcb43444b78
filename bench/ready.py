"""How long from exec to READY=1 with a million accounts of state.

Makes the state once, by a scan of a generated log with a login and a little
mail for each account, in KEEP (kept there for the next time) or a temporary
folder that needs 4 GB; then starts `comporta watch` on it several times, with
the state's file in the page cache and without. Environment: COMPORTA,
GENERATE, COUNTRY_DB, ASN_DB, ACCOUNTS (1000000), STARTS (10), MODE (observe).
Exits with 1 where a start takes a second or more.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAM = os.environ.get("COMPORTA", f"{ROOT}/build/comporta")
GENERATE = os.environ.get("GENERATE", f"{ROOT}/build/generate")
COUNTRY_DB = os.environ.get("COUNTRY_DB", f"{ROOT}/build/geoip/country.mmdb")
ASN_DB = os.environ.get("ASN_DB", f"{ROOT}/build/geoip/asn.mmdb")
ACCOUNTS = os.environ.get("ACCOUNTS", "1000000")
MODE = os.environ.get("MODE", "observe")
STARTS = int(os.environ.get("STARTS", "10"))
MARK_S = 1.0


def options(folder):
    return ["-q", "--set", f"mode={MODE}", "--state-dir", f"{folder}/state", "--home", "PL",
            "--country-db", COUNTRY_DB, "--asn-db", ASN_DB, "--json",
            f"{folder}/mail.log"]


def make_state(folder):
    if os.path.exists(f"{folder}/state/state/data.mdb"):
        return
    with open(f"{folder}/mail.log", "wb") as log:
        subprocess.run([GENERATE, "--accounts", ACCOUNTS, "--days", "1",
                        "--light"], stdout=log, check=True)
    subprocess.run([PROGRAM, "scan", *options(folder)], check=True,
                   stdout=subprocess.DEVNULL)


def leave_cache(path):
    """What another program needs memory for is read from the disk again."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def start(folder, notify):
    """Seconds to READY=1, and of processor time until then."""
    began = time.monotonic()
    watch = subprocess.Popen(
        [PROGRAM, "watch", *options(folder)],
        env={**os.environ, "NOTIFY_SOCKET": notify.getsockname()},
        stdout=subprocess.DEVNULL)
    try:
        while b"READY=1" not in notify.recv(4096).splitlines():
            pass
        took = time.monotonic() - began
        with open(f"/proc/{watch.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        ticks = int(fields[11]) + int(fields[12])
    finally:
        watch.terminate()
        watch.wait()
    return took, ticks / os.sysconf("SC_CLK_TCK")


def tell(what, starts):
    took = sorted(seconds for seconds, _ in starts)
    busy = sorted(seconds for _, seconds in starts)
    print(f"{what}: median {took[len(took) // 2]:.3f} s, longest"
          f" {took[-1]:.3f} s (median {busy[len(busy) // 2]:.2f} s of the"
          " processor)", flush=True)
    return took[-1] < MARK_S


def main():
    folder = os.environ.get("KEEP") or tempfile.mkdtemp(prefix="ready")
    os.makedirs(folder, exist_ok=True)
    notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notify.settimeout(60)
    try:
        make_state(folder)
        notify.bind(f"{folder}/notify")
        start(folder, notify)
        warm = [start(folder, notify) for _ in range(STARTS)]
        cold = []
        for _ in range(STARTS):
            leave_cache(f"{folder}/state/state/data.mdb")
            cold.append(start(folder, notify))
        print(f"{ACCOUNTS} accounts, from exec to READY=1, {STARTS} starts:")
        is_good = tell("  the state in the page cache", warm)
        is_good &= tell("  the state on the disk", cold)
    finally:
        notify.close()
        if os.path.exists(f"{folder}/notify"):
            os.unlink(f"{folder}/notify")
        if not os.environ.get("KEEP"):
            shutil.rmtree(folder)
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
