import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from foundation.append_only import AppendOnly

PERSON = settings.AUTH_USER_MODEL
KEPT = django.db.models.deletion.PROTECT


class Migration(migrations.Migration):
    dependencies = [
        ("usecases", "0007_increments"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Thread",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("subject_type", models.CharField(max_length=8)),
                ("subject_id", models.CharField(max_length=40)),
                ("component", models.CharField(blank=True, max_length=40)),
                ("scope", models.CharField(blank=True, max_length=40)),
                ("question", models.BooleanField(default=False)),
                ("title", models.CharField(blank=True, max_length=120)),
                ("length", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("resolved_at", models.DateTimeField(null=True)),
                ("created_by", models.ForeignKey(on_delete=KEPT, related_name="threads", to=PERSON)),
                ("resolved_by", models.ForeignKey(null=True, on_delete=KEPT, related_name="+", to=PERSON)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["subject_id", "-id"], name="thread_by_subject"),
                    models.Index(fields=["scope", "-id"], name="thread_by_scope"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("number", models.PositiveIntegerField()),
                ("text", models.TextField(blank=True)),
                ("versions_kept", models.PositiveSmallIntegerField(default=1)),
                ("created_at", models.DateTimeField()),
                ("edited_at", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("author", models.ForeignKey(on_delete=KEPT, related_name="comments", to=PERSON)),
                ("thread", models.ForeignKey(on_delete=KEPT, related_name="comments", to="usecases.thread")),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("thread", "number"), name="comment_numbered_once")]},
        ),
        migrations.CreateModel(
            name="CommentVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("text", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("comment", models.ForeignKey(on_delete=KEPT, related_name="versions", to="usecases.comment")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("comment", "number"), name="comment_version_numbered_once")]
            },
        ),
        migrations.CreateModel(
            name="Mention",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("typed", models.CharField(max_length=120)),
                ("told", models.BooleanField()),
                ("comment", models.ForeignKey(on_delete=KEPT, related_name="mentions", to="usecases.comment")),
                ("user", models.ForeignKey(on_delete=KEPT, related_name="mentions", to=PERSON)),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("comment", "user"), name="mention_once_per_comment")]},
        ),
        migrations.CreateModel(
            name="ThreadMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("resolved", models.BooleanField()),
                ("at", models.DateTimeField()),
                ("by", models.ForeignKey(on_delete=KEPT, related_name="+", to=PERSON)),
                ("thread", models.ForeignKey(on_delete=KEPT, related_name="moves", to="usecases.thread")),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("thread", "number"), name="thread_move_numbered_once")]},
        ),
        migrations.CreateModel(
            name="Following",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[("follows", "Follows"), ("muted", "Muted"), ("left", "Only when named")], max_length=10
                    ),
                ),
                ("thread", models.ForeignKey(on_delete=KEPT, related_name="followings", to="usecases.thread")),
                ("user", models.ForeignKey(on_delete=KEPT, related_name="followings", to=PERSON)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("thread", "user"), name="following_once")],
                "indexes": [models.Index(fields=["user", "state"], name="following_by_user")],
            },
        ),
        AppendOnly("Thread", free=("title", "length", "last_at", "resolved_at", "resolved_by_id")),
        AppendOnly("Comment", set_once=("withdrawn_at",), free=("text", "versions_kept", "edited_at")),
        AppendOnly("CommentVersion"),
        AppendOnly("Mention"),
        AppendOnly("ThreadMove"),
    ]
