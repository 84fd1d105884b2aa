// Binance's official connector for JavaScript, unmodified, trading on a local venue.
//
// `node official_js_flow/flow.mjs BASE_URL KEY SECRET KEY SECRET`

import { DerivativesTradingUsdsFutures } from '@binance/derivatives-trading-usds-futures';

import { main, passed, settingsFor } from '../js/flow.mjs';
import { agreeOnAccount, agreeOnMarket } from '../js/heard.mjs';
import { Story, SYMBOL } from '../js/story.mjs';

const CLIENT = '@binance/derivatives-trading-usds-futures';

// Calls take Binance's parameters; quantities and prices as numbers, as the types ask for.
function typed({ quantity, price, triggerPrice, ...others }) {
  const numbers = { quantity, price, triggerPrice };
  const given = Object.entries(numbers).filter(([, text]) => text !== undefined);
  return { ...others, ...Object.fromEntries(given.map(([name, text]) => [name, Number(text)])) };
}

function restTrader(base, { key, secret }) {
  const settings = settingsFor('official-js', base, { key, secret });
  const { restAPI } = new DerivativesTradingUsdsFutures(settings);
  const call = async (name, params) => (await restAPI[name](params)).data();
  return {
    exchangeInfo: () => call('exchangeInformation'),
    serverTime: async () => Number((await call('checkServerTime')).serverTime),
    markPrice: (symbol) => call('markPrice', { symbol }),
    depth: (symbol, limit) => call('orderBook', { symbol, limit }),
    bookTicker: (symbol) => call('symbolOrderBookTicker', { symbol }),
    klines: (symbol, interval, limit) => call('klineCandlestickData', { symbol, interval, limit }),
    recentTrades: (symbol, limit) => call('recentTradesList', { symbol, limit }),
    account: () => call('accountInformationV3'),
    balances: () => call('futuresAccountBalanceV3'),
    leverage: (symbol, leverage) => call('changeInitialLeverage', { symbol, leverage }),
    marginType: (symbol, marginType) => call('changeMarginType', { symbol, marginType }),
    symbolConfig: async (symbol) => (await call('symbolConfiguration', { symbol }))[0],
    place: (order) => call('newOrder', typed(order)),
    amend: (order) => call('modifyOrder', typed(order)),
    cancel: (symbol, orderId) => call('cancelOrder', { symbol, orderId }),
    query: (symbol, orderId) => call('queryOrder', { symbol, orderId }),
    openOrders: (symbol) => call('currentAllOpenOrders', { symbol }),
    allOrders: (symbol) => call('allOrders', { symbol }),
    positions: (symbol) => call('positionInformationV3', { symbol }),
    userTrades: (symbol, orderId) => call('accountTradeList', { symbol, orderId }),
    income: () => call('getIncomeHistory', {}),
    // The elements are sent as they are given, and are texts on the wire.
    placeBatch: (batchOrders) => call('placeMultipleOrders', { batchOrders }),
    cancelBatch: (symbol, orderIdList) => call('cancelMultipleOrders', { symbol, orderIdList }),
    placeStop: (order) =>
      call('newAlgoOrder', typed({ ...order, algoType: 'CONDITIONAL', type: 'STOP_MARKET' })),
    openStops: (symbol) => call('currentAllAlgoOpenOrders', { symbol }),
    cancelStop: (_symbol, algoId) => call('cancelAlgoOrder', { algoId }),
    listenKey: async () => (await call('startUserDataStream')).listenKey,
    stranger: (other) => restTrader(base, { key, secret, ...other }),
    codeOf: (error) => error.code,
  };
}

// What the WebSocket API has a method for goes there; the rest to REST.
async function socketTrader(base, keys) {
  const settings = settingsFor('official-js', base, keys);
  const { websocketAPI } = new DerivativesTradingUsdsFutures(settings);
  const connection = await websocketAPI.connect();
  const call = async (name, params) => {
    const { data } = await connection[name](params);
    return data.result ?? data;
  };
  return {
    ...restTrader(base, keys),
    account: () => call('accountInformationV2'),
    balances: () => call('futuresAccountBalanceV2'),
    place: (order) => call('newOrder', typed(order)),
    amend: (order) => call('modifyOrder', typed(order)),
    cancel: (symbol, orderId) => call('cancelOrder', { symbol, orderId }),
    query: (symbol, orderId) => call('queryOrder', { symbol, orderId }),
    positions: (symbol) => call('positionInformationV2', { symbol }),
    placeStop: (order) =>
      call('newAlgoOrder', typed({ ...order, algoType: 'CONDITIONAL', type: 'STOP_MARKET' })),
    cancelStop: (_symbol, algoId) => call('cancelAlgoOrder', { algoId }),
    depth: (symbol, limit) => call('orderBook', { symbol, limit }),
    bookTicker: (symbol) => call('symbolOrderBookTicker', { symbol }),
    codeOf: (error) => error.code ?? error.error?.code,
    stranger: undefined,
    close: () => connection.disconnect(),
  };
}

async function listen(base, listenKey) {
  const settings = settingsFor('official-js', base);
  const { websocketStreams } = new DerivativesTradingUsdsFutures(settings);
  const connection = await websocketStreams.connect();
  const events = [];
  connection.userData(listenKey).on('message', (event) => events.push(event));
  const symbol = SYMBOL.toLowerCase();
  const streams = {
    bookTicker: connection.individualSymbolBookTickerStreams({ symbol }),
    depth5: connection.partialBookDepthStreams({ symbol, levels: 5, updateSpeed: '100ms' }),
    markPrice: connection.markPriceStream({ symbol, updateSpeed: '1s' }),
    kline: connection.klineCandlestickStreams({ symbol, interval: '1m' }),
    aggTrade: connection.aggregateTradeStreams({ symbol }),
  };
  const market = {};
  for (const [name, stream] of Object.entries(streams)) {
    market[name] = [];
    stream.on('message', (row) => market[name].push(row));
  }
  return { events, market, close: () => connection.disconnect() };
}

await main(import.meta.url, CLIENT, async (base, account, other, checks) => {
  const trader = restTrader(base, account);
  const { events, market, close } = await listen(base, await trader.listenKey());
  const story = new Story(base, trader, checks);
  await story.play();
  await agreeOnAccount(story, events);
  await trader.place(story.bid(...(await story.far())));
  await agreeOnMarket(story, market);
  await close();
  const socket = await socketTrader(base, other);
  await new Story(base, socket, checks).play();
  await socket.close();
  passed('WebSocket API');
});
