// node-binance-api, unmodified, trading on a local venue.
//
// `node node_binance_api_flow/flow.mjs BASE_URL KEY SECRET KEY SECRET`
// It has no WebSocket API of futures, and no call that amends an order.

import Binance from 'node-binance-api';

import { main, settingsFor, until } from '../js/flow.mjs';
import { agreeOnAccount, agreeOnMarket } from '../js/heard.mjs';
import { Story, SYMBOL } from '../js/story.mjs';

// Where its constants lead is overridden, since its settings do not reach the routed streams.
class LocalBinance extends Binance {
  getFStreamSingleUrl(category) {
    return `${this.streams}${category ? `/${category}` : ''}/ws/`;
  }

  getFStreamUrl(category) {
    return `${this.streams}${category ? `/${category}` : ''}/stream?streams=`;
  }
}

function client(base, keys) {
  const { options, fields, streams } = settingsFor('node-binance-api', base, keys);
  return Object.assign(new LocalBinance(options), fields, { streams });
}

const levels = (rows) => rows.map(({ price, quantity }) => [price, quantity]);
const CANDLE = [
  ...['openTime', 'open', 'high', 'low', 'close', 'volume'],
  ...['closeTime', 'quoteAssetVolume', 'trades'],
];

function trader(base, keys) {
  const local = client(base, keys);
  return {
    local,
    exchangeInfo: () => local.futuresExchangeInfo(),
    serverTime: () => local.futuresTime(),
    markPrice: (symbol) => local.futuresMarkPrice(symbol),
    depth: async (symbol, limit) => {
      const { bids, asks } = await local.futuresDepth(symbol, { limit });
      return { bids: levels(bids), asks: levels(asks) };
    },
    bookTicker: async (symbol) => (await local.futuresQuote(symbol))[symbol],
    klines: async (symbol, interval, limit) => {
      const rows = await local.futuresCandles(symbol, interval, { limit });
      return rows.map((row) => CANDLE.map((field) => row[field]));
    },
    recentTrades: (symbol, limit) => local.futuresTrades(symbol, { limit }),
    account: () => local.futuresAccount(),
    balances: () => local.futuresBalance(),
    leverage: (symbol, leverage) => local.futuresLeverage(symbol, leverage),
    marginType: (symbol, marginType) => local.futuresMarginType(symbol, marginType),
    symbolConfig: async (symbol) => (await local.futuresSymbolConfig({ symbol }))[0],
    place: ({ type, side, symbol, quantity, price, ...params }) =>
      local.futuresOrder(type, side, symbol, quantity, price, params),
    cancel: (symbol, orderId) => local.futuresCancel(symbol, orderId),
    query: (symbol, orderId) => local.futuresOrderStatus(symbol, { orderId }),
    openOrders: (symbol) => local.futuresOpenOrders(symbol),
    allOrders: (symbol) => local.futuresAllOrders(symbol),
    positions: (symbol) => local.futuresPositionRisk({ symbol }),
    userTrades: (symbol, orderId) => local.futuresUserTrades(symbol, { orderId }),
    income: () => local.futuresIncome(),
    placeBatch: (orders) => local.futuresMultipleOrders(orders),
    cancelBatch: (symbol, ids) =>
      local.futuresCancelMultipleOrders(symbol, { orderIdList: JSON.stringify(ids) }),
    placeStop: ({ side, symbol, quantity, triggerPrice }) =>
      local.futuresAlgoOrder('STOP_MARKET', side, symbol, quantity, undefined, { triggerPrice }),
    openStops: (symbol) => local.futuresOpenAlgoOrders(symbol),
    cancelStop: (symbol, algoId) => local.futuresCancelAlgoOrder(symbol, algoId),
    stranger: (other) => trader(base, { ...keys, ...other }),
    codeOf: (error) => JSON.parse(error.message).code,
  };
}

// Its own names of the fields turned back into the venue's.
function listen(local) {
  const [events, market] = [[], { bookTicker: [], markPrice: [], kline: [], aggTrade: [] }];
  local.userFutureData((event) => events.push(event));
  local.futuresBookTickerStream(
    SYMBOL,
    ({ bestBid: b, bestBidQty: B, bestAsk: a, bestAskQty: A }) =>
      market.bookTicker.push({ b, B, a, A }),
  );
  local.futuresMarkPriceStream(
    SYMBOL,
    ({ markPrice: p, indexPrice: i, fundingRate: r, fundingTime: T }) =>
      market.markPrice.push({ p, i, r, T }),
  );
  local.futuresCandlesticksStream(SYMBOL, '1m', (row) => market.kline.push(row));
  local.futuresAggTradeStream(SYMBOL, ({ aggTradeId: a, price: p, amount: q }) =>
    market.aggTrade.push({ a, p, q }),
  );
  return { events, market };
}

await main(import.meta.url, 'node-binance-api', async (base, account, _other, checks) => {
  const calls = trader(base, account);
  const { events, market } = listen(calls.local);
  const sockets = () => Object.values(calls.local.futuresSubscriptions);
  const stand = await until(() => sockets().filter((each) => each.readyState === 1).length === 5);
  checks.that(stand, 'five connections stand');
  const story = new Story(base, calls, checks);
  await story.play();
  await agreeOnAccount(story, events);
  await calls.place(story.bid(...(await story.far())));
  await agreeOnMarket(story, market);
});
