"""Where the command starts, and where it ends when anything unforeseen happens: never with a code that means a decision."""

from __future__ import annotations

import os
import sys
import traceback

from countersign.cli import crash_code, main
from countersign.exits import INTERRUPTED


def run() -> None:
    """Run the command line and exit. A fault of our own exits 13 from `gate check`, 70 from everything else."""
    arguments = sys.argv[1:]
    code = crash_code(arguments)
    try:
        code = main(arguments)
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        # Whoever read us went away (`| head`). What was not read was not said: a decision that nobody saw is none.
        code = crash_code(arguments)
        _close_quietly()
    except Exception:
        code = crash_code(arguments)
        try:
            traceback.print_exc()
            print("This is a fault of countersign itself; nothing was decided.", file=sys.stderr, flush=True)
        except OSError:
            _close_quietly()
        _let_go()
    sys.exit(code)


def _let_go() -> None:
    """What could not be written once, on a disk that is full say, is not tried again at exit: that would exit 120."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        try:
            stream.flush()
        except OSError:
            _close_quietly()


def _close_quietly() -> None:
    """Python flushes both streams once more at exit and turns a failure into 1 or 120, which would read as a result."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in filter(None, (sys.stdout, sys.stderr)):
        os.dup2(nowhere, stream.fileno())


if __name__ == "__main__":
    run()
