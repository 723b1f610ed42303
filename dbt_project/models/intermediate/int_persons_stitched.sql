{{ config(
    materialized='steady_table',
    unique_key='name',
    scope='none',
    feeds=[{'kind': 'name', 'key': 'name'}],
    indexes=[{'columns': ['person_id']}],
) }}

-- Which names are one person: the connected components of the links, however long their chains. A
-- partial run joins whole persons by the links that are new, so that it costs what they touch.
--
-- Each round makes two passes over the components that are not done (Kiveris and others, "Connected
-- components in MapReduce and beyond", 2014). First a name tells the smallest name that it knows to
-- its larger neighbours, then to its smaller ones. Chains halve in every round, so even one of a
-- million names takes some twenty. A component is done when all its names know the smallest one and
-- nothing else; then it takes no further part.
with recursive links as (
    {{ links_of_persons(ref('int_person_links_unioned'), this) }}
),

rounds as (
    select
        larger,
        smaller,
        false as is_done
    from links
    union all
    select distinct
        case when smaller = smallest then larger else smaller end as larger,
        smallest as smaller,
        is_done
    from (
        select
            *,
            min(smaller) over (partition by larger) as smallest
        from (
            select
                case when is_done then name else neighbour end as larger,
                smallest as smaller,
                is_done
            from (
                select
                    *,
                    bool_and(smallest in (name, neighbour)) over (partition by smallest)
                    and count(*) filter (where name = smallest) over (partition by smallest)
                    = count(*) filter (where neighbour = smallest) over (partition by smallest)
                        as is_done
                from (
                    select
                        ends.name,
                        ends.neighbour,
                        least(ends.name, min(ends.neighbour) over (partition by ends.name))
                            as smallest
                    from rounds
                    cross join
                        lateral (
                            values (rounds.larger, rounds.smaller), (rounds.smaller, rounds.larger)
                        ) as ends (name, neighbour)
                    where not rounds.is_done
                ) as known
            ) as compared
            where
                (is_done and name <> smallest)
                or (not is_done and neighbour > name)
        ) as told_to_larger
    ) as told_to_smaller
),

components as (
    select
        larger as name,
        smaller as person_id
    from rounds
    where is_done
    union all
    select distinct
        smaller as name,
        smaller as person_id
    from rounds
    where is_done
)

{{ names_of_components('components', this) }}
