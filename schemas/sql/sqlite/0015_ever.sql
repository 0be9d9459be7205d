-- All days together stand under day 0, so that what is asked of the whole log needs no sum over its days.
INSERT INTO tally (day, facets, first, total, accepted, rejected, unsent, unknown)
SELECT 0, facets, min(first), sum(total), sum(accepted), sum(rejected), sum(unsent), sum(unknown)
  FROM tally GROUP BY facets;
