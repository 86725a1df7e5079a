import type { BaseImage } from "../build/base-images.ts";
import { listPins, planPins, releasePin } from "../cleanup/pins.ts";
import type { EngineInfo } from "../engine/engine.ts";
import { humanBytes } from "../report/units.ts";
import type { Inputs } from "../runner/inputs.ts";
import { pinBases } from "./pin-bases.ts";
import type { Tools } from "./tools.ts";

/** What a build was made of, and the engine that is to keep it. */
export type Bases = {
	readonly bases: readonly BaseImage[];
	readonly info: EngineInfo;
	/** Whether the builder is the engine's own, so that it has what it built upon. */
	readonly ownBuilder: boolean;
};

/** Pins the base images of a build, and lets go of those that no build has used for `cache-max-age`. */
export async function keepBases({ bases, ...where }: Bases, inputs: Inputs, tools: Tools): Promise<void> {
	const { keepBases: keep } = inputs.cleanup;
	if (keep === "off") return;
	if (bases.length > 0) await pinBases(bases, { keep, ...where }, tools);
	const { upkeep, log } = tools;
	const pins = await listPins(upkeep);
	if (pins.kind === "refused") return log.debug(`keep-base-images: ${pins.problem}`);
	const limits = { maxAgeMs: inputs.cache.maxAgeMs, now: new Date(where.info.timeMs) };
	for (const pin of planPins(pins.items, limits).released) {
		const released = await releasePin(upkeep, pin);
		if (released.kind === "refused") log.debug(`Kept the base image ${pin.reference}: ${released.problem}`);
		else
			log.info(
				`Let go of the base image ${pin.name}@${pin.digest} (${humanBytes(pin.bytes)}), unused for long`,
			);
	}
}
