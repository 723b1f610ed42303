"""What TikTok leaves open or says in two ways: one switch each, with our default and why.

`ours` marks a rule that no TikTok page states: the behaviour exists so that a client can be tried
against it. `two sources` marks a contradiction inside TikTok's own texts or between them and
measurements. The rest are documented rules whose numbers a test may want to change.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any

OURS = "ours"
TWO_SOURCES = "two sources"
DOCUMENTED = "documented"


def _switch(mark: str, says: str, *options: str, default: object) -> Any:
    return field(default=default, metadata={"mark": mark, "says": says, "options": options})


@dataclass(frozen=True)
class Switches:
    """Every switch with its value. Text values are one of the listed options."""

    tier: str = _switch(
        DOCUMENTED,
        "quota tier of every app; unlimited counts nothing",
        "unlimited",
        "Basic",
        "Advanced",
        "Premium",
        "Ultimate",
        default="unlimited",
    )
    second_window: str = _switch(
        OURS,
        "a second of the quota: any 1 s, or the clock's own seconds",
        "sliding",
        "calendar",
        default="sliding",
    )
    restriction_seconds: int = _switch(
        DOCUMENTED,
        "how long an app is restricted after it broke the quota per minute",
        default=300,
    )
    breaches_to_restriction: int = _switch(
        OURS,
        "breaches of the quota per second within a minute that restrict the app",
        default=10,
    )
    hammering_prolongs: bool = _switch(
        OURS,
        "a request during a restriction starts its time again",
        default=True,
    )
    report_task_quota: str = _switch(
        TWO_SOURCES,
        "report/task/create: 2 a second, 60 a minute, 4,500 a day; or (faq) 1 a second, "
        "4,500 a day",
        "limits_page",
        "faq",
        default="limits_page",
    )
    timeout_penalties: bool = _switch(
        DOCUMENTED,
        "10, 20, 30 time-outs in 10 s lower the app to 5, 1, 0 requests a second",
        default=True,
    )
    report_timeout_rows: int = _switch(
        OURS,
        "a synchronous report of more rows times out (51010); 0 is never",
        default=0,
    )
    auth_status: str = _switch(
        TWO_SOURCES,
        "where 40100 and 40104 come with HTTP 401 instead of 200",
        "never",
        "events",
        "always",
        default="never",
    )
    error_data: str = _switch(
        TWO_SOURCES,
        "data of a failed answer: no key, or an empty object",
        "absent",
        "empty",
        default="absent",
    )
    id_format: str = _switch(
        TWO_SOURCES,
        "ids in the dimensions of a report",
        "string",
        "number",
        default="string",
    )
    count_format: str = _switch(
        TWO_SOURCES,
        'counts in a report: "1079", or "1079.0" as in the old sample',
        "plain",
        "decimal",
        default="plain",
    )
    id_limit: int = _switch(
        TWO_SOURCES,
        "ids above which a report is cut, with the X-Tt-Ads-Throttle header",
        default=20_000,
    )
    day_span: int = _switch(
        TWO_SOURCES,
        "inclusive dates a report by stat_time_day may cover (30 or 31)",
        default=30,
    )
    dst_hours: str = _switch(
        OURS,
        "the repeated local hour: one row with both, two rows with one key, the first pass only, "
        "or none because hours follow the account's fixed-offset time zone",
        "merged",
        "twice",
        "missing",
        "fixed_offset",
        default="merged",
    )
    page_shift: int = _switch(
        OURS,
        "rows that move from each page to the next while a client pages (negative: back)",
        default=0,
    )
    promoted_in_reports: str = _switch(
        DOCUMENTED,
        "synchronous reports by campaign, ad group or ad leave out campaigns promoted from the "
        "mobile app unless the filter campaign_system_origins asks for them (TikTok: hidden)",
        "hidden",
        "shown",
        default="hidden",
    )
    top_view_in_reports: str = _switch(
        OURS,
        "TopView in reports by campaign, ad group or ad is left out unless the filter buying_type "
        "asks for it (TikTok); with the other types, or alone as TikTok's lists want it",
        "together",
        "alone",
        default="together",
    )
    smart_plus_in_lists: str = _switch(
        TWO_SOURCES,
        "campaign/get, adgroup/get and ad/get list upgraded Smart+ without being asked for it, or "
        "only smart_plus/*/get has it",
        "shown",
        "hidden",
        default="shown",
    )
    late_metrics: bool = _switch(
        DOCUMENTED,
        'UV and cash metrics are "-" for 16 h, billed_cost for 11 h',
        default=True,
    )
    hourly_reach: str = _switch(
        OURS,
        'UV metrics with stat_time_hour: "-", or 40002 Conflict occurs',
        "dash",
        "conflict",
        default="dash",
    )
    empty_total_page: int = _switch(
        OURS,
        "total_page of an empty list (0 or 1)",
        default=0,
    )
    event_days_web: int = _switch(
        OURS,
        "oldest event_time of web and app events, in days",
        default=7,
    )
    event_days_other: int = _switch(
        OURS,
        "oldest event_time of offline and CRM events, in days",
        default=28,
    )
    event_future_seconds: int = _switch(
        OURS,
        "how far event_time may lie ahead",
        default=600,
    )
    unhashed_pii: str = _switch(
        OURS,
        "email, phone, external_id, names and zip that are no SHA-256: 40062, or taken",
        "reject",
        "accept",
        default="reject",
    )
    unlisted_currency: str = _switch(
        OURS,
        "a currency outside TikTok's list: 40002, or taken",
        "reject",
        "accept",
        default="reject",
    )
    negative_value: str = _switch(
        OURS,
        "a negative value",
        "accept",
        "reject",
        default="accept",
    )
    check_ip: bool = _switch(
        OURS,
        "user.ip must be an IPv4 or IPv6 address; a call with a misspelt key of user was accepted, "
        "so by default its values are not looked into",
        default=False,
    )
    user_required: bool = _switch(
        TWO_SOURCES,
        "user is required (set-up page) or optional (parameters page)",
        default=False,
    )
    page_required: bool = _switch(
        TWO_SOURCES,
        "page is required for web, though the official sample leaves it out",
        default=False,
    )
    crm_standard_events: bool = _switch(
        TWO_SOURCES,
        "crm takes the standard events, or custom names only",
        default=True,
    )
    oversize_code: int = _switch(
        OURS,
        "code for more than 1,000 events: 40061 or 40002",
        default=40_061,
    )
    expiring_tokens: bool = _switch(
        TWO_SOURCES,
        "advertiser tokens expire after a day and come with a refresh token (official: never)",
        default=False,
    )
    refresh_rotates: bool = _switch(
        OURS,
        "a refresh returns a new refresh token",
        default=True,
    )
    refresh_kills_old: bool = _switch(
        OURS,
        "a refresh ends the access token before it",
        default=True,
    )
    report_tasks_allowed: bool = _switch(
        DOCUMENTED,
        "the app is on the allow-list of asynchronous reports (40118 if not)",
        default=True,
    )
    report_task_seconds: int = _switch(
        OURS,
        "virtual seconds until a report task is done",
        default=20,
    )
    failing_report_tasks: int = _switch(
        OURS,
        "how many of the next report tasks end FAILED",
        default=0,
    )
    keep_payloads: bool = _switch(
        OURS,
        "the truth log keeps whole events, or (false) their keys only",
        default=True,
    )

    def changed(self, values: dict[str, object]) -> Switches:
        """Return these switches with `values` set.

        Raises ValueError naming the switch that does not exist or cannot have the value.
        """
        known = {item.name: item for item in fields(self)}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"no switch {name}; GET /control/switches lists them")
            expected = type(known[name].default)
            if type(value) is not expected:
                raise ValueError(f"switch {name} takes a value of type {expected.__name__}")
            options = known[name].metadata["options"]
            if options and value not in options:
                raise ValueError(f"switch {name} is one of {', '.join(options)}")
        return replace(self, **values)  # type: ignore[arg-type]  # checked value by value above

    def described(self) -> list[dict[str, object]]:
        """Return name, value, default, mark, options and meaning of every switch."""
        return [
            {
                "name": item.name,
                "value": getattr(self, item.name),
                "default": item.default,
                "mark": item.metadata["mark"],
                "says": item.metadata["says"],
                "options": list(item.metadata["options"]),
            }
            for item in fields(self)
        ]
