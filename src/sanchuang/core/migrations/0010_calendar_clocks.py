import django.db.models.deletion
import sanchuang.core.fields
import sanchuang.values.evidence
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0009_shared_cache'),
    ]

    operations = [
        migrations.CreateModel(
            name='CalendarYear',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pack', models.CharField(blank=True, db_index=True, max_length=40, verbose_name='from the pack')),
                ('year', models.PositiveSmallIntegerField(unique=True, verbose_name='year')),
                ('rest', models.CharField(blank=True, default='67', max_length=6, verbose_name='days of weekly rest')),
                ('source', models.TextField(verbose_name='source')),
                ('status', sanchuang.core.fields.EnumField(sanchuang.values.evidence.Verification, max_length=24, verbose_name='how far the source was checked')),
                ('note', models.TextField(blank=True, verbose_name='note')),
            ],
            options={
                'verbose_name': 'year of the calendar',
                'verbose_name_plural': 'years of the calendar',
                'ordering': ['year'],
                'constraints': [models.CheckConstraint(condition=models.Q(('source', ''), _negated=True), name='calendar_year_has_source')],
            },
        ),
        migrations.CreateModel(
            name='CalendarDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(unique=True, verbose_name='day')),
                ('kind', models.CharField(choices=[('holiday', 'holiday'), ('makeup', 'make-up working day')], max_length=8, verbose_name='kind')),
                ('names', models.JSONField(default=dict, verbose_name='name')),
                ('year', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='days', to='core.calendaryear', verbose_name='year')),
            ],
            options={
                'verbose_name': 'day of the calendar',
                'verbose_name_plural': 'days of the calendar',
                'ordering': ['day'],
            },
        ),
        migrations.CreateModel(
            name='Clock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('model', models.CharField(max_length=80, verbose_name='kind of record')),
                ('record', models.CharField(max_length=80, verbose_name='record')),
                ('kind', models.CharField(db_index=True, max_length=60, verbose_name='kind')),
                ('law_key', models.CharField(max_length=120, verbose_name='value of dated law')),
                ('length', models.PositiveIntegerField(verbose_name='length')),
                ('unit', models.CharField(choices=[('workdays', 'working days'), ('days', 'days')], max_length=8, verbose_name='unit')),
                ('rolls', models.BooleanField(default=True, verbose_name='moves off a day of rest')),
                ('source', models.TextField(verbose_name='source')),
                ('status', sanchuang.core.fields.EnumField(sanchuang.values.evidence.Verification, max_length=24, verbose_name='how far the source was checked')),
                ('started', models.DateField(verbose_name='started')),
                ('due', models.DateField(verbose_name='due')),
                ('provisional', models.BooleanField(default=False, verbose_name='provisional')),
                ('state', models.CharField(choices=[('running', 'running'), ('paused', 'paused'), ('stopped', 'stopped')], default='running', max_length=8, verbose_name='state')),
                ('paused', models.DateField(blank=True, null=True, verbose_name='paused since')),
                ('stopped', models.DateField(blank=True, null=True, verbose_name='stopped on')),
                ('touched', models.DateField(verbose_name='last changed on')),
                ('late_on', models.DateField(blank=True, null=True, verbose_name='seen to be late on')),
                ('role', models.CharField(blank=True, choices=[('officer', 'Policy officer'), ('scout', 'Technology scout'), ('member', 'Company member'), ('researcher', 'Researcher'), ('fund_manager', 'Fund manager'), ('provider', 'Compute provider'), ('organiser', 'Event organiser'), ('editor', 'Pack editor'), ('auditor', 'Auditor'), ('administrator', 'Administrator'), ('public', 'Public')], max_length=20, verbose_name='reminded role')),
                ('organisation', models.CharField(blank=True, max_length=80, verbose_name='identifier of the organisation')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='clocks', to=settings.AUTH_USER_MODEL, verbose_name='reminded')),
            ],
            options={
                'verbose_name': 'clock',
                'verbose_name_plural': 'clocks',
                'ordering': ['due', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='ClockPause',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('begun', models.DateField(verbose_name='from')),
                ('ended', models.DateField(blank=True, null=True, verbose_name='until')),
                ('why', models.TextField(verbose_name='why')),
                ('clock', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pauses', to='core.clock', verbose_name='clock')),
            ],
            options={
                'verbose_name': 'pause of a clock',
                'verbose_name_plural': 'pauses of clocks',
                'ordering': ['begun', 'pk'],
            },
        ),
        migrations.AddIndex(
            model_name='clock',
            index=models.Index(fields=['model', 'record'], name='clock_record'),
        ),
        migrations.AddIndex(
            model_name='clock',
            index=models.Index(fields=['state', 'due'], name='clock_due'),
        ),
        migrations.AddConstraint(
            model_name='clock',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'stopped'), _negated=True), fields=('model', 'record', 'kind'), name='clock_runs_once'),
        ),
        migrations.AddConstraint(
            model_name='clock',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('paused__isnull', True), ('state', 'running'), ('stopped__isnull', True)), models.Q(('paused__isnull', False), ('state', 'paused'), ('stopped__isnull', True)), models.Q(('paused__isnull', True), ('state', 'stopped'), ('stopped__isnull', False)), _connector='OR'), name='clock_state_has_its_day'),
        ),
        migrations.AddConstraint(
            model_name='clock',
            constraint=models.CheckConstraint(condition=models.Q(('due__gte', models.F('started'))), name='clock_due_after_start'),
        ),
        migrations.AddConstraint(
            model_name='clock',
            constraint=models.CheckConstraint(condition=models.Q(('user__isnull', True), models.Q(('organisation', ''), ('role', '')), _connector='OR'), name='clock_reminds_one'),
        ),
        migrations.AddConstraint(
            model_name='clockpause',
            constraint=models.CheckConstraint(condition=models.Q(('ended__isnull', True), ('ended__gte', models.F('begun')), _connector='OR'), name='clock_pause_in_order'),
        ),
        migrations.AddConstraint(
            model_name='clockpause',
            constraint=models.UniqueConstraint(condition=models.Q(('ended__isnull', True)), fields=('clock',), name='clock_pauses_once'),
        ),
        migrations.AddConstraint(
            model_name='clockpause',
            constraint=models.CheckConstraint(condition=models.Q(('why', ''), _negated=True), name='clock_pause_says_why'),
        ),
    ]
