"""A frozen model for every message: extra fields are refused, and everything has a bound."""

from apps.shared.contracts.payloads.architecture import (
    ArchitectureFact,
    ArchitecturePatternsLearned,
)
from apps.shared.contracts.payloads.base import Payload
from apps.shared.contracts.payloads.code import CodePatternFact, CodePatternsLearned
from apps.shared.contracts.payloads.frameworks import FrameworkFact, FrameworksDetected
from apps.shared.contracts.payloads.heartbeat import Heartbeat, JobNow
from apps.shared.contracts.payloads.insights import (
    AdvisoryPublished,
    Evidence,
    InsightFact,
    InsightsAggregated,
    ModelReady,
    SharedFact,
)
from apps.shared.contracts.payloads.knowledge import (
    KnowledgeAnswer,
    KnowledgeEntry,
    KnowledgeInvalidated,
    KnowledgeRequest,
    KnowledgeUpdated,
)
from apps.shared.contracts.payloads.packages import PackageFact, PackagesDeclared
from apps.shared.contracts.payloads.queries import (
    InsightsAnswer,
    InsightsQuery,
    ModelsAnswer,
    ModelsQuery,
    PackagesAnswer,
    PackagesQuery,
    PackageUse,
    RecommendationsAnswer,
    RecommendationsQuery,
    StatisticsAnswer,
    StatisticsQuery,
)
from apps.shared.contracts.payloads.statistics import (
    GlobalStatistics,
    LanguageTotal,
    PatternTotal,
    StatisticsReported,
)
from apps.shared.contracts.payloads.training import (
    ModelEvaluated,
    RoundOffer,
    TrainingCompleted,
)

__all__ = [
    "AdvisoryPublished",
    "ArchitectureFact",
    "ArchitecturePatternsLearned",
    "CodePatternFact",
    "CodePatternsLearned",
    "Evidence",
    "FrameworkFact",
    "FrameworksDetected",
    "GlobalStatistics",
    "Heartbeat",
    "InsightFact",
    "InsightsAggregated",
    "InsightsAnswer",
    "InsightsQuery",
    "JobNow",
    "KnowledgeAnswer",
    "KnowledgeEntry",
    "KnowledgeInvalidated",
    "KnowledgeRequest",
    "KnowledgeUpdated",
    "LanguageTotal",
    "ModelEvaluated",
    "ModelReady",
    "ModelsAnswer",
    "ModelsQuery",
    "PackageFact",
    "PackageUse",
    "PackagesAnswer",
    "PackagesDeclared",
    "PackagesQuery",
    "PatternTotal",
    "Payload",
    "RecommendationsAnswer",
    "RecommendationsQuery",
    "RoundOffer",
    "SharedFact",
    "StatisticsAnswer",
    "StatisticsQuery",
    "StatisticsReported",
    "TrainingCompleted",
]
