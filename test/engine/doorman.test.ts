import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { createServer as createTlsServer } from "node:tls";
import { dockerEngine } from "../../src/engine/dockerode-engine.ts";
import { dockerUpkeep } from "../../src/engine/dockerode-upkeep.ts";
import type { Doorman } from "../../src/engine/engine.ts";
import { sweep } from "../../src/structure/sweep.ts";
import { baseImage, engine, type TestEngine, testStores } from "../engines/index.ts";
import { makeCertificates } from "../image/certificates.ts";
import { startPipe, startProxy } from "../image/engine-proxy.ts";

type Answer = { readonly status: number; readonly body: string };

/** Asks the engine as container-structure-test does. */
function ask(door: Doorman, method: string, path: string, body?: unknown): Promise<Answer> {
	const socketPath = door.host.replace("unix://", "");
	const headers = { "Content-Type": "application/json" };
	return new Promise((resolve, reject) => {
		const asked = request({ socketPath, method, path, headers, agent: false }, (answer: IncomingMessage) => {
			const chunks: Buffer[] = [];
			answer.on("error", reject);
			answer.on("data", (chunk: Buffer) => chunks.push(chunk));
			answer.on("end", () =>
				resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") }),
			);
		});
		asked.on("error", reject);
		asked.end(body === undefined ? undefined : JSON.stringify(body));
	});
}

/** The ids of all that has the label. */
async function labelled(env: NodeJS.ProcessEnv, label: string) {
	const containers = await dockerUpkeep(env).containers(label);
	const images = await dockerUpkeep(env).images({ label, all: true });
	assert.ok(containers.kind === "listed" && images.kind === "listed");
	const ids = (items: readonly { readonly id: string }[]) => items.map(({ id }) => id).sort();
	return { containers: ids(containers.items), images: ids(images.items) };
}

async function idOf(answer: Promise<Answer>): Promise<string> {
	const { status, body } = await answer;
	assert.equal(status, 201, body);
	return (JSON.parse(body) as { Id: string }).Id;
}

for (const store of testStores()) {
	describe(`a doorman before an engine with ${store}`, () => {
		let lent: TestEngine;
		let image: string;
		let dir: string;

		before(async () => {
			lent = await engine(store);
			image = await baseImage(lent);
			dir = mkdtempSync(join(tmpdir(), "berth-test-door-"));
		});
		after(() => rmSync(dir, { recursive: true, force: true }));

		const newLabel = () => `berth.structure-test=${randomBytes(8).toString("hex")}`;

		async function doorFor(env: NodeJS.ProcessEnv, label: string, below = dir): Promise<Doorman> {
			const door = await dockerEngine(env).openDoor(label, below);
			assert.ok(door.kind === "open", JSON.stringify(door));
			return door;
		}

		/** Makes a container and commits it, twice over, and sees that the label is on all of it, and nothing left. */
		async function labelsAll(env: NodeJS.ProcessEnv): Promise<void> {
			const label = newLabel();
			const door = await doorFor(env, label);
			const create = { Image: image, Cmd: ["true"], Labels: { own: "kept" } };
			const container = await idOf(ask(door, "POST", "/v1.41/containers/create?platform=", create));
			const commit = await idOf(ask(door, "POST", `/commit?container=${container}`));
			const above = await idOf(ask(door, "POST", "/containers/create", { Image: commit, Cmd: ["true"] }));
			const second = await idOf(ask(door, "POST", `/commit?container=${above}`));
			assert.deepEqual(await labelled(env, label), {
				containers: [container, above].sort(),
				images: [commit, second].sort(),
			});
			const inspected = JSON.parse((await ask(door, "GET", `/containers/${container}/json`)).body) as {
				Config: { Labels: Record<string, string> };
			};
			assert.deepEqual(inspected.Config.Labels, {
				own: "kept",
				[label.split("=")[0] ?? ""]: label.split("=")[1],
			});
			await door.close();
			assert.deepEqual(await sweep(dockerUpkeep(env), label), []);
			assert.deepEqual(await labelled(env, label), { containers: [], images: [] });
		}

		it("labels what is made, and what is committed from it", () => labelsAll(lent.env));

		it("does so over TCP and TLS, too", async () => {
			const { server, clientFolder } = makeCertificates(join(dir, "keys"));
			const pipe = await startPipe(lent.host, (onSocket) =>
				createTlsServer({ ...server, requestCert: true, rejectUnauthorized: true }, onSocket),
			);
			const keys = { DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: clientFolder };
			await labelsAll({ ...lent.env, ...keys, DOCKER_HOST: `tcp://127.0.0.1:${pipe.port}` });
			await pipe.close();
			const plain = await startPipe(lent.host);
			await labelsAll({ ...lent.env, DOCKER_HOST: `tcp://127.0.0.1:${plain.port}` });
			await plain.close();
		});

		it("knows what runs", async () => {
			const label = newLabel();
			const door = await doorFor(lent.env, label);
			const run = async (...Cmd: string[]) => {
				const id = await idOf(ask(door, "POST", "/containers/create", { Image: image, Cmd }));
				assert.equal((await ask(door, "POST", `/containers/${id}/start`)).status, 204);
				return id;
			};
			assert.equal(door.running(), undefined);
			const quick = await run("true");
			assert.equal((await ask(door, "POST", `/containers/${quick}/wait`)).status, 200);
			assert.equal(door.running(), undefined);
			await run("sleep", "100000");
			const last = await run("sh", "-c", "echo a\nsleep 200000");
			await idOf(ask(door, "POST", "/containers/create", { Image: image, Cmd: ["never", "started"] }));
			assert.equal(door.running(), "sh -c echo a sleep 200000");
			assert.equal((await ask(door, "DELETE", `/containers/${last}?force=1`)).status, 204);
			assert.equal(door.running(), "sleep 100000");
			await door.close();
			assert.deepEqual(await sweep(dockerUpkeep(lent.env), label), []);
		});

		it("stands where only this user comes, and leaves nothing there", async () => {
			const door = await doorFor(lent.env, newLabel());
			const socket = door.host.replace("unix://", "");
			assert.equal(dirname(dirname(socket)), dir);
			assert.equal(statSync(dirname(socket)).mode & 0o777, 0o700);
			await door.close();
			assert.deepEqual(
				readdirSync(dir).filter((name) => name !== "keys"),
				[],
			);
		});

		it("finds another place where a socket's path would be too long", async () => {
			const long = join(dir, "x".repeat(100));
			mkdirSync(long);
			const door = await doorFor(lent.env, newLabel(), long);
			assert.equal((await ask(door, "GET", "/_ping")).body, "OK");
			assert.deepEqual(readdirSync(long), []);
			await door.close();
			assert.equal(existsSync(door.host.replace("unix://", "")), false);
			rmSync(long, { recursive: true });
		});

		it("waits at its end for what is being made, but for nothing else", async () => {
			const label = newLabel();
			const { promise: held, resolve: onHeld } = Promise.withResolvers<void>();
			const { promise: released, resolve: release } = Promise.withResolvers<void>();
			const proxy = await startProxy(lent.host, {
				before: async ({ path }) => {
					if (!path.startsWith("/containers/create")) return;
					onHeld();
					await released;
				},
			});
			const env = { ...lent.env, DOCKER_HOST: proxy.host };
			const door = await doorFor(env, label);
			const events = ask(door, "GET", "/events");
			const made = ask(door, "POST", "/containers/create", { Image: image, Cmd: ["true"] });
			await held;
			const closed = door.close();
			release();
			await closed;
			await assert.rejects(events);
			// It may have been told of it yet, or not; but it is there.
			await made.catch(() => undefined);
			assert.equal((await labelled(lent.env, label)).containers.length, 1);
			assert.deepEqual(await sweep(dockerUpkeep(lent.env), label), []);
			await proxy.close();
		});

		it("refuses what it can't label, and says when the engine is gone", async () => {
			const proxy = await startProxy(lent.host);
			const door = await doorFor({ ...lent.env, DOCKER_HOST: proxy.host }, newLabel());
			assert.equal((await ask(door, "POST", "/containers/create", [])).status, 400);
			assert.equal((await ask(door, "POST", "/containers/create")).status, 400);
			const large = { Image: image, Cmd: ["x".repeat(5_000_000)] };
			assert.equal(
				(await ask(door, "POST", "/containers/create", large).catch(() => ({ status: 400 }))).status,
				400,
			);
			assert.equal((await ask(door, "GET", "/images/none/json")).status, 404);
			await proxy.close();
			const { status, body } = await ask(door, "GET", "/_ping");
			assert.equal(status, 502);
			assert.match(body, /the engine can't be reached/);
			await door.close();
		});
	});
}
