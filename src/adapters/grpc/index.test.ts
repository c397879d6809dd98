import { connect as connectTcp } from "node:net";
import { Code, ConnectError, createClient, createConnectRouter } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { afterEach, describe, expect, test } from "vitest";
import { Health, HealthCheckResponse_ServingStatus as Status } from "../../gen/grpc/health/v1/health_pb.ts";
import { type GrpcServer, serveGrpc } from "./index.ts";

const servers: GrpcServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close(AbortSignal.abort());
});

async function setup(keepAliveMs = 60_000) {
  const left = Promise.withResolvers<void>();
  const router = createConnectRouter();
  router.service(Health, {
    async check({ service }) {
      if (service === "refused") throw new ConnectError("no such service", Code.NotFound);
      return { status: Status.SERVING };
    },
    async *watch(_request, { signal }) {
      yield { status: Status.SERVING };
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
      left.resolve();
    },
  });
  const handlers = router.handlers.map((handler) => ({ requestPath: handler.requestPath, handle: handler }));
  const server = await serveGrpc({ handlers, host: "127.0.0.1", port: 0, keepAliveMs });
  servers.push(server);
  const client = createClient(Health, createGrpcTransport({ baseUrl: `http://127.0.0.1:${server.port}` }));
  return { server, client, left: left.promise };
}

describe("the native gRPC server", () => {
  test("answers calls and refusals with trailers", async () => {
    const { client } = await setup();
    expect((await client.check({})).status).toBe(Status.SERVING);
    await expect(client.check({ service: "refused" })).rejects.toMatchObject({ code: Code.NotFound });
  });

  test("tells a stream's handler at once when its client goes", async () => {
    const { client, left } = await setup();
    const controller = new AbortController();
    const reading = (async () => {
      for await (const _ of client.watch({}, { signal: controller.signal })) controller.abort();
    })();
    await expect(reading).rejects.toMatchObject({ code: Code.Canceled });
    await left;
  });

  test("survives bytes that are no HTTP/2 and clients that vanish inside of a call", async () => {
    const { server, client } = await setup();
    for (const bytes of ["GET / HTTP/1.1\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff\xff\xff\xff\xff\xff"]) {
      const socket = connectTcp(server.port, "127.0.0.1", () => socket.write(bytes, "latin1"));
      await new Promise((resolve) => {
        socket.on("data", () => socket.destroy());
        socket.on("error", () => {});
        socket.on("close", resolve);
        setTimeout(() => socket.destroy(), 100);
      });
    }
    expect((await client.check({})).status).toBe(Status.SERVING);
  });

  test("a silent stream outlives the pings of its connection", async () => {
    const { client } = await setup(50);
    const controller = new AbortController();
    const iterator = client.watch({}, { signal: controller.signal })[Symbol.asyncIterator]();
    await iterator.next();
    const outcome = iterator.next().then(
      () => "ended",
      () => "failed",
    );
    const patience = new Promise((resolve) => setTimeout(resolve, 400, "still open"));
    expect(await Promise.race([outcome, patience])).toBe("still open");
    controller.abort();
    expect(await outcome).toBe("failed");
  });

  test("a connection that does not answer a ping is closed, and its streams with it", async () => {
    const { server } = await setup(50);
    // Speaks just enough HTTP/2 to be a session, and then says nothing more.
    const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");
    const emptySettings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
    const socket = connectTcp(server.port, "127.0.0.1", () => socket.write(Buffer.concat([preface, emptySettings])));
    socket.resume();
    const closed = new Promise((resolve) => socket.on("close", () => resolve("closed")).on("error", () => {}));
    expect(await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 3000, "still open"))])).toBe("closed");
  });

  test("answers an unknown method as gRPC does", async () => {
    const { server } = await setup();
    const { createClient: create } = await import("@connectrpc/connect");
    const { EigenKernelService } = await import("../../gen/eigen/kernel/v1/service_pb.ts");
    const client = create(EigenKernelService, createGrpcTransport({ baseUrl: `http://127.0.0.1:${server.port}` }));
    await expect(client.getHealth({})).rejects.toMatchObject({ code: Code.Unimplemented });
  });

  test("closes when its calls have ended, and cuts them off when it is told to", async () => {
    const { server, client } = await setup();
    const iterator = client.watch({})[Symbol.asyncIterator]();
    await iterator.next();
    const grace = new AbortController();
    const closing = server.close(grace.signal);
    let isClosed = false;
    void closing.then(() => {
      isClosed = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isClosed).toBe(false);
    grace.abort();
    await closing;
    await expect(iterator.next()).rejects.toBeInstanceOf(ConnectError);
  });

  test("a port that is taken is an error of the boot, not of the process", async () => {
    const { server } = await setup();
    await expect(serveGrpc({ handlers: [], host: "127.0.0.1", port: server.port, keepAliveMs: 60_000 })).rejects.toThrow(
      /EADDRINUSE/,
    );
  });
});
