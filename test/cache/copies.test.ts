import assert from "node:assert/strict";
import { chmodSync, lstatSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { needsRoot, run } from "./children.ts";
import { berthPath, inForce, inode, look } from "./disk.ts";
import { build, open, scratch } from "./jobs.ts";
import { blob, faultsIn, layers } from "./layouts.ts";
import type { OneJob, OneJobSaid } from "./one-job.ts";

const stranger = 12345;
const linksAreProtected = () => readFileSync("/proc/sys/fs/protected_hardlinks", "utf8").trim() === "1";

/** A root that root made for everyone; what it has built there, others may read but not link. */
function sharedRoot(t: TestContext): string {
	const before = process.umask(0);
	t.after(() => process.umask(before));
	const dir = scratch(t);
	chmodSync(dir, 0o755);
	const root = join(dir, "root");
	mkdirSync(root, 0o777);
	return root;
}

async function jobOfStranger(job: Omit<OneJob, "uid" | "me">): Promise<OneJobSaid> {
	const me = { runner: "the stranger's", job: job.seeds.join() };
	const ended = await run("one-job.ts", { args: [JSON.stringify({ ...job, me, uid: stranger })] });
	assert.equal(ended.code, 0, ended.stderr);
	return ended.said as OneJobSaid;
}

describe("where the kernel forbids links to another user's files", { skip: needsRoot }, () => {
	test("blobs are copied, with a remark, and the cache is as good", async (t) => {
		if (!linksAreProtected() && !process.env["CI"]) return t.skip("fs.protected_hardlinks is off");
		const root = sharedRoot(t);
		build(root, "app", layers("base", "one"));
		const { opened, faults, committed } = await jobOfStranger({ root, name: "app", seeds: ["base", "two"] });
		assert.ok(opened.kind === "open", JSON.stringify(opened));
		assert.match(opened.remarks.join(), /copied/);
		assert.notEqual(opened.hold.clone.base, null);
		assert.deepEqual(faults, []);
		assert.ok(committed?.kind === "swapped-in", JSON.stringify(committed));
		assert.equal(committed.bytesReused, 6000);
		assert.deepEqual(faultsIn(inForce(root, "app")), []);
		assert.equal(lstatSync(inForce(root, "app")).uid, stranger);
		assert.equal(look(root, "app").generations.length, 1);
	});

	test("a copy stays as read-only as the blob was", async (t) => {
		const root = sharedRoot(t);
		const { exported } = build(root, "app", layers("base", "one"));
		const before = [...exported.keys()].map((hex) => inode(blob(inForce(root, "app"), hex)));
		await jobOfStranger({ root, name: "app", seeds: ["base", "one", "two"] });
		for (const hex of [...exported.keys()].slice(0, 2)) {
			const stat = lstatSync(blob(inForce(root, "app"), hex));
			assert.equal(stat.mode & 0o777, 0o444);
			assert.ok(!linksAreProtected() || !before.includes(stat.ino));
		}
	});

	test("a build that changes nothing leaves the other's generation in force", async (t) => {
		const root = sharedRoot(t);
		build(root, "app", layers("base"));
		const before = look(root, "app");
		const { committed } = await jobOfStranger({ root, name: "app", seeds: ["base"] });
		assert.equal(committed?.kind, "unchanged");
		assert.deepEqual(look(root, "app"), before);
	});

	test("a neighbour's blobs stay the neighbour's, and the commit works", async (t) => {
		const root = sharedRoot(t);
		build(root, "app", layers("base"));
		const { committed } = await jobOfStranger({ root, name: "other", seeds: ["base"] });
		assert.ok(committed?.kind === "swapped-in", JSON.stringify(committed));
		assert.ok(!linksAreProtected() || committed.bytesShared === 0);
	});

	test("a berth that may be read but not written fails with one clear line, and no clone stays", async (t) => {
		const root = sharedRoot(t);
		build(root, "app", layers("base"));
		chmodSync(berthPath(root, "app", "generations"), 0o755);
		const before = look(root, "app");
		const { opened, committed } = await jobOfStranger({ root, name: "app", seeds: ["base", "new"] });
		assert.equal(opened.kind, "open", JSON.stringify(opened));
		assert.ok(committed?.kind === "failed");
		assert.match(committed.problem, /^cache-root: ".*" is not permitted to uid 12345; [^\n]*$/);
		assert.deepEqual(look(root, "app"), before);
	});

	test("a berth that may be read but not written is not in a cleanup's plan, and why is told", async (t) => {
		const root = sharedRoot(t);
		build(root, "app", layers("base"));
		chmodSync(berthPath(root, "app"), 0o755);
		const { plan } = await jobOfStranger({ root, name: "other", seeds: ["base"] });
		assert.ok(plan && !("kind" in plan), JSON.stringify(plan));
		assert.deepEqual(
			plan.removals.map(({ name }) => name),
			["other"],
		);
		assert.deepEqual(plan.kept, [{ kind: "berth", name: "app", reason: "uid 12345 may not remove it" }]);
	});

	test("a neighbour's record that can't even be read hinders nobody", async (t) => {
		const root = sharedRoot(t);
		const { hold } = open(root, "app");
		chmodSync(join(root, "jobs", `${hold.job}.json`), 0o600);
		const said = await jobOfStranger({ root, name: "other", seeds: ["base"] });
		assert.equal(said.committed?.kind, "swapped-in", JSON.stringify(said));
		assert.ok(said.tidied && "removed" in said.tidied, JSON.stringify(said.tidied));
		assert.deepEqual(look(root, "app").jobs, [`${hold.job}.json`]);
	});

	test("a neighbour's berth that can't even be read is left alone", async (t) => {
		const root = sharedRoot(t);
		build(root, "app", layers("base"));
		chmodSync(berthPath(root, "app"), 0o700);
		const said = await jobOfStranger({ root, name: "other", seeds: ["base"] });
		assert.equal(said.committed?.kind, "swapped-in", JSON.stringify(said));
		assert.ok(said.tidied && "removed" in said.tidied, JSON.stringify(said.tidied));
		assert.deepEqual(faultsIn(inForce(root, "app")), []);
	});
});
