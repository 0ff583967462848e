"""A use case as a file in the repository of the project: `usecase.yaml`, read and written. Pure."""

from __future__ import annotations

from governance.usecases.files.model import FIELDS as FIELDS
from governance.usecases.files.model import MESSAGES as MESSAGES
from governance.usecases.files.model import Problem as Problem
from governance.usecases.files.model import UseCaseFileError as UseCaseFileError
from governance.usecases.files.reading import read_use_case as read_use_case
from governance.usecases.files.writing import write_use_case as write_use_case
