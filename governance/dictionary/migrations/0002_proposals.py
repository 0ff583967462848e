import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dictionary", "0001_initial"),
        ("people", "0004_responsibilities"),
        ("people", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Alias",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("term", models.CharField(max_length=120, verbose_name="Term")),
                ("norm", models.CharField(max_length=120)),
                ("locale", models.CharField(blank=True, max_length=20, verbose_name="Language")),
                ("source", models.CharField(blank=True, max_length=200, verbose_name="Source")),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("add", "New element"), ("change", "Changed meaning"), ("retire", "Retired")], max_length=6
                    ),
                ),
                ("meaning_changed", models.BooleanField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
                ("taken_out_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Dataset",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("name", models.CharField(max_length=200, unique=True, verbose_name="Name")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("table", "Table"),
                            ("images", "Images"),
                            ("audio", "Audio"),
                            ("texts", "Texts"),
                            ("files", "Files"),
                        ],
                        default="table",
                        max_length=8,
                        verbose_name="Kind",
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=120, verbose_name="Title")),
                (
                    "description",
                    models.TextField(
                        blank=True, validators=[django.core.validators.MaxLengthValidator(4000)], verbose_name="Description"
                    ),
                ),
                ("uri", models.CharField(blank=True, max_length=500, verbose_name="Where it lies")),
                ("format", models.CharField(blank=True, max_length=40, verbose_name="Format")),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="DatasetVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("number", models.PositiveIntegerField()),
                ("label", models.CharField(blank=True, max_length=120, verbose_name="Label")),
                ("digest", models.CharField(max_length=71)),
                ("manifest", models.JSONField(default=dict)),
                ("commit", models.CharField(blank=True, max_length=64)),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("title", models.CharField(max_length=120, verbose_name="Title")),
                ("rationale", models.TextField(validators=[django.core.validators.MaxLengthValidator(4000)], verbose_name="Why")),
                ("created_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_because", models.CharField(blank=True, max_length=500, null=True)),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
                ("approval", models.CharField(blank=True, max_length=40, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Release",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("number", models.PositiveIntegerField()),
                ("semver", models.CharField(max_length=20)),
                ("entries", models.JSONField()),
                ("root", models.CharField(max_length=71)),
                ("note", models.TextField(null=True)),
                ("words", models.CharField(blank=True, max_length=2000)),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="binding",
            name="declared",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="binding",
            name="physical_type",
            field=models.CharField(blank=True, max_length=120, verbose_name="Physical type"),
        ),
        migrations.AddField(
            model_name="binding",
            name="role",
            field=models.CharField(
                blank=True,
                choices=[("source", "Source"), ("derived", "Derived"), ("feature", "Feature")],
                max_length=7,
                verbose_name="Role",
            ),
        ),
        migrations.AddField(
            model_name="binding",
            name="side",
            field=models.CharField(
                choices=[("fills", "fills it"), ("reads", "reads it")],
                default="fills",
                max_length=5,
                verbose_name="What the team does with it",
            ),
        ),
        migrations.AddField(
            model_name="binding",
            name="waived_until",
            field=models.DateField(blank=True, null=True, verbose_name="Accepted until"),
        ),
        migrations.AddField(
            model_name="dataelement",
            name="legend",
            field=models.CharField(max_length=16, null=True),
        ),
        migrations.AddField(
            model_name="dataelement",
            name="replaced_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaces",
                to="dictionary.dataelement",
            ),
        ),
        migrations.AddField(
            model_name="dataelement",
            name="retired_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="dataelement",
            name="steward",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="stewarded_elements",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="dictionary",
            name="language",
            field=models.CharField(default="en", max_length=20, verbose_name="Language"),
        ),
        migrations.AddField(
            model_name="dictionary",
            name="team",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="dictionaries", to="people.team"
            ),
        ),
        migrations.AddField(
            model_name="elementversion",
            name="approval",
            field=models.CharField(blank=True, max_length=40, null=True),
        ),
        migrations.AddField(
            model_name="elementversion",
            name="approved_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="elementversion",
            name="effective_from",
            field=models.DateField(blank=True, null=True, verbose_name="In force from"),
        ),
        migrations.AddField(
            model_name="elementversion",
            name="effective_until",
            field=models.DateField(blank=True, null=True, verbose_name="In force until"),
        ),
        migrations.AddField(
            model_name="elementversion",
            name="name",
            field=models.CharField(blank=True, max_length=120, verbose_name="Name"),
        ),
        migrations.AddField(
            model_name="elementversion",
            name="note",
            field=models.CharField(blank=True, max_length=200, verbose_name="Where it came from"),
        ),
        migrations.AddField(
            model_name="elementversion",
            name="reads_as",
            field=models.CharField(blank=True, max_length=71, null=True),
        ),
        migrations.AddField(
            model_name="elementversion",
            name="said",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="elementversion",
            name="semver",
            field=models.CharField(blank=True, max_length=20, null=True),
        ),
        migrations.AlterField(
            model_name="elementversion",
            name="definition",
            field=models.TextField(blank=True, verbose_name="Definition"),
        ),
        migrations.AlterField(
            model_name="elementversion",
            name="sensitivity",
            field=models.CharField(
                blank=True,
                choices=[("public", "Public"), ("internal", "Internal"), ("personal", "Personal"), ("sensitive", "Sensitive")],
                max_length=10,
                verbose_name="Sensitivity",
            ),
        ),
        migrations.AddIndex(
            model_name="elementversion",
            index=models.Index(fields=["element", "-approved_at", "-number"], name="element_version_in_force"),
        ),
        migrations.AddIndex(
            model_name="elementversion",
            index=models.Index(fields=["reads_as"], name="element_version_by_reading"),
        ),
        migrations.AddField(
            model_name="alias",
            name="created_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="alias",
            name="dictionary",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="dictionary.dictionary"),
        ),
        migrations.AddField(
            model_name="alias",
            name="element",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="aliases", to="dictionary.dataelement"
            ),
        ),
        migrations.AddField(
            model_name="alias",
            name="team",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.team"
            ),
        ),
        migrations.AddField(
            model_name="change",
            name="based_on",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="dictionary.elementversion",
            ),
        ),
        migrations.AddField(
            model_name="change",
            name="created_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="change",
            name="element",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="changes", to="dictionary.dataelement"
            ),
        ),
        migrations.AddField(
            model_name="change",
            name="replaced_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="dictionary.dataelement"
            ),
        ),
        migrations.AddField(
            model_name="change",
            name="version",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="changes",
                to="dictionary.elementversion",
            ),
        ),
        migrations.AddField(
            model_name="dataset",
            name="created_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="dataset",
            name="team",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="datasets", to="people.team"
            ),
        ),
        migrations.AddField(
            model_name="datasetversion",
            name="created_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="datasetversion",
            name="dataset",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="dictionary.dataset"
            ),
        ),
        migrations.AddField(
            model_name="proposal",
            name="created_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="proposal",
            name="dictionary",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="proposals", to="dictionary.dictionary"
            ),
        ),
        migrations.AddField(
            model_name="proposal",
            name="split_from",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="parts", to="dictionary.proposal"
            ),
        ),
        migrations.AddField(
            model_name="change",
            name="proposal",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="changes", to="dictionary.proposal"
            ),
        ),
        migrations.AddField(
            model_name="release",
            name="created_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="release",
            name="dictionary",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="releases", to="dictionary.dictionary"
            ),
        ),
        migrations.AddIndex(
            model_name="alias",
            index=models.Index(fields=["norm"], name="alias_by_norm"),
        ),
        migrations.AddConstraint(
            model_name="alias",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None), ("team__isnull", False)),
                fields=("dictionary", "team", "norm"),
                name="alias_of_team_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="alias",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None), ("team", None)),
                fields=("dictionary", "norm"),
                name="alias_of_everybody_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="datasetversion",
            constraint=models.UniqueConstraint(fields=("dataset", "number"), name="dataset_version_numbered_once"),
        ),
        migrations.AddConstraint(
            model_name="datasetversion",
            constraint=models.UniqueConstraint(fields=("dataset", "digest"), name="dataset_version_once"),
        ),
        migrations.AddIndex(
            model_name="proposal",
            index=models.Index(fields=["dictionary", "-id"], name="proposal_by_dictionary"),
        ),
        migrations.AddConstraint(
            model_name="change",
            constraint=models.UniqueConstraint(
                condition=models.Q(("taken_out_at", None)), fields=("proposal", "element"), name="change_once_per_element"
            ),
        ),
        migrations.AddConstraint(
            model_name="change",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind", "retire"), ("version__isnull", False), _connector="OR"), name="change_says_what"
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.UniqueConstraint(fields=("dictionary", "number"), name="release_numbered_once"),
        ),
        migrations.AddField(
            model_name="binding",
            name="dataset_of",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="bindings", to="dictionary.dataset"
            ),
        ),
    ]
