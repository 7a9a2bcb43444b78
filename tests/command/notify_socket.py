"""Stands in for systemd: takes what a service tells it, one line each with the
seconds since the start in front. Arguments: the socket to make, the file to
write."""

import os
import socket
import sys
import time

path, out = sys.argv[1:3]
taken = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
taken.bind(path + ".new")
os.rename(path + ".new", path)
began = time.monotonic()
with open(out, "w") as file:
    while True:
        text = taken.recv(4096).decode()
        at = time.monotonic() - began
        for line in text.splitlines():
            print(f"{at:.3f} {line}", file=file, flush=True)
