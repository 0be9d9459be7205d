// Every page, in both languages, both themes, at the width of a phone and of a desk: axe-core finds nothing. Then what
// people do there, from end to end.
//
//     node look.mjs SLUSS CONFIG

import { House, check, counted } from "./house.mjs";

const [program, config] = process.argv.slice(2);

// Path, and whom to look at it as; `null`: nobody. A page that a form leads to is judged in its journey.
const PAGES = [
  ["/sign-in", null],
  ["/", "drift"],
  ["/status", "drift"],
  ["/nowhere", "drift"],
];

async function everyPage(house) {
  for (const language of ["sv", "en"]) {
    for (const theme of ["light", "dark"]) {
      for (const width of [360, 1280]) {
        for (const as of new Set(PAGES.map(([, as]) => as))) {
          const visit = await house.visit({ as, language, theme, width });
          for (const [path] of PAGES.filter(([, whom]) => whom === as)) {
            // What is not there is told with 404, which a browser notes in its console.
            if (path === "/nowhere") visit.strange.length = 0;
            await visit.go(path);
            if (path === "/nowhere") visit.strange.length = 0;
            check((await visit.page.getAttribute("html", "lang")) === language, `${path} is in ${language}`);
            await visit.judge(path.replaceAll("/", "_") || "_");
          }
          await visit.close();
        }
      }
    }
  }
}

async function theFirstPageIsSmall(house) {
  const visit = await house.visit();
  let bytes = 0;
  visit.page.on("response", async (response) => { bytes += (await response.body()).length; });
  await visit.go("/sign-in");
  await visit.page.waitForLoadState("networkidle");
  check(bytes > 0 && bytes < 60_000, `the first page with all that it needs is ${bytes} bytes`);
  await visit.close();
}

async function aLanguageIsChosen(house) {
  const visit = await house.visit({ as: "drift", language: "sv" });
  await visit.go("/status");
  await visit.page.click("button[value=en]");
  await visit.page.waitForURL(`${house.at}/status`);
  check((await visit.page.getAttribute("html", "lang")) === "en", "the other language is chosen");
  await visit.close();
}

const accounts = { drift: ["operations"] };
const house = await House.open(program, config, { accounts });
try {
  await everyPage(house);
  await theFirstPageIsSmall(house);
  await aLanguageIsChosen(house);
} finally {
  await house.close();
}
console.log(`Chromium with axe-core: ${counted()} checks`);
