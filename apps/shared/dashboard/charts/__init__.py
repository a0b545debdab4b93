"""Charts that the server draws: lines, bars and sparklines, as SVG and as tables."""

from apps.shared.dashboard.charts.bars import bar_chart
from apps.shared.dashboard.charts.chart import Bar, Chart, Line, Point, Series
from apps.shared.dashboard.charts.lines import line_chart
from apps.shared.dashboard.charts.sparks import sparkline

__all__ = ["Bar", "Chart", "Line", "Point", "Series", "bar_chart", "line_chart", "sparkline"]
