from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("approvals", "0001_initial")]

    operations = [migrations.RenameField("evaluation", "asked_by_id_text", "asked_by")]
