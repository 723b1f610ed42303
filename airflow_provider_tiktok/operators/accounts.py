"""Import accounts, pixels and the names of ads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk.exceptions import AirflowFailException

from airflow_provider_tiktok.hooks.account_import import import_accounts, import_ads
from airflow_provider_tiktok.operators.base import TikTokOperator

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from airflow.sdk import Context


class TikTokImportAccountsOperator(TikTokOperator):
    """Import the advertisers that the token may see, and their pixels.

    An advertiser that TikTok refuses does not keep the others out: the task fails after it has
    saved them, with one sentence for each that is missing.
    """

    def run_job(self, context: Context) -> dict[str, int]:  # noqa: ARG002 - the interface's argument
        """Return how many advertisers and pixels were seen, added, changed and found missing."""
        with self.hook.connect_warehouse() as warehouse:
            found = import_accounts(warehouse, self.hook.client, self.hook.settings)
        self.log.info("Imported: %s", dict(found.counts))
        if found.problems:
            raise AirflowFailException(" ".join(found.problems))
        if found.failures:
            raise found.failures[0]
        return dict(found.counts)


class TikTokImportAdsOperator(TikTokOperator):
    """Import the campaigns, ad groups and ads of one advertiser: names, parents and landing pages.

    :param advertiser_id: TikTok's id; may be templated or mapped.
    """

    template_fields: Sequence[str] = ("advertiser_id",)

    def __init__(self, *, advertiser_id: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.advertiser_id = advertiser_id

    def run_job(self, context: Context) -> dict[str, int]:  # noqa: ARG002 - the interface's argument
        """Return how many campaigns, ad groups and ads were seen, added, changed and missing."""
        self.hook.settings.check(self.advertiser_id)
        with self.hook.connect_warehouse() as warehouse:
            counts = import_ads(warehouse, self.hook.client, self.advertiser_id)
        self.log.info("Advertiser %s: %s", self.advertiser_id, dict(counts))
        return dict(counts)
