// What streams have told against what REST answers; messages as the venue sends them.

import { parse, sum } from './exact.mjs';
import { ask, passed, until } from './flow.mjs';
import { SYMBOL } from './story.mjs';

const SAME = {
  symbol: 's',
  clientOrderId: 'c',
  side: 'S',
  type: 'o',
  status: 'X',
  updateTime: 'T',
};
const EQUAL = { origQty: 'q', price: 'p', executedQty: 'z', avgPrice: 'ap' };

// Once the story is over: the last word on each order and on the wallet, and every fill.
export async function agreeOnAccount(story, events) {
  const { checks, trader } = story;
  checks.step = 'user stream';
  const named = (name) => events.filter((row) => row.e === name);
  const updates = () => named('ORDER_TRADE_UPDATE').map((row) => row.o);
  const last = () => new Map(updates().map((row) => [String(row.i), row]));
  // Some clients hand over an update twice: as the order's, and as the trade's.
  const trades = () => updates().filter((row) => row.x === 'TRADE');
  const fills = () => [...new Map(trades().map((row) => [row.t, row])).values()];
  const wallets = () =>
    named('ACCOUNT_UPDATE')
      .flatMap((row) => row.a.B.filter((each) => each.a === 'USDT'))
      .map((row) => parse(row.wb));
  checks.that(await until(() => fills().length >= story.fills.length), 'all fills are heard');
  checks.that(await until(() => wallets().at(-1) === story.wallet()), 'the wallet is heard');
  const orders = await trader.allOrders(SYMBOL);
  const ids = orders.map((row) => String(row.orderId));
  checks.equal([...last().keys()].sort(), ids.sort(), 'orders');
  for (const order of orders) {
    const told = last().get(String(order.orderId));
    for (const [ours, theirs] of Object.entries(SAME)) {
      checks.equal(String(told[theirs]), String(order[ours]), `${theirs}, ${ours}`);
    }
    for (const [ours, theirs] of Object.entries(EQUAL)) {
      checks.equal(parse(told[theirs]), parse(order[ours]), `${theirs}, ${ours}`);
    }
  }
  for (const [field, name] of [['n', 'commission'], ['rp', 'realizedPnl'], ['l', 'qty']]) {
    const [told, wanted] = [fills(), story.fills].map((rows, index) =>
      sum(rows.map((row) => parse(row[index ? name : field]))),
    );
    checks.equal(told, wanted, `the sum of ${field}`);
  }
  passed('user stream');
}

// Once the market has come to rest: the last message of each stream. A bid that stands from now on
// is what they tell of.
export async function agreeOnMarket(story, heard) {
  const { base, checks } = story;
  const get = (path, params) => ask(base, `/fapi/v1/${path}`, { symbol: SYMBOL, ...params });
  const wanted = {
    bookTicker: async () => {
      const row = await get('ticker/bookTicker');
      return [row.bidPrice, row.bidQty, row.askPrice, row.askQty];
    },
    depth5: async () => {
      const row = await get('depth', { limit: 5 });
      return [row.bids, row.asks];
    },
    markPrice: async () => {
      const row = await get('premiumIndex');
      return [row.markPrice, row.indexPrice, row.lastFundingRate, row.nextFundingTime];
    },
    kline: async ({ k }) => {
      const asked = { interval: '1m', startTime: k.t, limit: 1 };
      return (await get('klines', asked))[0].slice(0, 6);
    },
    aggTrade: async () => {
      const row = (await get('aggTrades', { limit: 1 }))[0];
      return [row.a, row.p, row.q];
    },
  };
  const told = {
    bookTicker: (row) => [row.b, row.B, row.a, row.A],
    depth5: (row) => [row.b, row.a],
    markPrice: (row) => [row.p, row.i, row.r, row.T],
    kline: ({ k }) => [k.t, k.o, k.h, k.l, k.c, k.v],
    aggTrade: (row) => [row.a, row.p, row.q],
  };
  for (const [name, rows] of Object.entries(heard)) {
    checks.step = `${name} stream`;
    let pair = [];
    await until(async () => {
      const row = rows.at(-1);
      pair = row ? [told[name](row), await wanted[name](row)] : [null, 'a message'];
      return JSON.stringify(pair[0]) === JSON.stringify(pair[1]);
    });
    checks.equal(pair[0], pair[1], name);
  }
  passed('market streams');
}
