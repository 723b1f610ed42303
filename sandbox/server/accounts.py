"""`user/info`, `advertiser/info` and `pixel/list`.

TikTok: "Get ad account details", "Get pixels" (page_size up to 20).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.server.envelope import ApiError, Code, invalid
from sandbox.server.params import required

if TYPE_CHECKING:
    from sandbox.server.messages import Response
    from sandbox.server.state import Call

PIXELS_A_PAGE = 20
ADVERTISERS_A_CALL = 100  # ours; TikTok states no maximum, clients send 100
NAME_EDITABLE = "company_name_editable"
ADVERTISER_FIELDS = (
    "advertiser_id",
    "name",
    "status",
    "role",
    "currency",
    "timezone",
    "display_timezone",
    "country",
    "language",
    "company",
    NAME_EDITABLE,
    "description",
    "industry",
    "balance",
    "create_time",
    "owner_bc_id",
    "advertiser_account_type",
    "rejection_reason",
    "address",
    "contacter",
    "cellphone_number",
    "telephone_number",
    "email",
    "license_no",
    "license_url",
    "license_province",
    "license_city",
    "promotion_area",
    "promotion_center_province",
    "promotion_center_city",
    "brand",
)


def user_info(call: Call) -> Response:
    """Answer who authorized the app, the e-mail masked."""
    return call.ok(
        {
            "core_user_id": "7200000000000000001",
            "display_name": "Northwind Marketing",
            "email": "m***g@northwind.example",
            "create_time": 1_600_000_000,
            "avatar_url": None,
        }
    )


def advertiser_info(call: Call) -> Response:
    """Answer the details of the advertisers asked for; fields that are not set are null."""
    ids = required(call.params.strings("advertiser_ids"), "advertiser_ids")
    if len(ids) > ADVERTISERS_A_CALL:
        raise ApiError(
            Code.ID_LIMIT_EXCEED, f"advertiser_ids: at most {ADVERTISERS_A_CALL} ids a call."
        )
    fields = call.params.strings("fields")
    for field in fields or ():
        if field not in ADVERTISER_FIELDS:
            raise invalid("fields", f"{field} is not a field of an advertiser.")
    if fields is None:
        fields = [field for field in ADVERTISER_FIELDS if field != NAME_EDITABLE]
    elif NAME_EDITABLE in fields:
        fields = [NAME_EDITABLE]
    wanted = dict.fromkeys(("advertiser_id", *fields))
    advertisers = [call.allowed_advertiser(one, "advertiser_ids") for one in ids]
    rows = [{field: getattr(one, field, None) for field in wanted} for one in advertisers]
    return call.ok({"list": rows})


def pixel_list(call: Call) -> Response:
    """Answer one page of the advertiser's pixels."""
    advertiser = call.advertiser()
    page, page_size = call.page(PIXELS_A_PAGE)
    params = call.params
    order = params.choice("order_by", ("EARLIEST_CREATE", "LATEST_CREATE"), "LATEST_CREATE")
    pixel_id, code, name = (params.optional_text(one) for one in ("pixel_id", "code", "name"))
    pixels = [
        pixel
        for pixel in call.state.world.pixels
        if pixel.advertiser_id == advertiser.advertiser_id
        and pixel_id in {None, pixel.pixel_id}
        and code in {None, pixel.pixel_code}
        and (name is None or name.lower() in pixel.pixel_name.lower())
    ]
    pixels.sort(key=lambda pixel: pixel.create_time, reverse=order == "LATEST_CREATE")
    shown = pixels[(page - 1) * page_size : page * page_size]
    return call.ok(
        {
            "pixels": [_pixel(pixel, call) for pixel in shown],
            "page_info": call.page_info(page, page_size, len(pixels)),
        }
    )


def _pixel(pixel: Any, call: Call) -> dict[str, object]:
    received = sorted(
        {
            event
            for batch in call.state.truth.batches()
            if batch.event_source_id == pixel.pixel_code
            for event, _, _ in batch.keys
        }
    )
    matching = {"email": True, "phone_number": True}
    events: list[dict[str, object]] = [
        {
            "event_id": str(int(pixel.pixel_id) + position),
            "event_code": event,
            "event_type": event,
            "optimization_event": event,
            "custom_event_type": None,
            "name": event,
            "currency": None,
            "currency_value": "0",
            "deprecated": False,
            "statistic_type": "EVERY_TIME",
            "rules": [],
        }
        for position, event in enumerate(received, start=1)
    ]
    return {
        "pixel_id": pixel.pixel_id,
        "pixel_code": pixel.pixel_code,
        "pixel_name": pixel.pixel_name,
        "pixel_category": "ONLINE_STORE",
        "pixel_setup_mode": "DEVELOPER",
        "partner_name": None,
        "create_time": pixel.create_time,
        "pixel_script": f"<script>/* base code of {pixel.pixel_code} */</script>",
        "advanced_matching_fields": matching,
        "automatic_advanced_matching_fields": {
            **matching,
            "name": False,
            "address": False,
            "external_id": False,
        },
        "enable_first_party_cookies": True,
        "enable_expanded_data_sharing": False,
        "asset_ownership": {
            "asset_relation_status": None,
            "ownership_status": True,
            "owner_bc_id": None,
        },
        "events": events,
    }
