"""The words by which near use cases are found, kept beside what they were taken from. A cache: it can be made anew at any time."""

from __future__ import annotations

from governance.usecases.likeness import found_by
from governance.usecases.models import Definition, LikenessWord, UseCase


def remember_words(use_case: UseCase, definition: Definition | None) -> None:
    """Note the words of a use case as it stands now. Called in the transaction of whatever changed it."""
    texts: list[str] = []
    if definition is not None:
        texts = [definition.business_problem, definition.ml_problem]
        texts += [str(item.get("name", "")) for item in (*definition.data_sources, *definition.consumers)]
    wanted = set(found_by(use_case.title, *texts))
    known = set(LikenessWord.objects.filter(use_case=use_case).values_list("word", flat=True))
    if gone := known - wanted:
        LikenessWord.objects.filter(use_case=use_case, word__in=gone).delete()
    new = [LikenessWord(use_case=use_case, word=word) for word in sorted(wanted - known)]
    LikenessWord.objects.bulk_create(new, ignore_conflicts=True)
