import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from foundation.append_only import AppendOnly
from governance.usecases.likeness import found_by

AT_ONCE = 500


def remember_words(apps, schema_editor):
    """Use cases that are there already are found by their words too."""
    use_cases, definitions = apps.get_model("usecases", "UseCase"), apps.get_model("usecases", "Definition")
    word = apps.get_model("usecases", "LikenessWord")
    for row in use_cases.objects.order_by("pk").iterator(AT_ONCE):
        said = definitions.objects.filter(use_case=row).order_by("-number").first()
        texts = [said.business_problem, said.ml_problem] if said else []
        word.objects.bulk_create([word(use_case=row, word=found) for found in found_by(row.title, *texts)])


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("foundation", "0001_initial"),
        ("usecases", "0003_definition_in_full"),
    ]

    operations = [
        migrations.CreateModel(
            name="Import",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("format", models.CharField(choices=[("csv", "CSV"), ("xlsx", "XLSX"), ("yaml", "YAML")], max_length=4)),
                ("file", models.FileField(max_length=300, upload_to="imports/%Y/%m/")),
                ("name", models.CharField(max_length=255, verbose_name="File")),
                ("size", models.BigIntegerField()),
                ("sha256", models.CharField(max_length=71)),
                ("rows_read", models.PositiveIntegerField()),
                ("columns", models.JSONField()),
                ("columns_digest", models.CharField(db_index=True, max_length=71)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ImportRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("new", "New"),
                            ("changed", "Changed"),
                            ("same", "Unchanged"),
                            ("left_out", "Left out"),
                            ("error", "Error"),
                        ],
                        max_length=10,
                    ),
                ),
                ("key", models.CharField(blank=True, max_length=400)),
                ("title", models.CharField(blank=True, max_length=200)),
                ("problems", models.JSONField(default=list)),
                ("is_flagged", models.BooleanField(default=False)),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="ImportRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("number", models.PositiveIntegerField()),
                ("is_dry", models.BooleanField()),
                ("only_good", models.BooleanField(default=False)),
                ("inventory", models.SlugField(max_length=60, verbose_name="Name of the list")),
                ("reading", models.JSONField()),
                ("mapping", models.JSONField()),
                ("counts", models.JSONField(default=dict)),
                ("notes", models.JSONField(default=list)),
                ("created_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="InventoryEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("inventory", models.SlugField(max_length=60)),
                ("key", models.CharField(max_length=400)),
                ("row_digest", models.CharField(max_length=71)),
                ("definition", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="LikenessWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("word", models.CharField(max_length=32)),
            ],
        ),
        migrations.AddField(
            model_name="import",
            name="created_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="importrow",
            name="use_case",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="usecases.usecase"
            ),
        ),
        migrations.AddField(
            model_name="importrun",
            name="based_on",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="usecases.importrun"
            ),
        ),
        migrations.AddField(
            model_name="importrun",
            name="created_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="importrun",
            name="job",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation.job"
            ),
        ),
        migrations.AddField(
            model_name="importrun",
            name="upload",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="runs", to="usecases.import"),
        ),
        migrations.AddField(
            model_name="importrow",
            name="run",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="rows", to="usecases.importrun"),
        ),
        migrations.AddField(
            model_name="inventoryentry",
            name="use_case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="inventory_entries", to="usecases.usecase"
            ),
        ),
        migrations.AddField(
            model_name="likenessword",
            name="use_case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="likeness_words", to="usecases.usecase"
            ),
        ),
        migrations.AddConstraint(
            model_name="importrun",
            constraint=models.UniqueConstraint(fields=("upload", "number"), name="import_run_numbered_once"),
        ),
        migrations.AddIndex(
            model_name="importrow",
            index=models.Index(fields=["run", "outcome", "number"], name="import_row_by_outcome"),
        ),
        migrations.AddConstraint(
            model_name="importrow",
            constraint=models.UniqueConstraint(fields=("run", "number"), name="import_row_once"),
        ),
        migrations.AddConstraint(
            model_name="inventoryentry",
            constraint=models.UniqueConstraint(fields=("inventory", "key"), name="inventory_key_once"),
        ),
        migrations.AddConstraint(
            model_name="likenessword",
            constraint=models.UniqueConstraint(fields=("word", "use_case"), name="likeness_word_once"),
        ),
        AppendOnly("Import"),
        AppendOnly("ImportRun", set_once=["finished_at", "job_id"], free=["counts", "notes"]),
        AppendOnly("ImportRow"),
        AppendOnly("InventoryEntry", free=["row_digest", "definition"]),
        migrations.RunPython(remember_words, migrations.RunPython.noop),
    ]
