from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0002_initial")]

    operations = [
        migrations.AddField(
            model_name="tenantconfig", name="named", field=models.JSONField(default=dict, editable=False)
        ),
    ]
