// A process for sweep.test.ts that sweeps once. Arguments: the database's URL, the data folder.
import { openDatabase } from '../database/index.ts';
import { openStore, sweepFiles } from './index.ts';

const [url = '', folder = ''] = process.argv.slice(2);
const database = await openDatabase({ url });
await sweepFiles(database, await openStore({}, folder));
await database.close();
