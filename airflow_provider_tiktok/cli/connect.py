"""``airflow tiktok connect``: authorise at TikTok from a terminal, for people without the UI."""

from __future__ import annotations

import getpass
import sys
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from airflow.utils.providers_configuration_loader import providers_configuration_loaded

from airflow_provider_tiktok.cli.session import opened_hook, say
from airflow_provider_tiktok.hooks.authorisation import Authorisation
from airflow_provider_tiktok.hooks.configuration import token_keys
from airflow_provider_tiktok.hooks.settings import SettingsError
from airflow_provider_tiktok.warehouse.tokens import TokenStore
from airflow_provider_tiktok.warehouse.tokens_flow import FlowRefusedError, FlowStore, Refusal

if TYPE_CHECKING:
    import argparse

    from airflow_provider_tiktok.hooks.authorisation import Found


@providers_configuration_loaded
def connect(args: argparse.Namespace) -> None:
    """Print TikTok's address, take what it sends back, show what it shares, store it."""
    with opened_hook(args) as hook, hook.connect_warehouse() as warehouse:
        user = f"terminal:{getpass.getuser()}"
        authorisation = Authorisation(hook, warehouse, user)
        address = authorisation.begin()
        say("1. Open this address, sign in at TikTok, choose the accounts and approve:\n")
        say(f"   {address}\n")
        say("2. TikTok sends the browser to the redirect address, which may show an error: the")
        say("   address is what counts. Copy all of it from the browser and paste it here.")
        flow = FlowStore(warehouse, token_keys(), user)
        name = authorisation.receive(_code(_asked("   Address: "), flow))
        found = authorisation.found(name)
        say(f"\n3. TikTok shares {len(found.advertisers)} accounts:\n")
        say(_listed(found))
        if not args.yes and not _agrees(_asked("\n   Store and import them? [y/N] ")):
            authorisation.drop(name)
            say("Nothing was stored.")
            sys.exit(1)
        authorisation.confirm(name)
        say("Connected. The next hourly run of tiktok_spend pulls these accounts.")


@providers_configuration_loaded
def rotate_keys(args: argparse.Namespace) -> None:
    """Encrypt every kept token with the first key, so that the others may be removed."""
    with opened_hook(args) as hook, hook.connect_warehouse() as warehouse:
        store = TokenStore(warehouse, token_keys(), changed_by=f"terminal:{getpass.getuser()}")
        say(f"{store.reencrypt()} tokens had another key. All are encrypted with the first now.")


def _code(pasted: str, flow: FlowStore) -> str:
    """Return the code in what was pasted: the whole address, or the code alone.

    The whole address is checked against the state that was sent along. A code alone is taken from
    the person at the terminal, who began: it has no state to check.

    :raises FlowRefusedError: the address belongs to another authorisation.
    :raises SettingsError: there is no code in it.
    """
    if "=" not in pasted and "/" not in pasted:
        return pasted
    given = parse_qs(urlsplit(pasted).query)
    states, codes = given.get("state", []), given.get("auth_code") or given.get("code") or []
    if len(states) != 1 or len(codes) != 1 or len(given.get("code", codes)) != 1:
        raise SettingsError("This is not the address to which TikTok sent the browser: it has no "
                            "state and auth_code. Run the command again.")  # fmt: skip
    if given.get("code", codes) != codes:
        raise FlowRefusedError(Refusal.UNKNOWN)
    flow.take(states[0])
    return codes[0]


def _listed(found: Found) -> str:
    lines = []
    for one in found.advertisers:
        zone = one.display_timezone or one.timezone
        lines.append(f"   {one.advertiser_id}  {one.advertiser_name}  {zone}  {one.currency}")
        lines += [
            f"      pixel {pixel.pixel_code}  {pixel.pixel_name}"
            for pixel in found.pixels.get(one.advertiser_id, ())
        ]
    if found.left:
        lines.append(f"   The pixels of {found.left} more come with the next tiktok_accounts.")
    if found.not_granted:
        lines.append(f"   Missing, though read today: {', '.join(found.not_granted)}.")
    return "\n".join([*lines, *(f"   {problem}" for problem in found.problems)])


def _asked(question: str) -> str:
    sys.stdout.write(question)
    sys.stdout.flush()
    answer = sys.stdin.readline().strip()
    if not answer:
        raise SettingsError("Nothing was pasted, so nothing was stored.")
    return answer


def _agrees(answer: str) -> bool:
    return answer.lower() in {"y", "yes"}
