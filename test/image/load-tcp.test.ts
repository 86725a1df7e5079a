import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createServer as createTlsServer } from "node:tls";
import { dockerEngine } from "../../src/engine/dockerode-engine.ts";
import { engine, type TestEngine, testStores } from "../engines/index.ts";
import { type Keys, makeCertificates } from "./certificates.ts";
import { type EngineProxy, startPipe, startProxy } from "./engine-proxy.ts";
import { imageOf, writeLayout } from "./fixtures.ts";
import { freshLayer, hasOnly, loadOne, programLayer, runs, type Scene, scene } from "./load-scene.ts";

for (const store of testStores()) {
	describe(`loading over TCP, ${store}`, () => {
		let lent: TestEngine;
		let proxy: EngineProxy;
		let here: Scene;
		let server: Keys;
		let clientFolder: string;

		before(async () => {
			lent = await engine(store);
			proxy = await startProxy(lent.host);
			here = scene();
			({ server, clientFolder } = makeCertificates(here.path("keys")));
		});
		after(async () => {
			await proxy.close();
			await here.end(lent);
		});

		const secured = () =>
			startPipe(proxy.host, (onSocket) =>
				createTlsServer({ ...server, requestCert: true, rejectUnauthorized: true }, onSocket),
			);

		async function sendsWhatChanged(name: string, env: NodeJS.ProcessEnv): Promise<void> {
			const program = await programLayer(lent);
			const [one, two] = [
				imageOf([program, await freshLayer("one", 500_000)]),
				imageOf([program, await freshLayer("two", 500_000)]),
			];
			writeLayout(here.path(`${name}-1`), one);
			writeLayout(here.path(`${name}-2`), two);
			await loadOne(env, `${here.path(`${name}-1`)}=${here.name(`${name}-1`)}`);
			const from = proxy.uploads().length;
			const report = await loadOne(env, `${here.path(`${name}-2`)}=${here.name(`${name}-2`)}`);
			assert.equal(report.layersSent, 1);
			// On the containerd store a second one would be a probe: the short way has to work here, too.
			assert.equal(proxy.uploads().length - from, store === "containerd" ? 1 : 2);
			await runs(lent, here.name(`${name}-2`), "two");
			await hasOnly(lent, [one, two], [here.name(`${name}-1`), here.name(`${name}-2`)]);
		}

		it("works as over the socket", async () => {
			const pipe = await startPipe(proxy.host);
			const DOCKER_HOST = `tcp://127.0.0.1:${pipe.port}`;
			await sendsWhatChanged("plain", { ...process.env, ...lent.env, DOCKER_HOST });
			await pipe.close();
		});

		it("works with TLS and a client's certificate", async () => {
			const pipe = await secured();
			const keys = { DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: clientFolder };
			const DOCKER_HOST = `tcp://127.0.0.1:${pipe.port}`;
			await sendsWhatChanged("tls", { ...process.env, ...lent.env, ...keys, DOCKER_HOST });
			await pipe.close();
		});

		it("says in one line that a certificate is not to be believed", async () => {
			const pipe = await secured();
			const strangers = makeCertificates(here.path("strangers")).clientFolder;
			const keys = { DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: strangers };
			const DOCKER_HOST = `tcp://127.0.0.1:${pipe.port}`;
			const answer = await dockerEngine({ ...lent.env, ...keys, DOCKER_HOST }).info();
			assert.equal(answer.kind, "unreachable");
			assert.ok(answer.kind === "unreachable");
			assert.match(answer.problem, /^no Docker engine answers at tcp:\/\/127\.0\.0\.1:\d+ .*certificate.*$/);
			await pipe.close();
		});
	});
}
