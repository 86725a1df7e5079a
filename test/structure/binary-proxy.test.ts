import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createServer as createHttpServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, type Server } from "node:net";
import { join } from "node:path";
import { it, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { FoundBinary } from "../../src/structure/binary.ts";
import { pinnedRelease } from "../../src/structure/release.ts";
import { makeCertificates } from "../image/certificates.ts";
import { type Machine, newMachine, script } from "./machine.ts";

const asset = "https://release-assets.githubusercontent.com/file?signature=1";
const pinned = pinnedRelease.urlOf("linux-amd64");

/** GitHub as it looks from behind a proxy: the one way out of here. */
type Outside = {
	readonly proxy: string;
	/** What the proxy was asked to connect to, and what GitHub was asked for. */
	readonly asked: string[];
	readonly credentials: (string | undefined)[];
	readonly env: NodeJS.ProcessEnv;
};

async function outside(t: TestContext, machine: Machine, tunnel: "open" | 403 | 407 | "stalled") {
	const certificates = join(machine.dir, "certificates");
	const { server: keys } = makeCertificates(certificates, "DNS:github.com,DNS:*.githubusercontent.com");
	const asked: string[] = [];
	const credentials: (string | undefined)[] = [];
	const github = createTlsServer({ cert: keys.cert, key: keys.key }, (request, response) => {
		const url = `https://${request.headers.host}${request.url}`;
		asked.push(url);
		if (url === pinned) response.writeHead(302, { location: asset }).end();
		else if (url === asset) response.end(script);
		else response.writeHead(404).end();
	});
	const port = await listen(t, github);
	const proxy = createHttpServer((_request, response) => response.writeHead(500).end());
	proxy.on("connect", (request, socket) => {
		asked.push(`CONNECT ${request.url}`);
		credentials.push(request.headers["proxy-authorization"]);
		t.after(() => socket.destroy());
		socket.on("error", () => undefined);
		if (tunnel === "stalled") return;
		if (tunnel !== "open") return void socket.end(`HTTP/1.1 ${tunnel} No\r\ncontent-length: 0\r\n\r\n`);
		const target = connect(port, "127.0.0.1", () => {
			socket.write("HTTP/1.1 200 OK\r\n\r\n");
			target.pipe(socket).pipe(target);
		});
		target.on("error", () => undefined);
	});
	const env = {
		...machine.env,
		PATH: machine.env.RUNNER_TEMP,
		NODE_EXTRA_CA_CERTS: join(certificates, "ca.pem"),
	};
	const of: Outside = { proxy: `127.0.0.1:${await listen(t, proxy)}`, asked, credentials, env };
	return of;
}

async function listen(t: TestContext, server: Server): Promise<number> {
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	t.after(() => server.close());
	return (server.address() as AddressInfo).port;
}

async function findIn(env: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<FoundBinary> {
	const entry = fileURLToPath(new URL("find-binary.ts", import.meta.url));
	const { stdout } = await promisify(execFile)(process.execPath, [entry, ...args], { env, timeout: 60_000 });
	return JSON.parse(stdout) as FoundBinary;
}

const problemOf = (result: FoundBinary) => (result.kind === "none" ? result.problem : "");

it("the pinned release comes from GitHub, through a proxy and over TLS", async (t) => {
	const machine = newMachine(t);
	const { proxy, env, asked, credentials } = await outside(t, machine, "open");
	const result = await findIn({ ...env, https_proxy: `http://user:p%40ss@${proxy}` }, script);
	const place = "container-structure-test/1.22.0/x64";
	assert.deepEqual(result, {
		kind: "found",
		path: join(machine.env.RUNNER_TOOL_CACHE, place, "container-structure-test"),
	});
	const tunnels = ["CONNECT github.com:443", "CONNECT release-assets.githubusercontent.com:443"];
	assert.deepEqual(asked, [tunnels[0], pinned, tunnels[1], asset]);
	assert.equal(credentials[0], `Basic ${Buffer.from("user:p@ss").toString("base64")}`);
});

it("a proxy's file that isn't the pinned release is refused", async (t) => {
	const machine = newMachine(t);
	const { proxy, env } = await outside(t, machine, "open");
	const problem = problemOf(await findIn({ ...env, https_proxy: `http://${proxy}` }));
	assert.match(
		problem,
		/isn't container-structure-test 1\.22\.0: its SHA-256 is .*, not 57cde1ab[0-9a-f]{56};/,
	);
	assert.deepEqual([machine.cached(), machine.temporary()], [[], []]);
});

it("a proxy that refuses or stalls is named without its password, and holds nobody up", async (t) => {
	const machine = newMachine(t);
	for (const tunnel of [403, 407, "stalled"] as const) {
		const { proxy, env } = await outside(t, newMachine(t), tunnel);
		const problem = problemOf(await findIn({ ...env, https_proxy: `http://user:secret@${proxy}` }, script));
		const reason = tunnel === "stalled" ? "nothing came for 1 s" : `.*\\b${tunnel}\\b.*`;
		assert.match(
			problem,
			new RegExp(`: ${reason} from github\\.com through the proxy ${proxy} \\(the last of 3`),
		);
		assert.doesNotMatch(problem, /secret/);
	}
	assert.deepEqual([machine.cached(), machine.temporary()], [[], []]);
});

it("a server whose certificate nobody vouches for is refused", async (t) => {
	const machine = newMachine(t);
	const { proxy, env } = await outside(t, machine, "open");
	const { NODE_EXTRA_CA_CERTS: _, ...without } = env;
	assert.match(
		problemOf(await findIn({ ...without, https_proxy: `http://${proxy}` }, script)),
		/certificate.* from github\.com through the proxy/,
	);
});

it("a proxy is left out for the hosts of no_proxy, and a broken one is told", async (t) => {
	const machine = newMachine(t);
	const { proxy, env, asked } = await outside(t, machine, "open");
	const direct = { ...env, https_proxy: `http://${proxy}`, no_proxy: "example.com,.invalid" };
	assert.match(
		problemOf(await findIn(direct, script, "https://releases.invalid/file")),
		/ from releases\.invalid \(/,
	);
	assert.deepEqual(asked, []);
	assert.match(
		problemOf(await findIn({ ...env, https_proxy: "not a URL" }, script)),
		/proxy .* can't be read as a URL/,
	);
});
