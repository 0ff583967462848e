"""A lifecycle as a value: its stages, what each asks for, and which way a move leads. Pure."""

from __future__ import annotations

from governance.usecases.lifecycle.model import Lifecycle as Lifecycle
from governance.usecases.lifecycle.model import Need as Need
from governance.usecases.lifecycle.model import Stage as Stage
from governance.usecases.lifecycle.model import Way as Way
from governance.usecases.lifecycle.problems import MESSAGES as MESSAGES
from governance.usecases.lifecycle.problems import LifecycleError as LifecycleError
from governance.usecases.lifecycle.problems import Problem as Problem
from governance.usecases.lifecycle.reading import parse as parse
