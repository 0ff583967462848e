"""Costs and benefits over HTTP."""
