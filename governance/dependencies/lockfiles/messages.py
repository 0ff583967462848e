"""Problems of lock files in words: the English for each code of the structured formats. Pure."""

from __future__ import annotations

from collections.abc import Mapping


def _(text: str) -> str:
    """Marks a text for translation; this module knows no language but its own."""
    return text


MESSAGES: Mapping[str, str] = {
    # The file as a whole.
    "syntax": _("this is not readable as %(what)s: %(detail)s"),
    "not_the_format": _("this is no %(what)s: %(detail)s"),
    "too_deep": _("nested more than %(limit)s levels deep"),
    "too_many_values": _("more than %(limit)s values"),
    "too_many_lines": _("the file lists more than %(limit)s packages"),
    "version_unknown": _("%(what)s of version %(version)s was read as the newest version that is known"),
    "not_by_the_standard": _("not valid by %(what)s: %(detail)s; what can be read is read"),
    # One entry of it.
    "duplicate_key": _("%(name)s is given twice, and the last one counts"),
    "alias": _("an alias stands for more than a word; write it out"),
    "no_text": _("this holds what stands for no character of a text"),
    "not_a_list": _("%(name)s is no list"),
    "not_an_entry": _("this is no entry of %(name)s"),
    "not_a_text": _("%(name)s is no text"),
    "too_long": _("%(name)s has more than %(limit)s characters"),
    "name_unknown": _("nothing tells which package this is"),
    "name_not_valid": _("%(name)s is no name of a Python package"),
    "version_not_valid": _("%(version)s is no version of a Python package"),
    "marker_not_valid": _("the marker cannot be read: %(detail)s"),
    "hash_not_valid": _("%(value)s is no hash"),
    "purl_not_valid": _("%(value)s is no package URL"),
    "purl_differs": _("the package URL means %(purl)s, the name %(name)s"),
    "credential_in_url": _("the URL holds a user name or password"),
    "source_unknown": _("%(value)s is a source that is not known"),
    "spec_not_valid": _("%(value)s is no conda specification"),
    "variable_not_expanded": _("this depends on a variable: %(value)s"),
    "channel_not_read": _("%(value)s is no channel"),
    "line_not_read": _("this line cannot be read: %(detail)s"),
    # Base images and what happens while they are built.
    "image_without_digest": _("%(image)s is named without a digest: other bytes can come under the same name"),
    "image_latest": _("%(image)s means whatever is newest on the day of the build"),
    "runs_as_root": _("what is built runs as root: no USER after the last FROM, or USER root"),
    "build_uses_network": _("the build fetches from the network: %(what)s"),
    "instruction_not_read": _("%(value)s is no instruction of a Dockerfile"),
}
