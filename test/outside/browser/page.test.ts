// The page at `/` as a person uses it, in Chromium.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KernelClient } from "../../../src/client/index.ts";
import { buildPage } from "../../../tools/build-page.mjs";
import { type RunningKernel, startKernel } from "../../support/kernel.ts";
import { launchChromium, whyNoChromium } from "./chromium.ts";
import { createNetwork } from "./network.ts";

const skipped = whyNoChromium === undefined ? "" : ` (skipped: ${whyNoChromium})`;
/** Long enough for the page to have tried again more than once. */
const awayMs = 10_000;
const coin = "OPENQASM 3.0; qubit q; bit c; c = measure q;";

describe.skipIf(whyNoChromium !== undefined)(`the page at /${skipped}`, () => {
  let kernel: RunningKernel | undefined;
  let browser: Browser | undefined;
  let client: KernelClient | undefined;
  const failures: string[] = [];
  beforeAll(async () => {
    await buildPage(); // The kernel serves what was built last.
    kernel = await startKernel({ runtime: "bun" });
    browser = await launchChromium();
    client = await KernelClient.connect(kernel.target.baseUrl, { protocol: "connect" });
  });
  afterAll(async () => {
    await browser?.close();
    client?.close();
    expect(await kernel?.stop(), kernel?.logs()).toBe(0);
    expect(failures, "errors and refusals of the policy that the pages told").toEqual([]);
  });

  async function open(path: string, prepare = async (_page: Page) => {}, url = kernel?.target.baseUrl): Promise<Page> {
    if (browser === undefined || kernel === undefined) throw new Error("the kernel or Chromium did not start");
    const page = await browser.newPage();
    page.on("console", (message) => {
      // The browser tells each refused request too; the page shows it to its reader.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) failures.push(message.text());
    });
    page.on("pageerror", (error) => failures.push(error.message));
    await prepare(page);
    await page.goto(`${url}${path}`);
    return page;
  }

  test("an empty list says what to do; its form submits, and the job ends with its histogram", async () => {
    const page = await open("/");
    await page.getByText("No jobs yet.").waitFor();
    await page.getByText("Submit a circuit").click();
    await page.getByRole("textbox", { name: "Name", exact: true }).first().fill("first");
    await page.getByRole("button", { name: "Submit" }).click();
    await page.getByRole("heading", { name: "first" }).waitFor();
    await page.getByRole("img", { name: "Shots by outcome" }).waitFor();
    expect(await page.locator(".outcome").allTextContents()).toEqual(["00", "11"]);
    await page.getByText("As a table").click();
    await page.getByRole("table", { name: "1,024 shots" }).waitFor();
    expect(new URL(page.url()).searchParams.get("job")).toMatch(/^job_/);
    await page.goBack();
    await page.getByRole("link", { name: "first" }).waitFor();
    await page.close();
  });

  test("a job that others submit appears by itself", async () => {
    const page = await open("/");
    await page.getByText("● live").waitFor();
    await client?.runJob({ id: "others", circuit: coin, shots: 10 });
    await page.getByRole("row", { name: /^others ● COMPLETED/ }).waitFor();
    await page.close();
  });

  test("what moves between the list and the start of its stream is shown too", async () => {
    const page = await open("/", async (fresh) => {
      // Held back until the job below has ended.
      await fresh.route("**/SubscribeToEvents", async (route) => {
        await client?.runJob({ id: "between", circuit: coin, shots: 10 });
        await route.continue();
      });
    });
    await page.getByRole("row", { name: /^between ● COMPLETED/ }).waitFor();
    await page.close();
  });

  test("a kernel that is away is told for as long as it is, and what moved meanwhile is shown when it is back", async () => {
    if (kernel === undefined) throw new Error("the kernel did not start");
    const network = await createNetwork(kernel.target.baseUrl);
    const page = await open("/", async () => {}, network.url);
    try {
      await page.getByText("● live").waitFor();
      await page.evaluate(() => {
        const link = document.getElementById("link");
        const told: (string | null)[] = [];
        if (link === null) throw new Error("the page has no #link");
        new MutationObserver(() => told.push(link.textContent)).observe(link, { childList: true });
        Object.assign(globalThis, { told });
      });
      network.cut();
      await page.getByText("○ the kernel does not answer").waitFor({ timeout: 5000 });
      await client?.runJob({ id: "meanwhile", circuit: coin, shots: 10 });
      await new Promise((resolve) => setTimeout(resolve, awayMs));
      network.restore();
      await page.getByRole("row", { name: /^meanwhile ● COMPLETED/ }).waitFor();
      const told = await page.evaluate(() => (globalThis as unknown as { told: string[] }).told);
      expect(told).toEqual(["○ the kernel does not answer; trying again", "● live"]);
    } finally {
      await page.close();
      network.close();
    }
  });

  test("what a user wrote is text, never markup: in a refusal and in the address", async () => {
    const hostile = "<img src=x onerror=alert(1)>";
    const page = await open("/");
    await page.getByText("Submit a circuit").click();
    await page.getByRole("textbox", { name: "OpenQASM 2 or 3" }).fill(hostile);
    await page.getByRole("button", { name: "Submit" }).click();
    await page.getByRole("alert").waitFor();
    await page.goto(`${kernel?.target.baseUrl}/?name=${encodeURIComponent(hostile)}`);
    await page.getByText("No job is like this.").waitFor();
    expect(await page.getByPlaceholder("name begins with").inputValue()).toBe(hostile);
    expect(await page.locator("img").count()).toBe(0);
    await page.goto(`${kernel?.target.baseUrl}/?job=${encodeURIComponent(hostile)}`);
    expect(await page.getByRole("alert").textContent()).toContain(hostile);
    expect(await page.locator("img").count()).toBe(0);
    await page.close();
  });

  test("the address holds the filters", async () => {
    const page = await open("/?state=failed");
    await page.getByText("No job is like this.").waitFor();
    expect(await page.getByLabel("State").inputValue()).toBe("failed");
    await page.getByLabel("State").selectOption("completed");
    await page.getByRole("link", { name: "first" }).waitFor();
    expect(new URL(page.url()).search).toBe("?state=completed");
    await page.close();
  });

  test("no other site's page may frame it, and nothing but its own script may run", async () => {
    const answer = await fetch(`${kernel?.target.baseUrl}/`);
    expect(answer.headers.get("content-security-policy")).toBe("frame-ancestors 'none'");
    expect(await answer.text()).toMatch(
      /Content-Security-Policy" content="default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-/,
    );
  });
});
