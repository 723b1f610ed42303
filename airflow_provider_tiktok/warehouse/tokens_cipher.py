"""Encrypt a connection's tokens so that they can be read only with a key, and only in their row."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet, InvalidToken

from airflow_provider_tiktok.warehouse.database import WarehouseError

if TYPE_CHECKING:
    from collections.abc import Sequence

WHERE_KEYS_ARE = "[tiktok] token_keys in Airflow's configuration"
HOW_TO_MAKE_ONE = (
    "python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
)


class TokenKeyError(WarehouseError):
    """The key that is needed is missing or is none; nothing was read or written without it."""


class TokenDamagedError(WarehouseError):
    """What is stored is not what was stored: changed, cut, or moved from another row."""


class TokenCipher:
    """Encrypt with the first key, decrypt with any.

    :param keys: Fernet keys, newest first.
    :raises TokenKeyError: no key at all, or one that is no Fernet key.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        """Read the keys."""
        if not keys:
            raise TokenKeyError(
                f"Tokens are kept encrypted, and there is no key. Set {WHERE_KEYS_ARE} to the "
                f"output of: {HOW_TO_MAKE_ONE}",
            )
        self._fernets: dict[str, Fernet] = {}
        for number, key in enumerate(keys, 1):
            try:
                fernet = Fernet(key.strip())
            except ValueError:
                raise TokenKeyError(
                    f"Key {number} of {len(keys)} in {WHERE_KEYS_ARE} is no Fernet key. "
                    f"Make one with: {HOW_TO_MAKE_ONE}",
                ) from None
            self._fernets.setdefault(_fingerprint(key), fernet)
        self.key_id = next(iter(self._fernets))

    def encrypt(self, secrets: dict[str, str | None], connection_id: str, version: int) -> bytes:
        """Return the ciphertext of *secrets*, bound to this version of this connection."""
        bound = {"connection_id": connection_id, "version": version, "secrets": secrets}
        return self._fernets[self.key_id].encrypt(json.dumps(bound).encode())

    def decrypt(
        self,
        ciphertext: bytes,
        key_id: str | None,
        connection_id: str,
        version: int,
    ) -> dict[str, str | None]:
        """Return the secrets.

        :raises TokenKeyError: the key that encrypted them is not in the list any more.
        :raises TokenDamagedError: the ciphertext was changed, or belongs to another row or version.
        """
        fernet = self._fernets.get(key_id or "")
        if fernet is None:
            raise TokenKeyError(
                f"The token of connection {connection_id} was encrypted with key {key_id}, which "
                f"is not in {WHERE_KEYS_ARE}. Put that key back at the end of the list, or "
                "connect again.",
            )
        try:
            bound = json.loads(fernet.decrypt(ciphertext))
        except (InvalidToken, ValueError):
            bound = {}
        if (bound.get("connection_id"), bound.get("version")) != (connection_id, version):
            raise TokenDamagedError(
                f"The stored token of connection {connection_id} was changed outside of this "
                "package and is not used. Connect again, and find out who writes to "
                "tiktok_ops.oauth_tokens.",
            )
        secrets: dict[str, str | None] = bound["secrets"]
        return secrets


def split_keys(text: str) -> list[str]:
    """Return the keys of a comma-separated setting, newest first."""
    return [key.strip() for key in text.split(",") if key.strip()]


def _fingerprint(key: str) -> str:
    return hashlib.sha256(key.strip().encode()).hexdigest()[:12]
