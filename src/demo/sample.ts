import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Copies the sample into `to` with `nonce` in every step, so that no earlier build has cached it and its records can be
 * told from everybody else's.
 */
export function copySample(sample: string, to: string, nonce: string): void {
	cpSync(sample, to, { recursive: true });
	const dockerfile = readFileSync(join(sample, "Dockerfile"), "utf8");
	const marked = dockerfile.replace(/^RUN /gm, `RUN : ${nonce} && `).replace(/\/app\b/g, `/app-${nonce}`);
	writeFileSync(join(to, "Dockerfile"), marked);
}

/** Steps of the Dockerfile that a build ran, and those that it found cached, from buildx's plain progress. */
export function countSteps(log: string): { readonly total: number; readonly cached: number } {
	const steps = new Set(
		[...log.matchAll(/^#(\d+) \[(?:\S+ )?\d+\/\d+\] (?!FROM )/gm)].map(([, step]) => step),
	);
	const cached = [...log.matchAll(/^#(\d+) CACHED$/gm)].filter(([, step]) => steps.has(step));
	return { total: steps.size, cached: cached.length };
}
