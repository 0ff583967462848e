"""The Countersign command for CI and auditors. It knows the server's public contract and nothing of its inside."""

from __future__ import annotations

__version__ = "0.1.0"
