"""What the readers of lock files tell, in words for people: what it means, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from governance.dependencies import lockfiles
from governance.dependencies.findings import FINDINGS
from governance.dependencies.first_party import names_own_code

# One sentence or two for every code of every reader.
SENTENCES: Mapping[str, Any] = {
    # The file as a whole.
    "too_large": _("The file is larger than what is read."),
    "too_many_lines": _("The file lists more packages than what is read."),
    "not_utf8": _("The file is no text that can be read. Save it as UTF-8."),
    "null_character": _("The file is no text: it holds null characters."),
    "format_unknown": _("The format of this file is not known, so nothing in it was read. The file counts by its bytes."),
    "format_not_read_yet": _("This format was not read when the file was recorded. Send the file again."),
    "syntax": _("The file is broken at this place, so nothing in it was read."),
    "not_the_format": _("The file is not what its name says, so nothing in it was read."),
    "too_deep": _("The file is nested too deeply to be read."),
    "too_many_values": _("The file holds too much to be read."),
    "version_unknown": _("This version of the format is newer or older than those that are known. What looks familiar was read."),
    "not_by_the_standard": _("The file does not follow the standard of its format. What can be read was read."),
    "other_encoding": _("The file names another encoding than UTF-8, and pip would read it as that."),
    # One entry or line.
    "duplicate_key": _("The same name is given twice, and only the last one counts."),
    "alias": _("An alias stands here for more than a word, and was not followed. Write it out."),
    "no_text": _("Something here stands for no character, and was replaced."),
    "not_a_list": _("Here a list is expected. What stands here was not read."),
    "not_an_entry": _("What stands here is no entry of this list, and was not read."),
    "not_a_text": _("Here a text is expected. What stands here was not read."),
    "too_long": _("This is longer than anything real, so the package was left out."),
    "line_too_long": _("The line is longer than what is read, so it was left out."),
    "name_unknown": _("Nothing tells which package this is, so nobody can judge it."),
    "name_not_valid": _("This is no name that a Python package can have."),
    "version_not_valid": _("This is no version that a Python package can have, so known flaws cannot be found by it."),
    "marker_not_valid": _("The condition under which this package is installed cannot be read."),
    "requirement_not_valid": _("This is not written as a requirement can be written, so it was not read."),
    "hash_not_valid": _("This hash is none that an installer accepts, so it does not count."),
    "purl_not_valid": _("This package URL cannot be read, so the name alone tells which package is meant."),
    "purl_differs": _("The entry says one thing and its package URL another. The package URL counts."),
    "credential_in_url": _("An address holds a user name or a password. It was not kept here; change it where it is in use."),
    "source_unknown": _("Where this package comes from is not told in a way that is known."),
    "spec_not_valid": _("This is not written as conda can read it."),
    "variable_not_expanded": _("What is meant depends on a variable that only the machine knows which installs or builds it."),
    "channel_not_read": _("This is no channel that conda could ask."),
    "line_not_read": _("This line cannot be read."),
    "instruction_not_read": _("This is no instruction of a Dockerfile, so nobody can say what it does."),
    "include_not_followed": _("Another file is read with this one, and was not. Send that file too."),
    "constraint_not_followed": _("Another file narrows the versions of this one, and was not read. Send that file too."),
    "several_editables": _("One line has several editable requirements, and pip would install only one of them."),
    "option_misplaced": _("This option belongs to a requirement, and stands alone."),
    "option_without_value": _("This option needs a value."),
    "option_unknown": _("This option is not known to pip in this place."),
    "options_not_read": _("The options of this line cannot be read: a quote is not closed."),
    "option_changes_build": _("An option changes how this package is built. That is not judged."),
    # What was understood, and should be known.
    "image_without_digest": _("The image is named by a tag, and other bytes can come under it tomorrow. Name it by its digest."),
    "image_latest": _("The image is whatever is newest on the day of the build. Name a version and its digest."),
    "runs_as_root": _("What is built runs as root. Set a USER of its own in the last stage."),
    "build_uses_network": _("The build fetches from the network, so nobody can say what was built in. Fetch by digest, or from the lock."),
}  # fmt: skip
OWN_CODE = _("This is code of the same repository. It is judged with the code, and brings no package of its own.")


@dataclass(frozen=True, slots=True)
class Told:
    """One remark about a file. `tone` is that of its pill: bad where something was not understood, warn for a finding, info for own code."""

    line: int  # 0: the file as a whole
    code: str
    said: str
    detail: str
    text: str
    tone: str


def told(problem: Mapping[str, Any], path: str = "") -> Told:
    """A remark of a reader about the file at `path`, as a set keeps it."""
    code = str(problem["code"])
    own = names_own_code(problem, path)
    said = OWN_CODE if own else SENTENCES.get(code, problem["message"])
    tone = "info" if own else "warn" if code in FINDINGS else "bad"
    text = str(problem.get("text", ""))
    detail = "" if own else _detail(code, str(problem["message"]), text)
    return Told(int(problem.get("line", 0)), code, str(said), detail, text, tone)


def all_told(problems: Iterable[Mapping[str, Any]], path: str) -> list[Told]:
    """Remarks about the file at `path`: first what was not understood, then what should be known, each by line."""
    order = {"bad": 0, "warn": 1, "info": 2}
    return sorted((told(problem, path) for problem in problems), key=lambda one: (order[one.tone], one.line))


def _detail(code: str, message: str, text: str) -> str:
    """What sentence and text leave open. Sets keep it in English; where it was made from a known text, that text is translated."""
    template = lockfiles.MESSAGES.get(code)
    if template is None:
        return message
    found = _pattern(template).fullmatch(message)
    if found is None:
        return message
    params = found.groupdict()
    return "" if all(value in text for value in params.values()) else gettext(template) % params


@cache
def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"%\((\w+)\)s", template)
    return re.compile("".join(re.escape(part) if at % 2 == 0 else f"(?P<{part}>.*?)" for at, part in enumerate(parts)), re.DOTALL)
