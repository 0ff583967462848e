"""Requests, steps, ballots, waivers and policies as the API shows them."""
