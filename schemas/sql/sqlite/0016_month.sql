-- Each month stands under its own number, 20260300: a question about years is no sum over their days.
INSERT INTO tally (day, facets, first, total, accepted, rejected, unsent, unknown)
SELECT day / 100 * 100, facets, min(first), sum(total), sum(accepted), sum(rejected), sum(unsent), sum(unknown)
  FROM tally WHERE day > 0 GROUP BY day / 100 * 100, facets;
