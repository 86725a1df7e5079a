/** The processor time of main and post together where there is nothing to do, against starting Node twice. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median, ratio, round } from "./measure.ts";

const rounds = 9;
const dist = fileURLToPath(new URL("../dist/", import.meta.url));

/** Measures both in turn. */
export function benchOverhead(): string[] {
	const dir = mkdtempSync(join(tmpdir(), "berth-bench-"));
	try {
		const env = {
			PATH: process.env["PATH"],
			HOME: dir,
			INPUT_CACHE: "off",
			INPUT_CLEANUP: "off",
			RUNNER_TEMP: dir,
			GITHUB_OUTPUT: "",
			GITHUB_STATE: "",
		};
		const action = [
			["main", "index.js"],
			["post", "index.js"],
		].map((parts) => join(dist, ...parts));
		const ours: number[] = [];
		const bare: number[] = [];
		for (let at = 0; at < rounds; at++) {
			bare.push(cpuSeconds(["-e", "0"], env) * 2);
			ours.push(action.reduce((sum, file) => sum + cpuSeconds([file], env), 0));
		}
		return [
			`main and post, cache and cleanup off and nothing to build, median of ${rounds}:`,
			`  processor time            ${round(median(ours))} s`,
			`  starting Node twice       ${round(median(bare))} s`,
			`  ratio                     ${ratio(median(ours), median(bare))}x`,
		];
	} finally {
		rmSync(dir, { recursive: true, force: true });
	}
}

// A process knows its own processor time best; this one is preloaded and says it on the way out.
const sayUsage =
	"data:text/javascript,process.on('exit',()=>{const u=process.cpuUsage();process.stderr.write('\\nCPU '+(u.user+u.system))})";

function cpuSeconds(args: readonly string[], env: NodeJS.ProcessEnv): number {
	const stderr = execFileSync(process.execPath, ["-e", runner, sayUsage, ...args], { env, encoding: "utf8" });
	return Number(/CPU (\d+)/.exec(stderr)?.[1]) / 1e6;
}

const runner =
	"const{spawnSync}=require('node:child_process');const[say,...args]=process.argv.slice(1);process.stdout.write(spawnSync(process.execPath,['--import',say,...args],{encoding:'utf8'}).stderr)";
