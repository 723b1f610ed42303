"""Everything a running sandbox knows, and one call as its handler sees it."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sandbox.server.dedup import Dedup
from sandbox.server.envelope import ApiError, Code, RequestIds, invalid, ok
from sandbox.server.faults import FaultBook
from sandbox.server.params import read_params
from sandbox.server.ports import FaultyPorts
from sandbox.server.quota import Quota, TimeoutPenalties
from sandbox.server.report_cache import ReportCache
from sandbox.server.switches import Switches
from sandbox.server.tokens import APP_ID, APP_SECRET, Grant, Tokens

if TYPE_CHECKING:
    from datetime import datetime

    from sandbox.server.clock import VirtualClock
    from sandbox.server.faults import Strike
    from sandbox.server.messages import Request, Response
    from sandbox.server.params import Params
    from sandbox.server.report_tasks import Link, Task
    from sandbox.server.truth import TruthLog
    from sandbox.world import Ad, Advertiser, Campaign, Pixel, World

NOT_GRANTED = "7000000000000000009"
REQUESTS_KEPT = 20_000
EVENT_SETS = {"offline": ("7300000000000000001",), "crm": ("7400000000000000001",)}


@dataclass
class State:
    """The sandbox's memory. Handlers read and write it; the application owns it."""

    world: World
    clock: VirtualClock
    truth: TruthLog
    switches: Switches = field(default_factory=Switches)
    app_id: str = APP_ID
    app_secret: str = APP_SECRET
    redirect_uris: frozenset[str] = frozenset()  # empty: any http or https address
    quota: Quota = field(default_factory=Quota)
    penalties: TimeoutPenalties = field(default_factory=TimeoutPenalties)
    faults: FaultBook = field(default_factory=FaultBook)
    dedup: Dedup = field(default_factory=Dedup)
    request_ids: RequestIds = field(default_factory=RequestIds)
    requests: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=REQUESTS_KEPT))
    served: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    decisions: Counter[str] = field(default_factory=Counter)
    reports: ReportCache = field(default_factory=ReportCache)
    tasks: dict[str, Task] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    ports: FaultyPorts = field(default_factory=FaultyPorts)
    scheme: str = "http"
    _campaigns: tuple[datetime, tuple[Campaign, ...]] | None = None
    _ads: tuple[datetime, tuple[Ad, ...]] | None = None

    @cached_property
    def tokens(self) -> Tokens:
        """The token authority; it starts with the static token."""
        return self.fresh_tokens()

    def fresh_tokens(self) -> Tokens:
        """Return a token authority that has only the static token."""
        granted = [one.advertiser_id for one in self.world.advertisers]
        granted = [one for one in granted if one != NOT_GRANTED]
        return Tokens(granted, self.app_id, self.app_secret)

    @cached_property
    def advertisers(self) -> dict[str, Advertiser]:
        """Advertisers by id."""
        return {one.advertiser_id: one for one in self.world.advertisers}

    def campaigns(self, at: datetime) -> tuple[Campaign, ...]:
        """Campaigns as TikTok lists them at a moment, to the minute."""
        minute = at.replace(second=0, microsecond=0)
        if self._campaigns is None or self._campaigns[0] != minute:
            self._campaigns = (minute, self.world.campaigns_at(minute))
        return self._campaigns[1]

    def ads(self, at: datetime) -> tuple[Ad, ...]:
        """Ads as TikTok lists them at a moment, to the minute."""
        minute = at.replace(second=0, microsecond=0)
        if self._ads is None or self._ads[0] != minute:
            self._ads = (minute, self.world.ads_at(minute))
        return self._ads[1]

    @cached_property
    def pixels(self) -> dict[str, Pixel]:
        """Pixels by code."""
        return {one.pixel_code: one for one in self.world.pixels}


@dataclass
class Call:
    """One request to the API, on its way through a handler."""

    state: State
    request: Request
    request_id: str
    now: datetime
    strike: Strike | None = None
    _grant: Grant | None = None

    @cached_property
    def params(self) -> Params:
        """Parameters from the query and the body."""
        return read_params(self.request)

    @property
    def grant(self) -> Grant:
        """The grant of the caller's token; endpoints without a token have none."""
        if self._grant is None:
            raise ApiError(Code.EMPTY_ACCESS_TOKEN, "Access token is empty.")
        return self._grant

    def authenticate(self) -> Grant:
        """Check the Access-Token header and keep its grant."""
        self._grant = self.state.tokens.check(self.request.headers.get("access-token"), self.now)
        return self._grant

    @property
    def struck_by(self) -> str | None:
        """Name of the fault kind that chose this call, if one did."""
        return self.strike.kind.name if self.strike is not None else None

    def ok(self, data: object, *, head: tuple[tuple[str, str], ...] = ()) -> Response:
        """Return a success with `data`."""
        return ok(data, self.request_id, head=head)

    def advertiser(self, name: str = "advertiser_id") -> Advertiser:
        """Return the advertiser that the call names, or raise 40001 or 40002."""
        return self.allowed_advertiser(self.params.text(name), name)

    def allowed_advertiser(self, advertiser_id: str, name: str = "advertiser_id") -> Advertiser:
        """Return an advertiser of the grant, or raise 40001 (40002 for what is no id)."""
        if not advertiser_id.isdigit():
            raise invalid(name, "Not a valid advertiser id.")
        known = self.state.advertisers.get(advertiser_id)
        if known is None or advertiser_id not in self.grant.advertiser_ids:
            raise ApiError(
                Code.PERMISSION_ERROR, f"No permission to operate advertiser: {advertiser_id}"
            )
        return known

    def page(self, largest: int) -> tuple[int, int]:
        """Return page and page_size."""
        page = self.params.integer("page", 1, low=1, high=1_000_000_000)
        return page, self.params.integer("page_size", 10, low=1, high=largest)

    def page_info(self, page: int, page_size: int, total: int) -> dict[str, int]:
        """Return TikTok's page_info."""
        pages = -(-total // page_size) if total else self.state.switches.empty_total_page
        return {
            "page": page,
            "page_size": page_size,
            "total_number": total,
            "total_page": pages,
        }
