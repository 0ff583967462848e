"""Roles as a file: `roles.yaml` in a repository, or a CSV from a list of people. Pure."""

from __future__ import annotations

from governance.people.files.model import MESSAGES as MESSAGES
from governance.people.files.model import Entry as Entry
from governance.people.files.model import Problem as Problem
from governance.people.files.model import RolesError as RolesError
from governance.people.files.reading import read_csv as read_csv
from governance.people.files.reading import read_roles as read_roles
from governance.people.files.writing import write_roles as write_roles
