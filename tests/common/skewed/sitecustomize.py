"""A process whose clock is wrong: Python runs this first, where the folder is in PYTHONPATH."""

import os
import time

import time_machine

if ahead := float(os.environ.get("CLOCK_AHEAD_SECONDS", "0")):
    time_machine.travel(time.time() + ahead, tick=True).start()
