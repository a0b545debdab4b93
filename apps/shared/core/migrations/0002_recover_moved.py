"""The task that picks up lost jobs is every site's now: schedules that name the old one follow."""

from django.db import migrations

_OLD = "apps.singularity.ingestion.tasks.recover"
_NEW = "apps.shared.core.tasks.recover"


def _rename(before, after):
    def run(apps, schema_editor):
        tasks = apps.get_model("django_celery_beat", "PeriodicTask")
        tasks.objects.filter(task=before).update(task=after)

    return run


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0001_initial"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [migrations.RunPython(_rename(_OLD, _NEW), _rename(_NEW, _OLD))]
