import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from foundation.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("usecases", "0004_intake"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="RiskQuestionnaire",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("number", models.PositiveIntegerField(unique=True)),
                ("source", models.TextField()),
                ("content", models.JSONField()),
                ("digest", models.CharField(max_length=71)),
                ("note", models.TextField(blank=True, verbose_name="What is new")),
                ("created_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RiskAssessment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("number", models.PositiveIntegerField()),
                ("answers", models.JSONField()),
                (
                    "tier",
                    models.CharField(blank=True, choices=[("low", "Low"), ("medium", "Medium"), ("high", "High")], max_length=10),
                ),
                ("points", models.PositiveIntegerField()),
                ("digest", models.CharField(max_length=71)),
                ("created_at", models.DateTimeField()),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "definition",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="usecases.definition"
                    ),
                ),
                (
                    "use_case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="risk_assessments", to="usecases.usecase"
                    ),
                ),
                (
                    "questionnaire",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="usecases.riskquestionnaire"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RiskOverride",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                (
                    "tier",
                    models.CharField(
                        choices=[("low", "Low"), ("medium", "Medium"), ("high", "High")], max_length=10, verbose_name="Risk tier"
                    ),
                ),
                ("reason", models.TextField(max_length=2000, verbose_name="Reason")),
                ("proposed_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "ended_as",
                    models.CharField(
                        choices=[
                            ("withdrawn", "Withdrawn"),
                            ("declined", "Declined"),
                            ("ended", "Ended early"),
                            ("answers_changed", "Ended, because the answers changed"),
                        ],
                        max_length=20,
                        null=True,
                    ),
                ),
                ("end_reason", models.TextField(null=True)),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="overrides", to="usecases.riskassessment"
                    ),
                ),
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
                    "proposed_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "use_case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="risk_overrides", to="usecases.usecase"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("use_case",), name="risk_override_one_at_a_time"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by", None),
                            models.Q(("confirmed_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="risk_override_by_two_people",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="riskquestionnaire",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confirmed_by", None), models.Q(("confirmed_by", models.F("created_by")), _negated=True), _connector="OR"
                ),
                name="risk_questions_confirmed_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="riskassessment",
            constraint=models.UniqueConstraint(fields=("use_case", "number"), name="risk_assessment_numbered_once"),
        ),
        AppendOnly("RiskQuestionnaire", set_once=("confirmed_at", "confirmed_by_id", "withdrawn_at", "withdrawn_by_id")),
        AppendOnly("RiskAssessment"),
        AppendOnly(
            "RiskOverride", set_once=("confirmed_at", "confirmed_by_id", "ended_at", "ended_by_id", "ended_as", "end_reason")
        ),
    ]
