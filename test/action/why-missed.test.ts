import assert from "node:assert/strict";
import { cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import type { RunReport } from "../../src/report/report.ts";
import { dockerOrThrow } from "../engines/index.ts";
import { startBuildkitd } from "../engines/remote-builder.ts";
import { built, newSceneAlone, type Scene, stepsIn } from "./scene.ts";

type Files = Readonly<Record<string, string>>;
type Lines = readonly string[];

/** Two builds of one container: what the second says that the cache did not have. */
type Case = {
	readonly lines: Lines;
	readonly next?: Lines;
	readonly files?: Files;
	readonly nextFiles?: Files;
	readonly inputs?: Readonly<Record<string, string>>;
	readonly nextInputs?: Readonly<Record<string, string>>;
	readonly miss: { readonly step: RegExp; readonly cause: string; readonly detail: RegExp } | null;
};

const stages = [
	"FROM base AS build",
	"ARG MODE=debug",
	"WORKDIR /src",
	"COPY src /src",
	"RUN echo building $MODE @ > /out",
	"FROM base AS docs",
	"COPY docs /docs",
	"RUN echo docs @ > /manual",
	"FROM base",
	"COPY --from=build /out /out",
	"COPY --from=docs /manual /manual",
	"RUN echo last @",
];
const files = { "src/main.c": "main", "src/util.c": "util", "docs/a.md": "a", "docs/b.md": "b" };
const edited = (lines: Lines, from: string, to: string): Lines =>
	lines.map((line) => (line === from ? to : line));

const cases: Readonly<Record<string, Case>> = {
	"nothing, where nothing changed": { lines: stages, miss: null },
	"the files of a COPY that changed, by name": {
		lines: stages,
		nextFiles: { ...files, "src/main.c": "other", "src/new.c": "new" },
		miss: {
			step: /^\[build 2\/3\] COPY src/,
			cause: "input-files",
			detail: /\(src\/main\.c, src\/new\.c\)$/,
		},
	},
	"the files of another stage, where both run at once": {
		lines: stages,
		nextFiles: { ...files, "docs/b.md": "other" },
		miss: { step: /^\[docs 1\/2\] COPY docs/, cause: "input-files", detail: /\(docs\/b\.md\)$/ },
	},
	"the files that a RUN has mounted": {
		lines: ["RUN --mount=type=bind,source=src,target=/src cat /src/main.c @ || true"],
		nextFiles: { ...files, "src/main.c": "other" },
		miss: { step: /RUN --mount/, cause: "input-files", detail: /\(src\/main\.c\)$/ },
	},
	"a build argument": {
		lines: stages,
		inputs: { "build-args": "MODE=debug" },
		nextInputs: { "build-args": "MODE=release" },
		miss: { step: /^\[build 3\/3\] RUN/, cause: "build-argument", detail: /value of MODE changed/ },
	},
	"an argument's default in the Dockerfile": {
		lines: stages,
		next: edited(stages, "ARG MODE=debug", "ARG MODE=fast"),
		miss: { step: /^\[build 3\/3\] RUN/, cause: "build-argument", detail: /value of MODE changed/ },
	},
	"an argument in the path of a COPY": {
		lines: ["ARG WHICH=main", "COPY src/$WHICH.c /x"],
		nextInputs: { "build-args": "WHICH=util" },
		miss: { step: /COPY src\/util\.c/, cause: "build-argument", detail: /value of WHICH changed/ },
	},
	"an instruction's text": {
		lines: stages,
		next: edited(stages, "RUN echo docs @ > /manual", "RUN echo book @ > /manual"),
		miss: {
			step: /^\[docs 2\/2\] RUN echo book/,
			cause: "text",
			detail: /it was "RUN echo docs \S+ > \/manual"/,
		},
	},
	"a step that is new at the end": {
		lines: stages,
		next: [...stages, "RUN echo appended @"],
		miss: { step: /RUN echo appended/, cause: "never-built", detail: /new step/ },
	},
	"a step that is new in the middle": {
		lines: stages,
		next: edited(stages, "RUN echo last @", "WORKDIR /else\nRUN echo last @"),
		miss: { step: /WORKDIR \/else/, cause: "never-built", detail: /new step/ },
	},
	"a step that was taken out before it": {
		lines: ["RUN echo one @ > /one", "RUN echo two @ > /two", "RUN echo three @ > /three"],
		next: ["RUN echo one @ > /one", "RUN echo three @ > /three"],
		miss: {
			step: /RUN echo three/,
			cause: "text",
			detail: /"RUN echo two \S+ > \/two" before it was taken out/,
		},
	},
	"a stage that is new": {
		lines: ["RUN echo one @ > /one"],
		next: ["RUN echo one @ > /one", "FROM base AS more", "RUN echo more @ > /more"],
		miss: { step: /RUN echo more/, cause: "never-built", detail: /stage was not in the last build/ },
	},
	"a shell that it runs in": {
		lines: ["RUN echo one @"],
		next: ['SHELL ["/bin/busybox", "sh", "-ec"]', "RUN echo one @"],
		miss: { step: /RUN echo one/, cause: "setting", detail: /shell$/ },
	},
	"that no cache was asked for": {
		lines: stages,
		nextInputs: { "no-cache": "true" },
		miss: { step: /COPY busybox/, cause: "no-cache", detail: /no-cache/ },
	},
	"that none was asked for a stage": {
		lines: stages,
		nextInputs: { "no-cache-filters": "docs" },
		miss: { step: /^\[docs 1\/2\]/, cause: "no-cache", detail: /no-cache-filters: docs/ },
	},
};

// buildx tells what a build was made of from 0.14 on; Debian's trixie has 0.13.
const skip = ["trixie", "bookworm"].includes(process.env["BERTH_TEST_SUITE"] ?? "");

for (const builder of ["warm", "emptied"] as const) {
	describe(`a build with a ${builder} builder says of what the cache did not have`, { skip }, () => {
		for (const [what, each] of Object.entries(cases))
			it(what, async (t) => {
				const scene = await newSceneAlone(t);
				await build(scene, each.lines, { files: each.files ?? files, inputs: each.inputs ?? {} });
				if (builder === "emptied") await scene.forget();
				const second = await build(scene, each.next ?? each.lines, {
					files: each.nextFiles ?? each.files ?? files,
					inputs: { ...each.inputs, ...each.nextInputs },
				});
				expect(second, each.miss);
			});
	});
}

describe("a build says of what the cache did not have", { skip }, () => {
	it("that it was never built, and that the cache was removed", async (t) => {
		const scene = await newSceneAlone(t);
		expect(await build(scene, stages, { files }), {
			...{ step: /COPY busybox/, cause: "never-built", detail: /on record/ },
		});
		rmSync(join(scene.berth().dir, "generations"), { recursive: true });
		rmSync(join(scene.berth().dir, "current"));
		await scene.forget();
		expect(await build(scene, stages, { files }), {
			...{ step: /COPY busybox/, cause: "not-in-cache", detail: /berth was removed/ },
		});
	});

	it("that nothing about it changed, but the cache lost it", async (t) => {
		const scene = await newSceneAlone(t);
		const one = ["RUN echo one @ > /one"];
		await build(scene, one, { files });
		const { dir, current = "" } = scene.berth();
		cpSync(scene.berth().generation, join(scene.dir, current), { recursive: true });
		await build(scene, [...one, "RUN echo two @ > /two"], { files });
		await scene.forget();
		rmSync(scene.berth().generation, { recursive: true });
		renameSync(join(scene.dir, current), join(dir, "generations", current));
		writeFileSync(join(dir, "current"), `${current}\n`);
		expect(await build(scene, [...one, "RUN echo two @ > /two"], { files }), {
			...{ step: /RUN echo two/, cause: "not-in-cache", detail: /nothing about it changed/ },
		});
	});

	it("that its base image is another under the same name", async (t) => {
		const scene = await newSceneAlone(t);
		const base = `${scene.nonce}-base:1`;
		t.after(() => dockerOrThrow(scene.engine, ["image", "rm", "--force", base]));
		const makeBase = (mark: string) => {
			const context = scene.context([`RUN echo @ ${mark} > /mark`], mark);
			return dockerOrThrow(scene.engine, ["buildx", "build", "--quiet", "--load", "--tag", base, context]);
		};
		const lines = ["FROM base AS unrelated", `FROM ${base}`, "COPY src /src", "COPY docs /docs"];
		await makeBase("one");
		assert.equal((await build(scene, lines, { files })).miss?.cause, "never-built");
		await makeBase("two");
		expect(await build(scene, lines, { files }), {
			step: /COPY src \/src/,
			cause: "base-image",
			detail: new RegExp(`${base} changed: was [0-9a-f]{12}, is [0-9a-f]{12}$`),
		});
	});

	it("that what it builds upon changed, though the cache had that", async (t) => {
		const scene = await newSceneAlone(t);
		const one = ["RUN echo one @ > /one"];
		const other = ["RUN echo other @ > /one"];
		await build(scene, other, { files });
		await build(scene, [...one, "RUN echo two @"], { files });
		expect(await build(scene, [...other, "RUN echo two @"], { files }), {
			...{
				step: /RUN echo two/,
				cause: "earlier-stage",
				detail: /RUN echo other .* which the cache had, but its text/,
			},
		});
	});

	it("and compares with the last build that was kept, not with one that failed or only read", async (t) => {
		const scene = await newSceneAlone(t);
		await build(scene, ["RUN echo one @"], { files });
		const failing = scene.context(["RUN echo one @", "RUN false @"], "c");
		assert.equal((await scene.run({ context: failing })).main.code, 1);
		await build(scene, ["RUN echo two @"], { files, inputs: { "cache-write": "never" } });
		expect(await build(scene, ["RUN echo three @"], { files }), {
			...{ step: /RUN echo three/, cause: "text", detail: /it was "RUN echo one/ },
		});
	});

	it("whichever builder it has", async (t) => {
		const scene = await newSceneAlone(t);
		const remote = await startBuildkitd(scene.engine);
		t.after(() => remote.stop());
		await remote.register("berth-test-why");
		t.after(() => dockerOrThrow(scene.engine, ["buildx", "rm", "berth-test-why"]));
		const inputs = { builder: "berth-test-why" };
		await build(scene, stages, { files, inputs });
		expect(await build(scene, stages, { files, inputs }), null);
		expect(await build(scene, stages, { files: { ...files, "docs/a.md": "other" }, inputs }), {
			...{ step: /^\[docs 1\/2\] COPY docs/, cause: "input-files", detail: /\(docs\/a\.md\)$/ },
		});
	});

	it("though its files can't all be looked at", async (t) => {
		const scene = await newSceneAlone(t);
		const many = Object.fromEntries(
			Array.from({ length: 2100 }, (_, at) => [`src/${String(at).padStart(4, "0")}`, "x"]),
		);
		await build(scene, ["COPY src /src"], { files: many });
		expect(await build(scene, ["COPY src /src"], { files: { ...many, "src/2099": "y" } }), {
			...{ step: /COPY src/, cause: "input-files", detail: /^its input files changed$/ },
		});
	});
});

type Told = { readonly miss: NonNullable<RunReport["build"]>["miss"]; readonly log: string };
type Options = { readonly files: Files; readonly inputs?: Readonly<Record<string, string>> };

// The same directory each time, as a checkout is; it holds no more than these files.
async function build(scene: Scene, lines: Lines, { files, inputs = {} }: Options): Promise<Told> {
	rmSync(join(scene.dir, "c"), { recursive: true, force: true });
	const context = scene.context(lines, "c");
	for (const [name, text] of Object.entries(files)) write(join(context, name), text);
	const { log, outputs } = await built(scene, { context, outputs: "type=cacheonly", ...inputs });
	const report = JSON.parse(outputs["summary"] ?? "") as RunReport;
	const isOwn = (name: string) => !/^(?:\[[^\]]*\] )?FROM /.test(name);
	const ran = (report.build?.steps ?? []).filter(({ state, name }) => state === "ran" && isOwn(name));
	assert.equal(ran.length, stepsIn(log).ran.filter(isOwn).length, log);
	return { miss: report.build?.miss ?? null, log };
}

function write(path: string, text: string): void {
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, text);
}

function expect({ miss, log }: Told, expected: Case["miss"]): void {
	if (expected === null) {
		assert.equal(miss, null, log);
		assert.match(log, /^All \d+ steps were in the cache$/m);
		return;
	}
	assert.equal(miss?.cause, expected.cause, `${JSON.stringify(miss)}\n${log}`);
	assert.match(miss?.step ?? "", expected.step);
	assert.match(miss?.detail ?? "", expected.detail);
	assert.ok(log.includes(`First step not in the cache: ${miss?.step}: ${miss?.detail}`), log);
}
