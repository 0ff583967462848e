from django.db import migrations, models

from foundation.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("usecases", "0002_risk_approval_documents")]

    operations = [
        migrations.AddField(
            model_name="definition",
            name="assumptions",
            field=models.TextField(blank=True, verbose_name="Assumptions"),
        ),
        migrations.AddField(
            model_name="definition",
            name="availability",
            field=models.CharField(blank=True, max_length=200, verbose_name="How often it may be down"),
        ),
        migrations.AddField(
            model_name="definition",
            name="consumers",
            field=models.JSONField(blank=True, default=list, verbose_name="Who may use the output"),
        ),
        migrations.AddField(
            model_name="definition",
            name="containers",
            field=models.CharField(blank=True, max_length=400, verbose_name="Containers"),
        ),
        migrations.AddField(
            model_name="definition",
            name="data_sources",
            field=models.JSONField(blank=True, default=list, verbose_name="Data that is expected"),
        ),
        migrations.AddField(
            model_name="definition",
            name="framework",
            field=models.CharField(blank=True, max_length=400, verbose_name="Company framework"),
        ),
        migrations.AddField(
            model_name="definition",
            name="language",
            field=models.CharField(blank=True, max_length=400, verbose_name="Programming language"),
        ),
        migrations.AddField(
            model_name="definition",
            name="latency",
            field=models.CharField(blank=True, max_length=200, verbose_name="How fast an answer is needed"),
        ),
        migrations.AddField(
            model_name="definition",
            name="regulation",
            field=models.TextField(blank=True, verbose_name="Laws and rules that apply"),
        ),
        migrations.AddField(
            model_name="definition",
            name="throughput",
            field=models.CharField(blank=True, max_length=200, verbose_name="How many answers at once"),
        ),
        migrations.AddField(
            model_name="definition",
            name="volume",
            field=models.CharField(blank=True, max_length=200, verbose_name="How much data"),
        ),
        migrations.AddField(
            model_name="kpi",
            name="cadence",
            field=models.CharField(blank=True, max_length=60, verbose_name="How often"),
        ),
        migrations.AddField(
            model_name="kpi",
            name="driven_by",
            field=models.CharField(blank=True, max_length=120, verbose_name="Driven by"),
        ),
        migrations.AddField(
            model_name="kpi",
            name="kind",
            field=models.CharField(
                choices=[("business", "What the business gains"), ("model", "How good the model is")],
                default="business",
                max_length=10,
                verbose_name="Kind",
            ),
        ),
        migrations.AddField(
            model_name="kpi",
            name="measured_on",
            field=models.CharField(blank=True, max_length=400, verbose_name="On which data"),
        ),
        migrations.AddField(
            model_name="kpi",
            name="metric",
            field=models.CharField(blank=True, max_length=120, verbose_name="Metric of the model"),
        ),
        migrations.AddField(
            model_name="kpi",
            name="outcome",
            field=models.CharField(blank=True, max_length=120, verbose_name="What happens to them"),
        ),
        migrations.AddField(
            model_name="kpi",
            name="population",
            field=models.DecimalField(decimal_places=6, max_digits=20, null=True, verbose_name="Out of how many"),
        ),
        migrations.AddField(
            model_name="kpi",
            name="population_label",
            field=models.CharField(blank=True, max_length=120, verbose_name="Of whom or what"),
        ),
        migrations.AddField(
            model_name="kpi",
            name="readers",
            field=models.CharField(blank=True, max_length=200, verbose_name="Who reads it"),
        ),
        AppendOnly("Definition", set_once=("approved_at", "approval")),
        AppendOnly("Kpi"),
    ]
