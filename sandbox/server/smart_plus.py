"""`smart_plus/campaign/get`, `smart_plus/adgroup/get` and `smart_plus/ad/get`.

TikTok: "Upgraded Smart+". An ad is a group of creatives: `smart_plus_ad_id` is what reports call
`ad_id_v2`, and `smart_plus_creative_id` is the `ad_id` of ad/get and of reports.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from sandbox.server.dimensions import UPGRADED
from sandbox.server.envelope import invalid
from sandbox.server.objects import check_status, shows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.server.messages import Response
    from sandbox.server.state import Call

ROWS_A_PAGE = 100
ID_FILTERS = {
    "campaign_ids": "campaign_id",
    "adgroup_ids": "adgroup_id",
    "smart_plus_ad_ids": "ad_id_v2",
}


def campaigns(call: Call) -> Response:
    """Answer one page of upgraded Smart+ campaigns."""
    return _page(call, map(dataclasses.asdict, _chosen(call, call.state.campaigns(call.now))))


def ad_groups(call: Call) -> Response:
    """Answer one page of their ad groups."""
    return _page(call, map(dataclasses.asdict, _chosen(call, call.state.world.ad_groups)))


def ads(call: Call) -> Response:
    """Answer one page of their ads, each with its creatives."""
    found: dict[str, list[Any]] = {}
    for creative in _chosen(call, call.state.ads(call.now)):
        found.setdefault(creative.ad_id_v2, []).append(creative)
    return _page(call, (_ad(creatives) for creatives in found.values()))


def _chosen(call: Call, everything: Iterable[Any]) -> list[Any]:
    advertiser = call.advertiser()
    filtering = call.params.object("filtering")
    for name in filtering.values:
        if name not in {*ID_FILTERS, "primary_status"}:
            raise invalid(f"filtering.{name}", "Unknown field.")
    status = filtering.optional_text("primary_status") or "STATUS_NOT_DELETE"
    check_status(status, "filtering.primary_status")
    smart = {
        one.campaign_id
        for one in call.state.campaigns(call.now)
        if one.campaign_automation_type == UPGRADED
        and one.advertiser_id == advertiser.advertiser_id
    }
    wanted = {name: filtering.strings(name) for name in ID_FILTERS}
    return [
        one
        for one in everything
        if one.campaign_id in smart
        and shows(one, status)
        and all(
            ids is None or getattr(one, ID_FILTERS[name], None) in ids
            for name, ids in wanted.items()
        )
    ]


def _ad(creatives: list[Any]) -> dict[str, object]:
    first = creatives[0]
    return {
        "smart_plus_ad_id": first.ad_id_v2,
        "ad_name": first.ad_name,
        "campaign_id": first.campaign_id,
        "adgroup_id": first.adgroup_id,
        "advertiser_id": first.advertiser_id,
        "operation_status": first.operation_status,
        "secondary_status": first.secondary_status,
        "create_time": first.create_time,
        "modify_time": first.create_time,
        "landing_page_url_list": [{"landing_page_url": first.landing_page_url}],
        "creative_list": [
            {
                "smart_plus_creative_id": one.ad_id,
                "ad_material_id": f"9{one.ad_id}",
                "creative_info": {"ad_format": "SINGLE_VIDEO", "material_name": one.ad_name},
            }
            for one in creatives
        ],
    }


def _page(call: Call, rows: Iterable[dict[str, object]]) -> Response:
    everything = list(rows)
    page, page_size = call.page(ROWS_A_PAGE)
    shown = everything[(page - 1) * page_size : page * page_size]
    info = call.page_info(page, page_size, len(everything))
    return call.ok({"list": shown, "page_info": info})
