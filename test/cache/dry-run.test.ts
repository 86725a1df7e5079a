import assert from "node:assert/strict";
import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { carryOutTidy, planTidy, type TidyPlan } from "../../src/cache/store.ts";
import { newRoot } from "./jobs.ts";
import { fillAtRandom, randomBy, randomLimits, tidier } from "./random-root.ts";

/** Every path of a tree with all that `stat` says of it but when it was read. */
function snapshot(dir: string): Map<string, string> {
	const paths = [
		dir,
		...readdirSync(dir, { recursive: true, encoding: "utf8" }).map((path) => join(dir, path)),
	];
	return new Map(
		paths.map((path) => {
			const { ino, mode, nlink, size, mtimeMs, ctimeMs } = lstatSync(path);
			return [path, [ino, mode, nlink, size, mtimeMs, ctimeMs].join()];
		}),
	);
}

/** The disk that each inode of a tree takes, but for those of some paths. */
function disk(dir: string, but: ReadonlySet<string>): Map<number, number> {
	const paths = readdirSync(dir, { recursive: true, encoding: "utf8" }).map((path) => join(dir, path));
	const stats = paths.filter((path) => !but.has(path)).map((path) => lstatSync(path));
	return new Map(stats.map(({ ino, blocks }) => [ino, blocks * 512]));
}

function total(bytes: Iterable<number>): number {
	return [...bytes].reduce((sum, each) => sum + each, 0);
}

function litterOf(root: string, { litter }: TidyPlan): ReadonlySet<string> {
	return new Set(
		litter.map(({ berth, entry }) =>
			join(root, ...(berth === undefined ? ["jobs"] : ["berths", berth]), entry),
		),
	);
}

const roots = 24;

describe(`in ${roots} roots made at random`, () => {
	const seen = { removals: 0, kept: 0, freed: 0 };
	for (let seed = 1; seed <= roots; seed++) {
		test(`a dry run changes nothing and says what the real one does, to the byte (seed ${seed})`, (t) => {
			const [root, random] = [newRoot(t), randomBy(seed)];
			fillAtRandom(root, random);
			const [limits, now, orphans] = [randomLimits(random), new Date(), random() < 0.8];
			const plan = () => {
				const planned = planTidy(root, tidier, limits, { now, orphans });
				assert.ok(!("kind" in planned), JSON.stringify(planned));
				return planned;
			};
			const before = snapshot(join(root, ".."));
			const dry = plan();
			assert.deepEqual(snapshot(join(root, "..")), before);

			const litter = litterOf(root, dry);
			const full = disk(join(root, ".."), litter);
			// Through text, as it is plain data.
			const done = carryOutTidy(root, JSON.parse(JSON.stringify(plan())), { me: tidier, now });
			assert.ok(!("kind" in done), JSON.stringify(done));
			const left = disk(join(root, ".."), litter);

			const said = dry.removals.map(({ kind, name, id, bytes }) =>
				id === undefined ? { kind, name, bytes } : { kind, name, id, bytes },
			);
			assert.deepEqual(done, { removed: said, kept: [], failed: [] });
			const freed = total([...full].filter(([inode]) => !left.has(inode)).map(([, bytes]) => bytes));
			assert.equal(total(said.map(({ bytes }) => bytes)), freed);
			assert.deepEqual(plan().removals, []);
			assert.deepEqual(plan().litter, []);
			seen.removals += said.length;
			seen.kept += dry.kept.length;
			seen.freed += freed;
		});
	}

	test("there was something to do in them", () => {
		for (const [what, count] of Object.entries(seen)) assert.ok(count > roots / 3, `${what}: ${count}`);
	});
});
