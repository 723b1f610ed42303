"""A build goes on from what an older version left, whatever the models were then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.dbt.user_tables import create_user_tables, insert

if TYPE_CHECKING:
    import psycopg

    from tests.dbt.dbt_project import DbtProject

PEOPLE = ("--select", "+int_persons_stitched", "--exclude-resource-type", "unit_test")
# An older version had a view upon the staging view where a table is now, other columns in the view,
# and another type in a table.
OLDER = """
drop view analytics_staging.stg_web__identities cascade;
create view analytics_staging.stg_web__identities as
    select identity_id, visitor_id as visitor, customer_id, email, observed_at from web.identities;
drop table analytics_intermediate.int_person_links_unioned;
create view analytics_intermediate.int_person_links_unioned as
    select visitor as name, customer_id as linked_name from analytics_staging.stg_web__identities;
drop table analytics_intermediate.int_persons_stitched;
create table analytics_intermediate.int_persons_stitched as
    select 'c:1'::varchar as name, 7 as person_id;
"""


@pytest.mark.parametrize("how", [(), ("--full-refresh",)], ids=["as every hour", "full refresh"])
def test_a_build_replaces_what_had_other_columns_types_and_kinds(
    project: DbtProject, connection: psycopg.Connection, how: tuple[str, ...]
) -> None:
    create_user_tables(connection)
    insert(
        connection, "web.identities", {"identity_id": "i", "visitor_id": "v", "customer_id": "1"}
    )
    project.build_all(*PEOPLE)
    connection.execute(OLDER)
    connection.execute(
        "update analytics_intermediate.tiktok_build set completed_settings = 'older'"
    )
    project.build_all(*PEOPLE, *how)
    persons = "select name, person_id from analytics_intermediate.int_persons_stitched order by 1"
    assert project.rows(persons) == [("c:1", "c:1"), ("v:v", "c:1")]
