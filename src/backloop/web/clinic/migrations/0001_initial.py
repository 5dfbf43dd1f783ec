"""Make the read tables of the worklist.

Decides nothing itself; the tables are described in `models`.
"""

import django.db.models.deletion
from django.db import migrations, models


__all__ = ["Migration"]


class Migration(migrations.Migration):
    """Make watches, open alerts and the bookmark."""

    initial = True

    dependencies = [
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Bookmark",
            fields=[
                ("name", models.CharField(max_length=16, primary_key=True, serialize=False)),
                ("seq", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Watch",
            fields=[
                (
                    "patient",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="watch",
                        serialize=False,
                        to="people.patient",
                    ),
                ),
                ("seq", models.BigIntegerField(default=0)),
                ("last_visit", models.CharField(blank=True, max_length=64)),
                ("last_week", models.FloatField(blank=True, null=True)),
                ("last_visit_at", models.DateTimeField(blank=True, null=True)),
                ("is_planned", models.BooleanField(default=False)),
                ("due_on", models.DateField(blank=True, null=True)),
                ("late_from", models.DateField(blank=True, null=True)),
                ("due_week", models.IntegerField(blank=True, null=True)),
                ("due_books", models.JSONField(default=list)),
                ("next_tests", models.JSONField(default=list)),
                ("is_stale", models.BooleanField(default=True)),
            ],
            options={
                "indexes": [models.Index(fields=["due_on"], name="watch_due")],
            },
        ),
        migrations.CreateModel(
            name="OpenAlert",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=160)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("safety", "safety"),
                            ("finding", "finding"),
                            ("harm", "harm"),
                            ("worse", "worse"),
                            ("missed", "missed"),
                        ],
                        max_length=8,
                    ),
                ),
                ("level", models.SmallIntegerField()),
                ("since", models.DateField()),
                ("session_id", models.CharField(blank=True, max_length=64)),
                ("content", models.JSONField(default=dict)),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="open_alerts", to="people.patient"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["patient", "since", "level"], name="alert_of_patient")],
                "constraints": [models.UniqueConstraint(fields=("patient", "key"), name="one_alert_of_a_key")],
            },
        ),
    ]
