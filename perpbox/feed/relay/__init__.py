"""A live market of another venue: its public streams become moments of this one."""

from __future__ import annotations

from perpbox.feed.relay.feed import RelayFeed
from perpbox.feed.relay.survey import Survey, survey
from perpbox.feed.relay.terms import BadRelay, RelayTerms, rest_base, routes

__all__ = ["BadRelay", "RelayFeed", "RelayTerms", "Survey", "rest_base", "routes", "survey"]
