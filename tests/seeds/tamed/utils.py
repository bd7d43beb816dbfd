"""Runs an external job and reads its output."""

import os
import subprocess
import sys

JOB = os.path.join(os.path.dirname(os.path.abspath(__file__)), "process_file.py")


def process_file(host, preview_name, type):
    """Returns ("OK", version) or ("ERR", what the job said)."""
    job = subprocess.run([sys.executable, JOB, host, preview_name, type], capture_output=True, text=True)
    if job.returncode != 0 or not job.stdout.startswith("version "):
        return "ERR", (job.stderr or job.stdout).strip()
    return "OK", int(job.stdout.split()[1])
