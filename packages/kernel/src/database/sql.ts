// The only way to build SQL. A string can't be embedded: values become parameters, identifiers are quoted.
import sql from 'pg-sql2';

export type { SQL } from 'pg-sql2';
export { sql };
