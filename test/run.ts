/** Runs the tests: starts an engine of each store, lends them to all test files, stops them when all are done. */
import { spawn } from "node:child_process";
import { globSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { lend, startTestEngine } from "./engines/shared.ts";

const top = fileURLToPath(new URL("..", import.meta.url));
const files =
	process.argv.length > 2 ? process.argv.slice(2) : globSync("test/**/*.test.ts", { cwd: top }).sort();

// One after the other: the second finds the packages that the first one fetched.
const containerd = await startTestEngine("containerd");
const overlay2 = await startTestEngine("overlay2");
try {
	for (const { engine } of [containerd, overlay2])
		console.log(`Docker Engine ${engine.engineVersion}, ${engine.store}`);
	const env = { ...process.env, ...lend(containerd.engine), ...lend(overlay2.engine) };
	process.exitCode = await testFiles(env);
} finally {
	await Promise.all([containerd.stop(), overlay2.stop()]);
}

function testFiles(env: NodeJS.ProcessEnv): Promise<number> {
	return new Promise((resolve, reject) => {
		const args = ["--test", "--test-concurrency=2", "--test-reporter=spec", ...files];
		const child = spawn(process.execPath, args, { cwd: top, env, stdio: "inherit" });
		child.on("error", reject);
		child.on("close", (code) => resolve(code ?? 1));
	});
}
