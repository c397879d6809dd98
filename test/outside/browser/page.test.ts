// The page at `/` as a person uses it, in Chromium.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KernelClient } from "../../../src/client/index.ts";
import { type RunningKernel, startKernel } from "../../support/kernel.ts";
import { launchChromium, whyNoChromium } from "./chromium.ts";

const skipped = whyNoChromium === undefined ? "" : ` (skipped: ${whyNoChromium})`;
const coin = "OPENQASM 3.0; qubit q; bit c; c = measure q;";

describe.skipIf(whyNoChromium !== undefined)(`the page at /${skipped}`, () => {
  let kernel: RunningKernel | undefined;
  let browser: Browser | undefined;
  let client: KernelClient | undefined;
  const failures: string[] = [];
  beforeAll(async () => {
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

  async function open(path: string): Promise<Page> {
    if (browser === undefined || kernel === undefined) throw new Error("the kernel or Chromium did not start");
    const page = await browser.newPage();
    page.on("console", (message) => message.type() === "error" && failures.push(message.text()));
    page.on("pageerror", (error) => failures.push(error.message));
    await page.goto(`${kernel.target.baseUrl}${path}`);
    return page;
  }

  test("an empty list says what to do; its form submits, and the job ends with its histogram", async () => {
    const page = await open("/");
    await page.getByText("No jobs yet.").waitFor();
    await page.getByLabel("Name", { exact: true }).fill("first");
    await page.getByRole("button", { name: "Submit job" }).click();
    await page.getByRole("heading", { name: "first" }).waitFor();
    await page.getByText("2 outcomes in 1,024 shots").waitFor();
    expect(await page.locator(".outcome").allTextContents()).toEqual(["00", "11"]);
    expect(new URL(page.url()).searchParams.get("job")).toMatch(/^job_/);
    await page.goBack();
    await page.getByRole("link", { name: "first" }).waitFor();
    await page.close();
  });

  test("a job that others submit appears by itself, and a name is never markup", async () => {
    const page = await open("/");
    await page.getByText("● live").waitFor();
    const name = "<img src=x onerror=alert(1)>";
    await client?.runJob({ circuit: coin, shots: 10, tags: { note: name } });
    await expect.poll(() => page.locator("tbody tr").count()).toBeGreaterThanOrEqual(2);
    await page.goto(`${kernel?.target.baseUrl}/?name=${encodeURIComponent(name)}`);
    await page.getByText("No job matches").waitFor();
    expect(await page.locator("img").count()).toBe(0);
    await page.goto(`${kernel?.target.baseUrl}/?job=${encodeURIComponent(name)}`);
    await expect.poll(() => page.locator(".error").textContent()).not.toBe("");
    expect(await page.locator("img").count()).toBe(0);
    await page.close();
  });

  test("the address holds the filters", async () => {
    const page = await open("/?state=failed");
    await page.getByText("No job matches").waitFor();
    expect(await page.getByLabel("State").inputValue()).toBe("failed");
    await page.getByLabel("State").selectOption("completed");
    await page.getByRole("link", { name: "first" }).waitFor();
    expect(new URL(page.url()).search).toBe("?state=completed");
    await page.close();
  });
});
