"""Where the command starts, and where it ends when anything unforeseen happens: never with a code that means a decision."""

from __future__ import annotations

import sys
import traceback

from countersign.cli import crash_code, main
from countersign.exits import INTERRUPTED


def run() -> None:
    """Run the command line and exit. A fault of our own exits 13 from `gate check`, 70 from everything else."""
    arguments = sys.argv[1:]
    try:
        code = main(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Exception:
        traceback.print_exc()
        print("This is a fault of countersign itself; nothing was decided.", file=sys.stderr)
        code = crash_code(arguments)
    sys.exit(code)


if __name__ == "__main__":
    run()
