"""What is to go wrong on purpose: rules, when they strike, and a log of what they have done."""

from perpbox.faults.bench import Faults, Firing
from perpbox.faults.rules import (
    FORMS,
    Delay,
    Disconnect,
    Drop,
    Duplicate,
    Failure,
    Fault,
    Form,
    Hangup,
    Latency,
    NotARule,
    PartialFill,
    RefusedTrigger,
    Reorder,
    Rule,
    Skew,
    part_of,
)

__all__ = [
    "FORMS",
    "Delay",
    "Disconnect",
    "Drop",
    "Duplicate",
    "Failure",
    "Fault",
    "Faults",
    "Firing",
    "Form",
    "Hangup",
    "Latency",
    "NotARule",
    "PartialFill",
    "RefusedTrigger",
    "Reorder",
    "Rule",
    "Skew",
    "part_of",
]
