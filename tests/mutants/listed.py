"""The mutants: in which file which text becomes what, and the tests that are run to notice it.

Each is a mistake that somebody could make in good faith. The text must be found exactly once in the file.
"""

from __future__ import annotations

from dataclasses import dataclass

VOTES = "approvals/evaluation/votes.py"
BENCHES = "approvals/evaluation/benches.py"
PERSONS = "approvals/evaluation/persons.py"
JOINT = "approvals/evaluation/joint.py"
RESULTS = "approvals/evaluation/results.py"
REFUSALS = "approvals/evaluation/refusals.py"
RULES = "approvals/evaluation/rules.py"
MATCHING = "approvals/matching.py"
GATE = "approvals/gate.py"
CONDITIONS = "approvals/policy/conditions.py"

SUBJECT = "tests/approvals/test_semantics_subject.py"
VOTERS = "tests/approvals/test_semantics_voters.py"
POLICY = "tests/approvals/test_semantics_policy.py"
ANSWERS = "tests/approvals/test_semantics_gate.py"
ENGINE = "tests/approvals/test_evaluation.py"
VOTING = "tests/approvals/test_evaluation_voting.py"
PLACES = "tests/approvals/test_matching.py"


@dataclass(frozen=True, slots=True)
class Mutant:
    """`old` becomes `new` in `file`; `tests` must fail then."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


MUTANTS = (
    # --- whose word stands ---
    Mutant(
        "a ballot that was not valid when cast displaces a block",
        VOTES, "elif not ballot.eligible_when_cast:", "elif False:", (ENGINE,),
    ),
    Mutant(
        "a delegate's ballot does not replace the principal's",
        VOTES, "key = (ballot.step, ballot.principal or ballot.human)\n            first", "key = (ballot.step, ballot.human)\n            first",
        (VOTERS,),
    ),
    Mutant(
        "a new round revives an inherited approval that was replaced",
        VOTES, "if ballot.eligible_when_cast and ballot.round < round_:", "if False:", (ENGINE,),
    ),
    Mutant(
        "ballots of an earlier round still count",
        VOTES, "if ballot.round != round_ and ballot.inherited_from is None:", "if False:", (ENGINE, SUBJECT),
    ),
    Mutant(
        "an approval comes back with its bytes although it was taken back",
        VOTES, 'while back >= 0 and history[back].verdict == "approve" and', "while back >= 0 and", (SUBJECT,),
    ),
    Mutant(
        "an approval does not come back with its bytes",
        VOTES, "while back >= 0 and", "while False and", (SUBJECT,),
    ),
    # --- blocks ---
    Mutant(
        "a block falls when its human loses the role",
        VOTES, '"request_changes" else None), ()',
        '"request_changes" else "role_lost" if bench is not None and ballot.voice not in bench.holders else None), ()', (ENGINE, VOTERS),
    ),
    Mutant(
        "a block goes stale with the bytes",
        VOTES, "if ballot.inherited_from is None:  # stands", "if False:  # stands", (ENGINE, SUBJECT),
    ),
    Mutant(
        "a rejection can be dismissed",
        VOTES, ' and ballot.verdict == "request_changes" else None', " else None", (SUBJECT,),
    ),
    Mutant(
        "an objection does not hold the request",
        RESULTS, 'if blocks:\n        return "open", "changes_requested", None', 'if False:\n        return "open", "changes_requested", None',
        (ENGINE,),
    ),
    # --- whose approval counts ---
    Mutant(
        "an approval outlives the delegation",
        VOTES, "if (voice, None) not in lent and (voice, role) not in lent:", "if False:", (VOTERS,),
    ),
    Mutant(
        "a delegate approves what they made themselves",
        VOTES, 'if human in bench.excluded:\n        return "contributor"',
        'if human in bench.excluded and human == voice:\n        return "contributor"', (VOTERS,),
    ),
    Mutant(
        "a delegate approves what the principal made",
        VOTES, 'if voice in bench.excluded:\n            return "principal_contributor"', 'if False:\n            return "principal_contributor"',
        (VOTERS,),
    ),
    Mutant(
        "an approval outlives the role",
        VOTES, "if voice not in eligibility.holders.get(role, NOBODY):", "if False:", (ENGINE, VOTERS),
    ),
    Mutant(
        "a ballot counts in the role of the escalation without one",
        VOTES, "if role != bench.step.role and (role not in bench.roles or ballot.inherited_from is not None):", "if False:", (VOTERS,),
    ),
    Mutant(
        "an escalation makes an inherited ballot count",
        VOTES, "(role not in bench.roles or ballot.inherited_from is not None)", "role not in bench.roles", (VOTERS,),
    ),
    Mutant(
        "an approval of other bytes counts",
        BENCHES, "and tuple(map(ballot.components.get, step.covers)) == self.judged", "", (ENGINE, SUBJECT),
    ),
    Mutant(
        "an approval of another question counts",
        BENCHES, "and ballot.step_digest == step.digest", "", (ENGINE, POLICY),
    ),
    Mutant(
        "the submitter approves",
        BENCHES, "if eligibility.submitter is not None:\n            excluded |=", "if False:\n            excluded |=", (ENGINE,),
    ),
    # --- what is asked ---
    Mutant(
        "a fact that nobody knows leaves the step out",
        BENCHES, "unknown = missing_facts(step.applies_if, facts)", 'return _left_out(step, judged, "condition")', (POLICY,),
    ),
    Mutant(
        "what is not known does not hold",
        CONDITIONS, "return None if None in held else all(held)", "return all(held)", (POLICY,),
    ),
    Mutant(
        "at least means more than",
        CONDITIONS, "return bool(found >= bound)", "return bool(found > bound)", (POLICY,),
    ),
    Mutant(
        "any and none are mixed up",
        CONDITIONS, 'is (self.op == "none")', 'is (self.op == "any")', (POLICY,),
    ),
    Mutant(
        "nothing asked is approved",
        RESULTS, "if not applying:", "if False:", (POLICY,),
    ),
    Mutant(
        "a policy that was withdrawn still approves",
        RESULTS, 'if withdrawn:\n        return "open"', 'if False:\n        return "open"', (POLICY,),
    ),
    Mutant(
        "a step in error is met by its approvals",
        MATCHING, "met[at] = active[at] and steps.sound[at] and have[at] >= steps.quorums[at]",
        "met[at] = active[at] and len(have) > 0 and (not steps.sound[at] or have[at] >= steps.quorums[at])", (ENGINE, POLICY),
    ),
    Mutant(
        "a waiver approves",
        RULES, 'if eligibility.waived and state == "open":', 'if eligibility.waived:\n        state = "approved"\n    if eligibility.waived:',
        (POLICY,),
    ),
    # --- who counts where ---
    Mutant(
        "first come, first served",
        MATCHING, "return place not in self._spent and self._move_up(place)", "return False", (ENGINE, VOTERS),
    ),
    Mutant(
        "a search that found somebody closes the way for the next",
        MATCHING, "owner[moved] = current\n                return True",
        "owner[moved] = current\n                self._spent.update(queue)\n                return True", (PLACES,),
    ),
    Mutant(
        "steps do not wait for one another",
        MATCHING, "active[at] = all([met[other] for other in steps.before[at]])\n        met[at] =", "active[at] = True\n        met[at] =",
        (ENGINE,),
    ),
    Mutant(
        "steps that share people do not wait for one another",
        MATCHING, "active[at] = all([met[other] for other in steps.before[at]])\n        if active", "active[at] = True\n        if active",
        (ENGINE,),
    ),
    Mutant(
        "one person short is enough",
        MATCHING, "return got\n        return wanted", "return wanted\n        return wanted", (ENGINE, PLACES),
    ),
    Mutant(
        "an approval in another's place takes up the delegate alone",
        PERSONS, "(scope, principal) not in speaks_for and not (", "(scope, principal) not in speaks_for or not (", (VOTERS,),
    ),
    Mutant(
        "steps kept apart share people",
        PERSONS, "apart = () if distinct else _apart(policy, benches)", "apart = ()", (VOTERS,),
    ),
    Mutant(
        "two approvals that share a person both count",
        JOINT, "        if used.isdisjoint(claims):\n            yield [", "        if True:\n            yield [", (VOTERS,),
    ),
    Mutant(
        "a claim is dropped for another that does not stand for it",
        JOINT, "takers[claim] <= takers[other]", "takers[claim] & takers[other]", (VOTERS,),
    ),
    # --- who may vote ---
    Mutant(
        "a vote is taken on a step that waits",
        REFUSALS, "if not weighed.placement.active[at]:", "if False:", (VOTING, POLICY),
    ),
    Mutant(
        "a delegate speaks in a role that was not lent",
        REFUSALS, "return (principal, None) in lent or (principal, role) in lent", "return any(name == principal for name, _ in lent)", (VOTERS,),
    ),
    # --- the gate ---
    Mutant(
        "one pass is enough for the gate",
        GATE, 'return "allow" if all(', 'return "allow" if any(', (ANSWERS,),
    ),
    Mutant(
        "nothing looked at is allowed",
        GATE, 'if not blocking:\n        return "pending"', 'if not blocking:\n        return "allow"', (ANSWERS,),
    ),
    Mutant(
        "a failed check only makes the gate wait",
        GATE, 'if "fail" in blocking:', "if False:", (ANSWERS,),
    ),
    Mutant(
        "what is not a failure passes",
        GATE, 'status == "pass" for status', 'status != "fail" for status', (ANSWERS,),
    ),
)  # fmt: skip
