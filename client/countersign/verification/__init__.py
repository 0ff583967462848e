"""Checks a report or an evidence bundle offline, under keys that the reader brought along (`docs/evidence-bundle.md`)."""

from __future__ import annotations
