"""Write an import of accounts, pixels or ads as one set, and tell what changed by it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypeAlias

from psycopg import sql

from airflow_provider_tiktok.warehouse.database import WarehouseError, statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import psycopg
    from _typeshed import DataclassInstance


@dataclass(frozen=True)
class EntityKind:
    """What is kept of one kind of entity: its table, its owner and TikTok's fields.

    The first field is the key. ``unlogged`` fields change without a note of it in
    ``dimension_changes``.
    """

    name: str
    table: str
    scope_column: str
    fields: tuple[str, ...]
    unlogged: tuple[str, ...] = ("create_time", "modify_time")

    @property
    def key(self) -> str:
        """Return the column of TikTok's id."""
        return self.fields[0]

    @property
    def logged(self) -> list[str]:
        """Return the columns whose changes are remembered."""
        return [name for name in self.fields[1:] if name not in self.unlogged]


ADVERTISER = EntityKind(
    "advertiser",
    "advertisers",
    "connection_id",
    (
        "advertiser_id",
        "advertiser_name",
        "display_timezone",
        "timezone",
        "currency",
        "country",
        "status",
        "role",
    ),
)
PIXEL = EntityKind("pixel", "pixels", "advertiser_id", ("pixel_code", "pixel_id", "pixel_name"))
CAMPAIGN = EntityKind(
    "campaign",
    "campaigns",
    "advertiser_id",
    (
        "campaign_id",
        "campaign_name",
        "objective_type",
        "operation_status",
        "secondary_status",
        "create_time",
        "modify_time",
    ),
)
AD_GROUP = EntityKind(
    "ad_group",
    "ad_groups",
    "advertiser_id",
    (
        "adgroup_id",
        "campaign_id",
        "adgroup_name",
        "pixel_id",
        "optimization_goal",
        "optimization_event",
        "click_attribution_window",
        "view_attribution_window",
        "operation_status",
        "secondary_status",
        "create_time",
        "modify_time",
    ),
)
AD = EntityKind(
    "ad",
    "ads",
    "advertiser_id",
    (
        "ad_id",
        "adgroup_id",
        "campaign_id",
        "ad_name",
        "landing_page_url",
        "operation_status",
        "secondary_status",
        "create_time",
        "modify_time",
    ),
)
# TikTok returns the account's contact with it. Nobody needs that person in the warehouse.
PERSONAL_FIELDS = frozenset(
    {
        "address",
        "cellphone_number",
        "contacter",
        "email",
        "license_no",
        "license_url",
        "telephone_number",
    }
)


# What the API client returns, or the fields as TikTok sends them.
Info: TypeAlias = "Mapping[str, object] | DataclassInstance"


@dataclass(frozen=True)
class Change:
    """One field of one entity that is not what it was at the last import.

    Field ``presence`` goes between ``present`` and ``missing``.
    """

    entity_id: str
    field: str
    old_value: str | None
    new_value: str | None


@dataclass(frozen=True)
class SaveResult:
    """What one import found.

    ``held_elsewhere`` lists ids that another connection (or, for pixels, account) already brings.
    """

    seen: int
    added: int
    missing: int
    changes: tuple[Change, ...]
    held_elsewhere: tuple[str, ...] = ()


def save_entities(
    connection: psycopg.Connection[Any],
    kind: EntityKind,
    owner: Mapping[str, str],
    infos: Iterable[Info],
    *,
    is_complete: bool,
) -> SaveResult:
    """Upsert the entities of one owner, and mark those missing that a complete import lacks.

    Nothing is deleted: a missing entity keeps its row, its history and its spend.

    :param owner: the columns that say whose they are; among them the kind's ``scope_column``.
    :raises WarehouseError: an info has no key.
    """
    rows = [_row(_members(info), kind.fields) | dict(owner) for info in infos]
    scope = {"kind": kind.name, "scope": owner[kind.scope_column]}
    with connection.transaction():
        saved = connection.execute(
            _statement("accounts/save", kind, owner),
            {"rows": json.dumps(rows, default=str), "logged": kind.logged, **scope},
        ).fetchall()
        changes = [Change(*row[2:]) for row in saved if row[2] is not None]
        gone: list[Change] = []
        if is_complete:
            found = connection.execute(
                _statement("accounts/mark_missing", kind, owner),
                {"seen": [row[kind.key] for row in rows], **scope},
            )
            gone = [Change(*row) for row in found.fetchall()]
    return SaveResult(
        seen=len(rows),
        added=saved[0][0],
        missing=len(gone),
        changes=(*changes, *gone),
        held_elsewhere=tuple(saved[0][1]),
    )


def _statement(name: str, kind: EntityKind, owner: Mapping[str, str]) -> sql.Composed:
    """Return a statement for one kind of entity. A field that TikTok leaves out stays as known."""
    assignments = [
        sql.SQL("{0} = coalesce(excluded.{0}, known.{0})").format(sql.Identifier(column))
        for column in (*owner, *kind.fields[1:])
    ]
    return sql.SQL(statement(name)).format(
        table=sql.Identifier("tiktok_raw", kind.table),
        key=sql.Identifier(kind.key),
        columns=sql.SQL(", ").join(map(sql.Identifier, (*kind.fields, *owner))),
        assignments=sql.SQL(", ").join(assignments),
        scope_column=sql.Identifier(kind.scope_column),
    )


def _members(info: Info) -> Mapping[str, object]:
    """Return an answer's fields by name, whether it came typed or as TikTok sent it."""
    if isinstance(info, Mapping):
        return info
    typed = {field.name: getattr(info, field.name) for field in fields(info)}
    raw: Mapping[str, object] = typed.pop("raw", {})
    return {**raw, **typed}


def _row(info: Mapping[str, object], columns: Sequence[str]) -> dict[str, Any]:
    raw = {name: value for name, value in info.items() if name not in PERSONAL_FIELDS}
    row: dict[str, Any] = {name: _text(info.get(name)) for name in columns}
    # TikTok calls it `name` in the account's details and `advertiser_name` in the list of a grant.
    if row.get("advertiser_name", "") is None:
        row["advertiser_name"] = _text(info.get("name"))
    if row[columns[0]] is None:
        raise WarehouseError(f"TikTok sent an entity without {columns[0]}; nothing was saved.")
    row["raw"] = storable(raw)
    return row


def _text(value: object) -> str | None:
    """Return a value as text; TikTok's dash means that there is none."""
    if value is None or value in {"", "-"}:
        return None
    return str(storable(str(value)))


def storable(value: object) -> object:
    """Return *value* without the characters that PostgreSQL's text and jsonb refuse."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {str(storable(str(key))): storable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [storable(item) for item in value]
    return value
