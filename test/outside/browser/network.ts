// A network between browser and kernel that a test can take away.

import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** Passes bytes on to the kernel, or cuts every connection and takes none. */
export async function createNetwork(kernelUrl: string) {
  const open = new Set<Socket>();
  let isDown = false;
  let cutCount = 0;
  const server = createServer((near) => {
    if (isDown) return void near.destroy();
    const far = connect(Number(new URL(kernelUrl).port), "127.0.0.1");
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(socket);
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        open.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cut = (): void => {
    isDown = true;
    cutCount += open.size / 2;
    for (const socket of open) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    restore: () => {
      isDown = false;
    },
    cutCount: () => cutCount,
    close: () => {
      cut();
      server.close();
    },
  };
}
