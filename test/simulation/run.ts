// `npm run sim -- SEED [COUNT] [BUG]`: runs seeds SEED, SEED+1, … and prints what happened as JSON; exits 1 when an invariant broke.

import process from "node:process";
import { addTotals, createTotals } from "./coverage.ts";
import { type PlantedBug, plantedBugs } from "./faulty-store.ts";
import { simulate } from "./simulate.ts";

const [firstText = "1", countText = "1", bugText = "none"] = process.argv.slice(2);
const bugs = ["none", ...Object.keys(plantedBugs)] as readonly PlantedBug[];
const bug = bugs.find((name) => name === bugText);
const first = Number(firstText);
const count = Number(countText);
if (bug === undefined || !Number.isInteger(first) || !Number.isInteger(count) || count < 1) {
  process.stderr.write(`usage: npm run sim -- SEED [COUNT] [${bugs.join("|")}]\n`);
  process.exit(2);
}

const sum = createTotals();
let failedSeeds = 0;
let restMsMax = 0;
for (let seed = first; seed < first + count; seed++) {
  const { totals, violations } = await simulate(seed, { bug });
  addTotals(sum, totals);
  restMsMax = Math.max(restMsMax, totals.restMs);
  if (violations.length === 0) continue;
  failedSeeds++;
  process.stderr.write(
    `seed ${seed}: ${violations.length} violations\n${violations
      .slice(0, 10)
      .map((line) => `  ${line}\n`)
      .join("")}`,
  );
}
process.stdout.write(`${JSON.stringify({ seeds: count, failedSeeds, restMsMax, ...sum })}\n`);
process.exit(failedSeeds === 0 ? 0 : 1);
