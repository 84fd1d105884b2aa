// binance by Siebly (tiagosiebler), unmodified, trading on a local venue.
//
// `node tiagosiebler_flow/flow.mjs BASE_URL KEY SECRET KEY SECRET`

import { USDMClient, WebsocketAPIClient, WebsocketClient } from 'binance';

import { main, passed, settingsFor, until } from '../js/flow.mjs';
import { agreeOnAccount, agreeOnMarket } from '../js/heard.mjs';
import { Story, SYMBOL } from '../js/story.mjs';

const SILENT = Object.fromEntries(['trace', 'info', 'error'].map((name) => [name, () => {}]));

function restTrader(base, { key, secret }) {
  const client = new USDMClient(settingsFor('tiagosiebler', base, { key, secret }).USDMClient);
  const stop = { algoType: 'CONDITIONAL', type: 'STOP_MARKET' };
  return {
    exchangeInfo: () => client.getExchangeInfo(),
    serverTime: () => client.getServerTime(),
    markPrice: (symbol) => client.getMarkPrice({ symbol }),
    depth: (symbol, limit) => client.getOrderBook({ symbol, limit }),
    bookTicker: (symbol) => client.getSymbolOrderBookTicker({ symbol }),
    klines: (symbol, interval, limit) => client.getKlines({ symbol, interval, limit }),
    recentTrades: (symbol, limit) => client.getRecentTrades({ symbol, limit }),
    account: () => client.getAccountInformationV3(),
    balances: () => client.getBalanceV3(),
    leverage: (symbol, leverage) => client.setLeverage({ symbol, leverage }),
    marginType: (symbol, marginType) => client.setMarginType({ symbol, marginType }),
    symbolConfig: async (symbol) => (await client.getFuturesSymbolConfig({ symbol }))[0],
    place: (order) => client.submitNewOrder(order),
    amend: (order) => client.modifyOrder(order),
    cancel: (symbol, orderId) => client.cancelOrder({ symbol, orderId }),
    query: (symbol, orderId) => client.getOrder({ symbol, orderId }),
    openOrders: (symbol) => client.getAllOpenOrders({ symbol }),
    allOrders: (symbol) => client.getAllOrders({ symbol }),
    positions: (symbol) => client.getPositionsV3({ symbol }),
    userTrades: (symbol, orderId) => client.getAccountTrades({ symbol, orderId }),
    income: () => client.getIncomeHistory(),
    placeBatch: (orders) => client.submitMultipleOrders(orders),
    cancelBatch: (symbol, orderIdList) => client.cancelMultipleOrders({ symbol, orderIdList }),
    placeStop: (order) => client.submitNewAlgoOrder({ ...order, ...stop }),
    openStops: (symbol) => client.getOpenAlgoOrders({ symbol }),
    cancelStop: (_symbol, algoId) => client.cancelAlgoOrder({ algoId }),
    stranger: (other) => restTrader(base, { key, secret, ...other }),
    codeOf: (error) => error.code,
  };
}

// What the WebSocket API has a method for goes there; the rest to REST.
function socketTrader(base, keys) {
  const settings = settingsFor('tiagosiebler', base, keys).WebsocketAPIClient;
  const api = new WebsocketAPIClient({ ...settings, attachEventListeners: false }, SILENT);
  const result = async (answer) => (await answer).result;
  const timed = (params = {}) => ({ ...params, timestamp: Date.now() }); // as its types ask for
  const stop = { algoType: 'CONDITIONAL', type: 'STOP_MARKET' };
  return {
    ...restTrader(base, keys),
    account: () => result(api.getFuturesAccountStatusV2(timed())),
    balances: () => result(api.getFuturesAccountBalanceV2(timed())),
    depth: (symbol, limit) => result(api.getFuturesOrderBook({ symbol, limit })),
    bookTicker: (symbol) => result(api.getFuturesSymbolOrderBookTicker({ symbol })),
    place: (order) => result(api.submitNewFuturesOrder('usdm', timed(order))),
    amend: (order) => result(api.modifyFuturesOrder('usdm', timed(order))),
    cancel: (symbol, orderId) => result(api.cancelFuturesOrder('usdm', timed({ symbol, orderId }))),
    query: (symbol, orderId) =>
      result(api.getFuturesOrderStatus('usdm', timed({ symbol, orderId }))),
    positions: (symbol) => result(api.getFuturesPositionV2(timed({ symbol }))),
    placeStop: (order) => result(api.submitNewFuturesAlgoOrder(timed({ ...order, ...stop }))),
    cancelStop: (_symbol, algoId) => result(api.cancelFuturesAlgoOrder(timed({ algoId }))),
    stranger: undefined,
    close: () => api.disconnectAll(),
  };
}

async function listen(base, { key, secret }) {
  const symbol = SYMBOL.toLowerCase();
  const names = {
    [`${symbol}@bookTicker`]: 'bookTicker',
    [`${symbol}@depth5@100ms`]: 'depth5',
    [`${symbol}@markPrice@1s`]: 'markPrice',
    [`${symbol}@kline_1m`]: 'kline',
    [`${symbol}@aggTrade`]: 'aggTrade',
  };
  const settings = settingsFor('tiagosiebler', base, { key, secret }).WebsocketClient;
  const client = new WebsocketClient(settings, SILENT);
  const [events, faults, opened] = [[], [], []];
  const market = Object.fromEntries(Object.values(names).map((name) => [name, []]));
  client.on('open', ({ wsKey }) => opened.push(wsKey));
  client.on('exception', (fault) => faults.push(fault));
  client.on('message', (message) => {
    const data = message.data ?? message;
    const name = names[message.stream ?? message.streamName];
    if (name) market[name].push(data);
    else if (data.e) events.push(data);
  });
  await client.subscribeUsdFuturesUserDataStream();
  const [book, others] = [Object.keys(names).slice(0, 2), Object.keys(names).slice(2)];
  await client.subscribe(book, 'usdmPublic');
  await client.subscribe(others, 'usdmMarket');
  const stand = await until(() => opened.length >= 3);
  return { client, events, faults, market, stand };
}

await main(import.meta.url, 'binance', async (base, account, other, checks) => {
  const trader = restTrader(base, account);
  const { client, events, faults, market, stand } = await listen(base, account);
  checks.that(stand, 'three connections stand');
  const story = new Story(base, trader, checks);
  await story.play();
  await agreeOnAccount(story, events);
  await trader.place(story.bid(...(await story.far())));
  await agreeOnMarket(story, market);
  checks.equal(faults, [], 'exceptions of the connections');
  client.closeAll(true);
  const socket = socketTrader(base, other);
  await new Story(base, socket, checks).play();
  socket.close();
  passed('WebSocket API');
});
