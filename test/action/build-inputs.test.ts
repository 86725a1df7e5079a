import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { engineFolder } from "../../src/throwaway/engine-folder.ts";
import { dockerOrThrow } from "../engines/index.ts";
import { built, newScene, stepsIn } from "./scene.ts";

const nowhere = { outputs: "type=cacheonly" };

describe("what is built", { concurrency: 3 }, () => {
	it("follows target and build-args", async (t) => {
		const scene = await newScene(t);
		const value = 'a=b, "c" $d';
		const context = scene.context([
			"ARG WORD",
			'RUN : @; test "$WORD" = \'a=b, "c" $d\'',
			"FROM base",
			"RUN : @; false",
		]);
		const main = await built(scene, { context, target: "base", "build-args": `WORD=${value}`, ...nowhere });
		assert.equal(stepsIn(main.log).ran.length, 2);
	});

	it("takes files from build-contexts, and the Dockerfile from file", async (t) => {
		const scene = await newScene(t);
		mkdirSync(join(scene.dir, "extra"));
		writeFileSync(join(scene.dir, "extra", "found"), scene.nonce);
		const file = join(scene.dir, "Containerfile");
		const context = scene.context(["COPY --from=more found /found", "RUN grep @ /found"]);
		writeFileSync(file, readFileSync(join(context, "Dockerfile")));
		writeFileSync(join(context, "Dockerfile"), "FROM nowhere.invalid/none\n");
		await built(scene, { context, file, "build-contexts": `more=${join(scene.dir, "extra")}`, ...nowhere });
	});

	it("has the labels, names and platform asked for", async (t) => {
		const scene = await newScene(t);
		const inputs = {
			labels: "one=a, b\ntwo=x=y",
			tags: `${scene.nonce}:a, ${scene.nonce}:b`,
			platforms: "linux/amd64",
		};
		await built(scene, { context: scene.context(), ...inputs });
		const format = "{{.Os}}/{{.Architecture}} {{json .Config.Labels}}";
		const seen = await dockerOrThrow(scene.engine, [
			"image",
			"inspect",
			"--format",
			format,
			`${scene.nonce}:b`,
		]);
		assert.equal(seen, 'linux/amd64 {"one":"a, b","two":"x=y"}');
	});

	it("runs where network, add-hosts, shm-size and ulimit say", async (t) => {
		const scene = await newScene(t);
		const { bridge } = engineFolder(dirname(scene.engine.binDir));
		const context = scene.context([
			`RUN : @; test -e /sys/class/net/${bridge}`,
			"RUN : @; grep -q '^10.1.2.3\\s*build-host$' /etc/hosts",
			"RUN : @; test $(ulimit -n) = 123",
			"RUN : @; df -k /dev/shm | grep -q ' 3072 '",
		]);
		const sandbox = {
			network: "host",
			allow: "network.host",
			"add-hosts": "build-host:10.1.2.3",
			"shm-size": "3m",
		};
		await built(scene, { context, ...sandbox, ulimit: "nofile=123:123", ...nowhere });
		const offline = scene.context(['RUN : @; test "$(ls /sys/class/net)" = lo'], "offline");
		await built(scene, { context: offline, network: "none", ...nowhere });
	});

	it("is built anew with no-cache, and from a stage on with no-cache-filters", async (t) => {
		const scene = await newScene(t);
		const context = scene.context(["RUN echo one @", "FROM base AS last", "RUN echo two @"]);
		await built(scene, { context, ...nowhere });
		const filtered = await built(scene, { context, "no-cache-filters": "last", ...nowhere });
		assert.deepEqual(stepsIn(filtered.log).ran, [`RUN echo two ${scene.nonce}`]);
		const anew = await built(scene, { context, "no-cache": "true", ...nowhere });
		assert.equal(stepsIn(anew.log).ran.length, 3);
		assert.equal(scene.berth().generations.length, 1);
	});

	it("needs no berth with cache: off", async (t) => {
		const scene = await newScene(t);
		const main = await built(scene, { name: "", cache: "off", context: scene.context(), ...nowhere });
		assert.equal(existsSync(scene.root), false);
		assert.equal(main.outputs["cache-hit"], "false");
	});
});

describe("a build that fails", { concurrency: 3 }, () => {
	const failures = [
		{
			name: "of an unknown flag",
			inputs: { "build-extra-args": "--nonsense" },
			error: /^unknown flag: --nonsense$/,
		},
		{
			name: "of an unknown target",
			inputs: { target: "nowhere" },
			error: /^target stage "nowhere" could not be found$/,
		},
		{
			name: "of a registry that is not there",
			inputs: { push: "true", tags: "127.0.0.1:1/x:1" },
			error: /127\.0\.0\.1:1.*connection refused$/,
		},
	];
	for (const { name, inputs, error } of failures) {
		it(`${name} fails the step with buildx's own last line`, async (t) => {
			const scene = await newScene(t);
			const main = await scene.step(scene.job(), { context: scene.context(), ...inputs }).main();
			assert.equal(main.code, 1);
			assert.equal(main.errors.length, 1, main.log);
			assert.match(main.errors[0] ?? "", error);
		});
	}
});
