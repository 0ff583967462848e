import django.db.models.deletion
from django.db import migrations, models

from foundation.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("lineage", "0001_initial"), ("usecases", "0002_risk_approval_documents")]

    operations = [
        migrations.CreateModel(
            name="KeptFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("kind", models.CharField(choices=[("usecase", "Definition"), ("roles", "Roles")], max_length=10)),
                ("path", models.CharField(max_length=300)),
                ("blob", models.CharField(blank=True, max_length=40)),
                ("text", models.TextField(blank=True)),
                ("problem", models.CharField(blank=True, max_length=300)),
                ("commit", models.CharField(max_length=40)),
                ("author_name", models.CharField(max_length=200)),
                ("author_email", models.CharField(max_length=254)),
                ("authored_at", models.DateTimeField()),
                ("subject", models.CharField(max_length=500)),
                ("created_at", models.DateTimeField()),
                (
                    "repository",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="kept_files", to="lineage.repository"
                    ),
                ),
                (
                    "use_case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="kept_files", to="usecases.usecase"
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["use_case", "-id"], name="kept_file_by_use_case")]},
        ),
        AppendOnly("KeptFile"),
    ]
