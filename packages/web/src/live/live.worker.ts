import { Hub, type Port, type Said } from './hub.ts';

// The shared worker of all tabs of this browser.

const hub = new Hub('/api/v1');

addEventListener('connect', (event) => {
  if (!(event instanceof MessageEvent)) return;
  const [channel] = event.ports;
  if (channel === undefined) return;
  const port: Port = { tell: (told) => channel.postMessage(told) };
  channel.addEventListener('message', ({ data }: MessageEvent<Said>) => hub.hear(port, data));
  channel.start();
});
