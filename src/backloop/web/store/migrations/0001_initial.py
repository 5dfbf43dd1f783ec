"""Make the tables of events, reads, heads, identities and computed nouns.

Decides nothing itself; the tables are described in `models`.
"""

import uuid
from django.db import migrations, models


__all__ = ["Migration"]


class Migration(migrations.Migration):
    """Make the first tables."""

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Head",
            fields=[
                ("chain", models.CharField(max_length=16, primary_key=True, serialize=False)),
                ("seq", models.BigIntegerField(default=0)),
                ("last", models.CharField(blank=True, max_length=64)),
                ("ring", models.CharField(max_length=32)),
                ("seal", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="Computed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject", models.CharField(max_length=32)),
                ("name", models.CharField(max_length=80)),
                ("seq", models.BigIntegerField()),
                ("edition", models.CharField(max_length=64)),
                ("body", models.TextField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("subject", "name"), name="one_of_each_noun")],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("seq", models.BigIntegerField(primary_key=True, serialize=False)),
                ("recorded_at", models.DateTimeField()),
                ("account", models.CharField(max_length=64)),
                ("role", models.CharField(max_length=32)),
                ("on_behalf", models.CharField(blank=True, max_length=64)),
                ("subject", models.CharField(blank=True, max_length=32)),
                ("ring", models.CharField(max_length=32)),
                ("seal", models.CharField(max_length=64)),
                ("uid", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("kind", models.CharField(max_length=16)),
                ("code", models.CharField(blank=True, max_length=120)),
                ("happened_at", models.DateTimeField()),
                ("zone", models.CharField(max_length=64)),
                ("why", models.TextField(blank=True)),
                ("edition", models.CharField(max_length=64)),
                ("corrects", models.BigIntegerField(blank=True, null=True)),
                ("body", models.TextField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["subject", "kind", "code", "happened_at"], name="event_of_person"),
                    models.Index(fields=["subject", "seq"], name="event_order"),
                    models.Index(fields=["kind", "code", "happened_at"], name="event_kind"),
                    models.Index(fields=["corrects"], name="event_corrects"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Identity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject", models.CharField(max_length=32)),
                ("field", models.CharField(max_length=32)),
                ("ring", models.CharField(max_length=32)),
                ("locked", models.BinaryField()),
                ("blind", models.CharField(max_length=64)),
            ],
            options={
                "indexes": [models.Index(fields=["field", "blind"], name="identity_blind")],
                "constraints": [models.UniqueConstraint(fields=("subject", "field"), name="one_of_each_identifier")],
            },
        ),
        migrations.CreateModel(
            name="ReadEntry",
            fields=[
                ("seq", models.BigIntegerField(primary_key=True, serialize=False)),
                ("recorded_at", models.DateTimeField()),
                ("account", models.CharField(max_length=64)),
                ("role", models.CharField(max_length=32)),
                ("on_behalf", models.CharField(blank=True, max_length=64)),
                ("subject", models.CharField(blank=True, max_length=32)),
                ("ring", models.CharField(max_length=32)),
                ("seal", models.CharField(max_length=64)),
                ("what", models.CharField(max_length=120)),
            ],
            options={
                "indexes": [models.Index(fields=["subject", "seq"], name="read_of_person")],
            },
        ),
    ]
