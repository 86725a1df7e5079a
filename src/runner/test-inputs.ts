import type { BuildInputs } from "../build/inputs.ts";
import type { StructureInputs } from "../structure/inputs.ts";
import { DURATION_FORM, parseDuration } from "./durations.ts";
import { given } from "./given.ts";
import type { InputReader } from "./input-reader.ts";

const DEFAULT_TIMEOUT_MS = 10 * 60_000;

// What a timer of Node's can wait for.
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** Reads the inputs that say how images are tested; undefined if there are no configs to test with. */
export function readTestInputs(
	reader: InputReader,
	{ build, images }: { build: BuildInputs | undefined; images: readonly string[] },
	warnings: string[],
): StructureInputs | undefined {
	const configs = reader.lines("test-configs");
	const binary = reader.text("structure-test");
	const timeoutMs =
		reader.parsed("test-timeout", parseTimeout, `${DURATION_FORM}, from 1s to 24d`) ?? DEFAULT_TIMEOUT_MS;
	const report = reader.text("test-report");
	if (configs.length === 0) {
		if (report !== undefined)
			reader.problem("test-report", "needs test-configs, without which nothing is tested");
		return undefined;
	}
	const built = build?.load === true;
	if (!built && images.length === 0) {
		const lack =
			build === undefined ? "there is no image to test" : "the built image doesn't stay in the engine";
		reader.problem("test-configs", `${lack}; allowed: with images, or with context and load`);
	} else if (build !== undefined && !built) {
		warnings.push("test-configs: only images are tested; the built one is not loaded (load: true does that)");
	}
	return { configs, timeoutMs, ...given({ binary, report }) };
}

function parseTimeout(text: string): number | undefined {
	const ms = parseDuration(text);
	return ms !== undefined && ms > 0 && ms <= LONGEST_TIMEOUT_MS ? ms : undefined;
}
