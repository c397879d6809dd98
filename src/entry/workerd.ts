// The kernel on workerd, locally and on Cloudflare Workers: every request goes to the one Durable Object that is the kernel.

import noisy from "../../build/noisy.wasm";
import page from "../../build/page.html.txt";
import stabilizer from "../../build/stabilizer.wasm";
import statevector from "../../build/statevector.wasm";
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
    await (await this.#boot())?.alarm();
  }

  /** Undefined when it cannot start: the next request tries again. */
  #boot(): Promise<EdgeKernel | undefined> {
    this.#kernel ??= bootEdge(this.#input).then((booted) => {
      if (booted.ok) return booted.value;
      console.error(describeError(booted.error));
      this.#kernel = undefined;
      return undefined;
    });
    return this.#kernel;
  }
}

export default {
  fetch(request: Request, { KERNEL }: Variables): Promise<Response> {
    return KERNEL.get(KERNEL.idFromName("kernel")).fetch(request);
  },
};
