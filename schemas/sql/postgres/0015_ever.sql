-- All days together stand under day 0, so that what is asked of the whole log needs no sum over its days.
INSERT INTO tally (day, facets, first, total, accepted, rejected, unsent, unknown)
SELECT 0, facets, min(first), CAST(sum(total) AS BIGINT), CAST(sum(accepted) AS BIGINT), CAST(sum(rejected) AS BIGINT), CAST(sum(unsent) AS BIGINT), CAST(sum(unknown) AS BIGINT)
  FROM tally GROUP BY facets;
