-- A claim needs some megabytes for what leaves. Once a server process has freed a block as large as
-- this one, the C library keeps such memory (glibc, mallopt(3): its threshold is dynamic), where it
-- would give it back after each statement, to be made again page by page for the next.
select length(repeat(repeat(' ', 1000), 8000)) as characters
