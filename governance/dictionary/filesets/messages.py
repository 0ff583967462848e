"""What can be wrong with a manifest of files: codes with parameters, to be told in any language, and the English for each."""

from __future__ import annotations


def _(text: str) -> str:
    """Marks a text for translation; this module knows no language but its own."""
    return text


MESSAGES = {
    "files_missing": _("name at least one file"),
    "files_too_many": _("more than %(limit)s files"),
    "file_form": _("a file is a map of path, sha256, size and perhaps label"),
    "path_empty": _("a file has a path"),
    "path_absolute": _("%(value)s is not relative: write it from the folder of the data set on"),
    "path_outside": _("%(value)s leads out of the folder, or goes round: write it without . and .. and empty parts"),
    "path_characters": _("%(value)s holds a backslash or characters that cannot be shown"),
    "path_long": _("a path has at most %(limit)s characters"),
    "path_twice": _("%(value)s is named twice"),
    "digest_form": _("a SHA-256 has 64 hex digits, with or without “sha256:” before them"),
    "size_form": _("a size is a whole number of bytes, and not negative"),
    "label_form": _("a label is a text of at most %(limit)s characters"),
    "label_unknown": _("the label %(value)s is not among those declared"),
    "labels_missing": _("files have labels, but nobody said what the labels mean"),
    "labels_both": _("give a list of labels or an element, not both"),
    "labels_too_many": _("more than %(limit)s labels"),
    "label_entry": _("a label has a code and a meaning"),
    "label_twice": _("the label %(value)s is declared twice"),
    "element_form": _("name an element as dictionary/key"),
    "element_unknown": _("there is no element %(value)s"),
    "element_without_values": _("%(value)s has no approved permissible values, so they cannot be labels"),
    "guideline_form": _("a guideline has a version, and either a text or an address with its SHA-256"),
    "guideline_long": _("the text of a guideline has at most %(limit)s characters"),
    "guideline_address": _("an address begins with https:// or http://"),
    "column_form": _("a column has a name of at most %(limit)s characters"),
    "column_twice": _("a column is named twice"),
    "columns_too_many": _("more than %(limit)s columns"),
    "field_unknown": _("%(value)s is not known here"),
    "text_form": _("holds characters that cannot be shown"),
    "csv_header": _("the first line names the columns: path, sha256, size and perhaps label"),
    "csv_form": _("this is not CSV: %(why)s"),
    "json_form": _("this is not JSON: %(why)s"),
    "not_utf8": _("this is not UTF-8"),
    "and_more": _("and more: only the first %(limit)s problems are told"),
}
