import assert from "node:assert/strict";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { before, describe, it } from "node:test";
import { dockerOrThrow, engine, type TestEngine, testStores } from "../engines/index.ts";
import { upkeepScene } from "./upkeep-scene.ts";

for (const store of testStores()) {
	describe(`taking a name from an image, ${store}`, { concurrency: true }, () => {
		let lent: TestEngine;
		before(async () => {
			lent = await engine(store);
		});

		it("takes that name alone, though a running container was made from it", async (t) => {
			const { upkeep, name, build, docker, containers, images } = await upkeepScene(t, lent);
			await build("one");
			await docker("tag", name("one"), name("two"));
			const id = await docker("run", "--detach", name("one"), "sleep", "100000");
			assert.deepEqual(await upkeep.untag(name("one")), { kind: "done" });
			const container = (await containers()).get(id);
			assert.deepEqual([container?.state, container?.image], ["running", name("one")]);
			assert.deepEqual((await images()).get(container?.imageId ?? "")?.tags, [name("two")]);
		});

		for (const [state, ...command] of [
			["a running", "run", "--detach"],
			["a stopped", "run"],
			["a new", "create"],
		] as const)
			it(`is refused as in use for the last name of ${state} container's image, and changes nothing`, async (t) => {
				const { upkeep, name, build, docker, inEngine } = await upkeepScene(t, lent);
				await build("only");
				await docker(...command, name("only"), ...(state === "a running" ? ["sleep", "100000"] : ["true"]));
				const before = await inEngine();
				const refused = await upkeep.untag(name("only"));
				assert.deepEqual([refused.kind, "status" in refused && refused.status], ["refused", 409]);
				assert.deepEqual(await inEngine(), before);
			});

		it("leaves an image that another was committed from, and that one, without a name", async (t) => {
			const { upkeep, name, build, commit, images, docker } = await upkeepScene(t, lent);
			await build("parent");
			const child = await commit(name("parent"));
			const parent = (await images()).get(child)?.parent ?? "";
			assert.deepEqual((await images()).get(parent)?.tags, [name("parent")]);
			assert.deepEqual(await upkeep.untag(name("parent")), { kind: "done" });
			const after = await images();
			assert.deepEqual([...after.keys()].sort(), [parent, child].sort());
			assert.deepEqual(
				[...after.values()].flatMap(({ tags }) => tags),
				[],
			);
			await docker("run", "--rm", child, "true");
		});

		it("lets a build go on that is upon the image", async (t) => {
			const { upkeep, name, build, label } = await upkeepScene(t, lent);
			await build("from");
			const { promise: begun, resolve: begin } = Promise.withResolvers<Socket>();
			const server = createServer(begin).unref();
			await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
			t.after(() => void server.close());
			const { port } = server.address() as AddressInfo;
			// Ends when the connection does, at which the build goes on.
			const steps = [
				`FROM ${name("from")}`,
				`RUN nc 127.0.0.1 ${port}`,
				"RUN ls /bin/busybox",
				`LABEL ${label}`,
			];
			const host = ["--network=host", "--allow=network.host"];
			const built = dockerOrThrow(lent, ["buildx", "build", ...host, "--tag", name("built"), "-"], {
				input: steps.join("\n"),
			});
			const early = await Promise.race([begun, built]);
			assert.ok(typeof early !== "string", String(early));
			assert.deepEqual(await upkeep.untag(name("from")), { kind: "done" });
			assert.equal(await upkeep.details(name("from")), undefined);
			early.end();
			await built;
			const details = await upkeep.details(name("built"));
			assert.ok(details !== undefined && !("kind" in details));
			assert.deepEqual(details.tags, [name("built")]);
		});

		it("is done for one that is gone, and spares those that look alike", async (t) => {
			const { upkeep, name, build, docker, images } = await upkeepScene(t, lent);
			await build("1");
			const alike = [
				name("10"),
				name("1").replace(":", "-x:"),
				name("1").replace("/", "/x/"),
				name("latest"),
			];
			for (const each of alike) await docker("tag", name("1"), each);
			assert.deepEqual(await upkeep.untag(name("1")), { kind: "done" });
			assert.deepEqual(await upkeep.untag(name("1")), { kind: "done" });
			assert.deepEqual([...(await images()).values()].flatMap(({ tags }) => tags).sort(), alike.sort());
		});
	});
}
