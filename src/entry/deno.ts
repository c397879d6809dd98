// The kernel on Deno: `deno run -A src/entry/deno.ts [--config FILE] [--components a,b] [--log-format json|text]`.

import process from "node:process";
import { parseServeArguments } from "./arguments.ts";
import { serve } from "./serve.ts";

process.exit(await serve(parseServeArguments(process.argv.slice(2))));
