// Acquires the browser before the tests begin, so that no test waits for it. `npm test` runs this.
import { findChromium } from './chromium.ts';

await findChromium();
