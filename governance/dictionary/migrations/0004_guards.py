import django.db.models.deletion
from django.db import migrations, models

from foundation.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("dictionary", "0003_carried_over"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="binding",
            name="binding_once_at_a_time",
        ),
        migrations.RemoveField(
            model_name="elementversion",
            name="examples",
        ),
        migrations.RemoveField(
            model_name="elementversion",
            name="null_meaning",
        ),
        migrations.AlterField(
            model_name="dataelement",
            name="legend",
            field=models.CharField(max_length=16, unique=True),
        ),
        migrations.AlterField(
            model_name="elementversion",
            name="said",
            field=models.JSONField(),
        ),
        migrations.AddConstraint(
            model_name="elementversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approved_at", None), ("reads_as", None)),
                    models.Q(("approved_at__isnull", False), ("reads_as__isnull", False)),
                    _connector="OR",
                ),
                name="element_version_approved_whole",
            ),
        ),
        migrations.RemoveIndex(
            model_name="binding",
            name="binding_by_column",
        ),
        migrations.RemoveField(
            model_name="binding",
            name="dataset",
        ),
        migrations.RenameField(
            model_name="binding",
            old_name="dataset_of",
            new_name="dataset",
        ),
        migrations.AlterField(
            model_name="binding",
            name="dataset",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="bindings", to="dictionary.dataset"
            ),
        ),
        migrations.AddIndex(
            model_name="binding",
            index=models.Index(fields=["dataset", "column"], name="binding_by_column"),
        ),
        migrations.AddConstraint(
            model_name="binding",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("team", "dataset", "column", "side"),
                name="binding_once_at_a_time",
            ),
        ),
        AppendOnly("DataElement", set_once=("retired_at", "replaced_by_id"), free=("name", "steward_id")),
        AppendOnly("ElementVersion", set_once=("semver", "reads_as", "approved_at", "approval")),
        AppendOnly("Alias", set_once=("ended_at",)),
        AppendOnly("Binding", set_once=("ended_at",)),
        AppendOnly("DatasetVersion"),
        AppendOnly("Proposal", set_once=("withdrawn_at", "withdrawn_because", "approved_at", "approval")),
        AppendOnly("Change", set_once=("taken_out_at",)),
        AppendOnly("Release", set_once=("note",)),
    ]
