import { once } from 'node:events';
import { createServer, connect as dial, type Socket } from 'node:net';

/** A wire to a server that can be cut and mended. */
export interface Wire {
  readonly address: string;
  cut(): void;
  mend(): Promise<void>;
  close(): Promise<void>;
}

export async function wireTo(address: string): Promise<Wire> {
  const { hostname, port } = new URL(address);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = dial(Number(port), hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  const listen = async (at: number) => {
    server.listen(at, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const own = server.address();
  if (own === null || typeof own === 'string') throw new Error('no port');
  const cut = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return {
    address: `http://127.0.0.1:${own.port}`,
    cut,
    mend: () => listen(own.port),
    async close() {
      cut();
      if (server.listening) await once(server, 'close');
    },
  };
}
