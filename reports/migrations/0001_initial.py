from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from foundation.append_only import AppendOnly


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("foundation", "0001_initial"),
        ("usecases", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Report",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("use_case", "Audit report of a use case"),
                            ("model_version", "Release record of a model version"),
                            ("request", "Record of one request for approval"),
                            ("audit_log", "Extract of the audit log"),
                        ],
                        max_length=20,
                        verbose_name="Kind",
                    ),
                ),
                ("scope", models.CharField(blank=True, max_length=60, verbose_name="About")),
                ("title", models.CharField(max_length=200)),
                (
                    "language",
                    models.CharField(
                        choices=[("en", "English"), ("zh-hans", "Simplified Chinese")], max_length=10, verbose_name="Language"
                    ),
                ),
                ("as_of", models.DateTimeField(null=True, verbose_name="As of")),
                ("requested_at", models.DateTimeField()),
                ("content_at", models.DateTimeField(null=True)),
                ("inputs_digest", models.CharField(max_length=71, null=True)),
                ("content_sha256", models.CharField(max_length=71, null=True)),
                ("content_bytes", models.BigIntegerField(null=True)),
                ("file_sha256", models.CharField(max_length=71, null=True)),
                ("html_sha256", models.CharField(max_length=71, null=True)),
                ("bundle_sha256", models.CharField(max_length=71, null=True)),
                ("pages", models.PositiveIntegerField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "job",
                    models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="report", to="foundation.job"),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reports", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "use_case",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="reports", to="usecases.usecase"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["use_case", "-id"], name="report_by_use_case")],
            },
        ),
        AppendOnly(
            "Report",
            set_once=(
                "content_at",
                "inputs_digest",
                "content_sha256",
                "content_bytes",
                "file_sha256",
                "html_sha256",
                "bundle_sha256",
                "pages",
                "finished_at",
            ),
        ),
    ]
