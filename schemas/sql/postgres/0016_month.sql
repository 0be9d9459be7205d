-- Each month stands under its own number, 20260300: a question about years is no sum over their days.
INSERT INTO tally (day, facets, first, total, accepted, rejected, unsent, unknown)
SELECT day / 100 * 100, facets, min(first), CAST(sum(total) AS BIGINT), CAST(sum(accepted) AS BIGINT), CAST(sum(rejected) AS BIGINT), CAST(sum(unsent) AS BIGINT), CAST(sum(unknown) AS BIGINT)
  FROM tally WHERE day > 0 GROUP BY day / 100 * 100, facets;
