"""Judgement: policies, requests, ballots, decisions, waivers, envelopes, gates, and what gates answered."""

from __future__ import annotations

from approvals.models.exceptions import Envelope, Waiver
from approvals.models.gates import Answer, Evaluation
from approvals.models.policies import CommentPeriod, Gate, Policy, PolicyVersion, SubjectPolicy
from approvals.models.requests import Ballot, Condition, Decision, Dismissal, InheritedBallot, Request
from approvals.models.timing import Clock, Deadline, Look

__all__ = [
    "Answer",
    "Ballot",
    "Clock",
    "CommentPeriod",
    "Condition",
    "Deadline",
    "Decision",
    "Dismissal",
    "Envelope",
    "Evaluation",
    "Gate",
    "InheritedBallot",
    "Look",
    "Policy",
    "PolicyVersion",
    "Request",
    "SubjectPolicy",
    "Waiver",
]
