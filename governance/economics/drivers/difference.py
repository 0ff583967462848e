"""What a new model is worth more or less than an old one, and which of its metrics that is due to. Pure, in Decimal."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext

from governance.economics.drivers.classification import Classification
from governance.economics.drivers.regression import Regression
from governance.economics.drivers.values import EXACT, WrongInput


@dataclass(frozen=True, slots=True)
class Changed:
    """One input that differs: what it was, what it is, and what that is worth each time the line falls."""

    name: str
    before: Decimal
    after: Decimal
    worth: Decimal

    @property
    def by(self) -> Decimal:
        with localcontext(EXACT):
            return self.after - self.before


@dataclass(frozen=True, slots=True)
class Difference:
    """Two drivers side by side: what each is worth each time the line falls, and the inputs that differ.

    The worths of `changed` add up to `change` exactly. They are taken in the order of the inputs, each with those before it already
    changed: where two inputs act on one another (recall and precision do), what they do together is told of the later one.
    """

    before: Decimal
    after: Decimal
    changed: tuple[Changed, ...]

    @property
    def change(self) -> Decimal:
        """Above 0 where the new model is worth more."""
        with localcontext(EXACT):
            return self.after - self.before


def compared(old: Classification | Regression, new: Classification | Regression) -> Difference:
    """The difference between two drivers that are reckoned from the same inputs, against an incumbent of the same kind.

    Raises WrongInput where they are not.
    """
    if type(old) is not type(new):
        raise WrongInput("not_comparable", "kind")
    if old.incumbent.kind != new.incumbent.kind:
        raise WrongInput("not_comparable", "incumbent")
    before, after = old.inputs(), new.inputs()
    if differing := [name for name in {**before, **after} if (name in before) != (name in after)]:
        raise WrongInput("not_comparable", ", ".join(differing))
    at, so_far, changed = dict(before), old.worth(), []
    left = [name for name in before if before[name] != after[name]]
    for name in left:
        at[name] = after[name]
        # The last step ends where the new driver stands, even where its metrics were rounded.
        reached = new.worth() if name == left[-1] else new.worth_along(at)
        with localcontext(EXACT):
            changed.append(Changed(name, before[name], after[name], reached - so_far))
        so_far = reached
    return Difference(old.worth(), new.worth(), tuple(changed))
