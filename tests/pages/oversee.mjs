// What those who look after it all do: read the overview, the policies and what changed in them, the list that is
// published, and the reports of what was wrongly sent. And what holds for every page: it is small, and fits at 400 %.

import { check } from "./house.mjs";

// Path, and whom to look at it as.
export const OVERSEEN = [
  ["/overview", "granskaren"],
  ["/overview?days=90", "granskaren"],
  ["/policies", "granskaren"],
  ["/policies/globalconnect", "granskaren"],
  ["/policies/ip-only/fault.report", "granskaren"],
  ["/policies/globalconnect/changes", "granskaren"],
  ["/incidents", "ombudet"],
  ["/recipients", null],
];

export async function overview(house) {
  const visit = await house.visit({ as: "granskaren" });
  const { page } = visit;
  await page.click("nav a[href='/overview']");
  await page.waitForSelector("#chart-disclosed");
  check((await page.locator("figure.chart svg[role=img]").count()) === 3, "three pictures");
  const sum = Number(await page.innerText("#chart-disclosed .sum"));
  check(sum > 0, "something was disclosed");
  await page.click("figure.chart >> nth=0 >> summary");
  const cells = await page.locator("figure.chart >> nth=0 >> td.number").allInnerTexts();
  check(cells.length === 30, `a row for each day: ${cells.length}`);
  check(cells.reduce((all, one) => all + Number(one), 0) === sum, "the table says what the picture says");
  check((await page.innerText("main")).includes("GlobalConnect AB"), "operators are named");
  await visit.judge("overview-table");
  await page.click("nav.spans a >> nth=0");
  await page.waitForURL(/days=7$/);
  check((await page.locator("nav.spans a[aria-current]").innerText()) === "En vecka", "where one is, is told");
  visit.calm("the overview");
  await visit.close();
}

export async function policies(house) {
  const visit = await house.visit({ as: "granskaren" });
  const { page } = visit;
  await page.click("nav a[href='/policies']");
  await page.click("main a[href='/policies/globalconnect']");
  await page.waitForSelector("table.matrix");
  await page.click("table.matrix a[href$='/fault.report']");
  await page.waitForSelector(".rules");
  const told = await page.innerText("main");
  check(told.includes("Om ett besök är bokat"), `a condition is told in words: ${told.slice(0, 400)}`);
  check(told.includes("sparas 30 dygn efter ärendets slut"), "and for how long it is kept");
  await page.click("main a[href='/policies/globalconnect'] >> nth=0");
  await page.click("a[href$='/changes']");
  await page.waitForSelector("main .note");
  visit.calm("policies");
  await visit.close();
  const anybody = await house.visit({ language: "en" });
  await anybody.go("/recipients");
  check((await anybody.page.innerText("main")).includes("GlobalConnect AB"), "the list is for everybody");
  await anybody.page.click("main a[href='/recipients.json']");
  const data = JSON.parse(await anybody.page.innerText("body"));
  check(data.recipients.length === 2 && data.language === "en", "and for programs");
  await anybody.close();
}

// Goes on where a report was drafted: the data protection officer reads it, takes the register along, and closes it.
export async function incidents(house) {
  const visit = await house.visit({ as: "ombudet" });
  const { page } = visit;
  await visit.go("/incidents");
  const before = await page.locator(".rows li").count();
  check(before > 0, "there is a draft");
  await page.click(".rows a >> nth=0");
  await page.waitForSelector("section.report");
  check((await page.innerText("section.report >> nth=0")).includes("GlobalConnect AB"), "what was sent, and to whom");
  await visit.judge("incident");
  await page.check("input[name=decision][value=not-to-be-reported]");
  await page.click("form[action$='/close'] button");
  await page.waitForSelector(".state.good");
  check((await page.locator("form[action$='/close']").count()) === 0, "closed once");
  const answer = await page.request.get(`${house.at}/incidents.csv`);
  const lines = (await answer.text()).trim().split("\r\n");
  check(lines.length === before + 1 && lines[1].endsWith(",not-to-be-reported"), "the register can be taken along");
  visit.calm("incidents");
  await visit.close();
}

// 400 % of 1280 pixels is a page of 320: nothing is cut off at the side of any page.
export async function at400Percent(house, pages) {
  for (const as of new Set(pages.map(([, whom]) => whom))) {
    const visit = await house.visit({ as, width: 320 });
    for (const [path] of pages.filter(([, whom]) => whom === as)) {
      await visit.go(path);
      await visit.fits(path);
    }
    await visit.close();
  }
}
