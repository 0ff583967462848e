import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from foundation.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("dictionary", "0005_data_use"),
        ("foundation", "0002_search"),
        ("people", "0004_responsibilities"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DictionaryImport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("file", models.FileField(max_length=300, upload_to="dictionaries/%Y/%m/")),
                ("name", models.CharField(max_length=255, verbose_name="File")),
                ("format", models.CharField(max_length=20)),
                ("size", models.BigIntegerField()),
                ("sha256", models.CharField(max_length=71)),
                ("title", models.CharField(blank=True, max_length=100, verbose_name="Title of the proposal")),
                ("mapping", models.JSONField(blank=True, null=True)),
                ("told", models.CharField(blank=True, max_length=200)),
                ("counts", models.JSONField(blank=True, default=dict)),
                ("plan", models.CharField(blank=True, max_length=71)),
                ("proposals", models.JSONField(blank=True, default=list)),
                ("failure", models.CharField(blank=True, max_length=500)),
                ("created_at", models.DateTimeField()),
                ("checked_at", models.DateTimeField(blank=True, null=True)),
                ("asked_at", models.DateTimeField(blank=True, null=True)),
                ("skip_errors", models.BooleanField(default=False)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
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
                    "dictionary",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="imports", to="dictionary.dictionary"
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation.job",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.team"
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["dictionary", "-id"], name="dictionary_import_newest")]},
        ),
        migrations.CreateModel(
            name="DictionaryImportLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("new", "New"),
                            ("changed", "Changed"),
                            ("bound", "Bound"),
                            ("same", "Unchanged"),
                            ("warning", "To look at"),
                            ("error", "Problem"),
                        ],
                        max_length=8,
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=300)),
                ("table", models.CharField(blank=True, max_length=300)),
                ("column", models.CharField(blank=True, max_length=300)),
                ("element", models.CharField(blank=True, max_length=150)),
                ("said", models.JSONField(blank=True, default=dict)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="dictionary.dictionaryimport"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["run", "outcome", "number"], name="dictionary_import_line_outcome")],
                "constraints": [models.UniqueConstraint(fields=("run", "number"), name="dictionary_import_line_once")],
            },
        ),
        migrations.CreateModel(
            name="Copy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("holder", models.CharField(max_length=200, verbose_name="Who keeps it")),
                ("place", models.CharField(max_length=500, verbose_name="Where it lies")),
                (
                    "purpose",
                    models.TextField(
                        blank=True, validators=[django.core.validators.MaxLengthValidator(2000)], verbose_name="What for"
                    ),
                ),
                ("made_on", models.DateField(verbose_name="Made on")),
                ("until", models.DateField(blank=True, null=True, verbose_name="Kept until")),
                ("release", models.PositiveIntegerField(blank=True, null=True)),
                ("columns", models.JSONField(blank=True, default=dict)),
                ("created_at", models.DateTimeField()),
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
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="copies", to="dictionary.dataset"
                    ),
                ),
                (
                    "dictionary",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="copies", to="dictionary.dictionary"
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.team"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["dictionary", "-id"], name="copy_by_dictionary")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until", None), ("until__gte", models.F("made_on")), _connector="OR"),
                        name="copy_kept_after_it_was_made",
                    )
                ],
            },
        ),
        AppendOnly("DictionaryImportLine"),
        AppendOnly("Copy", set_once=("ended_at", "ended_because", "ended_by_id")),
    ]
