/** Runs the tests: starts an engine of each store it has, lends them to all test files, stops them in the end. */
import { spawn } from "node:child_process";
import { globSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { lend, type OwnedTestEngine, startTestEngine, testStores } from "./engines/shared.ts";

const top = fileURLToPath(new URL("..", import.meta.url));
const files =
	process.argv.length > 2 ? process.argv.slice(2) : globSync("test/**/*.test.ts", { cwd: top }).sort();

const owned: OwnedTestEngine[] = [];
try {
	// One after the other: the second finds the packages that the first one fetched.
	for (const store of testStores()) owned.push(await startTestEngine(store));
	for (const { engine } of owned) console.log(`Docker Engine ${engine.engineVersion}, ${engine.store}`);
	const lent = owned.map(({ engine }) => lend(engine));
	process.exitCode = await testFiles(Object.assign({ ...process.env }, ...lent));
} finally {
	await Promise.all(owned.map(({ stop }) => stop()));
}

function testFiles(env: NodeJS.ProcessEnv): Promise<number> {
	return new Promise((resolve, reject) => {
		const args = ["--test", "--test-concurrency=2", "--test-reporter=spec", ...files];
		const child = spawn(process.execPath, args, { cwd: top, env, stdio: "inherit" });
		child.on("error", reject);
		child.on("close", (code) => resolve(code ?? 1));
	});
}
