"""What was shown at the ends of sprints: to whom, what they said, and what became of it. One was opened by the pipeline."""

from __future__ import annotations

import io
import struct
import zlib

from django.core.files.uploadedfile import InMemoryUploadedFile

from config.demo_cast import Cast
from config.demo_time import Past, Story
from foundation import actor as actors
from foundation.models import Token
from governance.usecases import services as usecases
from governance.usecases.models import UseCase

FOUND = (42, 47, 51, 58, 61, 66)  # leavers found, of 100, by sprint


def stories(cast: Cast, past: Past) -> list[Story]:
    return [first_list(cast, past), from_the_pipeline(cast, past), reasons(cast, past)]


def first_list(cast: Cast, past: Past) -> Story:
    """With a picture; the wish of somebody who has no account here is written down for them."""
    yield past(150, "15:30")
    row = usecases.record_increment(
        actor=cast["petra"],
        use_case=UseCase.objects.get(slug="churn"),
        title="First list for the retention team",
        shown="200 customers who may leave in the next 60 days, ranked, from last month's data. No reasons yet, and no offers.",
        attended=[cast.users["bruno"], cast.users["sofia"]],
        outsiders=["Ines Vogt, retention team"],
        pictures=[_upload("leavers-found.png", chart(FOUND[:3]))],
        links=["https://demo.countersign.example/churn/first-list"],
    )
    yield past(150, "16:10")
    by_branch = usecases.give_feedback(
        actor=cast["bruno"],
        increment=row,
        kind="problem",
        text="My people call by branch. A list by customer number is of no use.",
    )
    reason = usecases.give_feedback(
        actor=cast["petra"],
        increment=row,
        kind="idea",
        text="Write the strongest reason beside the name. Then I know what to say on the telephone.",
        said_by="Ines Vogt",
    )
    price = usecases.give_feedback(
        actor=cast["bruno"], increment=row, kind="idea", text="Could it set the price of the offer as well?"
    )
    yield past(149, "09:20")
    usecases.answer_feedback(actor=cast["sofia"], feedback=by_branch, what="planned", reason="In the next sprint.")
    no = "The definition rules out setting prices, and so does the works council."
    usecases.answer_feedback(actor=cast["petra"], feedback=price, what="declined", reason=no)
    yield past(118, "17:05")
    usecases.answer_feedback(actor=cast["sofia"], feedback=by_branch, what="done", reason="One sheet for each branch.")
    usecases.answer_feedback(actor=cast["sofia"], feedback=reason, what="done", reason="The three strongest, in plain words.")


def from_the_pipeline(cast: Cast, past: Past) -> Story:
    """CI says that there is something to try; whoever it is made for is asked to look."""
    yield past(12, "18:40")
    row = usecases.record_increment(
        actor=actors.service(Token.objects.select_related("owner").get(name="Churn pipeline")),
        use_case=UseCase.objects.get(slug="churn"),
        title="Preview of next month's list",
        shown="Built from the branch of version 7, on staging, with reasons and by branch. Offers are not sent from there.",
        key="pipeline:1182",
        links=["https://staging.demo.countersign.example/churn"],
        pictures=[_upload("leavers-found.png", chart(FOUND))],
    )
    yield past(11, "10:15")
    usecases.give_feedback(
        actor=cast["bruno"],
        increment=row,
        kind="praise",
        text="Two of three I would have picked myself. The third I had forgotten.",
    )
    usecases.give_feedback(
        actor=cast["bruno"], increment=row, kind="question", text="What does “tenure” mean? Nobody in the branches says that."
    )


def reasons(cast: Cast, past: Past) -> Story:
    """Shown to a guest, while the business owner, who was asked to look, has not."""
    yield past(17, "14:00")
    row = usecases.record_increment(
        actor=cast["petra"],
        use_case=UseCase.objects.get(slug="credit-limits"),
        title="Three reasons in the customer's own language",
        shown="The letter with its three reasons, in four languages, for twenty cases of last year.",
        attended=[cast.users["marta"]],
        invited=[cast.users["bruno"]],
        outsiders=["Ms Thiel, ombudsman"],
    )
    word = usecases.give_feedback(
        actor=cast["petra"],
        increment=row,
        kind="problem",
        text="The second reason still speaks of points. No customer knows what a point is.",
        said_by="Ms Thiel",
    )
    yield past(16, "09:10")
    usecases.answer_feedback(
        actor=cast["marta"], feedback=word, what="planned", reason="It is a condition of the next approval, too."
    )
    yield past(1, "17:00")
    usecases.tell_of_unseen()


def chart(values: tuple[int, ...], width: int = 480, height: int = 240) -> bytes:
    """Bars as a PNG, drawn by hand: one for each value of 0 to 100."""
    white, grey, blue = b"\xff\xff\xff", b"\xdd\xdd\xe2", b"\x2f\x5d\xa8"
    step = width // len(values)
    rows = []
    for y in range(height):
        line = bytearray(grey if y % (height // 4) == 0 else white) * width
        for place, value in enumerate(values):
            if height - y <= value * height // 100:
                line[(place * step + step // 4) * 3 : (place * step + 3 * step // 4) * 3] = blue * (step // 2)
        rows.append(b"\0" + bytes(line))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"".join(rows), 9)) + chunk(b"IEND", b"")


def _upload(name: str, content: bytes) -> InMemoryUploadedFile:
    return InMemoryUploadedFile(io.BytesIO(content), "pictures", name, "image/png", len(content), None)
