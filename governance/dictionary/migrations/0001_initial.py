import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from foundation.append_only import AppendOnly


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("people", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Dictionary",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("slug", models.SlugField(max_length=60, unique=True)),
                ("title", models.CharField(max_length=120, verbose_name="Title")),
                (
                    "purpose",
                    models.TextField(
                        blank=True, validators=[django.core.validators.MaxLengthValidator(2000)], verbose_name="Purpose"
                    ),
                ),
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
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="DataElement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                (
                    "key",
                    models.CharField(
                        max_length=80,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[a-z][a-z0-9_]*(?:[.-][a-z0-9_]+)*\\Z",
                                "A key has small letters, digits and _ . - between them, such as customer.signup_date.",
                            )
                        ],
                        verbose_name="Key",
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="Name")),
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
                (
                    "dictionary",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="elements", to="dictionary.dictionary"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ElementVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("number", models.PositiveIntegerField()),
                (
                    "definition",
                    models.TextField(validators=[django.core.validators.MaxLengthValidator(4000)], verbose_name="Definition"),
                ),
                (
                    "logical_type",
                    models.CharField(
                        choices=[
                            ("string", "Text"),
                            ("integer", "Whole number"),
                            ("number", "Number"),
                            ("boolean", "Yes or no"),
                            ("date", "Date"),
                            ("timestamp", "Date and time"),
                            ("time", "Time of day"),
                            ("object", "Structure"),
                            ("array", "List"),
                        ],
                        max_length=10,
                        verbose_name="Logical type",
                    ),
                ),
                (
                    "semantic_type",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("identifier", "Identifier"),
                            ("quantity", "Quantity"),
                            ("money", "Money"),
                            ("category", "Category"),
                            ("temporal", "Point in time"),
                            ("text", "Free text"),
                            ("flag", "Flag"),
                        ],
                        max_length=10,
                        verbose_name="Semantic type",
                    ),
                ),
                ("unit", models.CharField(blank=True, max_length=40, verbose_name="Unit")),
                (
                    "null_meaning",
                    models.TextField(
                        blank=True,
                        validators=[django.core.validators.MaxLengthValidator(1000)],
                        verbose_name="Meaning of an empty value",
                    ),
                ),
                (
                    "sensitivity",
                    models.CharField(
                        choices=[
                            ("public", "Public"),
                            ("internal", "Internal"),
                            ("personal", "Personal"),
                            ("sensitive", "Sensitive"),
                        ],
                        default="internal",
                        max_length=10,
                        verbose_name="Sensitivity",
                    ),
                ),
                ("examples", models.JSONField(blank=True, default=list, verbose_name="Examples")),
                ("digest", models.CharField(max_length=71)),
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
                (
                    "element",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="dictionary.dataelement"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Binding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("dataset", models.CharField(max_length=200, verbose_name="Data set")),
                ("column", models.CharField(max_length=200, verbose_name="Column")),
                (
                    "deviation",
                    models.TextField(
                        blank=True, validators=[django.core.validators.MaxLengthValidator(2000)], verbose_name="Deviation"
                    ),
                ),
                ("starts_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
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
                    "team",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="bindings", to="people.team"),
                ),
                (
                    "element",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="bindings", to="dictionary.dataelement"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["dataset", "column"], name="binding_by_column")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("team", "dataset", "column"),
                        name="binding_once_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ended_at", None), ("ended_at__gte", models.F("starts_at")), _connector="OR"),
                        name="binding_ends_after_it_starts",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="dataelement",
            constraint=models.UniqueConstraint(fields=("dictionary", "key"), name="element_key_once"),
        ),
        migrations.AddConstraint(
            model_name="elementversion",
            constraint=models.UniqueConstraint(fields=("element", "number"), name="element_version_numbered_once"),
        ),
        AppendOnly("DataElement", free=("name",)),
        AppendOnly("ElementVersion"),
        AppendOnly("Binding", set_once=("ended_at",)),
    ]
