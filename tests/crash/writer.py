"""The log's writer: from where the log ends, as far as it may.

usage: writer.py TEXT LOG PLACE PAUSE
TEXT is all that will be written. PLACE holds two numbers: how much of it was
rotated away, and how far it may go. Pieces end anywhere, also within a line,
so that a killed one leaves half a line; the next goes on there.
"""
import fcntl
import os
import random
import sys
import time

text_path, log, place, pause = sys.argv[1:]
with open(text_path, "rb") as file:
    text = file.read()
pick = random.Random(os.getpid())


def step():
    """False when there is nothing to do now."""
    with open(place, encoding="ascii") as file:
        # Whoever rotates holds it meanwhile.
        fcntl.flock(file, fcntl.LOCK_EX)
        rotated, goal = map(int, file.read().split())
        out = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            at = rotated + os.fstat(out).st_size
            if at >= goal:
                return False
            os.write(out, text[at:min(goal, at + pick.randint(1, 8192))])
        except OSError:     # the disk is full: nobody else writes it
            return False
        finally:
            os.close(out)
        return True


while True:
    time.sleep(float(pause) if step() else 0.005)
