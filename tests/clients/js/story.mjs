// One trader's session, as in scenario.py: each figure that follows from it is recomputed.
//
// A trader gives its client's calls under the names used here; each takes Binance's parameters and
// answers Binance's JSON. What a client has no call for is left out, and so is the feature.

import { UNIT, ceil, cut, floorTo, parse, plain, raiseTo, sum } from './exact.mjs';
import { ask, passed, until } from './flow.mjs';

export const SYMBOL = 'BTCUSDT';
const LEVERAGE = 12n;
const RATE = ceil(UNIT, LEVERAGE);
const TAKER = parse('0.0005');
const TOTALS = {
  totalInitialMargin: 'initialMargin',
  totalMaintMargin: 'maintMargin',
  totalWalletBalance: 'walletBalance',
  totalUnrealizedProfit: 'unrealizedProfit',
  totalMarginBalance: 'marginBalance',
  totalPositionInitialMargin: 'positionInitialMargin',
  totalOpenOrderInitialMargin: 'openOrderInitialMargin',
  availableBalance: 'availableBalance',
  maxWithdrawAmount: 'maxWithdrawAmount',
};

export class Story {
  constructor(base, trader, checks) {
    Object.assign(this, { base, trader, checks, fills: [], canceled: [], flat: null });
  }

  async play() {
    const { trader } = this;
    const steps = [
      ['startUp', 'start-up', 'serverTime'],
      ['account', 'account', 'account'],
      ['settings', 'settings', 'leverage'],
      ['rest', null, 'place'],
      ['amended', 'amendments', 'amend'],
      ['cancel', null, 'cancel'],
      ['batches', 'batches', 'placeBatch'],
      ['refusals', 'refusals', 'stranger'],
      ['open', null, 'place'],
      ['position', 'positions', 'positions'],
      ['close', 'orders', 'place'],
      ['market', 'market data', 'depth'],
      ['stops', 'conditional orders', 'placeStop'],
      ['history', 'history', 'allOrders'],
    ];
    for (const [step, feature, call] of steps) {
      if (!trader[call]) continue;
      this.checks.step = step;
      await this[step]();
      if (feature) passed(feature);
    }
  }

  async startUp() {
    const info = await this.trader.exchangeInfo();
    const row = info.symbols.find((each) => each.symbol === SYMBOL);
    const filters = Object.fromEntries(row.filters.map((each) => [each.filterType, each]));
    this.tick = parse(filters.PRICE_FILTER.tickSize);
    this.step = parse(filters.LOT_SIZE.stepSize);
    this.least = parse(filters.MIN_NOTIONAL.notional);
    this.checks.equal([row.status, row.contractType], ['TRADING', 'PERPETUAL'], 'the symbol');
    const away = Math.abs((await this.trader.serverTime()) - Date.now());
    this.checks.that(away < 5000, `the venue's clock is ${away} ms away`);
    this.checks.that((await this.mark()) > 0n, 'the mark price is above zero');
  }

  // The client hands over what the venue answers to anybody, after the account has traded.
  async market() {
    const { trader, checks } = this;
    const get = (path, params) => ask(this.base, `/fapi/v1/${path}`, { symbol: SYMBOL, ...params });
    const [book, wanted] = [await trader.depth(SYMBOL, 20), await get('depth', { limit: 20 })];
    checks.equal([book.bids, book.asks], [wanted.bids, wanted.asks], 'depth');
    const [quote, best] = [await trader.bookTicker(SYMBOL), await get('ticker/bookTicker')];
    for (const field of ['bidPrice', 'bidQty', 'askPrice', 'askQty']) {
      checks.equal(quote[field], best[field], field);
    }
    const candles = await trader.klines(SYMBOL, '1m', 10);
    checks.that(candles.length > 0, 'what was traded is in a kline');
    const rows = await get('klines', { interval: '1m', limit: 10 });
    // Some clients leave out the fields at the end.
    checks.equal(candles, rows.map((row) => row.slice(0, candles[0].length)), 'klines');
    const trades = await trader.recentTrades(SYMBOL, 100);
    checks.equal(trades, await get('trades', { limit: 100 }), 'trades');
  }

  async mark() {
    return parse((await this.trader.markPrice(SYMBOL)).markPrice);
  }

  // With what holds of every single-asset account checked on the way.
  async readAccount() {
    const account = await this.trader.account();
    const row = account.assets.find((each) => each.asset === 'USDT');
    for (const [total, field] of Object.entries(TOTALS)) {
      this.checks.equal(account[total], row[field], `${total} is the asset's ${field}`);
    }
    return row;
  }

  async account() {
    const { checks } = this;
    this.flat = await this.readAccount();
    const wallet = this.flat.walletBalance;
    for (const field of ['availableBalance', 'maxWithdrawAmount', 'marginBalance']) {
      checks.equal(this.flat[field], wallet, field);
    }
    const balance = (await this.trader.balances()).find((each) => each.asset === 'USDT');
    checks.equal([balance.balance, balance.availableBalance], [wallet, wallet], 'balance');
  }

  async settings() {
    const { trader, checks } = this;
    const told = await trader.leverage(SYMBOL, Number(LEVERAGE));
    checks.equal(Number(told.leverage), Number(LEVERAGE), 'leverage');
    for (const type of ['ISOLATED', 'CROSSED']) {
      const answer = await trader.marginType(SYMBOL, type);
      checks.equal(Number(answer.code), 200, `answer to ${type}`);
      const config = await trader.symbolConfig(SYMBOL);
      checks.equal([config.marginType, Number(config.leverage)], [type, 12], 'symbolConfig');
    }
    checks.equal(await this.readAccount(), this.flat, "settings leave the account's figures");
  }

  // Half the mark, for four times the least that may be ordered.
  async far() {
    const price = floorTo((await this.mark()) / 2n, this.tick);
    return [price, raiseTo(ceil(4n * this.least * UNIT, price), this.step)];
  }

  bid(price, quantity) {
    return {
      symbol: SYMBOL,
      side: 'BUY',
      type: 'LIMIT',
      timeInForce: 'GTC',
      quantity: plain(quantity),
      price: plain(price),
    };
  }

  async rest() {
    let [price, quantity] = await this.far();
    while ((RATE * price * quantity) % (UNIT * UNIT) === 0n) price -= this.tick;
    const told = await this.trader.place(this.bid(price, quantity));
    this.checks.equal(told.status, 'NEW', 'status');
    this.order = { id: Number(told.orderId), price, quantity };
    await this.standing(price, quantity);
  }

  // One bid stands, and the account holds its margin, rounded up at the eighth decimal.
  async standing(price, quantity) {
    const { checks } = this;
    const orders = await this.trader.openOrders(SYMBOL);
    checks.equal(orders.map((each) => Number(each.orderId)), [this.order.id], 'openOrders');
    checks.equal([parse(orders[0].price), parse(orders[0].origQty)], [price, quantity], 'order');
    const margin = ceil(RATE * price * quantity, UNIT * UNIT);
    const row = await this.readAccount();
    checks.equal(parse(row.openOrderInitialMargin), margin, 'openOrderInitialMargin');
    const fallen = parse(this.flat.availableBalance) - parse(row.availableBalance);
    checks.equal(fallen, margin, 'what availableBalance fell by');
  }

  async amended() {
    const [price, quantity] = [this.order.price - 7n * this.tick, this.order.quantity + this.step];
    const { type, timeInForce, ...asked } = this.bid(price, quantity);
    const told = await this.trader.amend({ ...asked, orderId: this.order.id });
    this.checks.equal(Number(told.orderId), this.order.id, 'orderId');
    await this.standing(price, quantity);
  }

  async cancel() {
    const told = await this.trader.cancel(SYMBOL, this.order.id);
    this.checks.equal(told.status, 'CANCELED', 'status');
    this.canceled.push(this.order.id);
    this.checks.equal(await this.trader.openOrders(SYMBOL), [], 'openOrders');
    this.checks.equal(await this.readAccount(), this.flat, 'the account after the cancel');
  }

  // Two that stand and one that is refused; all that stand are canceled at once.
  async batches() {
    const { trader, checks } = this;
    const [price, quantity] = await this.far();
    const tooHigh = 3n * price;
    const prices = [price, price - this.tick, tooHigh];
    const orders = prices.map((each) => this.bid(each, quantity));
    const told = await trader.placeBatch(orders);
    checks.equal(told.map((each) => each.status ?? each.code), ['NEW', 'NEW', -4016], 'the batch');
    const ids = told.slice(0, 2).map((each) => Number(each.orderId));
    const ended = await trader.cancelBatch(SYMBOL, ids);
    checks.equal(ended.map((each) => each.status), ['CANCELED', 'CANCELED'], 'the batch');
    checks.equal(await this.readAccount(), this.flat, 'the account after the batch');
    this.canceled.push(...ids);
  }

  async refused(code, call) {
    let answer;
    try {
      answer = await call();
    } catch (error) {
      this.checks.equal(this.trader.codeOf(error), code, `code of ${error?.message ?? error}`);
      return;
    }
    this.checks.that(false, `${code} was not raised, the answer was ${JSON.stringify(answer)}`);
  }

  async refusals() {
    const { trader } = this;
    const [price, quantity] = await this.far();
    const tooMuch = raiseTo(
      cut(2n * LEVERAGE * parse(this.flat.availableBalance) * UNIT, price),
      this.step,
    );
    const reducing = { symbol: SYMBOL, side: 'SELL', type: 'MARKET', quantity: plain(quantity) };
    await this.refused(-1121, () => trader.markPrice('NOSUCHUSDT'));
    await this.refused(-2019, () => trader.place(this.bid(price, tooMuch)));
    await this.refused(-2011, () => trader.cancel(SYMBOL, 987654321987));
    await this.refused(-2013, () => trader.query(SYMBOL, 987654321987));
    await this.refused(-4046, () => trader.marginType(SYMBOL, 'CROSSED'));
    await this.refused(-2022, () => trader.place({ ...reducing, reduceOnly: 'true' }));
    await this.refused(-1022, () => trader.stranger({ secret: 's'.repeat(64) }).account());
    await this.refused(-2015, () => trader.stranger({ key: 'k'.repeat(64) }).account());
    this.checks.equal(await this.readAccount(), this.flat, 'the account after the refusals');
  }

  async trade(side, quantity, more = {}) {
    const asked = { symbol: SYMBOL, side, type: 'MARKET', quantity: plain(quantity), ...more };
    const told = await this.trader.place({ ...asked, newOrderRespType: 'RESULT' });
    const order = await this.trader.query(SYMBOL, Number(told.orderId));
    this.checks.equal([order.status, parse(order.executedQty)], ['FILLED', quantity], 'order');
    return this.charged(Number(told.orderId), quantity);
  }

  // Each fill's commission is its notional at the taker rate, cut at eight decimals.
  async charged(orderId, quantity) {
    const fills = await this.trader.userTrades(SYMBOL, orderId);
    this.checks.equal(sum(fills.map((fill) => parse(fill.qty))), quantity, 'filled quantity');
    for (const fill of fills) {
      const fee = cut(parse(fill.price) * parse(fill.qty) * TAKER, UNIT * UNIT);
      this.checks.equal(parse(fill.commission), fee, 'commission');
    }
    this.fills.push(...fills);
    return fills;
  }

  // What the wallet has to be: less by the fees, more by the profits.
  wallet() {
    const made = this.fills.map((fill) => parse(fill.realizedPnl) - parse(fill.commission));
    return parse(this.flat.walletBalance) + sum(made);
  }

  async open() {
    const worth = parse(this.flat.availableBalance) * LEVERAGE / 20n;
    this.held = floorTo((worth * UNIT) / (await this.mark()), this.step);
    await this.trade('BUY', this.held);
    this.checks.equal(parse((await this.readAccount()).walletBalance), this.wallet(), 'wallet');
  }

  entry() {
    const cost = sum(this.fills.map((fill) => parse(fill.price) * parse(fill.qty)));
    return cut(cost, this.held);
  }

  // The row follows from its own mark price, the account's from its own columns.
  async position() {
    const { checks } = this;
    const rows = await this.trader.positions(SYMBOL);
    const row = rows.find((each) => parse(each.positionAmt) !== 0n);
    const [amount, mark] = [parse(row.positionAmt), parse(row.markPrice)];
    checks.equal(amount, this.held, 'positionAmt');
    checks.equal(cut(amount * mark, UNIT), parse(row.notional), 'notional');
    const profit = cut(amount * (mark - this.entry()), UNIT);
    checks.equal(parse(row.unRealizedProfit), profit, 'unRealizedProfit');
    const margin = ceil(amount * mark * RATE, UNIT * UNIT);
    checks.equal(parse(row.positionInitialMargin), margin, 'positionInitialMargin');
    const asset = await this.readAccount();
    const whole = parse(asset.walletBalance) + parse(asset.unrealizedProfit);
    checks.equal(parse(asset.marginBalance), whole, 'marginBalance');
    const free = whole - parse(asset.initialMargin);
    checks.equal(parse(asset.availableBalance), free, 'availableBalance');
  }

  async close() {
    const entry = this.entry();
    const fills = await this.trade('SELL', this.held, { reduceOnly: 'true' });
    for (const fill of fills) {
      const profit = cut(parse(fill.qty) * (parse(fill.price) - entry), UNIT);
      this.checks.equal(parse(fill.realizedPnl), profit, 'realizedPnl');
    }
    const row = await this.readAccount();
    const told = [parse(row.walletBalance), parse(row.availableBalance)];
    this.checks.equal(told, [this.wallet(), this.wallet()], 'wallet, availableBalance');
  }

  // Half of a position is closed by hand, and that sets off the stop for the other half.
  async stops() {
    const { trader, checks } = this;
    const quantity = floorTo(this.held / 4n, this.step);
    const bought = await this.trade('BUY', 2n * quantity);
    const trigger = parse(bought.at(-1).price) - this.tick;
    const asked = { symbol: SYMBOL, side: 'SELL', quantity: plain(quantity) };
    const kept = await trader.placeStop({ ...asked, triggerPrice: plain(trigger) });
    const far = floorTo(trigger / 2n, this.tick);
    const dropped = await trader.placeStop({ ...asked, triggerPrice: plain(far) });
    const waiting = async () => (await trader.openStops(SYMBOL)).map((row) => Number(row.algoId));
    const ids = [kept, dropped].map((row) => Number(row.algoId));
    checks.equal((await waiting()).sort(), [...ids].sort(), 'openAlgoOrders');
    await trader.cancelStop(SYMBOL, ids[1]);
    checks.equal(await waiting(), [ids[0]], 'openAlgoOrders after the cancel');
    await this.trade('SELL', quantity, { reduceOnly: 'true' });
    checks.that(await until(async () => (await waiting()).length === 0), 'the stop went off');
    const orders = await trader.allOrders(SYMBOL);
    const order = orders.find((row) => row.clientOrderId === kept.clientAlgoId);
    checks.equal([order.status, order.origType], ['FILLED', 'STOP_MARKET'], "the stop's order");
    await this.charged(Number(order.orderId), quantity);
    checks.equal(parse((await this.readAccount()).walletBalance), this.wallet(), 'wallet');
  }

  async history() {
    const { checks } = this;
    const orders = await this.trader.allOrders(SYMBOL);
    const ends = Object.fromEntries(orders.map((row) => [row.orderId, row.status]));
    const traded = this.fills.map((fill) => [fill.orderId, 'FILLED']);
    const canceled = this.canceled.map((id) => [id, 'CANCELED']);
    checks.equal(ends, Object.fromEntries([...canceled, ...traded]), 'allOrders');
    const rows = await this.trader.income();
    checks.equal(sum(rows.map((row) => parse(row.income))), this.wallet(), 'the sum of income');
  }
}
