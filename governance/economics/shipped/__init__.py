"""What ships to begin a case with: lines, discount rates, optimism bias. Nothing is in force until somebody takes it over."""

from governance.economics.shipped.lines import LineTemplate, Question, categories, line_of, line_template, line_templates
from governance.economics.shipped.rates import ShippedBias, ShippedRate, shipped_biases, shipped_rate, shipped_rates
from governance.economics.shipped.words import in_words

__all__ = [
    "LineTemplate",
    "Question",
    "ShippedBias",
    "ShippedRate",
    "categories",
    "in_words",
    "line_of",
    "line_template",
    "line_templates",
    "shipped_biases",
    "shipped_rate",
    "shipped_rates",
]
