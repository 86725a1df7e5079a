import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { listPins, pinName, releasePin } from "../../src/cleanup/pins.ts";
import { engine, testStores } from "../engines/index.ts";
import { startProxy } from "../image/engine-proxy.ts";
import { newPinScene, type PinScene, tellsNothing } from "./pin-scene.ts";

for (const store of testStores())
	describe(`a base image that a build used, on ${store}`, { concurrency: 2 }, () => {
		const scene = async (t: TestContext): Promise<PinScene> => newPinScene(t, await engine(store));

		it("is kept by a name of Berth's alone, at no cost, and goes with it", async (t) => {
			const base = await scene(t);
			const bases = await base.build(`${base.repository}:1`);
			assert.deepEqual(bases, [base.base]);
			assert.equal(base.registry.layersAsked(), 1);
			const [pin = ""] = await base.pin(bases);
			assert.equal(pin, pinName(base.base));
			assert.equal(base.registry.layersAsked(), 0);
			const names = await base.namesOf(pin);
			assert.ok(
				names.every((name) => name.startsWith("berth.invalid/base/")),
				names.join(),
			);
			const listed = await listPins(base.upkeep);
			assert.ok(listed.kind === "listed");
			const found = listed.items.find(({ reference }) => reference === pin);
			assert.deepEqual([found?.name, found?.digest], [base.repository, base.digest]);
			assert.deepEqual(found && (await releasePin(base.upkeep, found)), { kind: "done" });
			for (const name of [pin, `${base.repository}@${base.digest}`])
				assert.deepEqual(await base.namesOf(name), []);
		});

		it("is known to have been used again, without a word to its registry", async (t) => {
			const base = await scene(t);
			const bases = await base.build(`${base.repository}:1`);
			const [pin = ""] = await base.pin(bases);
			const lastUsed = async () => {
				const details = await base.upkeep.details(pin);
				return details !== undefined && "lastTaggedMs" in details ? (details.lastTaggedMs ?? 0) : 0;
			};
			const before = await lastUsed();
			base.registry.asked();
			assert.deepEqual(await base.pin(bases), [pin]);
			assert.ok((await lastUsed()) > before && before > 0);
			assert.deepEqual(base.registry.asked(), []);
			assert.ok(base.said.at(-1)?.endsWith("is kept in the engine already"), base.said.join("\n"));
			await base.docker("rmi", pin);
		});

		it("stays the user's if it was theirs", async (t) => {
			const base = await scene(t);
			const theirs = `${base.repository}:1`;
			await base.docker("pull", "-q", theirs);
			const before = await base.namesOf(theirs);
			const bases = await base.build(theirs);
			base.registry.asked();
			const [pin = ""] = await base.pin(bases);
			assert.ok((await base.namesOf(theirs)).includes(pin), base.said.join("\n"));
			assert.deepEqual(base.registry.asked(), []);
			await base.docker("rmi", pin);
			assert.deepEqual(await base.namesOf(theirs), before);
			await base.docker("rmi", theirs);
		});

		it("is kept though it never came from a registry", { skip: tellsNothing }, async (t) => {
			const base = await scene(t);
			const local = `${base.repository}:local`;
			await base.import(local);
			const bases = await base.build(local);
			base.registry.asked();
			const [pin = ""] = await base.pin(bases);
			assert.ok((await base.namesOf(local)).includes(pin), base.said.join("\n"));
			assert.deepEqual(base.registry.asked(), []);
			for (const name of [pin, local]) await base.docker("rmi", name);
		});

		it("is not downloaded to be kept, unless the user asked for that", async (t) => {
			const base = await scene(t);
			base.registry.holdsLayers = true;
			assert.deepEqual(await base.pin([base.base]), [], base.said.join("\n"));
			assert.ok(base.said.every((line) => line.startsWith("debug: ")));
			assert.deepEqual(await base.namesOf(`${base.repository}@${base.digest}`), []);
			base.registry.asked();
			assert.deepEqual(await base.pin([base.base], { ownBuilder: false }), []);
			assert.deepEqual(base.registry.asked(), []);
			base.registry.holdsLayers = false;
			const [pin = ""] = await base.pin([base.base], { keep: "pull" });
			assert.equal(pin, pinName(base.base));
			assert.equal(base.registry.layersAsked(), 1);
			assert.deepEqual(await base.pin([base.base], { ownBuilder: false }), [pin]);
			await base.docker("rmi", pin);
			assert.deepEqual(await base.namesOf(`${base.repository}@${base.digest}`), []);
		});

		it("is kept where a proxy hides what content the engine has", async (t) => {
			const base = await scene(t);
			const proxy = await startProxy(base.engine.host, { allows: ({ path }) => !path.startsWith("/grpc") });
			t.after(proxy.close);
			const bases = await base.build(`${base.repository}:1`);
			base.registry.asked();
			const [pin = ""] = await base.pin(bases, { host: proxy.host });
			assert.equal(base.registry.layersAsked(), 0);
			const names = await base.namesOf(pin);
			assert.ok(
				names.length > 0 && names.every((name) => name.startsWith("berth.invalid/base/")),
				names.join(),
			);
			await base.docker("rmi", pin);
		});

		for (const status of [401, 404, 500])
			it(`is a line in the log if its registry answers ${status}`, async (t) => {
				const base = await scene(t);
				base.registry.refusal = status;
				assert.deepEqual(await base.pin([base.base]), []);
				assert.deepEqual(await base.pin([base.base], { keep: "pull" }), []);
				assert.equal(
					base.said.filter((line) => line.startsWith("warning: ")).length,
					1,
					base.said.join("\n"),
				);
			});

		it("is found by its pin, be its name too long for that or not", async (t) => {
			const base = await scene(t);
			const deepest = `${base.repository}/a/b/c/d`;
			const pins = [deepest, `${deepest}/e`].map((name) => pinName({ name, digest: base.digest }));
			for (const pin of pins) await base.import(pin);
			const listed = await listPins(base.upkeep);
			assert.ok(listed.kind === "listed");
			const found = listed.items.filter(({ digest }) => digest === base.digest).map(({ name }) => name);
			assert.deepEqual(found.sort(), ["", deepest]);
			await base.docker("rmi", ...pins);
		});

		it("is left alone if nothing is to be kept", async (t) => {
			const base = await scene(t);
			const bases = await base.build(`${base.repository}:1`);
			assert.deepEqual(await base.pin(bases, { keep: "off" }), []);
			assert.deepEqual(await base.namesOf(pinName(base.base)), []);
		});
	});
