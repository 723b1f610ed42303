"""What every command starts and ends with: a hook, sentences for errors, words on the terminal."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg

from airflow_provider_tiktok.api.errors import TikTokError
from airflow_provider_tiktok.hooks.settings import SettingsError
from airflow_provider_tiktok.hooks.tiktok import TikTokHook
from airflow_provider_tiktok.warehouse.database import WarehouseError, what_is_missing

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator


@contextmanager
def opened_hook(args: argparse.Namespace) -> Iterator[TikTokHook]:
    """Yield the hook of a command; an error that we can explain ends it with one sentence."""
    # As Airflow's own commands do, to read connections from its database where it has one.
    os.environ["_AIRFLOW_PROCESS_CONTEXT"] = "server"
    hook = TikTokHook(args.connection, args.warehouse)
    try:
        yield hook
    except (SettingsError, WarehouseError, TikTokError) as error:
        sys.exit(str(error))
    except psycopg.Error as error:
        sentence = what_is_missing(error)
        if sentence is None:
            raise
        sys.exit(sentence)
    finally:
        hook.close()


def say(text: str) -> None:
    """Print *text* and end the line."""
    sys.stdout.write(f"{text}\n")
