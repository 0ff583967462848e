from django.db import migrations, models

from foundation.search_indexes import add_indexes, drop_indexes


class Migration(migrations.Migration):
    dependencies = [("foundation", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(max_length=60, unique=True)),
                ("type", models.CharField(db_index=True, max_length=40)),
                ("scope", models.CharField(blank=True, db_index=True, max_length=60)),
                ("title", models.CharField(max_length=300)),
                ("url", models.CharField(max_length=500)),
                ("text", models.TextField(blank=True)),
                ("title_text", models.CharField(db_index=True, max_length=600)),
                ("title_terms", models.TextField()),
                ("terms", models.TextField()),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["-updated_at", "-id"], name="search_entry_by_time")],
            },
        ),
        migrations.RunPython(add_indexes, drop_indexes),
    ]
