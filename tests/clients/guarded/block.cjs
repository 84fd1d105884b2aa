// Loaded by every Node of a flow before anything else: what guard.py does for Python.
"use strict";

const dns = require("node:dns");
const fs = require("node:fs");
const net = require("node:net");
const dgram = require("node:dgram");

const log = process.env.LEAKS_GO_TO;
const LOCAL = /^(localhost|.*\.localhost|127(\.\d+){3}|0\.0\.0\.0|::1?|::ffff:127(\.\d+){3})$/i;

function isLocal(host) {
    return host === undefined || host === null || host === "" || LOCAL.test(String(host));
}

function refused(attempt) {
    if (log) fs.appendFileSync(log, `${attempt}\n`);
    return Object.assign(new Error(`blocked: ${attempt}`), { code: "ECONNREFUSED" });
}

function guardNames(owner) {
    for (const name of Object.getOwnPropertyNames(owner)) {
        const original = owner[name];
        if (typeof original !== "function" || !/^(lookup|resolve|reverse)/.test(name)) continue;
        owner[name] = function (host, ...rest) {
            if (isLocal(host)) return original.call(this, host, ...rest);
            const error = refused(`resolve ${host}`);
            const callback = rest.at(-1);
            if (typeof callback !== "function") return Promise.reject(error);
            return process.nextTick(callback, error);
        };
    }
}

guardNames(dns);
guardNames(dns.promises);
guardNames(dns.Resolver.prototype);
guardNames(dns.promises.Resolver.prototype);

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...given) {
    const first = Array.isArray(given[0]) ? given[0][0] : given[0];
    const isOptions = typeof first === "object" && first !== null;
    const host = isOptions ? first.host : typeof given[1] === "string" ? given[1] : undefined;
    if (isOptions && first.path) return connect.apply(this, given);
    if (isLocal(host)) return connect.apply(this, given);
    // A name goes on to `lookup`, which is guarded. Who connects has more to set up on the socket
    // before it may be gone.
    if (net.isIP(String(host)) === 0) return connect.apply(this, given);
    const error = refused(`connect ${host}`);
    process.nextTick(() => this.destroy(error));
    return this;
};

const send = dgram.Socket.prototype.send;
dgram.Socket.prototype.send = function (...given) {
    const host = given.slice(1).find((each) => typeof each === "string");
    if (!isLocal(host)) throw refused(`connect ${host}`);
    return send.apply(this, given);
};
