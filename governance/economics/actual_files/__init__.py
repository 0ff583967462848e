"""Files of actuals as entries: rows of line, month and amount, and cloud bills in the form of FOCUS. Pure."""

from governance.economics.actual_files.bill import COSTS, Bill, Found, Rule, read_bill, rules_of
from governance.economics.actual_files.model import Entry, Problem
from governance.economics.actual_files.rows import read_rows

__all__ = ["COSTS", "Bill", "Entry", "Found", "Problem", "Rule", "read_bill", "read_rows", "rules_of"]
