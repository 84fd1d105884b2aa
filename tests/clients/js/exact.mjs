// Whole numbers of 1e-8 in BigInt, and checks that count themselves.

export const UNIT = 100_000_000n;

// "12.5" -> 1250000000n
export function parse(text) {
  const match = /^(-?)(\d+)(?:\.(\d{1,8})0*)?$/.exec(String(text));
  if (!match) throw new Error(`${text} is no number of at most eight decimals`);
  const [, sign, whole, part = ''] = match;
  const value = BigInt(whole) * UNIT + BigInt(part.padEnd(8, '0'));
  return sign ? -value : value;
}

// As people write it: no idle zeros.
export function plain(value) {
  const digits = String(value < 0n ? -value : value).padStart(9, '0');
  const part = digits.slice(-8).replace(/0+$/, '');
  return (value < 0n ? '-' : '') + digits.slice(0, -8) + (part && `.${part}`);
}

// BigInt division drops the rest toward zero.
export const cut = (product, divisor) => product / divisor;

// For what is not negative.
export const ceil = (product, divisor) => (product + divisor - 1n) / divisor;

export const floorTo = (value, step) => value - (value % step);
export const raiseTo = (value, step) => floorTo(value + step - 1n, step);
export const sum = (values) => values.reduce((total, value) => total + value, 0n);

export class CheckFailed extends Error {}

export class Checks {
  count = 0;
  step = 'start';

  that(holds, message) {
    if (!holds) throw new CheckFailed(`${this.step}: ${message}`);
    this.count += 1;
  }

  equal(got, wanted, what) {
    this.that(text(got) === text(wanted), `${what}: got ${text(got)}, wanted ${text(wanted)}`);
  }
}

function text(value) {
  return JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? plain(each) : each));
}
