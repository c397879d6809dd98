// The kernel on workerd, locally and on Cloudflare Workers: every request goes to the one Durable Object that is the kernel.

import noisy from "../../build/noisy.wasm";
import page from "../../build/page.html.txt";
import stabilizer from "../../build/stabilizer.wasm";
import statevector from "../../build/statevector.wasm";
import { limits } from "../base/limits.ts";
import { describeError } from "../model/errors.ts";
import { bootEdge, type EdgeInput, type EdgeKernel } from "./edge.ts";

interface Variables {
  readonly KERNEL: {
    idFromName(name: string): unknown;
    get(id: unknown): { fetch(request: Request): Promise<Response> };
  };
}

export class KernelObject {
  readonly #input: EdgeInput;
  #kernel: Promise<EdgeKernel | undefined> | undefined;

  constructor(context: { readonly storage: EdgeInput["storage"] }, variables: Readonly<Record<string, unknown>>) {
    const texts = Object.entries(variables).filter((entry): entry is [string, string] => typeof entry[1] === "string");
    const modules = { statevector, stabilizer, noisy, isFast: false };
    this.#input = { storage: context.storage, modules, page, env: Object.fromEntries(texts) };
  }

  async fetch(request: Request): Promise<Response> {
    const kernel = await this.#boot();
    return kernel?.fetch(request) ?? new Response("The kernel cannot start; its log tells why.\n", { status: 503 });
  }

  async alarm(): Promise<void> {
    const kernel = await this.#boot();
    // What the alarm was set for still waits, and nobody else may ever come.
    if (kernel === undefined) await this.#input.storage.setAlarm(Date.now() + limits.edgeBootRetryMs);
    else await kernel.alarm();
  }

  /** Undefined when it cannot start: the next request or alarm tries again. */
  #boot(): Promise<EdgeKernel | undefined> {
    this.#kernel ??= bootEdge(this.#input).then(
      (booted) => (booted.ok ? booted.value : this.#stayDown(describeError(booted.error))),
      // Such as a store that fell silent after it was opened.
      (error: unknown) => this.#stayDown(String(error)),
    );
    return this.#kernel;
  }

  #stayDown(reason: string): undefined {
    console.error(reason);
    this.#kernel = undefined;
    return undefined;
  }
}

export default {
  fetch(request: Request, { KERNEL }: Variables): Promise<Response> {
    return KERNEL.get(KERNEL.idFromName("kernel")).fetch(request);
  },
};
