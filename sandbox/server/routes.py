"""Which endpoints the sandbox serves, with their method, area, quota group and scope."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.server import (
    accounts,
    dimensions,
    events,
    oauth,
    pixel_stats,
    report_tasks,
    reports,
    smart_plus,
)
from sandbox.server.envelope import ApiError, Code
from sandbox.server.messages import Response
from sandbox.server.quota import EVENTS, GENERAL, REPORT_TASK
from sandbox.server.state import Call

VERSION = "v1.3"
PREFIX = f"/open_api/{VERSION}/"
EXPIRED_VERSIONS = ("v1.0", "v1.1", "v1.2")

AD_ACCOUNTS, CAMPAIGNS, REPORTING, PIXELS, EVENTS_SCOPE = 1, 2, 4, 8, 9

Handler = Callable[[Call], Response]


@dataclass(frozen=True)
class Endpoint:
    """One endpoint. `area` is what fault rules call it; `refuses` is the answer of a wrong path."""

    path: str
    method: str
    area: str
    handler: Handler
    says: str = ""
    group: str = GENERAL
    scope: int | None = None
    needs_token: bool = True
    refuses: ApiError | None = None


def _nowhere(call: Call) -> Response:
    raise ApiError(Code.ROUTE_NOT_FOUND, f"No route for {call.request.path}.")


ENDPOINTS = (
    Endpoint(
        "oauth2/access_token/",
        "POST",
        "token",
        oauth.access_token,
        "an authorization code for an advertiser token",
        needs_token=False,
    ),
    Endpoint(
        "oauth/token/",
        "POST",
        "token",
        oauth.token_of_standard_oauth,
        "the same in the words of OAuth 2",
        needs_token=False,
    ),
    Endpoint(
        "oauth2/advertiser/get/",
        "GET",
        "accounts",
        oauth.granted_advertisers,
        "advertisers that the token opens",
    ),
    Endpoint("oauth2/revoke_token/", "POST", "token", oauth.revoke_token, "ends a token"),
    Endpoint(
        "oauth2/refresh_token/",
        "POST",
        "token",
        oauth.refresh_advertiser_token,
        "only with the switch expiring_tokens",
        needs_token=False,
    ),
    Endpoint(
        "tt_user/oauth2/token/",
        "POST",
        "token",
        oauth.account_token,
        "an authorization code for an account-holder token",
        needs_token=False,
    ),
    Endpoint(
        "tt_user/oauth2/refresh_token/",
        "POST",
        "token",
        oauth.refresh_account_token,
        "a new access token of a day",
        needs_token=False,
    ),
    Endpoint(
        "tt_user/oauth2/revoke/",
        "POST",
        "token",
        oauth.revoke_account_token,
        "ends an account-holder token",
        needs_token=False,
    ),
    Endpoint(
        "tt_user/token_info/get/",
        "POST",
        "token",
        oauth.account_token_info,
        "whose token it is",
        needs_token=False,
    ),
    Endpoint("user/info/", "GET", "accounts", accounts.user_info, "who authorized the app"),
    Endpoint(
        "advertiser/info/",
        "GET",
        "accounts",
        accounts.advertiser_info,
        "name, status, currency, time zone",
        scope=AD_ACCOUNTS,
    ),
    Endpoint(
        "pixel/list/",
        "GET",
        "accounts",
        accounts.pixel_list,
        "pixels of an advertiser, 20 a page",
        scope=PIXELS,
    ),
    Endpoint(
        "pixel/event/stats/",
        "GET",
        "accounts",
        pixel_stats.pixel_event_stats,
        "events received per pixel",
        scope=PIXELS,
    ),
    Endpoint(
        "campaign/get/", "GET", "accounts", dimensions.campaigns, "campaigns", scope=CAMPAIGNS
    ),
    Endpoint("adgroup/get/", "GET", "accounts", dimensions.ad_groups, "ad groups", scope=CAMPAIGNS),
    Endpoint("ad/get/", "GET", "accounts", dimensions.ads, "ads", scope=CAMPAIGNS),
    Endpoint(
        "smart_plus/campaign/get/",
        "GET",
        "accounts",
        smart_plus.campaigns,
        "upgraded Smart+ campaigns",
        scope=CAMPAIGNS,
    ),
    Endpoint(
        "smart_plus/adgroup/get/",
        "GET",
        "accounts",
        smart_plus.ad_groups,
        "their ad groups",
        scope=CAMPAIGNS,
    ),
    Endpoint(
        "smart_plus/ad/get/",
        "GET",
        "accounts",
        smart_plus.ads,
        "their ads, each with its creatives",
        scope=CAMPAIGNS,
    ),
    Endpoint(
        "report/integrated/get/",
        "GET",
        "reports",
        reports.integrated_report,
        "the synchronous report, four levels",
        scope=REPORTING,
    ),
    Endpoint(
        "report/task/create/",
        "POST",
        "reports",
        report_tasks.create,
        "starts an asynchronous report",
        group=REPORT_TASK,
        scope=REPORTING,
    ),
    Endpoint(
        "report/task/check/",
        "GET",
        "reports",
        report_tasks.check,
        "how far a task is",
        scope=REPORTING,
    ),
    Endpoint(
        "report/task/download/",
        "GET",
        "reports",
        report_tasks.download,
        "a finished task's CSV",
        scope=REPORTING,
    ),
    Endpoint(
        "report/task/cancel/",
        "POST",
        "reports",
        report_tasks.cancel,
        "ends a task",
        scope=REPORTING,
    ),
    Endpoint(
        "event/track/",
        "POST",
        "events",
        events.track,
        "conversions, up to 1,000 a call",
        group=EVENTS,
        scope=EVENTS_SCOPE,
    ),
)
BY_PATH = {endpoint.path: endpoint for endpoint in ENDPOINTS}


def find_endpoint(method: str, path: str) -> Endpoint:
    """Return the endpoint of a path under /open_api/, or one that refuses and says why.

    TikTok does not document the answer to a wrong path; the wording is ours, the codes are its.
    """
    version, _, rest = path.removeprefix("/open_api/").partition("/")
    if version in EXPIRED_VERSIONS:
        reason = f"API version {version} has expired, use {VERSION}."
        return _refusing(rest, method, ApiError(Code.INVALID_API_VERSION, reason))
    endpoint = BY_PATH.get(rest) if version == VERSION else None
    if endpoint is not None and endpoint.method == method:
        return endpoint
    if endpoint is not None:
        reason = f"{rest} takes {endpoint.method}, not {method}."
    elif version == VERSION and f"{rest}/" in BY_PATH:
        reason = f"No route for {path}: paths end with a slash."
    else:
        reason = f"No route for {path}."
    return _refusing(rest, method, ApiError(Code.ROUTE_NOT_FOUND, reason, status=404))


def _refusing(path: str, method: str, error: ApiError) -> Endpoint:
    area = "unknown"
    return Endpoint(path, method, area, _nowhere, needs_token=False, refuses=error)
