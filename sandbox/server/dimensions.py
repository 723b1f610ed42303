"""`campaign/get`, `adgroup/get` and `ad/get`, with the defaults that hide rows.

TikTok: "Get campaigns", "Get ad groups", "Get ads". Deleted objects, campaigns promoted from the
mobile app and TopView are left out unless they are asked for.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from sandbox.server.envelope import ApiError, Code, invalid
from sandbox.server.objects import check_status, shows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sandbox.server.messages import Response
    from sandbox.server.params import Params
    from sandbox.server.state import Call

ROWS_A_PAGE = 1_000
TOP_VIEW_ROWS = 100
IDS_A_FILTER = 100
OURS = ("campaign_system_origin", "buying_type")
AUTOMATION_TYPES = ("MANUAL", "SMART_PLUS", "UPGRADED_SMART_PLUS")
DEFAULT_ORIGINS = ("TT_ADS_PLATFORM",)
DEFAULT_BUYING = ("AUCTION", "RESERVATION_RF")
TOP_VIEW = "RESERVATION_TOP_VIEW"
UPGRADED = AUTOMATION_TYPES[2]
COMMON_FILTERS = frozenset(
    {
        "campaign_ids",
        "primary_status",
        "secondary_status",
        "objective_type",
        "buying_types",
        "creation_filter_start_time",
        "creation_filter_end_time",
        "campaign_system_origins",
        "campaign_automation_type",
    }
)


TIME_FILTERS = (
    ("creation_filter_start_time", "create_time", True),
    ("creation_filter_end_time", "create_time", False),
    ("modified_after", "modify_time", True),
)


def campaigns(call: Call) -> Response:
    """Answer one page of campaigns."""
    return _listing(call, call.state.campaigns(call.now), ("campaign_ids",))


def ad_groups(call: Call) -> Response:
    """Answer one page of ad groups."""
    return _listing(call, call.state.world.ad_groups, ("campaign_ids", "adgroup_ids"))


def ads(call: Call) -> Response:
    """Answer one page of ads."""
    return _listing(call, call.state.ads(call.now), ("campaign_ids", "adgroup_ids", "ad_ids"))


def _listing(call: Call, everything: Iterable[Any], id_filters: Sequence[str]) -> Response:
    advertiser = call.advertiser()
    filtering = call.params.object("filtering")
    tests = _tests(filtering, id_filters, call)
    largest = (
        TOP_VIEW_ROWS
        if _asks_top_view(filtering) and "adgroup_ids" in id_filters
        else (ROWS_A_PAGE)
    )
    page, page_size = call.page(largest)
    fields = call.params.strings("fields")
    known = _field_names(everything)
    for field in fields or ():
        if field not in known:
            raise invalid("fields", f"{field} is not a field of this object.")
    left_out = set(call.params.strings("exclude_field_types_in_response") or ())
    if left_out - {"NULL_FIELD"}:
        raise invalid("exclude_field_types_in_response", "Must be one of: NULL_FIELD.")
    rows = [
        one
        for one in everything
        if one.advertiser_id == advertiser.advertiser_id and all(test(one) for test in tests)
    ]
    shown = rows[(page - 1) * page_size : page * page_size]
    return call.ok(
        {
            "list": [_written(one, fields or known, bool(left_out)) for one in shown],
            "page_info": call.page_info(page, page_size, len(rows)),
        }
    )


def _written(one: Any, fields: Iterable[str], leave_out_null: bool) -> dict[str, object]:  # noqa: FBT001 - world's dataclass
    row = {field: getattr(one, field) for field in fields}
    if row.get("modify_time", "") is None:  # Smart+ objects come without it
        del row["modify_time"]
    return {key: value for key, value in row.items() if value is not None or not leave_out_null}


def _field_names(everything: Iterable[Any]) -> list[str]:
    first = next(iter(everything), None)
    names = [one.name for one in dataclasses.fields(first)] if first is not None else []
    return [name for name in names if name not in OURS]


def _asks_top_view(filtering: Params) -> bool:
    return filtering.strings("buying_types") == [TOP_VIEW]


def _tests(filtering: Params, id_filters: Sequence[str], call: Call) -> list[Callable[[Any], bool]]:
    for name in filtering.values:
        allowed = name in COMMON_FILTERS or name in id_filters
        if not allowed and not (name == "modified_after" and "ad_ids" in id_filters):
            raise invalid(f"filtering.{name}", "Unknown field.")
    status = filtering.optional_text("primary_status") or "STATUS_NOT_DELETE"
    check_status(status, "filtering.primary_status")
    tests: list[Callable[[Any], bool]] = [
        lambda one: shows(one, status),
        _origin_test(filtering, call),
    ]
    for name in id_filters:
        ids = filtering.strings(name)
        if ids is not None and len(ids) > IDS_A_FILTER:
            raise ApiError(Code.ID_LIMIT_EXCEED, f"filtering.{name}: at most {IDS_A_FILTER} ids.")
        if ids is not None:
            tests.append(_equals(name.removesuffix("s"), frozenset(ids)))
    for name in ("secondary_status", "objective_type"):
        wanted = filtering.optional_text(name)
        if wanted is not None:
            tests.append(_equals(name, frozenset({wanted})))
    for name, attribute, later in TIME_FILTERS:
        moment = filtering.optional_text(name)
        if moment is not None:
            tests.append(_since(attribute, moment, later=later))
    return tests


def _origin_test(filtering: Params, call: Call) -> Callable[[Any], bool]:
    automation = filtering.optional_text("campaign_automation_type")
    if automation is not None and automation not in AUTOMATION_TYPES:
        reason = f"Must be one of: {', '.join(AUTOMATION_TYPES)}."
        raise invalid("filtering.campaign_automation_type", reason)
    hides_smart = automation is None and call.state.switches.smart_plus_in_lists == "hidden"
    origins = filtering.strings("campaign_system_origins") or list(DEFAULT_ORIGINS)
    buying = filtering.strings("buying_types") or list(DEFAULT_BUYING)
    if TOP_VIEW in buying and len(buying) > 1:
        raise ApiError(
            Code.PARAM_ERROR,
            f"The value '{TOP_VIEW}' cannot be combined with other enum values for this parameter",
        )
    campaign_of = {one.campaign_id: one for one in call.state.campaigns(call.now)}

    def test(one: Any) -> bool:
        campaign = campaign_of[one.campaign_id]
        origin, bought = campaign.campaign_system_origin, campaign.buying_type
        kind = campaign.campaign_automation_type
        shown = kind == automation if automation else not (hides_smart and kind == UPGRADED)
        return shown and origin in origins and bought in buying

    return test


def _equals(attribute: str, wanted: frozenset[str]) -> Callable[[Any], bool]:
    return lambda one: getattr(one, attribute, None) in wanted


def _since(attribute: str, moment: str, *, later: bool) -> Callable[[Any], bool]:
    def test(one: Any) -> bool:
        value = getattr(one, attribute, None)
        if value is None:
            return False
        return bool(value >= moment) if later else bool(value <= moment)

    return test
