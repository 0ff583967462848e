"""Reads that put policies, ballots and people together."""
