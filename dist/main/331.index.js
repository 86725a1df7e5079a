export const id = 331;
export const ids = [331];
export const modules = {

/***/ 7331:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   proxyFor: () => (/* binding */ proxyFor),
/* harmony export */   startRequest: () => (/* binding */ startRequest)
/* harmony export */ });
/* harmony import */ var node_http__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7067);
/* harmony import */ var node_https__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(4708);
/* harmony import */ var node_net__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(7030);
/* harmony import */ var node_tls__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(1692);
/* harmony import */ var _actions_http_client_lib_proxy__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(9783);





/** The proxy that the environment names for a URL, by the runner's own rules; "broken" if it is no URL. */
function proxyFor(url) {
    try {
        return (0,_actions_http_client_lib_proxy__WEBPACK_IMPORTED_MODULE_4__/* .getProxyUrl */ .s)(url);
    }
    catch {
        return "broken";
    }
}
/** A request that is ended by its signal wherever it stands, in a proxy's hands, too. Its caller ends it. */
async function startRequest(url, proxy, { signal, method = "GET", headers: more = {} }) {
    const headers = { "user-agent": "berth", ...more };
    const send = url.protocol === "https:" ? node_https__WEBPACK_IMPORTED_MODULE_1__.request : node_http__WEBPACK_IMPORTED_MODULE_0__.request;
    if (proxy === undefined)
        return send(url, { method, headers, signal, agent: false });
    const tunnel = await openTunnel(url, proxy, signal);
    const servername = (0,node_net__WEBPACK_IMPORTED_MODULE_2__.isIP)(url.hostname) ? "" : url.hostname;
    const createConnection = () => url.protocol === "https:" ? (0,node_tls__WEBPACK_IMPORTED_MODULE_3__.connect)({ socket: tunnel, host: url.hostname, servername }) : tunnel;
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
        const request = (proxy.protocol === "https:" ? node_https__WEBPACK_IMPORTED_MODULE_1__.request : node_http__WEBPACK_IMPORTED_MODULE_0__.request)(options);
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
