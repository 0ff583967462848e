import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from foundation.append_only import AppendOnly


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DependencySet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("path", models.CharField(max_length=300, verbose_name="Path")),
                ("format", models.CharField(max_length=40, verbose_name="Format")),
                ("digest", models.CharField(max_length=71)),
                ("raw", models.TextField()),
                ("raw_digest", models.CharField(max_length=71)),
                ("options", models.JSONField(default=list)),
                ("problems", models.JSONField(default=list)),
                ("created_at", models.DateTimeField()),
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
            ],
        ),
        migrations.CreateModel(
            name="Requirement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("version", models.CharField(blank=True, max_length=200)),
                ("specifier", models.TextField(blank=True)),
                ("extras", models.JSONField(default=list)),
                ("marker", models.TextField(blank=True)),
                (
                    "origin",
                    models.CharField(
                        choices=[
                            ("index", "Package index"),
                            ("url", "Address"),
                            ("vcs", "Version control"),
                            ("local", "Local file"),
                            ("editable", "Editable"),
                        ],
                        default="index",
                        max_length=10,
                    ),
                ),
                ("url", models.TextField(blank=True)),
                ("purl", models.TextField()),
                ("hashes", models.JSONField(default=list)),
                ("line", models.PositiveIntegerField()),
                (
                    "set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="requirements", to="dependencies.dependencyset"
                    ),
                ),
            ],
            options={
                "ordering": ["set", "line", "pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="dependencyset",
            constraint=models.UniqueConstraint(fields=("digest", "path"), name="dependency_set_once"),
        ),
        migrations.AddIndex(
            model_name="requirement",
            index=models.Index(fields=["name", "version"], name="requirement_by_name"),
        ),
        AppendOnly("DependencySet"),
        AppendOnly("Requirement"),
    ]
