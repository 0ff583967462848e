import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from foundation.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("usecases", "0008_threads"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="Platform",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("slug", models.SlugField(max_length=60, unique=True)),
                ("title", models.CharField(max_length=120, verbose_name="Title")),
                ("created_at", models.DateTimeField()),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="PlatformOffer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("number", models.PositiveIntegerField()),
                ("content", models.JSONField()),
                ("digest", models.CharField(max_length=71)),
                ("note", models.TextField(blank=True, verbose_name="What is new")),
                ("created_at", models.DateTimeField()),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "platform",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="offers", to="usecases.platform"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("platform", "number"), name="platform_offer_numbered_once")],
            },
        ),
        migrations.CreateModel(
            name="StackDeviation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("aspect", models.CharField(max_length=20)),
                ("item", models.CharField(blank=True, max_length=120)),
                ("wanted", models.CharField(max_length=200)),
                ("reason", models.TextField(max_length=2000, verbose_name="Why it is needed")),
                ("limits", models.TextField(blank=True, max_length=2000, verbose_name="Within which limits")),
                ("valid_until", models.DateField(verbose_name="Until when")),
                ("proposed_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "ended_as",
                    models.CharField(
                        choices=[("withdrawn", "Withdrawn"), ("declined", "Declined"), ("ended", "Ended early")],
                        max_length=20,
                        null=True,
                    ),
                ),
                ("end_reason", models.TextField(null=True)),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "platform",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="deviations", to="usecases.platform"
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "use_case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="stack_deviations", to="usecases.usecase"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at", None)),
                        fields=["platform", "aspect", "item"],
                        name="stack_deviation_of_platform",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by", None),
                            models.Q(("confirmed_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="stack_deviation_by_two_people",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StackNeed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("number", models.PositiveIntegerField()),
                ("content", models.JSONField()),
                ("digest", models.CharField(max_length=71)),
                ("created_at", models.DateTimeField()),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "platform",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="usecases.platform"),
                ),
                (
                    "use_case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="stack_needs", to="usecases.usecase"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("use_case", "number"), name="stack_need_numbered_once")],
            },
        ),
        AppendOnly("Platform"),
        AppendOnly("PlatformOffer"),
        AppendOnly("StackNeed"),
        AppendOnly(
            "StackDeviation", set_once=("confirmed_at", "confirmed_by_id", "ended_at", "ended_by_id", "ended_as", "end_reason")
        ),
    ]
