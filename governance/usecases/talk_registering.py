"""What the room is told when the product starts: threads as objects, their part of a use case's page, and who hears of them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation import objects, outbox
from governance.usecases import tabs, talk, views
from governance.usecases.discussed import seen_through_the_use_case
from governance.usecases.models import Thread
from governance.usecases.services import thread_news
from governance.usecases.services import threads as services


def connect() -> None:
    """Called once, when the app is ready."""
    objects.register(
        Thread,
        name="thread",
        label=_("Thread"),
        title=talk.title_of,
        url=lambda row: f"/threads/{row.public_id}/",
        search=_words_of,
    )
    seen_through_the_use_case("uc", "df", "do", "ic")
    tabs.register("talk", _("Talk"), template="usecases/talk.html", content=views.talk_content, outside=True)
    tabs.register_card(45, template="usecases/talk_card.html", content=views.talk_card)
    outbox.subscribe(services.OPENED.code, thread_news.on_opened)
    outbox.subscribe(services.COMMENTED.code, thread_news.on_commented)
    outbox.subscribe(services.RESOLVED.code, thread_news.on_resolved)
    outbox.subscribe(services.REOPENED.code, thread_news.on_reopened)


def _words_of(row: Thread) -> list[str]:
    """By what a thread is found: everything that is said in it and stands."""
    return [row.title, *row.comments.filter(withdrawn_at=None).order_by("number").values_list("text", flat=True)]
