"""The site's schedule, jobs, dashboard, sidebar, operators, measures and handlers, by path."""

from typing import Any

SCHEDULE: dict[str, dict[str, Any]] = {
    "recover lost jobs": {
        "task": "apps.shared.core.tasks.recover",
        "schedule": 60.0,
    },
    "fill in missing vectors": {
        "task": "apps.singularity.ingestion.tasks.fill_start",
        "schedule": 300.0,
    },
    "mine patterns": {
        "task": "apps.singularity.patterns.tasks.mine_all",
        "schedule": 3600.0,
    },
    "sync patterns": {
        "task": "apps.singularity.publishing.tasks.sync",
        "schedule": 300.0,
    },
    "report statistics": {
        "task": "apps.singularity.publishing.tasks.report",
        "schedule": 3600.0,
    },
    "request insights": {
        "task": "apps.singularity.guidance.tasks.request",
        "schedule": 6 * 3600.0,
    },
    "training notifications": {
        "task": "apps.singularity.publishing.tasks.notify",
        "schedule": 3600.0,
    },
    "request models": {
        "task": "apps.singularity.guidance.tasks.models_due",
        "schedule": 6 * 3600.0,
    },
    "look at models due": {
        "task": "apps.singularity.guidance.tasks.adopt_start",
        "schedule": 900.0,
    },
    "clean cache": {
        "task": "apps.shared.knowledge_cache.tasks.clean",
        "schedule": 900.0,
    },
    "refresh cache": {
        "task": "apps.shared.knowledge_cache.tasks.refresh",
        "schedule": 3600.0,
    },
    "prewarm cache": {
        "task": "apps.shared.knowledge_cache.tasks.prewarm",
        "schedule": 6 * 3600.0,
    },
    "clean up old models": {
        "task": "apps.shared.artifacts.tasks.prune",
        "schedule": 24 * 3600.0,
    },
    "clean up old training runs": {
        "task": "apps.singularity.training.tasks.prune",
        "schedule": 24 * 3600.0,
    },
    "clean up messages": {
        "task": "apps.shared.nats_bridge.tasks.prune",
        "schedule": 3600.0,
    },
}
JOBS: dict[str, str] = {
    "recover": "apps.shared.core.tasks.recover",
    "embed due": "apps.singularity.ingestion.tasks.fill_start",
    "mine due": "apps.singularity.patterns.tasks.mine_all",
    "ingest": "apps.singularity.ingestion.tasks.ingest",
    "embed": "apps.singularity.ingestion.tasks.fill",
    "mine": "apps.singularity.patterns.tasks.mine",
    "train": "apps.singularity.training.tasks.train",
    "publish": "apps.singularity.publishing.tasks.sync",
    "report": "apps.singularity.publishing.tasks.report",
    "request": "apps.singularity.guidance.tasks.request",
    "notify": "apps.singularity.publishing.tasks.notify",
    "models": "apps.singularity.guidance.tasks.models_due",
    "adopt due": "apps.singularity.guidance.tasks.adopt_start",
    "adopt": "apps.singularity.guidance.tasks.adopt",
    "clean cache": "apps.shared.knowledge_cache.tasks.clean",
    "refresh cache": "apps.shared.knowledge_cache.tasks.refresh",
    "prewarm cache": "apps.shared.knowledge_cache.tasks.prewarm",
    "prune_bundles": "apps.shared.artifacts.tasks.prune",
    "prune_runs": "apps.singularity.training.tasks.prune",
    "prune_messages": "apps.shared.nats_bridge.tasks.prune",
}
QUEUES: dict[str, str] = {
    "apps.singularity.training.tasks.train": "training",
    "apps.singularity.guidance.tasks.adopt": "training",
}
PANELS: list[str] = [
    "apps.singularity.ingestion.panels.START",
    "apps.singularity.ingestion.panels.SEARCH",
    "apps.singularity.ingestion.panels.NUMBERS",
    "apps.shared.dashboard.panels.JOBS",
    "apps.singularity.patterns.panels.LEARNED",
    "apps.singularity.training.panels.TRAINING",
    "apps.singularity.guidance.panels.TOLD",
    "apps.singularity.guidance.panels.ADVISORIES",
    "apps.singularity.guidance.panels.MODELS",
    "apps.singularity.publishing.panels.LEFT",
    "apps.singularity.ingestion.panels.CODEBASES",
    "apps.singularity.ingestion.panels.LANGUAGES",
    "apps.singularity.ingestion.panels.LEFT_OUT",
    "apps.shared.knowledge_cache.panels.KNOWLEDGE",
    "apps.shared.nats_bridge.panels.BRIDGE",
]
SIDEBAR: list[str] = [
    "apps.shared.dashboard.sidebar.OVERVIEW",
    "apps.singularity.ingestion.panels.SIDEBAR",
    "apps.singularity.patterns.panels.SIDEBAR",
    "apps.singularity.training.panels.SIDEBAR",
    "apps.singularity.guidance.panels.SIDEBAR",
    "apps.singularity.publishing.panels.SIDEBAR",
    "apps.shared.artifacts.panels.SIDEBAR",
    "apps.shared.knowledge_cache.panels.SIDEBAR",
    "apps.shared.nats_bridge.panels.SIDEBAR",
    "apps.shared.dashboard.sidebar.RUNS",
    "apps.shared.dashboard.sidebar.ACCESS",
]
OPERATOR: list[str] = [
    "access.view_auditentry",
    "core.change_job",
    "ingestion.change_codebase",
    "training.add_trainingrun",
    "training.change_trainingrun",
    "training.change_modelinuse",
    "guidance.change_insight",
    "guidance.change_modeloffer",
    "artifacts.change_artifact",
    "knowledge_cache.change_entry",
    "nats_bridge.change_outboxmessage",
    "nats_bridge.change_deadletter",
]
MEASURES: dict[str, str] = {
    "ingest": "apps.singularity.ingestion.panels.INGEST_MEASURE",
    "embed": "apps.singularity.ingestion.panels.EMBED_MEASURE",
    "mine": "apps.singularity.patterns.panels.MINE_MEASURE",
    "train": "apps.singularity.training.panels.TRAIN_MEASURE",
}
HANDLERS: dict[str, str] = {
    "intelligence.insights.aggregated": "apps.singularity.guidance.handlers.insights",
    "intelligence.insights.statistics": "apps.singularity.guidance.handlers.statistics",
    "intelligence.insights.model_ready": "apps.singularity.guidance.handlers.model_ready",
    "intelligence.insights.advisory": "apps.singularity.guidance.handlers.advisory",
    "knowledge.cache.update": "apps.shared.knowledge_cache.handlers.updated",
    "knowledge.cache.invalidate": "apps.shared.knowledge_cache.handlers.invalidated",
}
SENDERS = "apps.shared.nats_bridge.senders.centralcloud_keys"
HEARTBEAT = "apps.singularity.publishing.services.heartbeat.heartbeat"
BEFORE_SENDING = "apps.singularity.publishing.services.scheduled.hold_back_due"
AUDIENCES = ""
QUERIES: dict[str, str] = {}
AFTER_ADOPTION: dict[str, str] = {
    "encoder": "apps.singularity.ingestion.services.encoders.encoder_adopted",
}
ROUNDS = "apps.singularity.guidance.selectors.offers.offers_asking"
AFTER_TRAINING = "apps.singularity.publishing.services.models.models_tell"
REVIEWERS: list[str] = ["apps.singularity.training.services.surprise.review_surprises"]
KEEPERS: list[str] = [
    "apps.singularity.ingestion.selectors.encoders.encoders_needed",
    "apps.singularity.training.services.keeping.bundles_needed",
    "apps.singularity.publishing.services.keeping.bundles_needed",
    "apps.singularity.guidance.services.keeping.bundles_needed",
]
STORES = ""
COPIES: list[str] = ["hot_packages", "pattern_ranking"]
KNOWLEDGE: dict[str, str] = {}
VIEWS: list[str] = []
