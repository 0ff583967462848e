"""Legends: what each column of a file means, as a small document that the file carries, has beside it, or the server keeps.

Everything here runs with the standard library of Python 3.9 and reads hostile files: sizes are bounded, and a legend that was altered
is never used.
"""

from __future__ import annotations
