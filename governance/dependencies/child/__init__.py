"""What reads strangers' archives does so in a process of its own, with limits that the operating system holds it to.

The readers bound themselves; this is for the fault in them, in zlib or in Python's parser that nobody has found yet. A process that
asks for too much memory, time or output ends, and whoever asked is told so. Pure: no database, no settings.
"""

from governance.dependencies.child.running import Bounds, Failed, run

__all__ = ["Bounds", "Failed", "run"]
