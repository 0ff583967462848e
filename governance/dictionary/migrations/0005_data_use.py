import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from foundation.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("dictionary", "0004_guards"),
        ("usecases", "0009_stack"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DatasetFiles",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("page", models.PositiveIntegerField()),
                ("files", models.JSONField()),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="pages", to="dictionary.datasetversion"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("version", "page"), name="dataset_files_page_once")],
            },
        ),
        migrations.CreateModel(
            name="DataUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                (
                    "purpose",
                    models.TextField(
                        validators=[django.core.validators.MaxLengthValidator(4000)], verbose_name="For what purpose"
                    ),
                ),
                (
                    "basis",
                    models.CharField(
                        choices=[
                            ("consent", "Consent"),
                            ("contract", "Contract"),
                            ("legal_obligation", "Legal obligation"),
                            ("vital_interests", "Vital interests"),
                            ("public_task", "Public task"),
                            ("legitimate_interests", "Legitimate interests"),
                            ("not_personal", "Not personal data"),
                        ],
                        max_length=20,
                        verbose_name="Legal basis",
                    ),
                ),
                (
                    "basis_words",
                    models.TextField(
                        validators=[django.core.validators.MaxLengthValidator(4000)], verbose_name="Why this basis holds"
                    ),
                ),
                ("places", models.JSONField(verbose_name="Where it may lie")),
                (
                    "copies",
                    models.TextField(
                        blank=True,
                        validators=[django.core.validators.MaxLengthValidator(2000)],
                        verbose_name="Which copies are made",
                    ),
                ),
                ("until", models.DateTimeField(verbose_name="Until when")),
                ("created_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_because", models.CharField(blank=True, max_length=500, null=True)),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
                ("approved_until", models.DateTimeField(blank=True, null=True)),
                ("approval", models.CharField(blank=True, max_length=40, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("ended_because", models.CharField(blank=True, max_length=500, null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "dataset",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="uses", to="dictionary.dataset"),
                ),
                (
                    "use_case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="data_uses", to="usecases.usecase"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uses",
                        to="dictionary.datasetversion",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["use_case", "dataset"], name="data_use_by_use_case")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until__gt", models.F("created_at"))), name="data_use_ends_after_it_is_asked"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("approved_at", None), ("withdrawn_at", None), _connector="OR"),
                        name="data_use_approved_or_withdrawn",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ended_at", None), ("approved_at__isnull", False), _connector="OR"),
                        name="data_use_ended_once_approved",
                    ),
                ],
            },
        ),
        AppendOnly("DatasetFiles"),
        AppendOnly(
            "DataUse",
            set_once=(
                "withdrawn_at",
                "withdrawn_because",
                "approved_at",
                "approved_until",
                "approval",
                "ended_at",
                "ended_because",
            ),
        ),
    ]
