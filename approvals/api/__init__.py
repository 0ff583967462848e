"""Policies, requests, ballots, waivers, envelopes, the inbox and gates over HTTP."""
