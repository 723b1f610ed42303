"""What all operators of this provider share: two connections, a way to stop, errors that help."""

from __future__ import annotations

import time
from functools import cached_property
from typing import TYPE_CHECKING

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException

from airflow_provider_tiktok.api.errors import TikTokReauthoriseError
from airflow_provider_tiktok.hooks.tiktok import TikTokHook
from airflow_provider_tiktok.operators.failures import ThrottleRetryPolicy, final_sentence
from airflow_provider_tiktok.operators.links import ReceiptsLink

if TYPE_CHECKING:
    from typing import Any

    from airflow.sdk import Context, RetryPolicy

NAP_SECONDS = 0.5


class TikTokOperator(BaseOperator):
    """Run one job of the engine.

    :param tiktok_conn_id: the connection of type ``tiktok``.
    :param warehouse_conn_id: the connection of type ``postgres`` whose database is the warehouse.
    :param retry_policy: by default a throttled task waits as long as TikTok asks for.
    """

    ui_color = "#e8f7f7"
    operator_extra_links = (ReceiptsLink(),)

    def __init__(
        self,
        *,
        tiktok_conn_id: str = TikTokHook.default_conn_name,
        warehouse_conn_id: str = "tiktok_warehouse",
        retry_policy: RetryPolicy | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(retry_policy=retry_policy or ThrottleRetryPolicy(), **kwargs)
        self.tiktok_conn_id = tiktok_conn_id
        self.warehouse_conn_id = warehouse_conn_id
        self._is_stopping = False

    @cached_property
    def hook(self) -> TikTokHook:
        """The hook, whose waits end when the task is stopped."""
        return TikTokHook(self.tiktok_conn_id, self.warehouse_conn_id, sleep=self._nap)

    def execute(self, context: Context) -> Any:
        """Do the job and return its counts.

        :raises AirflowFailException: a person must act; the message says who and what.
        """
        try:
            return self._run_job(context)
        except Exception as error:
            sentence = final_sentence(error)
            if sentence is None:
                raise
        finally:
            self.hook.close()
        # Outside the except block, so that the log shows the sentence and not two tracebacks.
        raise AirflowFailException(sentence)

    def run_job(self, context: Context) -> Any:
        """Do the job of this operator; errors of the engine may pass."""
        raise NotImplementedError

    def _run_job(self, context: Context) -> Any:
        for notice in self.hook.settings.notices:
            self.log.warning("%s", notice)
        try:
            return self.run_job(context)
        except TikTokReauthoriseError as error:
            self.hook.token_source.died(error.outcome.code)
            raise

    def on_kill(self) -> None:
        """Ask the job to finish what is in its hands; Airflow kills it after five seconds."""
        # Runs inside a signal handler: a plain attribute cannot dead-lock as a lock could.
        self._is_stopping = True

    def _is_stopped(self) -> bool:
        return self._is_stopping

    def _nap(self, seconds: float) -> None:
        """Sleep until the time is over or the task is stopped."""
        ends = time.monotonic() + seconds
        while not self._is_stopping and (left := ends - time.monotonic()) > 0:
            time.sleep(min(left, NAP_SECONDS))
