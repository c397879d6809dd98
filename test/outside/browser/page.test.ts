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
    page.on("console", (message) => {
      // The browser tells each refused request too; the page shows it to its reader.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) failures.push(message.text());
    });
    page.on("pageerror", (error) => failures.push(error.message));
    await page.goto(`${kernel.target.baseUrl}${path}`);
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
