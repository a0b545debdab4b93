"""The site's schedule, jobs, dashboard, sidebar, operators, measures and handlers, by path."""

from typing import Any

SCHEDULE: dict[str, dict[str, Any]] = {
    "recover lost jobs": {
        "task": "apps.shared.core.tasks.recover",
        "schedule": 60.0,
    },
    "aggregate patterns": {
        "task": "apps.centralcloud.aggregation.tasks.aggregate",
        "schedule": 3600.0,
    },
    "generate statistics": {
        "task": "apps.centralcloud.aggregation.tasks.statistics",
        "schedule": 3600.0,
    },
    "publish insights": {
        "task": "apps.centralcloud.insights.tasks.publish",
        "schedule": 3600.0,
    },
    "clean up old aggregates": {
        "task": "apps.centralcloud.aggregation.tasks.clean_up",
        "schedule": 7 * 24 * 3600.0,
    },
    "close due averaging rounds": {
        "task": "apps.centralcloud.averaging.tasks.close_due",
        "schedule": 300.0,
    },
    "read declared packages": {
        "task": "apps.centralcloud.package_sync.tasks.uses_read",
        "schedule": 300.0,
    },
    "sync packages": {
        "task": "apps.centralcloud.package_sync.tasks.sync_due",
        "schedule": 300.0,
    },
    "import advisories": {
        "task": "apps.centralcloud.package_sync.tasks.advisories",
        "schedule": 24 * 3600.0,
    },
    "tell advisories": {
        "task": "apps.centralcloud.package_sync.tasks.tell",
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
    "clean up messages": {
        "task": "apps.shared.nats_bridge.tasks.prune",
        "schedule": 3600.0,
    },
}
JOBS: dict[str, str] = {
    "recover": "apps.shared.core.tasks.recover",
    "aggregate": "apps.centralcloud.aggregation.tasks.aggregate",
    "statistics": "apps.centralcloud.aggregation.tasks.statistics",
    "insights": "apps.centralcloud.insights.tasks.publish",
    "clean_up": "apps.centralcloud.aggregation.tasks.clean_up",
    "close_rounds": "apps.centralcloud.averaging.tasks.close_due",
    "read uses": "apps.centralcloud.package_sync.tasks.uses_read",
    "sync due": "apps.centralcloud.package_sync.tasks.sync_due",
    "sync packages": "apps.centralcloud.package_sync.tasks.sync",
    "advisories": "apps.centralcloud.package_sync.tasks.advisories",
    "tell advisories": "apps.centralcloud.package_sync.tasks.tell",
    "clean cache": "apps.shared.knowledge_cache.tasks.clean",
    "refresh cache": "apps.shared.knowledge_cache.tasks.refresh",
    "prewarm cache": "apps.shared.knowledge_cache.tasks.prewarm",
    "prune_bundles": "apps.shared.artifacts.tasks.prune",
    "prune_messages": "apps.shared.nats_bridge.tasks.prune",
}
QUEUES: dict[str, str] = {}
PANELS: list[str] = [
    "apps.centralcloud.aggregation.panels.MATRIX",
    "apps.centralcloud.fleet.panels.FLEET",
    "apps.centralcloud.aggregation.panels.OVER_TIME",
    "apps.centralcloud.aggregation.panels.KNOWN",
    "apps.centralcloud.insights.panels.INSIGHTS",
    "apps.centralcloud.package_sync.panels.PACKAGES",
    "apps.centralcloud.averaging.panels.MODELS",
    "apps.shared.knowledge_cache.panels.KNOWLEDGE",
    "apps.shared.nats_bridge.panels.BRIDGE",
    "apps.shared.dashboard.panels.JOBS",
]
SIDEBAR: list[str] = [
    "apps.shared.dashboard.sidebar.OVERVIEW",
    "apps.centralcloud.fleet.panels.SIDEBAR",
    "apps.centralcloud.aggregation.panels.SIDEBAR",
    "apps.centralcloud.insights.panels.SIDEBAR",
    "apps.centralcloud.package_sync.panels.SIDEBAR",
    "apps.centralcloud.averaging.panels.SIDEBAR",
    "apps.shared.artifacts.panels.SIDEBAR",
    "apps.shared.knowledge_cache.panels.SIDEBAR",
    "apps.shared.nats_bridge.panels.SIDEBAR",
    "apps.shared.dashboard.sidebar.RUNS",
    "apps.shared.dashboard.sidebar.ACCESS",
]
OPERATOR: list[str] = [
    "access.view_auditentry",
    "core.change_job",
    "artifacts.change_artifact",
    "knowledge_cache.change_entry",
    "nats_bridge.change_outboxmessage",
    "nats_bridge.change_deadletter",
    "package_sync.change_package",
]
MEASURES: dict[str, str] = {
    "sync packages": "apps.centralcloud.package_sync.services.syncing.runs.SYNC_MEASURE",
}
HANDLERS: dict[str, str] = {
    "intelligence.code.pattern.learned": "apps.centralcloud.aggregation.handlers.code_patterns",
    "intelligence.architecture.pattern.learned": (
        "apps.centralcloud.aggregation.handlers.architecture"
    ),
    "intelligence.framework.detected": "apps.centralcloud.aggregation.handlers.frameworks",
    "intelligence.package.declared": "apps.centralcloud.aggregation.handlers.packages",
    "intelligence.training.completed": "apps.centralcloud.averaging.handlers.training_completed",
    "intelligence.model.evaluated": "apps.centralcloud.averaging.handlers.model_evaluated",
    "intelligence.statistics.reported": "apps.centralcloud.aggregation.handlers.statistics",
    "intelligence.instance.heartbeat": "apps.centralcloud.fleet.handlers.heartbeats",
}
SENDERS = "apps.centralcloud.fleet.selectors.keys.sender_keys"
HEARTBEAT = ""
BEFORE_SENDING = ""
AUDIENCES = "apps.centralcloud.fleet.selectors.instances.audiences"
QUERIES: dict[str, str] = {
    "knowledge.cache.sync.request": "apps.shared.knowledge_cache.questions.entries",
    "centralcloud.query.packages": "apps.centralcloud.package_sync.questions.packages",
    "centralcloud.query.models": "apps.centralcloud.averaging.questions.models",
    "centralcloud.query.recommendations": "apps.centralcloud.insights.questions.recommendations",
    "centralcloud.query.insights": "apps.centralcloud.insights.questions.insights",
    "centralcloud.query.statistics": "apps.centralcloud.insights.questions.statistics",
}
INSTANCE_PARTS: list[str] = [
    "apps.centralcloud.aggregation.parts.LEARNED",
    "apps.centralcloud.averaging.parts.STANDING",
    "apps.centralcloud.insights.parts.TOLD",
    "apps.centralcloud.package_sync.parts.PACKAGES",
]
WITHDRAWALS: list[str] = [
    "apps.centralcloud.averaging.services.withdrawing.instance_remove",
    "apps.centralcloud.aggregation.services.withdrawing.instance_remove",
    "apps.centralcloud.package_sync.services.withdrawing.instance_remove",
    "apps.centralcloud.insights.services.storing.instance_remove",
]
DECLARED = "apps.centralcloud.aggregation.selectors.declared"
KEEPERS: list[str] = ["apps.centralcloud.averaging.selectors.bundles.bundles_needed"]
STORES = "apps.centralcloud.averaging.selectors.bundles.stores_needed"
COPIES: list[str] = []
KNOWLEDGE: dict[str, str] = {
    "hot_packages": "apps.centralcloud.package_sync.knowledge.HOT_PACKAGES",
    "pattern_ranking": "apps.centralcloud.aggregation.knowledge.PATTERN_RANKING",
    "fleet_matrix": "apps.centralcloud.aggregation.knowledge.FLEET_MATRIX",
    "instance_summary": "apps.centralcloud.aggregation.knowledge.INSTANCE_SUMMARY",
}
VIEWS: list[str] = [
    "aggregation_pattern_ranking",
    "aggregation_fleet_matrix",
    "aggregation_instance_summary",
    "package_sync_hot_packages",
]
