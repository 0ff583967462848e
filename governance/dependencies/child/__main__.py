"""The process itself: first the limits, then the work."""

from __future__ import annotations

import errno
import json
import os
import resource
import sys

from governance.dependencies.child.running import OUT_OF_MEMORY, TOO_MUCH_SAID


def main() -> int:
    asked = json.load(sys.stdin)
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


if __name__ == "__main__":
    raise SystemExit(main())
