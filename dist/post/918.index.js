export const id = 918;
export const ids = [918];
export const modules = {

/***/ 6091:
/***/ ((module) => {

// docker-modem requires ssh2 at load time. The real one brings native addons and a pagent.exe into
// every bundle, for an endpoint kind that Berth does not offer.
class Client {
	constructor() {
		throw new Error(
			"ssh:// engines are not supported: forward the engine's socket and set DOCKER_HOST to it",
		);
	}
}

module.exports = { Client };


/***/ }),

/***/ 8915:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

module.exports = __webpack_require__(7075);


/***/ }),

/***/ 9946:
/***/ ((module) => {

module.exports = {};


/***/ })

};
