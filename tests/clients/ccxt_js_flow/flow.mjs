// ccxt and ccxt.pro of npm, unmodified, trading on a local venue.
//
// `node ccxt_js_flow/flow.mjs BASE_URL KEY SECRET KEY SECRET`

import ccxt from 'ccxt';

import { main, passed, settingsFor, until } from '../js/flow.mjs';
import { agreeOnAccount, agreeOnMarket } from '../js/heard.mjs';
import { Story } from '../js/story.mjs';

const UNIFIED = 'BTC/USDT:USDT';
async function made(base, keys) {
  const settings = settingsFor('ccxt', base, keys);
  const exchange = new ccxt.pro.binanceusdm({
    ...settings,
    enableRateLimit: false,
    quoteJsonNumbers: false, // in `info`, which the story reads
    options: { ...settings.options, throwMarginModeAlreadySet: true },
  });
  await exchange.loadHttpProxyAgent(); // without which no ws:// can be watched
  return exchange;
}

const infos = (rows) => rows.map((row) => row.info);

function trader(base, keys, exchange, checks) {
  // What ccxt makes of an order is checked against the answer itself.
  const seen = (order) => {
    const { info } = order;
    const amount = Number(info.origQty ?? info.quantity);
    checks.equal([order.id, order.amount], [String(info.orderId ?? info.algoId), amount], 'ccxt');
    return info;
  };
  const stop = { trigger: true };
  return {
    exchangeInfo: async () => ({ symbols: infos(Object.values(await exchange.loadMarkets(true))) }),
    serverTime: () => exchange.fetchTime(),
    markPrice: (symbol) => exchange.fapiPublicGetPremiumIndex({ symbol }),
    depth: (symbol, limit) => exchange.fapiPublicGetDepth({ symbol, limit }),
    bookTicker: (symbol) => exchange.fapiPublicGetTickerBookTicker({ symbol }),
    klines: (symbol, interval, limit) =>
      exchange.fapiPublicGetKlines({ symbol, interval, limit }),
    recentTrades: (symbol, limit) => exchange.fapiPublicGetTrades({ symbol, limit }),
    account: async () => (await exchange.fetchBalance()).info,
    balances: () => exchange.fapiPrivateV3GetBalance(),
    leverage: (_symbol, leverage) => exchange.setLeverage(leverage, UNIFIED),
    marginType: (_symbol, type) =>
      exchange.setMarginMode(type === 'CROSSED' ? 'cross' : 'isolated', UNIFIED),
    symbolConfig: async () => (await exchange.fetchMarginMode(UNIFIED)).info,
    place: async ({ type, side, quantity, price, symbol, ...params }) =>
      seen(
        await exchange.createOrder(
          UNIFIED, type.toLowerCase(), side.toLowerCase(), Number(quantity), price, params,
        ),
      ),
    amend: async ({ orderId, side, quantity, price }) =>
      seen(
        await exchange.editOrder(
          String(orderId), UNIFIED, 'limit', side.toLowerCase(), Number(quantity), Number(price),
        ),
      ),
    cancel: async (_symbol, id) => seen(await exchange.cancelOrder(String(id), UNIFIED)),
    query: async (_symbol, id) => seen(await exchange.fetchOrder(String(id), UNIFIED)),
    openOrders: async () => (await exchange.fetchOpenOrders(UNIFIED)).map(seen),
    allOrders: async () => (await exchange.fetchOrders(UNIFIED)).map(seen),
    positions: async () => infos(await exchange.fetchPositions([UNIFIED])),
    userTrades: async (_symbol, orderId) =>
      infos(await exchange.fetchMyTrades(UNIFIED, undefined, undefined, { orderId })),
    income: async () => infos(await exchange.fetchLedger()),
    placeBatch: async (orders) =>
      infos(
        await exchange.createOrders(
          orders.map(({ type, side, quantity, price, timeInForce }) => ({
            symbol: UNIFIED,
            type: type.toLowerCase(),
            side: side.toLowerCase(),
            amount: Number(quantity),
            price: Number(price),
            params: { timeInForce },
          })),
        ),
      ),
    cancelBatch: async (_symbol, ids) =>
      infos(await exchange.cancelOrders(ids.map(String), UNIFIED)),
    placeStop: async ({ side, quantity, triggerPrice }) =>
      seen(
        await exchange.createOrder(
          UNIFIED, 'market', side.toLowerCase(), Number(quantity), undefined,
          { stopLossPrice: Number(triggerPrice) },
        ),
      ),
    openStops: async () =>
      (await exchange.fetchOpenOrders(UNIFIED, undefined, undefined, stop)).map(seen),
    cancelStop: async (_symbol, id) =>
      (await exchange.cancelOrder(String(id), UNIFIED, stop)).info,
    stranger: (other) => {
      const another = made(base, { ...keys, ...other });
      return { account: async () => (await (await another).fetchBalance()).info };
    },
    codeOf: (error) => Number(/"code":\s*(-?\d+)/.exec(error.message)?.[1]),
  };
}

// What ccxt.pro has a call for goes over the WebSocket API; the rest to REST.
function socketTrader(base, keys, exchange, checks) {
  const calls = trader(base, keys, exchange, checks);
  const told = async (order) => (await order).info;
  return {
    ...calls,
    account: async () => {
      const account = await calls.account();
      const { USDT } = await exchange.fetchBalanceWs({ method: 'v2/account.status' });
      const row = account.assets.find((each) => each.asset === 'USDT');
      checks.equal(USDT.free, Number(row.availableBalance), "ccxt's free");
      return account;
    },
    place: ({ type, side, quantity, price, symbol, ...params }) =>
      told(
        exchange.createOrderWs(
          UNIFIED, type.toLowerCase(), side.toLowerCase(), Number(quantity), price, params,
        ),
      ),
    amend: ({ orderId, side, quantity, price }) =>
      told(
        exchange.editOrderWs(
          String(orderId), UNIFIED, 'limit', side.toLowerCase(), Number(quantity), Number(price),
        ),
      ),
    cancel: (_symbol, id) => told(exchange.cancelOrderWs(String(id), UNIFIED)),
    query: (_symbol, id) => told(exchange.fetchOrderWs(String(id), UNIFIED)),
    stranger: undefined,
  };
}

// Calls that are made again and again, each told what is new; `take` gets what it is told.
function follow(faults, call, take = () => {}) {
  const go = async () => {
    for (;;) take(await call());
  };
  go().catch((fault) => faults.push(String(fault)));
}

function watch(exchange, faults) {
  const market = { bookTicker: [], markPrice: [], aggTrade: [] };
  follow(faults, () => exchange.watchBalance());
  follow(faults, () => exchange.watchOrders(UNIFIED));
  follow(faults, () => exchange.watchMyTrades(UNIFIED));
  follow(
    faults,
    () => exchange.watchBidsAsks([UNIFIED]),
    (rows) => market.bookTicker.push(rows[UNIFIED].info),
  );
  follow(
    faults,
    () => exchange.watchMarkPrice(UNIFIED),
    (row) => market.markPrice.push(row.info),
  );
  follow(
    faults,
    () => exchange.watchTrades(UNIFIED, undefined, undefined, { name: 'aggTrade' }),
    (rows) => market.aggTrade.push(rows.at(-1).info),
  );
  follow(faults, () => exchange.watchOrderBook(UNIFIED));
  return market;
}

// The events behind what ccxt keeps: all trades, the last of each order, the last of the wallet.
function kept(exchange) {
  const update = ({ info }) => ({ e: 'ORDER_TRADE_UPDATE', o: info });
  const orders = [...(exchange.orders ?? [])].filter((row) => !('aid' in row.info));
  const wallet = (exchange.balance.future ?? exchange.balance.linear)?.info;
  const rows = [...(exchange.myTrades ?? []), ...orders].map(update);
  return wallet?.e ? [...rows, wallet] : rows;
}

await main(import.meta.url, 'ccxt', async (base, account, other, checks) => {
  const [exchange, ears] = [await made(base, account), await made(base, account)];
  await ears.loadMarkets();
  const faults = [];
  const market = watch(ears, faults);
  const open = () => Object.values(ears.clients).filter((each) => each.isConnected);
  checks.that(await until(() => open().length >= 4), 'the connections stand');
  const calls = trader(base, account, exchange, checks);
  const story = new Story(base, calls, checks);
  await story.play();
  await agreeOnAccount(story, { filter: (holds) => kept(ears).filter(holds) });
  await calls.place(story.bid(...(await story.far())));
  const book = ({ bids, asks }) => [bids, asks].map((side) => side.map((row) => row.slice(0, 2)));
  let pair = [];
  await until(async () => {
    pair = [ears.orderbooks[UNIFIED], await exchange.fetchOrderBook(UNIFIED, 1000)].map(book);
    return JSON.stringify(pair[0]) === JSON.stringify(pair[1]);
  });
  checks.equal(pair[0], pair[1], "ccxt.pro's order book");
  await agreeOnMarket(story, market);
  checks.equal(faults, [], 'watch calls that have ended');
  await ears.close();
  const second = await made(base, other);
  const socket = socketTrader(base, other, second, checks);
  await new Story(base, socket, checks).play();
  await second.close();
  passed('WebSocket API');
});
