"""What an empty list says: what fills it, and what to type."""

from __future__ import annotations

from typing import Any

MANAGE = "manage.py "
Hint = tuple[str, str]
"""A sentence, and the command that does it; empty where it happens by itself."""

HINTS: dict[str, Hint] = {
    "access.apitoken": ("Add one for each program that uses the API.", ""),
    "access.auditentry": ("Whatever people do here, over the API or in commands is noted.", ""),
    "aggregation.contribution": (
        "Instances send what they learn; enrol one.",
        "instance_enroll ID",
    ),
    "aggregation.globalfact": ("What instances tell is added up hourly, or now.", "aggregate"),
    "aggregation.statisticssnapshot": ("Taken every hour, or now.", "aggregate"),
    "artifacts.artifact": ("Models are kept here once one is trained or fetched.", "artifacts"),
    "auth.group": ("The roles come with the next migration.", "migrate"),
    "auth.user": ("Make the first account on the host.", "create_admin"),
    "averaging.aggregatemodel": ("Closing a round of submissions makes one.", "rounds --close"),
    "averaging.evaluation": ("Instances judge each aggregate on their own code and report.", ""),
    "averaging.modelfamily": ("The first model that an instance shares founds one.", ""),
    "averaging.round": ("One opens with the first submission, or now.", "rounds --open"),
    "averaging.submission": ("Instances send models that they train.", ""),
    "core.job": ("Long runs show here; reading a code base is one.", "ingest PATH"),
    "django_celery_beat.clockedschedule": ("Add a time at which a task is to run once.", ""),
    "django_celery_beat.crontabschedule": ("Add times by crontab for a task to run at.", ""),
    "django_celery_beat.intervalschedule": ("Beat writes the site's own when it starts.", ""),
    "django_celery_beat.periodictask": ("Beat writes the site's own when it starts.", ""),
    "django_celery_beat.solarschedule": ("Add times by the sun for a task to run at.", ""),
    "fleet.instance": ("Enrol the first; its key is printed once.", "instance_enroll ID"),
    "fleet.instancekey": ("Enrolling an instance makes its key.", "instance_enroll ID"),
    "guidance.advisory": ("Centralcloud tells those that reach packages declared here.", ""),
    "guidance.insight": ("Centralcloud sends them hourly to instances that share.", "publish"),
    "guidance.modeloffer": ("Centralcloud offers an aggregate when a round closes.", "adopt"),
    "guidance.sharedfact": (
        "Centralcloud tells what others have too, once this shares.",
        "publish",
    ),
    "ingestion.chunk": ("Reading a code base makes them.", "ingest PATH"),
    "ingestion.codebase": ("Read the first one.", "ingest PATH"),
    "ingestion.declareddependency": ("Read from manifests and lock files.", "ingest PATH"),
    "ingestion.embeddinggeneration": ("Made with the first vectors.", "ingest PATH"),
    "ingestion.file": ("Reading a code base lists its files.", "ingest PATH"),
    "ingestion.secretfinding": ("No secret was found in what was read.", "ingest PATH"),
    "insights.insight": ("Derived hourly from what instances share, or now.", "publish_insights"),
    "insights.recommendation": ("Derived hourly from what is shared, or now.", "publish_insights"),
    "knowledge_cache.copy": ("Answers that come from Centralcloud are kept here.", ""),
    "knowledge_cache.entry": ("The first question leaves its answer here.", ""),
    "knowledge_cache.tally": ("Questions are counted from the first one on.", ""),
    "nats_bridge.deadletter": ("Good: no message was set aside.", ""),
    "nats_bridge.inboxmessage": ("Messages show here while a bridge runs.", "nats_bridge"),
    "nats_bridge.outboxmessage": ("What is to be sent waits here.", "doctor"),
    "nats_bridge.refusals": ("Good: no message was refused.", ""),
    "package_sync.advisory": ("Read OSV documents.", "import_advisories ZIP"),
    "package_sync.outcome": ("Registries are asked every five minutes, or now.", "sync_packages"),
    "package_sync.package": ("Read what instances declare, or one by its name.", "sync_packages"),
    "package_sync.seed": ("Add packages that are to be read though nobody declares them.", ""),
    "patterns.architecturepattern": ("Mining a code base finds them.", "mine_patterns"),
    "patterns.codepattern": ("Mining a code base finds them.", "mine_patterns"),
    "patterns.finding": ("Mining finds places that break a strong rule.", "mine_patterns"),
    "patterns.framework": ("Mining a code base finds them.", "mine_patterns"),
    "publishing.egressmessage": ("See what would leave, word for word.", "publish --dry-run"),
    "training.model": ("Training makes one.", "train encoder"),
    "training.modelinuse": ("Train a model; it is used where it wins.", "train encoder"),
    "training.trainingrun": ("Start the first one.", "train encoder"),
}
"""By label of the model; an admin's ``empty_hint`` goes before."""


def hint_of(model_admin: Any) -> Hint:
    """What a list says when it has nothing to show."""
    own = tuple(getattr(model_admin, "empty_hint", ()))
    said = own or HINTS.get(model_admin.opts.label_lower, ("", ""))
    text, command = (*said, "")[:2]
    return text, f"{MANAGE}{command}" if command else ""
