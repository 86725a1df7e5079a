export const id = 846;
export const ids = [846];
export const modules = {

/***/ 2846:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  proxyFor: () => (/* binding */ proxyFor),
  startRequest: () => (/* binding */ startRequest)
});

// EXTERNAL MODULE: external "node:http"
var external_node_http_ = __webpack_require__(7067);
// EXTERNAL MODULE: external "node:https"
var external_node_https_ = __webpack_require__(4708);
// EXTERNAL MODULE: external "node:net"
var external_node_net_ = __webpack_require__(7030);
// EXTERNAL MODULE: external "node:tls"
var external_node_tls_ = __webpack_require__(1692);
;// CONCATENATED MODULE: ./node_modules/@actions/http-client/lib/proxy.js
function getProxyUrl(reqUrl) {
    const usingSsl = reqUrl.protocol === 'https:';
    if (checkBypass(reqUrl)) {
        return undefined;
    }
    const proxyVar = (() => {
        if (usingSsl) {
            return process.env['https_proxy'] || process.env['HTTPS_PROXY'];
        }
        else {
            return process.env['http_proxy'] || process.env['HTTP_PROXY'];
        }
    })();
    if (proxyVar) {
        try {
            return new DecodedURL(proxyVar);
        }
        catch (_a) {
            if (!proxyVar.startsWith('http://') && !proxyVar.startsWith('https://'))
                return new DecodedURL(`http://${proxyVar}`);
        }
    }
    else {
        return undefined;
    }
}
function checkBypass(reqUrl) {
    if (!reqUrl.hostname) {
        return false;
    }
    const reqHost = reqUrl.hostname;
    if (isLoopbackAddress(reqHost)) {
        return true;
    }
    const noProxy = process.env['no_proxy'] || process.env['NO_PROXY'] || '';
    if (!noProxy) {
        return false;
    }
    // Determine the request port
    let reqPort;
    if (reqUrl.port) {
        reqPort = Number(reqUrl.port);
    }
    else if (reqUrl.protocol === 'http:') {
        reqPort = 80;
    }
    else if (reqUrl.protocol === 'https:') {
        reqPort = 443;
    }
    // Format the request hostname and hostname with port
    const upperReqHosts = [reqUrl.hostname.toUpperCase()];
    if (typeof reqPort === 'number') {
        upperReqHosts.push(`${upperReqHosts[0]}:${reqPort}`);
    }
    // Compare request host against noproxy
    for (const upperNoProxyItem of noProxy
        .split(',')
        .map(x => x.trim().toUpperCase())
        .filter(x => x)) {
        if (upperNoProxyItem === '*' ||
            upperReqHosts.some(x => x === upperNoProxyItem ||
                x.endsWith(`.${upperNoProxyItem}`) ||
                (upperNoProxyItem.startsWith('.') &&
                    x.endsWith(`${upperNoProxyItem}`)))) {
            return true;
        }
    }
    return false;
}
function isLoopbackAddress(host) {
    const hostLower = host.toLowerCase();
    return (hostLower === 'localhost' ||
        hostLower.startsWith('127.') ||
        hostLower.startsWith('[::1]') ||
        hostLower.startsWith('[0:0:0:0:0:0:0:1]'));
}
class DecodedURL extends URL {
    constructor(url, base) {
        super(url, base);
        this._decodedUsername = decodeURIComponent(super.username);
        this._decodedPassword = decodeURIComponent(super.password);
    }
    get username() {
        return this._decodedUsername;
    }
    get password() {
        return this._decodedPassword;
    }
}
//# sourceMappingURL=proxy.js.map
;// CONCATENATED MODULE: ./build/runner/proxy.js





/** The proxy that the environment names for a URL, by the runner's own rules; "broken" if it is no URL. */
function proxyFor(url) {
    try {
        return getProxyUrl(url);
    }
    catch {
        return "broken";
    }
}
/** A request that is ended by its signal wherever it stands, in a proxy's hands, too. Its caller ends it. */
async function startRequest(url, proxy, { signal, method = "GET", headers: more = {} }) {
    const headers = { "user-agent": "berth", ...more };
    const send = url.protocol === "https:" ? external_node_https_.request : external_node_http_.request;
    if (proxy === undefined)
        return send(url, { method, headers, signal, agent: false });
    const tunnel = await openTunnel(url, proxy, signal);
    const servername = (0,external_node_net_.isIP)(url.hostname) ? "" : url.hostname;
    const createConnection = () => url.protocol === "https:" ? (0,external_node_tls_.connect)({ socket: tunnel, host: url.hostname, servername }) : tunnel;
    return send(url, {
        method,
        headers: { ...headers, host: url.host, connection: "close" },
        signal,
        createConnection,
    });
}
// Neither undici's ProxyAgent nor the tunnel package can be stopped while a proxy doesn't answer.
function openTunnel(url, proxy, signal) {
    const { username, password } = proxy;
    const target = `${url.hostname}:${url.port || (url.protocol === "https:" ? 443 : 80)}`;
    const credentials = Buffer.from(`${username}:${password}`).toString("base64");
    const options = {
        host: proxy.hostname,
        port: proxy.port || (proxy.protocol === "https:" ? 443 : 80),
        method: "CONNECT",
        path: target,
        headers: {
            host: target,
            ...(username === "" && password === "" ? {} : { "proxy-authorization": `Basic ${credentials}` }),
        },
        agent: false,
        signal,
    };
    return new Promise((resolve, reject) => {
        const request = (proxy.protocol === "https:" ? external_node_https_.request : external_node_http_.request)(options);
        request.on("error", reject);
        request.on("connect", ({ statusCode }, socket) => {
            if (statusCode === 200)
                return resolve(socket);
            socket.destroy();
            reject(new Error(`HTTP ${statusCode} to CONNECT`));
        });
        request.end();
    });
}


/***/ })

};
