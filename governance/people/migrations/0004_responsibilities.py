import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from foundation.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("people", "0003_absence_calendars_notices")]

    operations = [
        migrations.CreateModel(
            name="ResponsibilityMatrix",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("scope", models.CharField(max_length=40)),
                ("number", models.PositiveIntegerField()),
                ("body", models.JSONField()),
                ("digest", models.CharField(max_length=71)),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="TeamGrant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("business_owner", "Business owner"),
                            ("client_representative", "Client representative"),
                            ("budget_holder", "Budget holder"),
                            ("project_lead", "Project lead"),
                            ("lead_data_scientist", "Lead data scientist"),
                            ("data_scientist", "Data scientist"),
                            ("data_engineer", "Data engineer"),
                            ("ml_engineer", "ML engineer"),
                            ("operations", "Operations"),
                            ("data_governance", "Data governance"),
                            ("security_reviewer", "Security reviewer"),
                            ("model_validator", "Model validator"),
                            ("end_user", "End user"),
                            ("auditor", "Auditor"),
                            ("administrator", "Administrator"),
                        ],
                        max_length=40,
                    ),
                ),
                ("scope", models.CharField(blank=True, max_length=40)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("end_reason", models.CharField(max_length=200, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="TrainingRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("training", models.SlugField(max_length=60, verbose_name="Training")),
                ("completed_on", models.DateField(verbose_name="Completed on")),
                ("expires_on", models.DateField(blank=True, null=True, verbose_name="Valid until")),
                ("evidence", models.CharField(max_length=2048, verbose_name="Evidence")),
                ("recorded_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="TrainingRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("business_owner", "Business owner"),
                            ("client_representative", "Client representative"),
                            ("budget_holder", "Budget holder"),
                            ("project_lead", "Project lead"),
                            ("lead_data_scientist", "Lead data scientist"),
                            ("data_scientist", "Data scientist"),
                            ("data_engineer", "Data engineer"),
                            ("ml_engineer", "ML engineer"),
                            ("operations", "Operations"),
                            ("data_governance", "Data governance"),
                            ("security_reviewer", "Security reviewer"),
                            ("model_validator", "Model validator"),
                            ("end_user", "End user"),
                            ("auditor", "Auditor"),
                            ("administrator", "Administrator"),
                        ],
                        max_length=40,
                        verbose_name="Role",
                    ),
                ),
                ("training", models.SlugField(max_length=60, verbose_name="Short name")),
                ("title", models.CharField(max_length=120, verbose_name="Training")),
                ("valid_days", models.PositiveIntegerField(blank=True, null=True, verbose_name="Valid for days")),
                ("starts_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="rolegrant",
            name="grant_once_at_a_time",
        ),
        migrations.AddField(
            model_name="rolegrant",
            name="ends_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="responsibilitymatrix",
            name="created_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="teamgrant",
            name="granted_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="teamgrant",
            name="team",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="grants", to="people.team"),
        ),
        migrations.AddField(
            model_name="rolegrant",
            name="through",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="grants", to="people.teamgrant"
            ),
        ),
        migrations.AddConstraint(
            model_name="rolegrant",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None), ("ends_at", None), ("through", None)),
                fields=("user", "role", "scope"),
                name="grant_once_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="rolegrant",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("user", "through"), name="grant_once_through_a_team"
            ),
        ),
        migrations.AddConstraint(
            model_name="rolegrant",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at", None), ("ends_at__gt", models.F("starts_at")), _connector="OR"),
                name="grant_is_planned_to_end_later",
            ),
        ),
        migrations.AddField(
            model_name="trainingrecord",
            name="recorded_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="trainingrecord",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="trainings", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="trainingrule",
            name="set_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="responsibilitymatrix",
            constraint=models.UniqueConstraint(fields=("scope", "number"), name="matrix_numbered_once"),
        ),
        migrations.AddConstraint(
            model_name="teamgrant",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None), ("ends_at", None)),
                fields=("team", "role", "scope"),
                name="team_grant_once_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="teamgrant",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at", None), ("ends_at__gt", models.F("starts_at")), _connector="OR"),
                name="team_grant_is_planned_to_end_later",
            ),
        ),
        migrations.AddIndex(
            model_name="trainingrecord",
            index=models.Index(fields=["user", "training"], name="training_by_person"),
        ),
        migrations.AddConstraint(
            model_name="trainingrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_on", None), ("expires_on__gt", models.F("completed_on")), _connector="OR"),
                name="training_runs_out_later",
            ),
        ),
        migrations.AddConstraint(
            model_name="trainingrule",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("role", "training"), name="training_rule_once_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="trainingrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_days", None), ("valid_days__gt", 0), _connector="OR"),
                name="training_is_valid_for_a_while",
            ),
        ),
        AppendOnly("RoleGrant", set_once=("ended_at", "end_reason")),  # SQLite rebuilt its table
        AppendOnly("TeamGrant", set_once=("ended_at", "end_reason")),
        AppendOnly("ResponsibilityMatrix"),
        AppendOnly("TrainingRule", set_once=("ended_at",)),
        AppendOnly("TrainingRecord", set_once=("withdrawn_at",)),
    ]
