"""A process that samples: work comes in by standard input, answers go out by standard output.

It is started by inference.py with one thread for linear algebra, and is no command for people.
"""

from __future__ import annotations

import pickle
import sys


def main() -> None:
    """Do every job that was handed in."""
    work, jobs = pickle.load(sys.stdin.buffer)
    sys.stdout.buffer.write(pickle.dumps([work(*job) for job in jobs], protocol=pickle.HIGHEST_PROTOCOL))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        # Ctrl+C reaches the whole group; the command that started this one tells of it.
        sys.exit(130)
