import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from foundation.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("usecases", "0006_stages"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DocumentWithdrawal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.TextField(verbose_name="Why it is withdrawn")),
                ("created_at", models.DateTimeField()),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="withdrawal", to="usecases.document"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Increment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("number", models.PositiveIntegerField()),
                ("title", models.CharField(max_length=200, verbose_name="Title")),
                ("shown", models.TextField(verbose_name="What was shown")),
                ("shown_at", models.DateTimeField(verbose_name="When")),
                ("model_version", models.CharField(blank=True, max_length=40, verbose_name="Model version")),
                (
                    "source",
                    models.CharField(choices=[("person", "A person"), ("ci", "The pipeline")], default="person", max_length=6),
                ),
                ("key", models.CharField(blank=True, max_length=200)),
                ("digest", models.CharField(max_length=71)),
                ("said_by", models.CharField(max_length=200)),
                ("created_at", models.DateTimeField()),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "use_case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="increments", to="usecases.usecase"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Feedback",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("number", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("idea", "Idea"), ("problem", "Problem"), ("praise", "Praise"), ("question", "Question")],
                        max_length=10,
                        verbose_name="Kind",
                    ),
                ),
                ("text", models.TextField(verbose_name="What was said")),
                ("said_by", models.CharField(blank=True, max_length=120)),
                ("created_at", models.DateTimeField()),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "increment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="feedback", to="usecases.increment"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("position", models.PositiveSmallIntegerField()),
                ("url", models.URLField(blank=True, max_length=2048, verbose_name="Address")),
                ("picture", models.FileField(blank=True, max_length=300, upload_to="increments/%Y/%m/")),
                ("name", models.CharField(blank=True, max_length=255)),
                ("media_type", models.CharField(blank=True, max_length=100)),
                ("size", models.BigIntegerField(null=True)),
                ("sha256", models.CharField(blank=True, max_length=71)),
                ("width", models.PositiveIntegerField(null=True)),
                ("height", models.PositiveIntegerField(null=True)),
                (
                    "document",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="attached_to", to="usecases.document"
                    ),
                ),
                (
                    "increment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="attachments", to="usecases.increment"
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
            },
        ),
        migrations.CreateModel(
            name="Showing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "part",
                    models.CharField(
                        choices=[("invited", "Invited"), ("attended", "Was there"), ("seen", "Looked at it here")], max_length=8
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=120)),
                ("role", models.CharField(blank=True, max_length=40)),
                ("created_at", models.DateTimeField()),
                (
                    "increment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="showings", to="usecases.increment"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FeedbackOutcome",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("done", "Done"),
                            ("planned", "Planned"),
                            ("declined", "Declined"),
                            ("duplicate", "Said before"),
                        ],
                        max_length=10,
                        verbose_name="What became of it",
                    ),
                ),
                ("reason", models.TextField(blank=True, verbose_name="In a sentence")),
                ("url", models.URLField(blank=True, max_length=2048, verbose_name="Address")),
                ("created_at", models.DateTimeField()),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "duplicate_of",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="duplicates", to="usecases.feedback"
                    ),
                ),
                (
                    "feedback",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="outcomes", to="usecases.feedback"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), ("what", "declined"), _negated=True),
                        name="outcome_declined_with_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("duplicate_of__isnull", False), ("what", "duplicate")),
                            models.Q(models.Q(("what", "duplicate"), _negated=True), ("duplicate_of", None)),
                            _connector="OR",
                        ),
                        name="outcome_duplicate_of_something",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="increment",
            index=models.Index(fields=["use_case", "-shown_at"], name="increment_by_time"),
        ),
        migrations.AddConstraint(
            model_name="increment",
            constraint=models.UniqueConstraint(fields=("use_case", "number"), name="increment_numbered_once"),
        ),
        migrations.AddConstraint(
            model_name="increment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("key", ""), _negated=True), fields=("use_case", "key"), name="increment_once_per_key"
            ),
        ),
        migrations.AddConstraint(
            model_name="feedback",
            constraint=models.UniqueConstraint(fields=("increment", "number"), name="feedback_numbered_once"),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.UniqueConstraint(fields=("increment", "position"), name="attachment_position_once"),
        ),
        migrations.AddIndex(
            model_name="showing",
            index=models.Index(fields=["user", "part"], name="showing_by_person"),
        ),
        migrations.AddConstraint(
            model_name="showing",
            constraint=models.UniqueConstraint(
                condition=models.Q(("user__isnull", False)), fields=("increment", "part", "user"), name="showing_once_per_person"
            ),
        ),
        migrations.AddConstraint(
            model_name="showing",
            constraint=models.UniqueConstraint(
                condition=models.Q(("user", None)), fields=("increment", "part", "name"), name="showing_once_per_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="showing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("user", None), models.Q(("name", ""), _negated=True)),
                    models.Q(("name", ""), ("user__isnull", False)),
                    _connector="OR",
                ),
                name="showing_to_a_person_or_a_name",
            ),
        ),
        AppendOnly("DocumentWithdrawal"),
        AppendOnly("Increment"),
        AppendOnly("Showing"),
        AppendOnly("Attachment"),
        AppendOnly("Feedback"),
        AppendOnly("FeedbackOutcome"),
    ]
