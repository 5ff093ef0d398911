import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';

/** What the packed file holds, counted with nothing of the project but its bytes. */
export const countStraightFromTheFile = () => {
  const packed = readFileSync(join(import.meta.dirname, '../../../catalog/data/rees46-2019-oct-head.csv.br'));
  const rows = brotliDecompressSync(packed)
    .toString('utf8')
    .split('\r\n')
    .slice(1)
    .filter((line) => line !== '')
    .map((line) => line.split(','));
  const purchases = rows.filter((row) => row[1] === 'purchase');
  return {
    events: rows.length,
    visitors: new Set(rows.map((row) => row[7])).size,
    /** Sessions in which something was put into the cart. */
    carts: new Set(rows.filter((row) => row[1] === 'cart').map((row) => row[8])).size,
    orders: purchases.length,
    /** Prices have two decimals: cents without arithmetic on floats. */
    revenue: purchases.reduce((cents, row) => cents + Number((row[6] ?? '').replace('.', '')), 0),
  };
};
