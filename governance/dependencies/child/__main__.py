"""The process itself: first the limits, then the work."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import resource
import signal
import sys

from governance.dependencies.child.running import OUT_OF_MEMORY, TOO_MUCH_SAID

PR_SET_PDEATHSIG = 1


def main() -> int:
    asked = json.load(sys.stdin)
    _die_with(asked["parent"])
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_FSIZE, asked["output"]),
        (resource.RLIMIT_CPU, asked["cpu"]),
        (resource.RLIMIT_AS, asked["memory"]),
    ):
        resource.setrlimit(what, (most, most))
    from governance.dependencies.child import tasks

    files = [os.fdopen(number, "rb") for number in asked["files"]]
    try:
        json.dump(tasks.TASKS[asked["task"]](*files, **asked["arguments"]), sys.stdout, ensure_ascii=True)
        sys.stdout.flush()
    except MemoryError:
        os._exit(OUT_OF_MEMORY)  # there may be none left for an orderly end
    except OSError as error:
        if error.errno != errno.EFBIG:
            raise
        os._exit(TOO_MUCH_SAID)  # an orderly end would try to write the rest
    return 0


def _die_with(parent: int) -> None:
    """When the worker dies, kill -9 included, nobody waits for the answer any more: on Linux the kernel ends this process then.
    Elsewhere its own limits do."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before this was said
            os._exit(1)


if __name__ == "__main__":
    raise SystemExit(main())
