// The peer of the throughput bar: the same HTTP server, router and messages as the kernel, with nothing behind them.

import process from "node:process";
import { createConnectRouter } from "@connectrpc/connect";
import { universalServerRequestFromFetch, universalServerResponseToFetch } from "@connectrpc/connect/protocol";
import { Hono } from "hono";
import { EigenKernelService } from "../../src/gen/eigen/kernel/v1/service_pb.ts";

const router = createConnectRouter({ grpc: false });
router.service(EigenKernelService, { submitJob: (spec) => ({ jobId: "job_echo", name: spec.id }) });
const app = new Hono();
for (const handler of router.handlers) {
  app.post(handler.requestPath, async (context) =>
    universalServerResponseToFetch(await handler({ ...universalServerRequestFromFetch(context.req.raw, {}) })),
  );
}
const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: app.fetch });
process.stdout.write(`${JSON.stringify({ port: server.port })}\n`);
