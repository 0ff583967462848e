import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from foundation.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("usecases", "0005_risk"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HandOver",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("number", models.PositiveIntegerField()),
                ("pipeline", models.CharField(max_length=500, verbose_name="Pipeline")),
                ("version", models.CharField(blank=True, max_length=200, verbose_name="Version")),
                ("run", models.CharField(max_length=500, verbose_name="The run")),
                ("run_at", models.DateField(verbose_name="When it ran")),
                (
                    "run_result",
                    models.CharField(
                        choices=[("passed", "It went through"), ("failed", "It failed")],
                        max_length=10,
                        verbose_name="How it ended",
                    ),
                ),
                ("tests", models.TextField(validators=[django.core.validators.MaxLengthValidator(2000)], verbose_name="Tests")),
                ("configuration", models.JSONField(verbose_name="Configuration")),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        validators=[django.core.validators.MaxLengthValidator(2000)],
                        verbose_name="What operations should know",
                    ),
                ),
                ("digest", models.CharField(max_length=71)),
                ("created_at", models.DateTimeField()),
                (
                    "answer",
                    models.CharField(choices=[("accepted", "Accepted"), ("refused", "Refused")], max_length=10, null=True),
                ),
                ("answer_reason", models.TextField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="LifecycleVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("number", models.PositiveIntegerField(unique=True)),
                ("text", models.TextField()),
                ("body", models.JSONField()),
                ("digest", models.CharField(max_length=71)),
                (
                    "note",
                    models.TextField(
                        validators=[django.core.validators.MaxLengthValidator(2000)], verbose_name="What is different, and why"
                    ),
                ),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="StageMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("number", models.PositiveIntegerField()),
                ("from_stage", models.CharField(max_length=40)),
                ("to_stage", models.CharField(max_length=40)),
                ("back", models.BooleanField()),
                ("reason", models.TextField(validators=[django.core.validators.MaxLengthValidator(2000)], verbose_name="Reason")),
                (
                    "evidence",
                    models.TextField(
                        blank=True, validators=[django.core.validators.MaxLengthValidator(2000)], verbose_name="What shows it"
                    ),
                ),
                ("conditions", models.JSONField(default=list)),
                ("lifecycle", models.PositiveIntegerField()),
                ("lifecycle_digest", models.CharField(max_length=71)),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Standstill",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("parked", "Parked"), ("killed", "Given up"), ("never_started", "Never started")],
                        max_length=14,
                        verbose_name="What happened",
                    ),
                ),
                ("reason", models.TextField(validators=[django.core.validators.MaxLengthValidator(2000)], verbose_name="Why")),
                ("until", models.DateField(blank=True, null=True, verbose_name="Look at it again on")),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("end_reason", models.TextField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="usecase",
            name="stage",
            field=models.CharField(blank=True, default="", max_length=40),
        ),
        migrations.AddField(
            model_name="usecase",
            name="stage_since",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="usecase",
            index=models.Index(fields=["stage", "id"], name="use_case_by_stage"),
        ),
        migrations.AddField(
            model_name="handover",
            name="answered_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="created_by",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="handover",
            name="pipeline_owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="Whose pipeline it is",
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="use_case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="hand_overs", to="usecases.usecase"
            ),
        ),
        migrations.AddField(
            model_name="lifecycleversion",
            name="created_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="stagemove",
            name="created_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="stagemove",
            name="use_case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="stage_moves", to="usecases.usecase"
            ),
        ),
        migrations.AddField(
            model_name="standstill",
            name="created_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="standstill",
            name="ended_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="standstill",
            name="use_case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="standstills", to="usecases.usecase"
            ),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.UniqueConstraint(fields=("use_case", "number"), name="hand_over_numbered_once"),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.UniqueConstraint(
                condition=models.Q(("answered_at", None)), fields=("use_case",), name="hand_over_open_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("answered_by", None), models.Q(("answered_by", models.F("created_by")), _negated=True), _connector="OR"
                ),
                name="hand_over_answered_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="stagemove",
            constraint=models.UniqueConstraint(fields=("use_case", "number"), name="stage_move_numbered_once"),
        ),
        migrations.AddConstraint(
            model_name="stagemove",
            constraint=models.CheckConstraint(
                condition=models.Q(("from_stage", models.F("to_stage")), _negated=True), name="stage_move_moves"
            ),
        ),
        migrations.AddConstraint(
            model_name="standstill",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("use_case",), name="standstill_once_at_a_time"
            ),
        ),
        AppendOnly("LifecycleVersion"),
        AppendOnly("StageMove"),
        AppendOnly("Standstill", set_once=("ended_at", "ended_by_id", "end_reason")),
        AppendOnly("HandOver", set_once=("answer", "answer_reason", "answered_by_id", "answered_at")),
    ]
