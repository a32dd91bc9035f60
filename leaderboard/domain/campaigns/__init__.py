"""Campaign definitions: the format, its checks, and its one canonical form. Runs no campaign."""

from .awards import Award, Instrument
from .canonical import canonical, definition_hash
from .conditions import Condition, Scalar, Threshold
from .counts import DistinctCount
from .definition import Definition, live_count, takes_invalid_out
from .entry import Cohort, Eligibility, Registration, Subject
from .errors import DefinitionError, Problem
from .integrity import Integrity
from .live import Live
from .metrics import CountedMetric, DerivedMetric, Metric, Weight
from .parsing import parse_document, parse_toml
from .paths import line_of
from .pay import Bracket, FixedPay, Pay, Place, PlacePay, PoolPay, RatePay, TierPay, TierRow, UnitPay
from .ranking import Ranking
from .settlement import Settlement
from .states import State
from .steps import Step
from .unbuilt import unbuilt
from .validators import Validator
from .values import Delay
from .windows import Clock, Window
from .words import in_words, span

__all__ = [
    "Award",
    "Bracket",
    "Clock",
    "Cohort",
    "Condition",
    "CountedMetric",
    "Definition",
    "DefinitionError",
    "Delay",
    "DerivedMetric",
    "DistinctCount",
    "Eligibility",
    "FixedPay",
    "Instrument",
    "Integrity",
    "Live",
    "Metric",
    "Pay",
    "Place",
    "PlacePay",
    "PoolPay",
    "Problem",
    "Ranking",
    "RatePay",
    "Registration",
    "Scalar",
    "Settlement",
    "State",
    "Step",
    "Subject",
    "Threshold",
    "TierPay",
    "TierRow",
    "UnitPay",
    "Validator",
    "Weight",
    "Window",
    "canonical",
    "definition_hash",
    "in_words",
    "line_of",
    "live_count",
    "parse_document",
    "parse_toml",
    "span",
    "takes_invalid_out",
    "unbuilt",
]
